# SPDX-License-Identifier: GPL-2.0-or-later
"""What would have to change for a symbol to be on, or off: the fewest config lines that are found.

Nothing is proved here: a line can have effects that were not examined.  Code that offers such lines
tries them first (`kpolicy.explain.decisions`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from kpolicy.kconfig.nodes import AND, EQUAL, MOD, NO, NOT, OR, UNEQUAL, YES
from kpolicy.kconfig.payload import (
    CHOICE,
    DEFAULTS,
    DIRECT,
    FLAGS,
    HAS_PROMPT,
    IMPLIED,
    IS_CHOICE,
    REVERSE,
    TRISTATE,
    TYPE,
    VISIBILITY,
    Record,
)

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

Edits: TypeAlias = dict[int, int]
"""Symbols, by node, and the value that a line is to give them: 0, 1 or 2."""

_DEEPEST: Final = 8


class Changes:
    """Ways to raise or lower what is there."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._core = values.model.core
        self._known: dict[tuple[int, int, int], Edits | None] = {}

    def to(self, node: int, low: int, high: int, depth: int = 0) -> Edits | None:
        """Edits after which a symbol or expression is from `low` to `high`; None when none are found."""
        value = self._values.node_value(node)
        if low <= value <= high:
            return {}
        if depth > _DEEPEST:
            return None
        key = (node, low, high)
        if key not in self._known:
            # What leads back to itself is no way.
            self._known[key] = None
            work_out = self._raised if value < low else self._lowered
            self._known[key] = work_out(node, low, high, depth + 1)
        return self._known[key]

    def _raised(self, node: int, low: int, high: int, depth: int) -> Edits | None:
        expression = self._core.nodes[node]
        if expression is not None:
            return self._expression(expression, low, high, depth)
        record = self._core.records[node]
        if not self._is_logical(node, record):
            return None
        if record[FLAGS] & HAS_PROMPT:
            own = low if record[TYPE] == TRISTATE and record[CHOICE] < 0 else YES
            found = _merged([{node: own}, self.to(record[VISIBILITY], low, YES, depth)])
            if found is not None:
                return found
        if record[CHOICE] >= 0:
            return None
        ways = [self.to(edge, low, YES, depth) for edge in self._edges(record[REVERSE])]
        if not record[FLAGS] & HAS_PROMPT:
            for default, condition in record[DEFAULTS]:
                ways.append(_merged([self.to(condition, low, YES, depth), self.to(default, low, YES, depth)]))
            implied = record[IMPLIED]
            if implied != NO:
                ways.append(_merged([self.to(implied, low, YES, depth), self.to(record[DIRECT], low, YES, depth)]))
        return _fewest(ways)

    def _lowered(self, node: int, low: int, high: int, depth: int) -> Edits | None:
        expression = self._core.nodes[node]
        if expression is not None:
            return self._expression(expression, low, high, depth)
        record = self._core.records[node]
        if not self._is_logical(node, record):
            return None
        if record[CHOICE] >= 0 and not record[FLAGS] & IS_CHOICE:
            return self._other_member(node, record, depth)
        parts = [self._broken(edge, high, depth) for edge in self._edges(record[REVERSE])]
        if self._values.node_visibility(node):
            return _merged([*parts, {node: high}])
        shown = None
        if record[FLAGS] & HAS_PROMPT:
            shown = _merged([*parts, {node: high}, self.to(record[VISIBILITY], MOD, YES, depth)])
        for default, condition in record[DEFAULTS]:
            given = min(self._values.node_value(default), self._values.node_value(condition))
            if given > high:
                parts.append(_fewest([self.to(condition, NO, high, depth), self.to(default, NO, high, depth)]))
        if record[IMPLIED] != NO:
            parts.append(_fewest([self.to(record[IMPLIED], NO, high, depth), self.to(record[DIRECT], NO, high, depth)]))
        return _fewest([_merged(parts), shown])

    def _other_member(self, node: int, record: Record, depth: int) -> Edits | None:
        others = [member for member in self._core.choices[record[CHOICE]][2] if member != node]
        # Rather another member that is visible than one that would have to be made visible.
        others.sort(key=self._values.node_visibility, reverse=True)
        for member in others:
            more = self.to(self._core.records[member][VISIBILITY], MOD, YES, depth)
            found = _merged([{node: NO, member: YES}, more])
            if found is not None:
                return found
        return self.to(record[VISIBILITY], NO, NO, depth)

    def _broken(self, edge: int, high: int, depth: int) -> Edits | None:
        """A select no longer in force: rather by what selects than by what that depends on."""
        expression = self._core.nodes[edge]
        if expression is None or self._values.node_value(edge) <= high:
            return self.to(edge, NO, high, depth)
        source = self.to(expression[1], NO, high, depth)
        return source if source is not None else self.to(expression[2], NO, high, depth)

    def _edges(self, node: int) -> Iterator[int]:
        expression = self._core.nodes[node]
        if expression is not None and expression[0] == OR:
            yield from expression[1:]
        elif node != NO:
            yield node

    def _expression(self, expression: tuple[int, ...], low: int, high: int, depth: int) -> Edits | None:
        operator, operands = expression[0], expression[1:]
        if operator == NOT:
            return self.to(operands[0], YES - high, YES - low, depth)
        if operator in (AND, OR):
            results = (self.to(operand, low, high, depth) for operand in operands)
            # All of an && are raised, all of an || are lowered; else one is enough.
            return _merged(results) if (operator == AND) == (low > NO) else _fewest(results)
        if operator in (EQUAL, UNEQUAL) and operands[1] <= YES:
            # A tristate compared with a constant.
            constant = operands[1]
            if (operator == EQUAL) == (low > NO):
                return self.to(operands[0], constant, constant, depth)
            return self.to(operands[0], NO, constant - 1, depth) if constant else self.to(operands[0], MOD, YES, depth)
        return None

    def _is_logical(self, node: int, record: Record | None) -> bool:
        return record is not None and 0 < record[TYPE] <= TRISTATE and not self._values.is_recorded(node)


def _merged(parts: Iterable[Edits | None]) -> Edits | None:
    """All edits together; None when one is missing, or two contradict each other."""
    merged: Edits = {}
    for part in parts:
        if part is None:
            return None
        for node, value in part.items():
            if merged.setdefault(node, value) != value:
                return None
    return merged


def _fewest(ways: Iterable[Edits | None]) -> Edits | None:
    size: Callable[[Edits], int] = len
    return min((way for way in ways if way is not None), key=size, default=None)
