# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a symbol's value depends on another's, by the expressions of a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kpolicy.kconfig.nodes import MOD
from kpolicy.kconfig.payload import CHOICE, DEFAULTS, DIRECT, IMPLIED, RANGES, REVERSE, VISIBILITY, Core, Details


def leads_to(core: Core, details: Details, start: int, goal: int) -> bool:
    """Whether the value of a symbol depends on another's, through however many; a choice and its members are one."""
    choices = {member: choice for choice in core.choices for member in (choice[0], *choice[2])}
    seen = {start}
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node == goal:
            return True
        compound = core.nodes[node]
        if compound is not None:
            further: Iterator[int] = iter(compound[1:])
        elif node == MOD:
            further = iter((core.modules,))
        else:
            further = _of_symbol(core, details, node, choices.get(node))
        for other in further:
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return False


def _of_symbol(core: Core, details: Details, node: int, choice: list[Any] | None) -> Iterator[int]:
    record = core.records[node]
    if record is None:
        return
    yield from (record[VISIBILITY], record[DIRECT], record[REVERSE], record[IMPLIED])
    for pair in record[DEFAULTS]:
        yield from pair
    for low_high in record[RANGES]:
        yield from low_high
    if choice is not None:
        yield from (choice[0], *choice[2])
    if record[CHOICE] >= 0:
        yield core.choices[record[CHOICE]][0]
    # What a prompt that is always visible hides is in the lines alone.
    rows = details.symbols[node] if node < len(details.symbols) else None
    for _text, condition, *_ in rows[1] if rows is not None else ():
        yield condition
