# SPDX-License-Identifier: GPL-2.0-or-later
"""The expressions of a model as a table of shared nodes.

Every symbol, constant and distinct expression of an architecture is one node, known by its
index.  Equal expressions are one node, so that the dependencies which a thousand symbols
inherit from a menu are computed once per configuration.

A node is `None` for a symbol or a constant, else `(operator, operand, operand ...)` with
operands as indexes.  The first three nodes are the constants n, m and y: their index is
their tristate value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from kpolicy.kconfig.syntax import CONST, Ast

Node: TypeAlias = "tuple[int, ...] | None"

NO, MOD, YES = 0, 1, 2

AND, OR, NOT, EQUAL, UNEQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL = range(1, 10)
OPERATORS = ("", "&&", "||", "!", "=", "!=", "<", "<=", ">", ">=")
_CODE = {word: code for code, word in enumerate(OPERATORS)}


class NodeTable:
    """Builds the table.

    `named` are the nodes of symbols and constants in the order in which they were requested; it may be emptied, or
    another list put in its place.  `texts` are their names and texts, `symbols` the nodes of symbols by name.  `types`
    has the types of symbols: a condition that compares a bool with a constant is simplified, as `conf` does (expr.c:
    expr_transform).
    """

    def __init__(self) -> None:
        self.types: Mapping[str, str] = {}
        self.nodes: list[Node] = []
        self.named: list[int] = []
        self.texts: dict[int, str] = {}
        self._known: dict[tuple[int, ...], int] = {}
        self.symbols: dict[str, int] = {}
        self._constants: dict[str, int] = {}
        for text in "nmy":
            self.constant(text)

    def symbol(self, name: str) -> int:
        """The node of a symbol; `n`, `m` and `y` are the constants, as in `conf`."""
        index = self.symbols.get(name)
        if index is None:
            if name in ("n", "m", "y"):
                return self._constants[name]
            index = self.symbols[name] = self._leaf(name)
        self.named.append(index)
        return index

    def constant(self, text: str) -> int:
        """The node of a quoted text."""
        index = self._constants.get(text)
        if index is None:
            index = self._constants[text] = self._leaf(text)
        self.named.append(index)
        return index

    def _leaf(self, text: str) -> int:
        index = len(self.nodes)
        self.nodes.append(None)
        self.texts[index] = text
        return index

    def names(self, placed: Collection[int] = ()) -> tuple[dict[str, int], dict[str, int]]:
        """The nodes of what is `named`: of symbols, first those that are `placed`, in that order; and of constants."""
        text = self.texts.__getitem__
        symbols = dict(zip(map(text, placed), placed, strict=True))
        constants = {text: self._constants[text] for text in "nmy"}
        for index in sorted(set(self.named).difference(placed), key=text):
            name = text(index)
            (symbols if self.symbols.get(name) == index else constants)[name] = index
        return symbols, constants

    def intern(self, *node: int) -> int:
        """The index of a compound node, the same for equal nodes."""
        index = self._known.get(node)
        if index is None:
            index = self._known[node] = len(self.nodes)
            self.nodes.append(node)
        return index

    def all_of(self, *operands: int) -> int:
        """`a && b && ...`, without what is always y and without repetition."""
        if len(operands) == 2 and YES in operands:
            return operands[operands[0] == YES]
        if NO in operands:
            return NO
        kept = [operand for operand in dict.fromkeys(operands) if operand != YES]
        if not kept:
            return YES
        return kept[0] if len(kept) == 1 else self.intern(AND, *kept)

    def any_of(self, operands: list[int], *, complete: bool = False) -> int:
        """`a || b || ...`, without what is always n and without repetition; y where one is, unless `complete`."""
        if len(operands) < 2:
            return operands[0] if operands else NO
        if YES in operands and not complete:
            return YES
        kept = [operand for operand in dict.fromkeys(operands) if operand != NO]
        if not kept:
            return NO
        return kept[0] if len(kept) == 1 else self.intern(OR, *kept)

    def inverse(self, operand: int) -> int:
        """`!a`."""
        return YES - operand if operand <= YES else self.intern(NOT, operand)

    def expression(self, ast: Ast, modules: int | None = None) -> int:
        """The node of a parsed expression.

        With `modules`, a bare `m` becomes `m && MODULES`, as `conf` rewrites conditions
        but not values (menu.c: rewrite_m).
        """
        if isinstance(ast, str):
            index = self.symbol(ast)
            return self.all_of(MOD, modules) if index == MOD and modules is not None else index
        operator: Any = ast[0]
        if operator == CONST:
            index = self.constant(str(ast[1]))
            return self.all_of(MOD, modules) if index == MOD and modules is not None else index
        operands: tuple[Any, ...] = ast[1:]
        if operator == "&&":
            return self.all_of(*[self.expression(operand, modules) for operand in operands])
        if operator == "||":
            return self.any_of([self.expression(operand, modules) for operand in operands])
        if operator == "!":
            return self.inverse(self.expression(operands[0], modules))
        left, right = self.expression(operands[0]), self.expression(operands[1])
        if modules is not None and right <= YES and operator in ("=", "!=") and self.types.get(operands[0]) == "bool":
            return self._compared(left, right, operator == "=")
        return self.intern(_CODE[operator], left, right)

    def _compared(self, left: int, right: int, equal: bool) -> int:
        """A bool compared with a constant: the bool, its inverse, or y or n for a comparison with m."""
        if right == MOD:
            return NO if equal else YES
        return left if equal == (right == YES) else self.inverse(left)
