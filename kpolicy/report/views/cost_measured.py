# SPDX-License-Identifier: GPL-2.0-or-later
"""The measured figures of a cost, as `kpolicy cost` shows them beside the documented and computed ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kpolicy.costing.bill import Item
from kpolicy.costing.cost import Cost
from kpolicy.costing.measured import Measurement, Quantity
from kpolicy.report.text.amounts import amount_text

_WORDS: Final[Mapping[str, str]] = {
    "text": ".text",
    "rodata": ".rodata",
    "image": "image",
    "ls": "ls -lR",
    "fork": "fork and exec",
}


def measured_lines(billed: Item, measured: Sequence[Measurement]) -> Iterator[str]:
    """A line for each measurement of a cost; why it differs from what is computed stands where that is an amount."""
    cost, figure = billed.cost, billed.figure
    is_computed = billed.amount is not None and figure is not None and not figure.per and cost.kind == "memory"
    for item in measured:
        quantities = item.quantities(cost.id)
        if not quantities:
            continue
        lab = item.lab
        figures = ", ".join(_figure(item, name) for name in quantities)
        with_ = [f"with {item.parameters}"] if item.parameters else []
        machine = f"Linux {lab.kernel}, {lab.architecture}, {amount_text(lab.ram)} of RAM"
        why = [item.why] if item.why and is_computed else []
        yield f"measured: {'; '.join([figures, *with_, *_together(cost, item), machine, *why])}"


def measured_document(cost: Cost, measured: Sequence[Measurement]) -> list[dict[str, Any]]:
    """The measurements of a cost as plain dicts."""
    return [
        {
            "kernel": item.lab.kernel,
            "architecture": item.lab.architecture,
            "compiler": item.lab.compiler,
            "ram": item.lab.ram,
            "cpus": item.cpus,
            "recipe": item.recipe,
            "options": list(item.options),
            "parameters": item.parameters or None,
            "costs": list(item.costs),
            "computed": item.computed,
            "why": item.why or None,
            "figures": {
                name: {"before": item.before[name], "after": item.after[name]} for name in item.quantities(cost.id)
            },
        }
        for item in measured
        if item.quantities(cost.id)
    ]


def _together(cost: Cost, item: Measurement) -> Iterator[str]:
    """What else is in the figure: other costs of memory, or the other options of the kernel."""
    others = [name for name, kind in item.costs.items() if name != cost.id and kind == cost.kind == "memory"]
    if others:
        yield f"includes {', '.join(others)}"
    elif len(item.options) > 1 and not item.parameters:
        yield f"together: {', '.join(item.options)}"


def _figure(item: Measurement, name: Quantity) -> str:
    """A quantity in words: bytes, a share of them, or instructions."""
    before, after = item.before[name], item.after[name]
    change = after - before
    if name == "free":
        return f"{amount_text(abs(change))} {'less' if change <= 0 else 'more'} free memory"
    if name == "table":
        return f"{amount_text(change)} in the symbol table"
    if name == "init":
        return f"{abs(change) / 1e6:.1f} million instructions {'more' if change >= 0 else 'fewer'} until /init runs"
    if name in ("ls", "fork"):
        return f"{after / before:.2f} times the instructions of {_WORDS[name]}"
    return f"{_WORDS[name]} {100 * change / before:+.1f}%"
