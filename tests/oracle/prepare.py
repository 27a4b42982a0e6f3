# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask conf everything that the tests will want to know, as many runs at a time as there are processors.

`python -m tests.oracle.prepare`: a test would wait for one run after the other.  What was asked before
is not asked again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.fuzz.generate import ARCHITECTURES, sample
from tests.oracle.cases import (
    architectures,
    ask_for_minimal,
    cases,
    defconfig_sample,
    is_sampled,
    run_case,
)
from tests.oracle.conf import Oracle
from tests.oracle.trees import find_trees

FUZZ_SEEDS = range(3)
"""The odd inputs that `make test` compares; `make fuzz` takes more."""


def questions(oracle: Oracle) -> Iterator[Callable[[], object]]:
    """What the tests ask of one tree."""
    for case in cases(oracle):
        if is_sampled(case):
            yield partial(run_case, oracle, case)
    for arch, path in defconfig_sample(oracle, "minimal"):
        yield partial(ask_for_minimal, oracle, arch, path)
    for arch in ARCHITECTURES:
        for seed in FUZZ_SEEDS:
            yield partial(sample, oracle, arch, seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-j", type=int, default=os.cpu_count())
    options = parser.parse_args()
    start = time.monotonic()
    count = 0
    for tree in find_trees().kernels.values():
        oracle = Oracle(tree)
        for arch in architectures(tree):
            oracle.environment(arch)
        with ThreadPoolExecutor(options.j) as pool:
            for future in [pool.submit(question) for question in questions(oracle)]:
                future.result()
                count += 1
    print(f"conf was asked {count} questions in {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
