# SPDX-License-Identifier: GPL-2.0-or-later
"""Thousands of random small trees against the conf of kernels: `python -m tests.kconfig.sweep -n 5000 [TREE ...]`.

Without a TREE, those of the tests.  Differences are printed, and make the exit status 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tests.kconfig.trial import Outcome, trial
from tests.oracle.conf import Oracle
from tests.oracle.trees import find_trees

_CHUNK = 50


def _some(seeds: range, kernel: Path, program: Path) -> list[Outcome]:
    sys.setrecursionlimit(50_000)
    with tempfile.TemporaryDirectory(prefix="small-") as name:
        return [trial(seed, kernel, program, Path(name) / "trial") for seed in seeds]


def sweep(kernel: Path, seeds: range, jobs: int) -> Iterable[Outcome]:
    """The outcomes of random trees in the dialect of a kernel."""
    oracle = Oracle(kernel)
    oracle.environment("x86")
    chunks = [seeds[start : start + _CHUNK] for start in range(0, len(seeds), _CHUNK)]
    with ProcessPoolExecutor(jobs) as pool:
        for outcomes in pool.map(partial(_some, kernel=oracle.tree, program=oracle.program), chunks):
            yield from outcomes


def main() -> int:
    """Compare, print what differs and a line of counts a kernel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", nargs="*", type=Path)
    parser.add_argument("-n", type=int, default=1000, help="trees a kernel")
    parser.add_argument("--start", type=int, default=1_000_000, help="the first seed")
    parser.add_argument("-j", type=int, default=2)
    options = parser.parse_args()
    different = 0
    for kernel in options.tree or sorted(find_trees().kernels.values()):
        words: Counter[str] = Counter()
        for outcome in sweep(kernel, range(options.start, options.start + options.n), options.j):
            words[outcome.word] += 1
            if outcome.text:
                print(outcome.text, flush=True)
        different += words["different"]
        print(f"{kernel}: " + ", ".join(f"{count} {word}" for word, count in sorted(words.items())), flush=True)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
