# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kpolicy cost` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kpolicy.costing.bill import Bill, Item
from kpolicy.costing.cost import KIND_MEANINGS, KINDS
from kpolicy.costing.measured import Measurement
from kpolicy.errors import printable
from kpolicy.explain.cause import Link
from kpolicy.frozen import dataclass
from kpolicy.report.json.pieces import location_document
from kpolicy.report.text.amounts import amount_text
from kpolicy.report.text.style import Style, columns
from kpolicy.report.views.cost_measured import measured_document, measured_lines


@dataclass(frozen=True, slots=True)
class CostReport:
    """The bill of a config, and what its options cost the kernels of the lab."""

    config: str
    architecture: str
    version: str
    bill: Bill
    measured: tuple[Measurement, ...] = ()


def cost_lines(report: CostReport, style: Style | None = None) -> Iterator[str]:
    """What `kpolicy cost` prints for a config: its bill, and the machine that it was worked out for."""
    style = style or Style()
    about = machine_words(report.architecture, report.version, report.bill)
    yield f"{style.mark('strong', printable(f'{report.config}:'))} cost of its options ({about})"
    if not report.bill.items:
        yield "  no option with a known cost is on"
    yield from bill_lines(report.bill, style, report.measured)


def bill_lines(bill: Bill, style: Style, measured: Sequence[Measurement] = ()) -> Iterator[str]:
    """The bill by kinds of figures, each with its sum; then the costs that need the machine or are unknown.

    Measured figures follow what they are about, and are in no sum.
    """
    for title, items, total in _groups(bill):
        yield ""
        yield f"  {style.mark('strong', title)}"
        yield from _items(items, style, measured)
        if total is not None:
            yield style.mark("good", f"    {amount_text(total)} in total")
    rest: tuple[tuple[str, Callable[[Item], str]], ...] = (
        ("open", _wanted),
        ("not known", lambda item: item.reason),
        ("not told", lambda item: item.reason),
    )
    titles = {
        "open": "depends on the machine",
        "not known": "unknown",
        "not told": "unknown without Kconfig files: pass --tree",
    }
    for state, reason in rest:
        found = [item for item in bill.items if item.state == state]
        if found:
            yield ""
            yield f"  {style.mark('strong', titles[state])}"
            yield from _unpriced(found, reason, style, measured)


def machine_words(architecture: str, version: str, bill: Bill) -> str:
    """What a bill was worked out for: the kernel, the size of its pages, and what is stated of the machine."""
    words = [architecture, f"Linux {version}"]
    words.append(f"pages of {amount_text(bill.page_size)}" if bill.page_size is not None else "pages of unknown size")
    if bill.machine.ram is not None:
        words.append(f"{amount_text(bill.machine.ram)} of RAM")
    if bill.machine.cpus is not None:
        words.append(f"{bill.machine.cpus} CPUs")
    return printable(", ".join(words))


def _groups(bill: Bill) -> Iterator[tuple[str, list[Item], int | None]]:
    """Titles, the items below them, and the sum where they can be added."""
    known = [item for item in bill.items if item.state == "known"]
    memory = [item for item in known if item.cost.kind == "memory" and item.amount is not None]
    once = [item for item in memory if item.figure and not item.figure.per]
    for certainty, total in bill.totals.items():
        wanted = [item for item in once if item.figure and item.figure.certainty == certainty and not item.needs]
        yield f"memory, {certainty}", _sorted(wanted), total
    others = (
        ("memory, per object", [item for item in memory if item not in once]),
        ("memory, only if enabled at boot or run time", [item for item in once if item.needs]),
        (
            "memory, as the source states it",
            [item for item in known if item.cost.kind == "memory" and item.amount is None],
        ),
        *((KIND_MEANINGS[kind], [item for item in known if item.cost.kind == kind]) for kind in KINDS[1:]),
    )
    for title, wanted in others:
        if wanted:
            yield title, _sorted(wanted), None


