# SPDX-License-Identifier: GPL-2.0-or-later
"""The second oracle: the values that conf itself says it changed, `python -m tests.oracle.second TREE`.

The conf of 7.x, run with KCONFIG_WARN_CHANGED_INPUT=1, names every user value that did not hold.  kpolicy has to name
the same lines.  What it may name beyond them conf does not look at: symbols that this architecture only refers to, and
numbers and strings without a value whose line asks for the empty one.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.policy.checks.effects import line_effects
from tests.fuzz.generate import ARCHITECTURES, sample_text
from tests.oracle.cases import architectures, defconfigs
from tests.oracle.compare import Subject
from tests.oracle.conf import Oracle

_VARIABLE = "KCONFIG_WARN_CHANGED_INPUT"
_HEAD = "warning: user-provided values changed by Kconfig:\n"
_LINE = re.compile(r"  CONFIG_(\w+): (.*) -> (.*)")
_LOST = frozenset({"dropped-request", "overridden-by-select", "choice-conflict", "out-of-range"})
_EMPTY = {"int": "0", "hex": "0x0", "string": '""'}


def has_second_oracle(tree: Path) -> bool:
    """Whether the conf of a tree knows the variable."""
    return _VARIABLE in (tree / "scripts/kconfig/confdata.c").read_text(errors="replace")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One config: the lines that both name, those that only conf names, and those that only kpolicy names.

    `beyond` are of kpolicy's the ones that conf does not look at.
    """

    name: str
    both: int
    missed: tuple[str, ...]
    more: tuple[str, ...]
    beyond: tuple[str, ...]


def named_by_conf(said: str) -> set[str]:
    """The symbols in conf's list."""
    _, head, text = said.partition(_HEAD)
    found = set()
    for line in text.splitlines() if head else ():
        match = _LINE.fullmatch(line)
        if match is None:
            break
        found.add(match[1])
    return found


def named_by_kpolicy(values: Values) -> dict[str, str]:
    """The symbols whose line counts and does not hold, each with what the line asks for."""
    return {item.assignment.name: item.assignment.value for item in line_effects(values) if item.effect in _LOST}


def compare(subject: Subject, oracle: Oracle, arch: str, name: str, text: bytes, path: str | None = None) -> Verdict:
    """Both about one config; one of the tree is read as --defconfig does, any other as --olddefconfig."""
    variables = {_VARIABLE: "1"}
    if path is not None:
        mode = "defconfig"
        result = oracle.run(arch, mode, path=path, variables=variables)
    else:
        mode = "olddefconfig"
        result = oracle.run(arch, mode, text, variables=variables)
    values = evaluate(subject.model(arch), parse_config("config", text), mode)
    theirs, ours = named_by_conf(result.stderr), named_by_kpolicy(values)
    more = sorted(ours.keys() - theirs)
    beyond = [item for item in more if _is_beyond(values, item, ours[item])]
    return Verdict(
        name,
        len(theirs & ours.keys()),
        tuple(sorted(theirs - ours.keys())),
        tuple(item for item in more if item not in beyond),
        tuple(beyond),
    )


def _is_beyond(values: Values, name: str, asked: str) -> bool:
    kind = values.model.type_of(name)
    return kind == "unknown" or (not values.is_written(name) and asked == _EMPTY.get(kind))


def defconfig_verdicts(tree: Path, arch: str) -> list[Verdict]:
    """All defconfigs of an architecture."""
    oracle = Oracle(tree)
    subject = Subject(oracle)
    paths = defconfigs(tree, arch)
    return [compare(subject, oracle, arch, path, (tree / path).read_bytes(), path) for path in paths]


def random_verdicts(tree: Path, arch: str, seeds: range) -> list[Verdict]:
    """Odd random configs of an architecture."""
    oracle = Oracle(tree)
    subject = Subject(oracle)
    return [compare(subject, oracle, arch, f"{arch} {seed}", sample_text(oracle, arch, seed)) for seed in seeds]


def _all(tree: Path, count: int, jobs: int) -> Iterator[tuple[str, list[Verdict]]]:
    oracle = Oracle(tree)
    archs = architectures(tree)
    for arch in {*archs, *ARCHITECTURES}:
        oracle.environment(arch)
    share = -(-count // len(ARCHITECTURES))
    with ProcessPoolExecutor(jobs) as pool:
        stated = [pool.submit(defconfig_verdicts, tree, arch) for arch in archs]
        drawn = [pool.submit(random_verdicts, tree, arch, range(share)) for arch in ARCHITECTURES]
        for kind, futures in (("defconfigs", stated), ("random", drawn)):
            yield kind, [verdict for future in futures for verdict in future.result()]


def main() -> int:
    """Compare all defconfigs of a tree and some random configs; 1 where the two differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("-n", type=int, default=200, help="random configs")
    parser.add_argument("-j", type=int, default=2, help="processes")
    options = parser.parse_args()
    if not has_second_oracle(options.tree):
        print(f"{options.tree}: its conf does not know {_VARIABLE}", file=sys.stderr)
        return 2
    different = 0
    for kind, verdicts in _all(options.tree, options.n, options.j):
        for item in verdicts:
            if item.missed or item.more:
                different += 1
                print(
                    f"{item.name}: only conf {' '.join(item.missed) or '-'}; only kpolicy {' '.join(item.more) or '-'}"
                )
        both, beyond = (sum(counts) for counts in zip(*((v.both, len(v.beyond)) for v in verdicts), strict=True))
        print(f"{kind}: {len(verdicts)} configs, {both} lines named by both, {beyond} beyond conf's list", flush=True)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
