# SPDX-License-Identifier: GPL-2.0-or-later
"""Which options are on by default only while another is off: `default !EXPERT`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kpolicy.kconfig.nodes import AND, NOT, OR
from kpolicy.kconfig.payload import DEFAULTS, FLAGS, HAS_PROMPT, TRISTATE, TYPE, Table


def denied(found: Mapping[int, Sequence[int]]) -> dict[int, list[int]]:
    """By symbol, the options that have a default only while it is off, of what `denied_by` says of some."""
    options: dict[int, list[int]] = {}
    for node in sorted(found):
        for symbol in found[node]:
            options.setdefault(symbol, []).append(node)
    return options


def denied_by(nodes: Table, record: Any) -> list[int]:
    """The symbols that have to be off for a default of a bool or tristate with a prompt, by its record."""
    if not record[DEFAULTS] or not record[FLAGS] & HAS_PROMPT or record[TYPE] > TRISTATE:
        return []
    # Few defaults are more than a symbol or a constant.
    return [
        symbol
        for pair in record[DEFAULTS]
        for expression in pair
        if nodes[expression] is not None
        for symbol in _negated(nodes, expression)
    ]


def _negated(nodes: Table, expression: int) -> Iterator[int]:
    """The symbols that an expression asks to be off."""
    operator, *operands = nodes[expression]
    if operator == NOT and nodes[operands[0]] is None:
        yield operands[0]
    elif operator in (AND, OR):
        for operand in operands:
            if nodes[operand] is not None:
                yield from _negated(nodes, operand)
