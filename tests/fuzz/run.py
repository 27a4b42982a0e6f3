# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole of the odd inputs against conf: `python -m tests.fuzz.run` (`make fuzz`).

Inputs that differ are kept in a folder of the cache, with both answers, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.fuzz.generate import ARCHITECTURES, sample
from tests.oracle.cache import cache_folder
from tests.oracle.compare import Subject, difference
from tests.oracle.conf import Oracle
from tests.oracle.trees import find_trees

_BLOCK = 20


def compare(tree: Path, arch: str, seeds: range) -> list[str]:
    """The differences of some seeds; each is also written down."""
    oracle = Oracle(tree)
    subject = Subject(oracle)
    wrong = []
    for seed in seeds:
        made = sample(oracle, arch, seed)
        ours = subject.expand(arch, "olddefconfig", made.text)
        diff = difference(f"{tree.name} {arch} seed {seed}", ours, made.expected.config)
        if made.expected.status:
            diff = f"{arch} seed {seed}: conf failed: {made.expected.stderr}"
        if diff:
            folder = cache_folder(f"fuzz-failures/{tree.name}/{arch}")
            (folder / f"{seed}.input").write_bytes(made.text)
            (folder / f"{seed}.conf").write_bytes(made.expected.config)
            (folder / f"{seed}.kpolicy").write_bytes(ours)
            wrong.append(f"{diff}\nkept in {folder}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path, nargs="*", help="kernel trees, those of the tests without")
    parser.add_argument("-n", type=int, default=200, help="samples of each architecture and kernel")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("-j", type=int, default=os.cpu_count())
    options = parser.parse_args()
    trees = options.tree or list(find_trees().kernels.values())
    if not trees:
        print("no kernel trees: run `make trees`", file=sys.stderr)
        return 1
    for tree in trees:
        oracle = Oracle(tree)
        for arch in ARCHITECTURES:
            oracle.environment(arch)
    end = options.first + options.n
    jobs = [
        (tree, arch, range(start, min(start + _BLOCK, end)))
        for tree in trees
        for start in range(options.first, end, _BLOCK)
        for arch in ARCHITECTURES
    ]
    count = different = 0
    with ProcessPoolExecutor(options.j) as pool:
        for job, wrong in zip(jobs, pool.map(compare, *zip(*jobs, strict=True)), strict=True):
            count += len(job[2])
            different += len(wrong)
            for text in wrong:
                print(text)
            print(
                f"{count} of {len(trees) * len(ARCHITECTURES) * options.n} compared, {different} different", flush=True
            )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
