# SPDX-License-Identifier: GPL-2.0-or-later
"""The formulas of thousands of random small trees against all of their configs: `python -m tests.prove.sweep -n 20000`.

Without a TREE, in the dialects of the kernels of the tests, and once more with the `imply` of 5.4.  What a formula
refuses though a config gives it, what it allows though none does where nothing is free, and a wrong answer to an
implication make the exit status 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tests.kconfig.small import make_tree
from tests.kconfig.trial import kinds
from tests.oracle.trees import find_trees
from tests.prove.trial import Outcome, trial

_CHUNK = 50
# What `read_dialect` looks for.
_STRONG_IMPLY = "\n/* sym->implied.expr && sym->dir_dep.tri != no */\n"


def some(seeds: Iterable[int], kernel: Path | None, *, strong_imply: bool = False) -> Iterator[Outcome | None]:
    """The outcomes of some seeds in the dialect of a kernel, today's without one."""
    sys.setrecursionlimit(50_000)
    with tempfile.TemporaryDirectory(prefix="small-") as name:
        folder = make_tree(Path(name), {"Kconfig": ""}, kernel)
        if strong_imply:
            with (folder / "scripts/kconfig/symbol.c").open("a") as file:
                file.write(_STRONG_IMPLY)
        old = kernel is not None and kinds(kernel)[0]
        for seed in seeds:
            yield trial(seed, folder, old=old)


def _chunk(seeds: range, kernel: Path, *, strong_imply: bool) -> list[Outcome | None]:
    return list(some(seeds, kernel, strong_imply=strong_imply))


def main() -> int:
    """Compare, print what is wrong and a line of counts for each dialect."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", nargs="*", type=Path)
    parser.add_argument("-n", type=int, default=1000, help="trees for each dialect")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("-j", type=int, default=2)
    options = parser.parse_args()
    wrong = 0
    for kernel in options.tree or sorted(find_trees().kernels.values()):
        for strong_imply in (False, True) if kinds(kernel)[0] else (False,):
            counts: Counter[str] = Counter()
            starts = range(options.start, options.start + options.n, _CHUNK)
            chunks = [range(start, min(start + _CHUNK, options.start + options.n)) for start in starts]
            with ProcessPoolExecutor(options.j) as pool:
                for outcomes in pool.map(partial(_chunk, kernel=kernel, strong_imply=strong_imply), chunks):
                    for outcome in outcomes:
                        _count(counts, outcome)
            wrong += counts["refused though given"] + counts["allowed though not given"]
            wrong += counts["of them answered wrong"]
            words = ", ".join(f"{count:,} {word}" for word, count in sorted(counts.items()))
            print(f"{kernel}{', imply as in 5.4' if strong_imply else ''}: {words}", flush=True)
    return 1 if wrong else 0


def _count(counts: Counter[str], outcome: Outcome | None) -> None:
    if outcome is None:
        counts["not tried"] += 1
        return
    counts["trees"] += 1
    counts["configs"] += outcome.configs
    counts["with something free"] += outcome.free
    counts["implications"] += outcome.asked
    counts["of them not decided"] += outcome.undecided
    counts["of them answered wrong"] += outcome.wrong
    counts["free and allowed though not given"] += bool(outcome.beyond and outcome.free)
    if outcome.missing:
        counts["refused though given"] += 1
        print(outcome.text, flush=True)
    elif outcome.wrong:
        print(outcome.text, flush=True)
    elif outcome.beyond and not outcome.free:
        counts["allowed though not given"] += 1
        print(outcome.text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
