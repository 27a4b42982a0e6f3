# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the figures of the logs as data: a JSON file for each release and architecture in kpolicy/costs/measured."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kpolicy.costing.catalogue import shipped_costs
from lab.bills import bill_of, paid, size
from lab.boot import is_booted, log_of
from lab.build import CONFIG, IMAGE, SECTIONS, SYMBOLS, is_built
from lab.kernel import Kernel, LabError
from lab.logs import LogError, boot_figures, kernel_sizes, table_size
from lab.machine import MEMORY
from lab.recipe import BASE, Boot, Recipes, Table

MEASURED: Final = Path(__file__).resolve().parent.parent / "kpolicy" / "costs" / "measured"


def write(kernel: Kernel, recipes: Recipes, folder: Path = MEASURED) -> tuple[Path, int]:
    """Write the figures of all logs that are there; the path of the file, and how many measurements it has."""
    rows = [*_boots(kernel, recipes), *_tables(kernel, recipes)]
    shown = [*_behaviour(kernel, recipes)]
    document = {
        "kernel": kernel.release,
        "architecture": kernel.machine.architecture,
        "compiler": kernel.compiler,
        "emulator": kernel.emulator,
        "ram": MEMORY,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    path = folder / f"{kernel.name}.json"
    head = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in document.items())
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{{\n{head}  "measurements": {_lines(rows)},\n  "behaviour": {_lines(shown)}\n}}\n')
    return path, len(rows)


def unmet(kernel: Kernel, boot: Boot) -> list[str]:
    """The expected words that the log of a boot lacks."""
    log = log_of(kernel, boot).read_text()
    return [words for words in boot.expect if words not in log]


def _lines(rows: Sequence[Mapping[str, Any]]) -> str:
    """A JSON list with a line for each row, so that a change shows as one."""
    return "[\n" + ",\n".join(f"    {json.dumps(row)}" for row in rows) + "\n  ]" if rows else "[]"


def _boots(kernel: Kernel, recipes: Recipes) -> Iterator[Mapping[str, Any]]:
    for boot in recipes.boots:
        if not boot.options or not boot.against:
            continue
        other = recipes.boot(boot.against)
        if not all(_is_complete(kernel, recipes, item.build) for item in (boot, other)):
            continue
        with_sizes = boot.build != other.build
        yield {
            **_head(boot),
            "parameters": boot.parameters,
            "against": boot.against,
            "cpus": boot.cpus,
            "before": _figures(kernel, other, with_sizes=with_sizes),
            "after": _figures(kernel, boot, with_sizes=with_sizes),
            "computed": _computed(kernel, boot, other),
            "why": boot.why,
        }


def _tables(kernel: Kernel, recipes: Recipes) -> Iterator[Mapping[str, Any]]:
    for table in recipes.tables:
        if not all(_is_complete(kernel, recipes, name) for name in (table.build, table.against) if name):
            continue
        bill = bill_of(kernel.results(table.build) / CONFIG, "", 1)
        yield {
            **_head(table),
            "parameters": "",
            "against": table.against,
            "cpus": 1,
            "before": {"table": _table(kernel, table, table.against)} if table.against else {"table": 0},
            "after": {"table": _table(kernel, table, table.build)},
            "computed": size(bill, table.costs),
            "why": table.why,
        }


def _behaviour(kernel: Kernel, recipes: Recipes) -> Iterator[Mapping[str, Any]]:
    for boot in recipes.boots:
        if boot.expect and _is_complete(kernel, recipes, boot.build):
            yield {
                "recipe": boot.name,
                "build": boot.build,
                "parameters": boot.parameters,
                "rules": boot.rules,
                "shows": boot.shows,
                "expected": boot.expect,
                "lacks": unmet(kernel, boot),
            }


def _head(entry: Boot | Table) -> Mapping[str, Any]:
    kinds = {cost.id: cost.kind for cost in shipped_costs().costs}
    costs = {name: kinds[name] for name in entry.costs}
    return {"recipe": entry.name, "build": entry.build, "options": entry.options, "costs": costs}


def _is_complete(kernel: Kernel, recipes: Recipes, build: str) -> bool:
    """Whether a kernel is built and all its boots are done: figures of a part of them are not written."""
    built = is_built(kernel, recipes.build(BASE), recipes.build(build))
    return built and all(is_booted(kernel, recipes, boot) for boot in recipes.boots_of(build))


def _computed(kernel: Kernel, boot: Boot, other: Boot) -> int | None:
    """What kpolicy computes that the first boot costs more than the other one."""
    one, two = (
        paid(bill_of(kernel.results(item.build) / CONFIG, item.parameters, item.cpus), boot.costs)
        for item in (boot, other)
    )
    return None if one is None else one - (two or 0)


def _figures(kernel: Kernel, boot: Boot, *, with_sizes: bool) -> Mapping[str, int]:
    figures = dict(boot_figures(log_of(kernel, boot).read_text()))
    if with_sizes:
        folder = kernel.results(boot.build)
        symbols, sections = (folder / SYMBOLS).read_text(), (folder / SECTIONS).read_text()
        figures |= kernel_sizes(symbols, sections, (folder / IMAGE).stat().st_size)
    return figures


def _table(kernel: Kernel, table: Table, build: str) -> int:
    try:
        return table_size((kernel.results(build) / SYMBOLS).read_text(), table.symbols, table.spans)
    except LogError as error:
        raise LabError(f"{table.name}: {error} in the build {build}") from error
