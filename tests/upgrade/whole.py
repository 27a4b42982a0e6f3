# SPDX-License-Identifier: GPL-2.0-or-later
"""Compare `kpolicy upgrade` with the conf of two kernels: `python -m tests.upgrade.whole BEFORE AFTER`.

Every defconfig of BEFORE whose architecture AFTER has, or a sample with -n: lost requests and new questions are those
that conf shows, and each upgraded config, expanded by the conf of AFTER, is what was promised.  With --config it is
full .config files instead, for one --arch.  What differs is printed and the exit status is 1.  No tree is written to.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from kpolicy.config.read import unpacked
from tests.oracle.cases import architectures, defconfigs
from tests.oracle.conf import Oracle
from tests.upgrade.against_conf import Counts, Kernels


def cases(before: Path, after: Path, count: int | None) -> dict[str, list[str]]:
    """The defconfigs by architecture; `count` of them drawn at random, None for all."""
    archs = [arch for arch in architectures(before) if arch in architectures(after)]
    every = [(arch, path) for arch in archs for path in defconfigs(before, arch)]
    if count is not None and count < len(every):
        every = sorted(random.Random(f"{before.name} {after.name}").sample(every, count))
    return {arch: [path for other, path in every if other == arch] for arch in dict(every)}


def compare(before: Path, after: Path, arch: str, paths: Sequence[str]) -> Iterator[tuple[str, Counts, list[str]]]:
    """Some defconfigs of an architecture, one after the other."""
    kernels = Kernels(before, after)
    for path in paths:
        yield path, *kernels.check(arch, path)


def _listed(
    before: Path, after: Path, arch: str, paths: Sequence[str], *, full: bool
) -> list[tuple[str, Counts, list[str]]]:
    if not full:
        return list(compare(before, after, arch, paths))
    kernels = Kernels(before, after)
    return [(path, *kernels.check_full(arch, path, unpacked(Path(path).read_bytes(), path))) for path in paths]


def main() -> int:
    """Print what differs; 1 when something does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("-n", type=int, help="so many defconfigs, drawn at random")
    parser.add_argument("-j", type=int, default=1, help="processes")
    parser.add_argument("--arch", action="append", help="only this architecture (may be repeated)")
    parser.add_argument("--config", action="append", help="a full .config (may be repeated)")
    options = parser.parse_args()
    if options.config:
        jobs = [(options.arch[0] if options.arch else "x86", options.config)]
    else:
        found = cases(options.before, options.after, options.n)
        jobs = [(arch, paths) for arch, paths in found.items() if not options.arch or arch in options.arch]
    for tree in (options.before, options.after):
        for arch, _ in jobs:
            # Builds conf once, before several processes want it.
            Oracle(tree).environment(arch)
    total, count, different = Counts(), 0, 0
    with ProcessPoolExecutor(options.j) as pool:
        full = bool(options.config)
        waiting = [pool.submit(_listed, options.before, options.after, *job, full=full) for job in jobs]
        for future in waiting:
            for path, counts, wrong in future.result():
                count += 1
                total += counts
                different += bool(wrong)
                print(f"{path}: {'different' if wrong else 'same'}", flush=True)
                for text in wrong:
                    print(f"  {text}")
    print(
        f"{count} configs{'' if full else ', each in two ways'}, {different} different: {total.lost} requests lost,"
        f" {total.kept} kept by edits, {total.questions} new questions"
    )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
