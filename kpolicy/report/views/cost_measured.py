# SPDX-License-Identifier: GPL-2.0-or-later
"""The measured figures of a cost, as `kpolicy cost` shows them beside the documented and computed ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kpolicy.costing.cost import Cost
from kpolicy.costing.measured import OF_KIND, Measured, Measurement, Quantity
from kpolicy.report.text.amounts import amount_text

_WORDS: Final[Mapping[str, str]] = {
    "text": ".text",
    "rodata": ".rodata",
    "image": "image",
    "ls": "ls -lR",
    "fork": "fork and exec",
    "init": "to /init",
}


def measured_lines(cost: Cost, measured: Measured | None) -> Iterator[str]:
    """A line for each measurement of a cost."""
    if measured is None:
        return
    machine = f"Linux {measured.kernel}, {measured.architecture}, {amount_text(measured.ram)} of RAM"
    for item in measured.of(cost.id, cost.kind):
        figures = ", ".join(_figure(item, name) for name in OF_KIND[cost.kind] if name in item.after)
        conditions = [f"with {item.parameters}"] if item.parameters else []
        others = [name for name in item.costs if name != cost.id] if cost.kind == "memory" else []
        if others:
            conditions.append(f"includes {', '.join(others)}")
        elif len(item.options) > 1 and not item.parameters:
            conditions.append(f"together: {', '.join(item.options)}")
        yield f"measured: {'; '.join([figures, *conditions, machine])}"


def measured_document(cost: Cost, measured: Measured | None) -> list[dict[str, Any]]:
    """The measurements of a cost as plain dicts."""
    if measured is None:
        return []
    return [
        {
            "kernel": measured.kernel,
            "architecture": measured.architecture,
            "compiler": measured.compiler,
            "ram": measured.ram,
            "cpus": item.cpus,
            "recipe": item.recipe,
            "options": list(item.options),
            "parameters": item.parameters or None,
            "costs": list(item.costs),
            "figures": {
                name: {"before": item.before[name], "after": item.after[name]}
                for name in OF_KIND[cost.kind]
                if name in item.after
            },
        }
        for item in measured.of(cost.id, cost.kind)
    ]


def _figure(item: Measurement, name: Quantity) -> str:
    """A quantity in words: a difference of bytes, or of instructions a factor."""
    before, after = item.before[name], item.after[name]
    if name == "free":
        return f"{amount_text(abs(before - after))} {'less' if after <= before else 'more'} free memory"
    if name == "table":
        return f"{amount_text(after - before)} in the symbol table"
    if name in ("ls", "fork", "init"):
        return f"{after / before:.2f} times the instructions {'of ' if name != 'init' else ''}{_WORDS[name]}"
    return f"{_WORDS[name]} {100 * (after - before) / before:+.1f}%"
