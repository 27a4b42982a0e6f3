# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot kernels of the lab a second time and compare the figures: `python -m lab.again TREE RECIPE...`.

Memory must be the same within 100 kB, instructions within one percent.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from lab.boot import console, find_busybox, is_booted, log_of
from lab.kernel import Kernel, LabError, find_kernel
from lab.logs import boot_figures
from lab.machine import MACHINES
from lab.make import WORK
from lab.recipe import Boot, RecipeError, Recipes, load_recipes

_MEMORY: Final = 100_000
_WORK: Final = 0.01


def differences(first: Mapping[str, int], second: Mapping[str, int]) -> Iterator[str]:
    """The figures of two boots that differ by more than they may."""
    for name, value in first.items():
        change = second[name] - value
        limit = _MEMORY if name in ("free", "total") else _WORK * value
        if abs(change) > limit:
            yield f"{name} {value} and {second[name]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Boot the recipes again; the exit status is 1 if a figure differs."""
    parser = argparse.ArgumentParser(prog="python -m lab.again", description=__doc__)
    parser.add_argument("tree", type=Path, metavar="TREE")
    parser.add_argument("recipes", nargs="+", metavar="RECIPE")
    parser.add_argument("--arch", choices=sorted(MACHINES), default="x86_64")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--busybox", type=Path)
    options = parser.parse_args(arguments)
    try:
        kernel = find_kernel(options.tree.resolve(), MACHINES[options.arch], options.work.resolve())
        recipes = load_recipes(options.arch, kernel.release)
        busybox = find_busybox(kernel, options.busybox)
        return max(_again(kernel, recipes, recipes.boot(name), busybox) for name in options.recipes)
    except (LabError, RecipeError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2


def _again(kernel: Kernel, recipes: Recipes, boot: Boot, busybox: Path) -> int:
    if not is_booted(kernel, recipes, boot):
        raise LabError(f"{boot.name} is not booted yet: run make lab")
    first = boot_figures(log_of(kernel, boot).read_text())
    found = list(differences(first, boot_figures(console(kernel, boot, busybox))))
    print(f"{kernel.name}: {boot.name}: {'; '.join(found) or 'the same'}", flush=True)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
