# SPDX-License-Identifier: GPL-2.0-or-later
"""What is documented about the costs of required lines, for any config."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kpolicy.costing.cost import KIND_MEANINGS, Cost, Figure
from kpolicy.costing.documented import condition, documented
from kpolicy.errors import printable
from kpolicy.policy.files.requirement import Requirement
from kpolicy.report.json.pieces import location_document
from kpolicy.report.text.lines import number
from kpolicy.report.text.style import Style


def documented_cost_lines(requirements: Sequence[Requirement], costs: Sequence[Cost], style: Style) -> Iterator[str]:
    """Each required line with the costs that are documented for its symbol, then those without any."""
    if not requirements:
        yield style.mark("strong", "costs: the policy requires no lines")
        return
    yield style.mark("strong", "costs of the required options")
    silent: list[Requirement] = []
    for item in requirements:
        found = documented(item.symbol, costs)
        if not found:
            silent.append(item)
            continue
        yield printable(f"  {item.text}  {item.location}")
        if item.values == ("n",):
            yield "    saves, if the option is on"
        for cost in found:
            yield from _cost_lines(cost, style)
    if silent:
        yield f"  no cost is documented for {number(len(silent), 'required option')}"
        yield from (printable(f"    {item.text}") for item in silent)
    yield "  costs of what these options select, and their sums, depend on the config: pass CONFIG and --tree"


def documented_costs_document(requirements: Iterable[Requirement], costs: Sequence[Cost]) -> dict[str, Any]:
    """The same as plain lists and dicts."""
    lines = [
        {
            "symbol": item.symbol,
            "line": item.text,
            "location": location_document(item.location),
            "costs": [_cost_document(cost) for cost in documented(item.symbol, costs)],
        }
        for item in requirements
    ]
    return {"lines": lines, "undocumented": sum(not line["costs"] for line in lines)}


def _cost_lines(cost: Cost, style: Style) -> Iterator[str]:
    yield printable(f"    {cost.id}, {KIND_MEANINGS[cost.kind]}: {cost.title}")
    for figure in cost.figures:
        yield printable(f"      {', '.join(filter(None, _figure_words(cost, figure)))}")
        yield style.mark("faint", printable(f"        {'; '.join(figure.sources)}"))
    if cost.unknown:
        yield printable(f"      {'otherwise unknown' if cost.figures else 'unknown'}: {cost.unknown}")


def _figure_words(cost: Cost, figure: Figure) -> Iterator[str]:
    amount = str(figure.formula) if figure.formula is not None else figure.text
    yield f"{amount} bytes" if figure.formula is not None else amount
    yield f"per {figure.per}" if figure.per else ""
    yield figure.certainty if figure.formula is not None else ""
    yield f"with {figure.needs}" if figure.needs else ""
    yield f"when {condition(cost, figure)}"


def _cost_document(cost: Cost) -> dict[str, Any]:
    return {
        "id": cost.id,
        "title": cost.title,
        "kind": cost.kind,
        "unknown": cost.unknown or None,
        "figures": [
            {
                "when": str(condition(cost, figure)),
                "formula": str(figure.formula) if figure.formula is not None else None,
                "figure": figure.text or None,
                "certainty": figure.certainty if figure.formula is not None else None,
                "per": figure.per or None,
                "needs": figure.needs or None,
                "note": figure.note or None,
                "sources": list(figure.sources),
            }
            for figure in cost.figures
        ],
    }
