# SPDX-License-Identifier: GPL-2.0-or-later
"""Measure what options cost: `python -m lab.make TREE` (`make lab TREE=...`).

What is built and booted already, from the same kernel, recipe and compiler, is not done again: a run that stops after
`--minutes` is continued by the next one.  At its end the figures of all logs are written to kpolicy/costs/measured.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from lab.boot import boot_kernel, find_busybox, is_booted
from lab.build import build_kernel, is_built
from lab.data import MEASURED, unmet, write
from lab.kernel import Kernel, LabError, find_kernel
from lab.machine import MACHINES
from lab.recipe import BASE, RecipeError, Recipes, load_recipes

WORK: Final = Path.home() / ".cache" / "kpolicy-lab"


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the recipes of a kernel until the time is over, and write the figures."""
    options = _parser().parse_args(arguments)
    try:
        kernel = find_kernel(options.tree.resolve(), MACHINES[options.arch], options.work.resolve())
        recipes = load_recipes(options.arch, kernel.release)
        busybox = find_busybox(kernel, options.busybox)
        end = time.monotonic() + 60 * options.minutes
        failed, left = _carry_out(kernel, recipes, busybox, options.jobs, options.only, lambda: time.monotonic() > end)
        _write(kernel, recipes, options.output)
    except (LabError, RecipeError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    if left:
        print(f"lab: {left} builds are left: run it again to go on", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab.make", description=__doc__)
    parser.add_argument("tree", type=Path, metavar="TREE", help="kernel sources, without a build in them")
    parser.add_argument("--arch", choices=sorted(MACHINES), default="x86_64")
    parser.add_argument("--only", action="append", default=[], metavar="BUILD", help="only this build and its boots")
    parser.add_argument("--minutes", type=float, default=50, help="begin no build after this time (default: 50)")
    parser.add_argument("--work", type=Path, default=WORK, help=f"folder for kernels and logs (default: {WORK})")
    parser.add_argument("--busybox", type=Path, help="a static busybox for the machine (default: the host's)")
    parser.add_argument("--jobs", "-j", type=int, default=2)
    parser.add_argument("--output", type=Path, default=MEASURED, help="folder for the figures")
    return parser


def _carry_out(
    kernel: Kernel, recipes: Recipes, busybox: Path, jobs: int, only: Sequence[str], is_over: Callable[[], bool]
) -> tuple[int, int]:
    """Build and boot; return how many steps failed, and how many builds were not begun."""
    failed = left = 0
    base = recipes.build(BASE)
    for build in recipes.builds:
        if only and build.name not in only:
            continue
        if is_over():
            left += 1
            continue
        try:
            if not is_built(kernel, base, build):
                _say(f"{kernel.name}: building {build.name}")
                _say(f"{kernel.name}: built {build.name} in {build_kernel(kernel, base, build, jobs):.0f} s")
            for boot in recipes.boots_of(build.name):
                if not is_booted(kernel, recipes, boot):
                    seconds = boot_kernel(kernel, recipes, boot, busybox)
                    lacks = "".join(f"; the log lacks {words!r}" for words in unmet(kernel, boot))
                    _say(f"{kernel.name}: booted {boot.name} in {seconds:.0f} s{lacks}")
        except LabError as error:
            _say(f"lab: {error}")
            failed += 1
    return failed, left


def _write(kernel: Kernel, recipes: Recipes, output: Path) -> None:
    path, count = write(kernel, recipes, output)
    _say(f"{kernel.name}: {count} measurements in {path}")


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
