# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare kpolicy with the conf of any kernel trees: `python -m tests.oracle.whole TREE...` (`make oracle TREES=...`).

Every defconfig of every architecture, byte for byte; with `--all` fragments and presets too.  What differs is
printed and the exit status is 1.  A tree is not written to: its conf is built in the cache folder of the tests.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.oracle.cases import architectures, cases, run_case
from tests.oracle.compare import Subject, difference, expanded
from tests.oracle.conf import Oracle


def compare(tree: Path, arch: str, everything: bool) -> tuple[int, list[str]]:
    """How many cases of an architecture were compared, and the differences."""
    oracle = Oracle(tree)
    subject = Subject(oracle)
    count, wrong = 0, []
    for case in cases(oracle, [arch]):
        if not everything and len(case.inputs) != 1:
            continue
        theirs = run_case(oracle, case)
        count += 1
        if theirs.status:
            wrong.append(f"{case.name}: conf failed: {theirs.stderr}")
        elif diff := difference(case.name, expanded(subject, oracle, case), theirs.config):
            wrong.append(diff)
    return count, wrong


def _jobs(trees: Iterable[Path], archs: list[str] | None) -> Iterator[tuple[Path, str]]:
    for tree in trees:
        oracle = Oracle(tree)
        for arch in archs or architectures(oracle.tree):
            # Builds conf once, before several processes want it.
            oracle.environment(arch)
            yield tree, arch


def main() -> int:
    """Print what differs, tree by tree; 1 when something does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path, nargs="+")
    parser.add_argument("--all", action="store_true", help="fragments, stacks and presets too")
    parser.add_argument("--arch", action="append")
    parser.add_argument("-j", type=int, default=os.cpu_count())
    options = parser.parse_args()
    jobs = list(_jobs(options.tree, options.arch))
    count = different = 0
    with ProcessPoolExecutor(options.j) as pool:
        answers = pool.map(compare, *zip(*jobs, strict=True), [options.all] * len(jobs))
        for (tree, arch), (number, wrong) in zip(jobs, answers, strict=True):
            count += number
            different += len(wrong)
            print(f"{tree.name} {arch}: {number} compared, {len(wrong)} different", flush=True)
            for text in wrong:
                print(text)
    print(f"{count} compared, {different} different")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
