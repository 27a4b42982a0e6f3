# SPDX-License-Identifier: GPL-2.0-or-later
"""What edits change of a bill, line by line, in the words of `kpolicy cost`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kpolicy.costing.bill import Bill, Item
from kpolicy.costing.cost import CERTAINTIES
from kpolicy.costing.difference import CostChange, CostDifference
from kpolicy.errors import printable
from kpolicy.frozen import replace
from kpolicy.report.text.amounts import amount_text
from kpolicy.report.text.lines import number
from kpolicy.report.text.style import Style, columns
from kpolicy.report.views.cost import bill_lines, item_document, machine_document, machine_words


def cost_difference_lines(
    difference: CostDifference, edits: Mapping[str, Sequence[str]], kernel: tuple[str, str], style: Style
) -> Iterator[str]:
    """Each edited symbol with the costs that come and go, those without one, and the sums before and after.

    `edits` are the edits of each symbol in words, `kernel` is the architecture and the release.
    """
    about = machine_words(*kernel, difference.after)
    yield f"{style.mark('strong', 'costs of the edits')} ({about})"
    for line in difference.lines:
        if line.changes:
            yield from (printable(f"  {text}") for text in edits[line.symbol])
            yield from _change_lines(line.changes, difference.after, style)
    if difference.others:
        yield "  through other values that change"
        yield from _change_lines(difference.others, difference.after, style)
    silent = (
        ("no cost is documented for {}", [line for line in difference.lines if not line.documented]),
        ("no change of a documented cost by {}", [line for line in difference.lines if line.documented]),
    )
    for title, lines in silent:
        texts = [text for line in lines if not line.changes for text in edits[line.symbol]]
        if texts:
            yield f"  {title.format(number(len(texts), 'edit'))}"
            yield from (printable(f"    {text}") for text in texts)
    rows = list(_totals(difference))
    if rows:
        yield "  in total"
        yield from columns(rows, indent="    ")


def cost_difference_document(difference: CostDifference) -> dict[str, Any]:
    """The same as plain lists and dicts."""
    return {
        "machine": machine_document(difference.after),
        "before": dict(difference.before.totals),
        "after": dict(difference.after.totals),
        "lines": [
            {"symbol": line.symbol, "documented": line.documented, **_changes_document(line.changes)}
            for line in difference.lines
        ],
        "others": _changes_document(difference.others),
        "undocumented": sum(not line.documented for line in difference.lines),
    }


def _change_lines(changes: Sequence[CostChange], after: Bill, style: Style) -> Iterator[str]:
    """The costs that are added and removed, and those with another figure with both."""
    added, removed, others = _sorted(changes)
    parts: tuple[tuple[str, list[Item]], ...] = (
        ("adds", added),
        ("removes", removed),
        ("changes", [old for old, _new in others]),
        ("to", [new for _old, new in others]),
    )
    for title, items in parts:
        if items:
            yield f"    {title}"
            part = bill_lines(replace(after, items=tuple(items)), style)
            yield from (f"    {line}" for line in part if line)


def _sorted(changes: Sequence[CostChange]) -> tuple[list[Item], list[Item], list[tuple[Item, Item]]]:
    added: list[Item] = []
    removed: list[Item] = []
    others: list[tuple[Item, Item]] = []
    for change in changes:
        if change.before is not None and change.after is not None:
            others.append((change.before, change.after))
        elif change.after is not None:
            added.append(change.after)
        elif change.before is not None:
            removed.append(change.before)
    return added, removed, others


def _totals(difference: CostDifference) -> Iterator[tuple[str, ...]]:
    before, after = difference.before.totals, difference.after.totals
    for certainty in CERTAINTIES:
        old, new = before.get(certainty, 0), after.get(certainty, 0)
        if old != new:
            yield f"memory, {certainty}", amount_text(old), "->", amount_text(new)


def _changes_document(changes: Sequence[CostChange]) -> dict[str, Any]:
    added, removed, others = _sorted(changes)
    return {
        "adds": [item_document(item) for item in added],
        "removes": [item_document(item) for item in removed],
        "changes": [{"before": item_document(old), "after": item_document(new)} for old, new in others],
    }
