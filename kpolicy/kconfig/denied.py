# SPDX-License-Identifier: GPL-2.0-or-later
"""Which options are on by default only while another is off: `default !EXPERT`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kpolicy.kconfig.nodes import AND, NOT, OR
from kpolicy.kconfig.payload import DEFAULTS, FLAGS, HAS_PROMPT, TRISTATE, TYPE, Table


def denied(nodes: Table, records: Iterable[tuple[int, Any]]) -> dict[int, list[int]]:
    """By symbol, the bools and tristates with a prompt that have a default only while it is off, of some records."""
    found: dict[int, list[int]] = {}
    # Quick, since every model is searched: few defaults are more than a symbol or a constant.
    compound = [
        (node, expression)
        for node, record in records
        if record is not None and record[DEFAULTS] and record[FLAGS] & HAS_PROMPT and record[TYPE] <= TRISTATE
        for pair in record[DEFAULTS]
        for expression in pair
        if nodes[expression] is not None
    ]
    for node, expression in compound:
        for symbol in _negated(nodes, expression):
            found.setdefault(symbol, []).append(node)
    return found


def _negated(nodes: Table, expression: int) -> Iterator[int]:
    """The symbols that an expression asks to be off."""
    operator, *operands = nodes[expression]
    if operator == NOT and nodes[operands[0]] is None:
        yield operands[0]
    elif operator in (AND, OR):
        for operand in operands:
            if nodes[operand] is not None:
                yield from _negated(nodes, operand)
