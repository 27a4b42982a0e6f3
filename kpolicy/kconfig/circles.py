# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a symbol's value would depend on itself by what an edit says, as the expressions of a model show it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any

from kpolicy.kconfig.nodes import MOD
from kpolicy.kconfig.payload import CHOICE, DEFAULTS, DIRECT, IMPLIED, RANGES, REVERSE, VISIBILITY, Core, Details


def may_make_a_loop(core: Core, details: Details, needs: Iterable[tuple[int, int]], new: Container[int]) -> bool:
    """Whether there may be a loop through one of some `needs`: a symbol, and what it depends on since the edit.

    `new` are symbols that are new with it.  Before, there was no loop.
    """
    dependents: dict[int, set[int]] = {}
    for node, needed in needs:
        dependents.setdefault(needed, set()).add(node)
    for needed, nodes in dependents.items():
        # A new symbol on which nothing depends is on no loop.
        goals = {node for node in nodes if node not in new or node in dependents}
        if goals and _leads_to(core, details, needed, goals):
            return True
    return False


def _leads_to(core: Core, details: Details, start: int, goals: Container[int]) -> bool:
    """Whether the value of a symbol depends on one of others, in whatever way; a choice and its members are one."""
    choices = {member: choice for choice in core.choices for member in (choice[0], *choice[2])}
    seen = {start}
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node in goals:
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
