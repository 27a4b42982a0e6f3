# SPDX-License-Identifier: GPL-2.0-or-later
"""What conf warns of on random configs, against the selects that are proved to break a dependency.

`python -m tests.prove.unmet -n 2000 [TREE ...]`.  A select that conf warns of and that is not found makes the exit
status 1.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.unmet import unmet_selects
from tests.models import tree_of
from tests.oracle.conf import Oracle
from tests.oracle.trees import find_trees

ARCHITECTURES = ("x86", "arm64")
# How many of a hundred prompts are on: conf's own half, few, many.
_SHARES = ("", "10", "25", "80")
_WARNING = re.compile(
    r"unmet direct dependencies detected for (\w+)\n  Depends on \[(\w)\].*\n((?:  (?:Selected|- ).*\n)*)"
)


def warned_of(stderr: str) -> Iterator[tuple[str, str]]:
    """The selects, source and target, that turn a symbol on beyond its dependencies."""
    for target, limit, rest in _WARNING.findall(stderr):
        level = ""
        for line in rest.splitlines():
            if line.startswith("  Selected by"):
                level = line[15]
            elif "nmy".index(level) > "nmy".index(limit):
                yield re.split(r"[ \[]", line.removeprefix("  - "))[0], target


def one(oracle: Oracle, arch: str, seed: int) -> set[tuple[str, str]]:
    """What conf warns of with a seed."""
    share = _SHARES[seed % len(_SHARES)]
    variables = {"KCONFIG_SEED": str(seed)} | ({"KCONFIG_PROBABILITY": share} if share else {})
    return set(warned_of(oracle.run(arch, "randconfig", variables=variables, cached=False).stderr))


def main() -> int:
    """Compare, print the selects with how many configs showed them, and a line for each architecture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", nargs="*", type=Path)
    parser.add_argument("-n", type=int, default=2000, help="seeds for each architecture")
    parser.add_argument("-j", type=int, default=2)
    options = parser.parse_args()
    lost = 0
    for kernel in options.tree or sorted(find_trees().kernels.values()):
        tree, oracle = tree_of(kernel), Oracle(kernel)
        for word in ARCHITECTURES:
            found = unmet_selects(tree.model(resolve_architecture(tree.source, word), Toolchain.dummy()))
            proved = {(claim.symbol, claim.part) for claim in found.claims.claims}
            seen: Counter[tuple[str, str]] = Counter()
            oracle.environment(word)
            with ThreadPoolExecutor(options.j) as pool:
                for warned in pool.map(partial(one, oracle, word), range(options.n)):
                    seen.update(warned)
            for (source, target), count in sorted(seen.items()):
                print(f"{source} selects {target}: {count}{'' if (source, target) in proved else ' NOT FOUND'}")
            missing = seen.keys() - proved
            lost += len(missing)
            print(
                f"{kernel} {word}: {options.n} random configs, conf warns of {len(seen)} selects, "
                f"{len(missing)} of them not found; {len(proved)} found, {len(found.undecided)} not decided",
                flush=True,
            )
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
