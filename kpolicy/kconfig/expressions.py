# SPDX-License-Identifier: GPL-2.0-or-later
"""Expressions of a model: their operands, and their text in Kconfig."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from kpolicy.frozen import dataclass
from kpolicy.kconfig.kinds import CHOICE
from kpolicy.kconfig.nodes import MOD, OPERATORS, YES
from kpolicy.kconfig.payload import Core

# How tightly operators bind when an expression is printed.
_OR, _AND, _RELATION, _NOT = 1, 2, 3, 4


class Expressions:
    """The expressions of a model, and the texts that stand for their nodes.

    They are apart from the model: what refers to an expression does not refer to the model, so that a model
    is freed as soon as nothing uses it, without a search for cycles in millions of objects.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self.nodes = core.nodes

    @cached_property
    def names(self) -> dict[int, str]:
        """Names of symbols by node."""
        symbols = self._core.symbols
        return dict(zip(symbols.values(), symbols, strict=True))

    @cached_property
    def constants(self) -> dict[int, str]:
        """Texts of constants by node."""
        return {node: text for text, node in self._core.constants.items()}

    @property
    def modules(self) -> int:
        """The node of the symbol that says whether there are modules."""
        return self._core.modules

    def is_choice(self, node: int) -> bool:
        """Whether a node stands for a choice."""
        return self._core.kinds[node] == CHOICE


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression of a model, by its node."""

    expressions: Expressions
    node: int

    @property
    def op(self) -> str:
        """ "symbol", "const", "and", "or", "not" or one of = != < <= > >=."""
        node = self.expressions.nodes[self.node]
        if node is None:
            return "symbol" if self.node in self.expressions.names else "const"
        return {"&&": "and", "||": "or", "!": "not"}.get(OPERATORS[node[0]], OPERATORS[node[0]])

    @property
    def operands(self) -> tuple[Expr, ...]:
        """The operands of a compound expression."""
        node = self.expressions.nodes[self.node]
        return tuple(Expr(self.expressions, operand) for operand in node[1:]) if node else ()

    @property
    def name(self) -> str:
        """The name of a symbol, the text of a constant, "" for a compound expression."""
        return self.expressions.names.get(self.node) or self.expressions.constants.get(self.node, "")

    @property
    def is_yes(self) -> bool:
        """Whether this is the constant y: no condition at all."""
        return self.node == YES

    @property
    def is_choice(self) -> bool:
        """Whether this is a choice, which an old conf has among the conditions of its members."""
        return self.expressions.is_choice(self.node)

    def symbols(self) -> Iterator[str]:
        """The names of the symbols in the expression, each occurrence."""
        if self.op == "symbol":
            yield self.name
        for operand in self.operands:
            yield from operand.symbols()

    def __str__(self) -> str:
        return self._print(0)

    def _print(self, level: int) -> str:
        op = self.op
        if op == "symbol":
            return self.name
        if op == "const":
            return self.name if self.node <= YES else f'"{self.name}"'
        operands = self.operands
        if op == "not":
            return f"!{operands[0]._print(_NOT)}"
        if op in ("and", "or"):
            own, word = (_AND, " && ") if op == "and" else (_OR, " || ")
            if op == "and" and operands[0].node == MOD:
                # To conf an `m` in a condition is `m && MODULES`.
                operands = tuple(item for item in operands if item.node != self.expressions.modules)
                own = own if len(operands) > 1 else _NOT
            text = word.join(operand._print(own) for operand in operands)
        else:
            own = _RELATION
            text = f"{operands[0]._print(_NOT)} {op} {operands[1]._print(_NOT)}"
        return f"({text})" if own < level else text


def conjunction(parts: Iterable[Expr]) -> str:
    """The text of `a && b && ...`, an `||` among the parts in brackets."""
    several = tuple(parts)
    return str(several[0]) if len(several) == 1 else " && ".join(part._print(_AND) for part in several)


def conjuncts(expression: Expr) -> tuple[Expr, ...]:
    """The parts of an expression that must all hold."""
    if expression.op == "and":
        return tuple(part for operand in expression.operands for part in conjuncts(operand))
    return () if expression.is_yes else (expression,)