def _sorted(items: Sequence[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (-(item.amount or 0), item.cost.id))


def _items(items: Sequence[Item], style: Style, measured: Sequence[Measurement]) -> Iterator[str]:
    heads = [(item.cost.id, _figure(item), _how(item)) for item in items]
    right = (1,) if any(item.amount is not None for item in items) else ()
    for item, head in zip(items, columns(heads, right=right, indent="    "), strict=True):
        yield printable(head)
        sources = "; ".join(item.figure.sources) if item.figure is not None else ""
        below = (item.cost.title, sources, _cause(item.chain), item.command_line, *measured_lines(item, measured))
        for text in filter(None, below):
            yield style.mark("faint", printable(f"        {text}"))


def _unpriced(
    items: Sequence[Item], reason: Callable[[Item], str], style: Style, measured: Sequence[Measurement]
) -> Iterator[str]:
    rows = [(item.cost.id, reason(item), item.worked or item.cost.title) for item in items]
    for item, row in zip(items, columns(rows, indent="    "), strict=True):
        yield printable(row)
        below = (_cause(item.chain), item.command_line, *measured_lines(item, measured))
        for text in filter(None, below):
            yield style.mark("faint", printable(f"        {text}"))


def _figure(item: Item) -> str:
    figure = item.figure
    assert figure is not None
    if item.amount is None:
        return figure.text
    if figure.per:
        return f"{amount_text(item.amount)} per {figure.per}"
    return amount_text(item.amount)


def _how(item: Item) -> str:
    """The formula with numbers in it, and what must happen before it is paid."""
    figure = item.figure
    assert figure is not None
    needs = f"with {item.needs}" if item.needs else ""
    certainty = figure.certainty if item.amount is not None and (figure.per or item.needs) else ""
    return ", ".join(filter(None, (item.worked, certainty, needs)))


def _wanted(item: Item) -> str:
    """What of the machine must be stated, and what must happen before the cost is paid."""
    needs = f", only with {item.needs}" if item.needs else ""
    return f"pass {' and '.join(f'--{name}' for name in item.missing)}{needs}"


def _cause(chain: Sequence[Link]) -> str:
    if not chain:
        return ""
    first, root = chain[0], chain[-1]
    steps = [link.text for link in chain]
    place = f"  {root.location}" if root.location is not None else ""
    return f"{first.symbol}={first.value}: {', '.join(steps)}{place}"


def cost_document(report: CostReport) -> dict[str, Any]:
    """The same as plain lists and dicts."""
    bill = report.bill
    return {
        "config": report.config,
        "architecture": report.architecture,
        "version": report.version,
        "machine": machine_document(bill),
        "totals": dict(bill.totals),
        "costs": [
            {**item_document(item), "measured": measured_document(item.cost, report.measured)} for item in bill.items
        ],
    }


def machine_document(bill: Bill) -> dict[str, int | None]:
    """The machine that a bill was worked out for."""
    return {"ram": bill.machine.ram, "cpus": bill.machine.cpus, "page_size": bill.page_size}


def item_document(item: Item) -> dict[str, Any]:
    """A cost as a plain dict."""
    cost, figure = item.cost, item.figure
    return {
        "id": cost.id,
        "title": cost.title,
        "kind": cost.kind,
        "state": item.state,
        "bytes": item.amount,
        "figure": figure.text or None if figure else None,
        "certainty": figure.certainty if figure else None,
        "per": figure.per or None if figure else None,
        "needs": item.needs or None,
        "command_line": item.command_line or None,
        "formula": str(figure.formula) if figure and figure.formula else None,
        "worked": item.worked or None,
        "note": figure.note if figure else None,
        "sources": list(figure.sources) if figure else [],
        "missing": list(item.missing),
        "reason": item.reason or None,
        "causes": [
            {
                "symbol": link.symbol,
                "value": link.value,
                "text": link.text,
                "location": location_document(link.location),
            }
            for link in item.chain
        ],
    }
