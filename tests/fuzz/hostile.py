# SPDX-License-Identifier: GPL-2.0-or-later
"""Damaged texts of all kinds through kpolicy's own code: `python -m tests.fuzz.hostile` (`make fuzz`).

Whatever a text holds: it is read, or there is a KpolicyError; and soon.  Nothing here runs another program.
A text that does otherwise is kept in a folder of the cache, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Final

from kpolicy.config.model import Config
from kpolicy.config.read import parse_config
from kpolicy.errors import KpolicyError
from kpolicy.evaluate.dotconfig import dotconfig
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.names import index_names
from kpolicy.kconfig.references import references
from kpolicy.kernel.architecture import Architecture, resolve_architecture
from kpolicy.kernel.patch import patch_text
from kpolicy.kernel.toolchain import EmulatedProbes, Toolchain
from kpolicy.policy.checks.kconfig import check_kconfig
from kpolicy.policy.files.extends import policy_of_text
from kpolicy.policy.files.show import rows
from kpolicy.policy.judging.standard import Standard, assess
from kpolicy.run.bare import bare_report, bare_values
from tests.fuzz.texts import KINDS, text_of
from tests.kernel.memory import MemorySource
from tests.models import tree_of
from tests.oracle.cache import cache_folder

_BLOCK: Final = 200
# Of processor time: a probe may have five seconds of it.
LONGEST: Final = 15.0
_MAKEFILE: Final = "VERSION = 6\nPATCHLEVEL = 12\n"
_MORE: Final = 'config MORE\n\tbool "more"\n\tdefault A\n\nconfig B\n\ttristate "b"\n'
_SOME: Final = b"CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_MORE=y\nCONFIG_B0=y\nCONFIG_I0=9\n"


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of a text that should have been read or refused."""

    kind: str
    seed: int
    what: str


@cache
def _standard() -> Standard:
    return Standard(policy_of_text("kpolicy.toml", ""), ())


@cache
def _model() -> Model:
    from kpolicy.demo import demo_tree

    tree = tree_of(demo_tree())
    return tree.model(resolve_architecture(tree.source, "x86"), Toolchain.dummy())


def _judged(values: Values) -> None:
    assert dotconfig(values).startswith(b"#")
    assess(values, "config", _standard())


def _read_kconfig(text: bytes) -> None:
    files = {"Makefile": _MAKEFILE, "Kconfig.more": _MORE, "arch/x86/Kconfig": "", "text": "line\n"}
    source = MemorySource({**files, "Kconfig": text.decode("utf-8", "surrogateescape")})
    index_names(source)
    assert list(references(source, ["Kconfig", "Kconfig.more"])) is not None
    model = Tree(source, "/").model(Architecture("x86", "x86"), Toolchain.dummy())
    check_kconfig(model)
    for mode in ("alldefconfig", "allyesconfig", "allnoconfig"):
        assert dotconfig(evaluate(model, None, mode)).startswith(b"#")
    _judged(evaluate(model, parse_config("config", _SOME), "olddefconfig"))


def _ask_probe(text: bytes) -> None:
    probes = EmulatedProbes(Toolchain.dummy(), MemorySource({"text": "a.b\nc d\n" * 9, "s.sh": "#!/bin/sh\necho $1\n"}))
    environment = {"srctree": ".", "x": "a b", "CC": "gcc"}
    command = text.decode("utf-8", "surrogateescape")
    for asked in (command, f'{{ {command}; }} >/dev/null 2>&1 && echo "y" || echo "n"'):
        answer = probes.shell(asked, environment)
        assert len(answer.output.encode("utf-8", "surrogateescape")) < 4096
        assert answer.known or answer.why or answer.told


def _read_config(text: bytes) -> None:
    config: Config = parse_config("config", text)
    for mode in ("defconfig", "olddefconfig"):
        _judged(evaluate(_model(), config, mode))
    bare_report(bare_values(config), _standard())


def _read_policy(text: bytes) -> None:
    policy = policy_of_text("kpolicy.toml", text.decode("utf-8", "replace"))
    for name in ("arch/x86/configs/x86_64_defconfig", ""):
        assert list(rows(policy.settings(name)))


def _read_patch(text: bytes) -> None:
    assert isinstance(patch_text(text), bytes)


_READ: Final[Mapping[str, Callable[[bytes], None]]] = {
    "kconfig": _read_kconfig,
    "probe": _ask_probe,
    "config": _read_config,
    "policy": _read_policy,
    "patch": _read_patch,
}


def try_one(kind: str, seed: int) -> Failure | None:
    """What is wrong with how a text is taken; None when it is read, or refused with an error that can be shown."""
    start = time.process_time()
    what = ""
    try:
        _READ[kind](text_of(kind, seed))
    except KpolicyError as error:
        if "error: " not in error.render() or "internal error" in error.render():
            what = error.render()
    except Exception:  # noqa: BLE001 - any other exception is what is looked for
        what = traceback.format_exc()
    took = time.process_time() - start
    if not what and took > LONGEST:
        what = f"took {took:.1f} s of processor time"
    return Failure(kind, seed, what) if what else None


def try_many(kind: str, seeds: range) -> tuple[list[Failure], float]:
    """The failures among some texts, and the processor time of the slowest."""
    failures, slowest = [], 0.0
    for seed in seeds:
        start = time.process_time()
        failure = try_one(kind, seed)
        slowest = max(slowest, time.process_time() - start)
        if failure is not None:
            failures.append(failure)
    return failures, slowest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=10_000, help="texts of each kind")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--kind", choices=KINDS, action="append", help="only this kind (may be repeated)")
    parser.add_argument("-j", type=int, default=os.cpu_count())
    options = parser.parse_args()
    end = options.first + options.n
    wrong = 0
    for kind in options.kind or KINDS:
        blocks = [range(start, min(start + _BLOCK, end)) for start in range(options.first, end, _BLOCK)]
        slowest = 0.0
        failures: list[Failure] = []
        with ProcessPoolExecutor(options.j) as pool:
            for found, longest in pool.map(try_many, [kind] * len(blocks), blocks):
                slowest = max(slowest, longest)
                failures += found
        for failure in failures:
            path = cache_folder(f"fuzz-failures/{kind}") / f"{failure.seed}.input"
            path.write_bytes(text_of(kind, failure.seed))
            print(f"{kind} {failure.seed}: {failure.what}\nkept in {path}")
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
        print(f"{options.n} {kind}: {len(failures)} failures; slowest {slowest:.2f} s; {memory} MiB", flush=True)
        wrong += len(failures)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
