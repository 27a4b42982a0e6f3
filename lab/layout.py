# SPDX-License-Identifier: GPL-2.0-or-later
"""Lay out the structures of a kernel: `python -m lab.layout TREE`.

Objects that have them are compiled with debug info, in some configs, and pahole reads the sizes.  They are written to
lab/layouts.  Figures of costs that give something else are printed.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kpolicy.costing.formula import NoFigureError
from lab.build import ignored, run_make
from lab.kernel import Kernel, LabError, find_kernel
from lab.layouts import LAYOUTS, Compared, Plan, Source, Variant, compare, load_layouts, load_plan, mentioned
from lab.machine import MACHINES
from lab.make import WORK
from lab.recipe import BASE, RecipeError, load_recipes

_PAHOLE: Final = "pahole"
_VALUE: Final = re.compile(r"^CONFIG_(\w+)=(.*)$", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Lay out the structures of a kernel, and write their sizes; 1 if a cost differs."""
    options = _parser().parse_args(arguments)
    try:
        _find_pahole()
        kernel = find_kernel(options.tree.resolve(), MACHINES[options.arch], options.work.resolve(), boots=False)
        plan = load_plan(options.arch, kernel.release)
        base = load_recipes(options.arch, kernel.release).build(BASE).lines
        rows = [_lay_out(kernel, plan, variant, base, options.jobs) for variant in plan.variants]
        path = _write(kernel, rows, options.output)
        different = [item for layout in load_layouts(path) for item in compare(layout, plan.compositions)]
    except (LabError, RecipeError, NoFigureError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    print(f"{kernel.name}: {len(rows)} configs in {path}", file=sys.stderr)
    wrong = [item for item in different if item.computed not in (None, item.expected)]
    for item in wrong:
        print(difference(item))
    return 1 if wrong else 0


def _find_pahole() -> None:
    if shutil.which(_PAHOLE) is None:
        raise LabError(f"{_PAHOLE} is not installed (Debian: apt-get install dwarves)")


def difference(item: Compared) -> str:
    """What a figure is and what it should be, in words."""
    name = f"{item.layout.release} {item.layout.architecture} {item.layout.variant}"
    parameters = f" with {item.composition.parameters}" if item.composition.parameters else ""
    return f"{name}: {item.composition.cost}{parameters}: {item.computed}, but the sizes give {item.expected}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab.layout", description=__doc__)
    parser.add_argument("tree", type=Path, metavar="TREE", help="kernel sources, without a build in them")
    parser.add_argument("--arch", choices=sorted(MACHINES), default="x86_64")
    parser.add_argument("--work", type=Path, default=WORK, help=f"folder for objects and logs (default: {WORK})")
    parser.add_argument("--jobs", "-j", type=int, default=2)
    parser.add_argument("--output", type=Path, default=LAYOUTS, help="folder for the sizes")
    return parser


def _lay_out(kernel: Kernel, plan: Plan, variant: Variant, base: Sequence[str], jobs: int) -> Mapping[str, Any]:
    """Compile the objects of a variant and read the sizes."""
    print(f"{kernel.name}: {variant.name}", file=sys.stderr, flush=True)
    objects = kernel.work / "layouts" / kernel.name
    objects.mkdir(parents=True, exist_ok=True)
    log, asked = objects / f"log-{variant.name}", objects / "asked"
    log.write_text(f"# Linux {kernel.release}, {kernel.machine.architecture}, {kernel.compiler}, {variant.name}\n")
    common = plan.variants[0]
    lines = (*common.lines, *(variant.lines if variant is not common else ()))
    asked.write_text("".join(f"{line}\n" for line in (*base, *lines, *common.optional, *variant.optional)))
    run_make(kernel, log, "allnoconfig", asked=asked, objects=objects)
    config = (objects / ".config").read_text()
    lost = tuple(ignored(lines, config))
    if lost:
        raise LabError(f"{variant.name}: requested, but not in the config of {kernel.release}: {', '.join(lost)}")
    values: dict[str, str] = dict(_VALUE.findall(config))
    sources = [source for source in plan.sources if values.get(source.option) == "y"]
    paths = list(dict.fromkeys(source.path for source in sources))
    run_make(kernel, log, f"-j{jobs}", "KCFLAGS=-g", "prepare", objects=objects)
    run_make(kernel, log, f"-j{jobs}", "KCFLAGS=-g", *paths, objects=objects)
    sizes = {name: size for source in sources for name, size in _sizes(kernel, source, objects / source.path)}
    known = {name: values.get(name, "n") for name in mentioned()}
    return {"variant": variant.name, "lines": lines, "config": known, "sizes": dict(sorted(sizes.items()))}


def _sizes(kernel: Kernel, source: Source, path: Path) -> Iterator[tuple[str, int]]:
    """The sizes of what an object has; raises LabError if it lacks one."""
    found: dict[str, int] = {}
    for kind, option in (("struct", ()), ("union", ("--unions",))):
        if any(name.startswith(f"{kind} ") for name in source.types):
            for row in _output(_PAHOLE, *option, "--sizes", str(path)):
                words = row.split()
                found[f"{kind} {words[0]}"] = int(words[1])
    if source.variables:
        for row in _output(f"{kernel.machine.prefix}nm", "-S", str(path)):
            words = row.split()
            if len(words) == 4:
                found[words[3]] = int(words[1], 16)
    for name in (*source.types, *source.variables):
        if name not in found:
            raise LabError(f"{source.path} of {kernel.release} has no {name}")
        yield name, found[name]


def _output(*command: str) -> list[str]:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def _write(kernel: Kernel, rows: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """Write the sizes, a line for each list, so that a change shows as one."""
    head = {
        "kernel": kernel.release,
        "architecture": kernel.machine.architecture,
        "compiler": kernel.compiler,
        "pahole": _output(_PAHOLE, "--version")[0],
    }
    parts = [",\n".join(f"      {json.dumps(key)}: {json.dumps(value)}" for key, value in row.items()) for row in rows]
    variants = ",\n".join(f"    {{\n{part}\n    }}" for part in parts)
    begin = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kernel.name}.json"
    path.write_text(f'{{\n{begin}  "variants": [\n{variants}\n  ]\n}}\n')
    return path


if __name__ == "__main__":
    sys.exit(main())
