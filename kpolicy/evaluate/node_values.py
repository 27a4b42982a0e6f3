# SPDX-License-Identifier: GPL-2.0-or-later
"""The values of expressions, computed on demand from those of symbols (scripts/kconfig/expr.c: expr_calc_value)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from kpolicy.evaluate.strings import compare, number
from kpolicy.evaluate.template import UNKNOWN, Template
from kpolicy.kconfig.kinds import EXPRESSION
from kpolicy.kconfig.nodes import AND, NOT, OR, YES
from kpolicy.kconfig.payload import BOOL, HEX, INT, RANGES, TRISTATE, TYPE, Core

TRISTATE_TEXT = ("n", "m", "y")


class NodeValues(ABC):
    """The values of all nodes of a model, symbols and expressions; remembers what it has computed."""

    def __init__(self, core: Core, template: Template, constant_type: int) -> None:
        self.core = core
        self._nodes = core.nodes
        self._kinds = core.kinds
        self._records = core.records
        self._constant_type = constant_type
        self._prints_bounds = False
        # The tristate value of every node, or UNKNOWN.  Not a list: every config has such a table, of as many bytes.
        self.memo = bytearray(template.memo)
        # The texts of string, int and hex symbols, and of constants and undefined symbols.
        self._texts = template.texts
        self.strings: dict[int, str] = {}
        self.written = bytearray(template.written)

    @abstractmethod
    def _symbol(self, index: int, record: list[Any]) -> int:
        """The tristate value of a symbol, which is to be entered into `memo`, and its text into `strings`."""

    def value(self, node: int) -> int:
        """The tristate value of a symbol or an expression."""
        known = self.memo[node]
        return self._work_out(node) if known == UNKNOWN else known

    def _work_out(self, index: int) -> int:
        # Asked first: it needs no row of a table.
        if self._kinds[index] != EXPRESSION:
            return self._symbol(index, self._records[index])
        node, memo = self._nodes[index], self.memo
        operator = node[0]
        if operator == AND and len(node) == 3:
            # Most have two operands, of which one is n already, as often the second one as the first.
            left, right = memo[node[1]], memo[node[2]]
            value = 0
            if left and right:
                value = self._work_out(node[1]) if left == UNKNOWN else left
                if value:
                    other = self.value(node[2])
                    if other < value:
                        value = other
        elif operator == AND:
            value = 2
            for operand in node[1:]:
                other = memo[operand]
                if other == UNKNOWN:
                    other = self._work_out(operand)
                if other < value:
                    value = other
                    if not value:
                        break
        elif operator == OR:
            value = self._any(node[1:])
        elif operator == NOT:
            value = 2 - self.value(node[1])
        else:
            left, right = node[1], node[2]
            value = 2 * compare(operator, self.text(left), self._type(left), self.text(right), self._type(right))
        memo[index] = value
        return value

    def _any(self, operands: list[int]) -> int:
        """The value of a disjunction."""
        value, memo = 0, self.memo
        for operand in operands:
            other = memo[operand]
            if other == UNKNOWN:
                other = self._work_out(operand)
            if other > value:
                value = other
                if value == 2:
                    break
        return value

    def _type(self, node: int) -> int:
        if node <= YES:
            return self._constant_type
        record = self._records[node]
        return record[TYPE] if record else 0

    def text(self, node: int) -> str:
        """A symbol's value as text: "y", "m", "n", the number or the string itself."""
        if node <= YES:
            return TRISTATE_TEXT[node]
        record = self._records[node]
        if record is None or not record[TYPE]:
            return self._texts[node]
        if record[TYPE] <= TRISTATE:
            return TRISTATE_TEXT[self.value(node)]
        self.value(node)
        return self.strings[node]

    def _raw_text(self, node: int) -> str:
        """What `sym->curr.val` holds: for a bool or tristate always "n"."""
        record = self._records[node] if node > YES else None
        if node <= YES:
            return TRISTATE_TEXT[node]
        if record is not None and BOOL <= record[TYPE] <= TRISTATE:
            self.value(node)
            return "n"
        return self.text(node)

    # Numbers within their ranges (symbol.c: sym_validate_range).

    def range(self, record: list[Any]) -> list[int] | None:
        """The range in force, [low, high, condition], of an int or hex symbol."""
        for item in record[RANGES]:
            if self.value(item[2]):
                result: list[int] = item
                return result
        return None

    def range_value(self, node: int, base: int) -> int:
        """The number that a bound of a range stands for."""
        type_code = self._type(node)
        text = self._raw_text(node)
        return number(text, 10 if type_code == INT else 16 if type_code == HEX else base)

    def _clip(self, record: list[Any], text: str) -> str:
        bounds = self.range(record) if record[RANGES] else None
        if bounds is None:
            return text
        base = 10 if record[TYPE] == INT else 16
        value = number(text, base)
        if value < self.range_value(bounds[0], base):
            return self._bound(bounds[0], base)
        if value > self.range_value(bounds[1], base):
            return self._bound(bounds[1], base)
        return text

    def _bound(self, node: int, base: int) -> str:
        """What a number is clipped to."""
        if not self._prints_bounds:
            return self._raw_text(node)
        value = self.range_value(node, base)
        return str(value) if base == 10 else hex(value & ((1 << 64) - 1))

    def forget(self, symbols: Iterable[int]) -> None:
        """Compute symbols again when they are next used, and with them every expression.

        What was derived from them keeps its value, as SYMBOL_VALID keeps it in `conf`.
        """
        for symbol in symbols:
            self.memo[symbol] = UNKNOWN
            self.written[symbol] = 0
            self.strings.pop(symbol, None)
        for index, value in enumerate(self.memo):
            if value != UNKNOWN and self._nodes[index] is not None:
                self.memo[index] = UNKNOWN
