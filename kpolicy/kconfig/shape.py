# SPDX-License-Identifier: GPL-2.0-or-later
"""The shape that `conf` gives to conditions before it looks for loops.

Mirrors rewrite_m() of scripts/kconfig/menu.c and expr_transform(), expr_eliminate_dups() of expr.c, as far as names
come or go by them: `A || !A` of a bool is y, and a loop through it is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.menu_tree import Elaborated, Entry
from kpolicy.kconfig.parse import compare_no
from kpolicy.kconfig.syntax import CONST, MOD, NO, YES, Ast

_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def shape_all(block: Entry, shaper: Shaper) -> None:
    """Give every condition of a menu tree the shape that `conf` gives it: what that drops is used nowhere."""
    # Copies: other architectures may have the same entries.
    block.children = [entry.copy() for entry in block.children]
    for entry in block.children:
        shaped = [
            item._replace(operands=(*item.operands[:-1], shaper.condition(None, item.operands[-1])))
            for item in entry.properties
        ]
        for before, after in zip(entry.properties, shaped, strict=True):
            if entry.prompt is before:
                entry.prompt = after
        # Nothing is left of a dependency that is found to hold always; a y that is written stays, in lazy dialects.
        pairs = zip(entry.properties, shaped, strict=True)
        entry.properties = [
            after
            for before, after in pairs
            if after.kind != "depends" or after.operands[-1] != YES or before.operands[-1] == YES
        ]
        shape_all(entry, shaper)


def shaper_of(elaborated: Elaborated, dialect: Dialect) -> Shaper:
    """What shapes the conditions of a menu tree."""
    # As they are now: choices and their members are given types later.
    return Shaper(dict(elaborated.types), elaborated.modules, lazy=dialect.lazy_conditions)


class Shaper:
    """Shapes conditions; `lazy` dialects (before 6.10) drop constants only beside what they join."""

    def __init__(self, types: Mapping[Any, str], modules: str | None, *, lazy: bool) -> None:
        self._types = types
        self._modules: Ast = modules if modules is not None else NO
        self._lazy = lazy

    def condition(self, around: Ast | None, own: Ast | None) -> Ast | None:
        """What holds where both do; None for no condition at all."""
        if own is not None:
            own = self._transformed(self._with_modules(own))
        if around is None or own is None:
            whole = around if own is None else own
        else:
            whole = ("&&", around, own)
        return None if whole is None else self._without_repetition(whole)

    def not_no(self, expression: Ast) -> Ast:
        """`expression != n`, shaped: expr_trans_compare() and what follows it."""
        return self._without_repetition(self._transformed(compare_no(expression, False)))

    def _with_modules(self, expression: Ast) -> Ast:
        if expression == MOD:
            return ("&&", MOD, self._modules)
        operator = _operator(expression)
        if operator in ("&&", "||", "!"):
            operands: Any = expression[1:]
            return (operator, *(self._with_modules(operand) for operand in operands))
        return expression

    def _transformed(self, expression: Ast) -> Ast:
        operator = _operator(expression)
        operands: Any = expression[1:]
        if operator in ("&&", "||"):
            return (operator, *(self._transformed(operand) for operand in operands))
        if operator == "!":
            return self._negated(self._transformed(operands[0]))
        if operator in ("=", "!=") and self._types.get(operands[0]) == "bool" and operands[1] in (NO, MOD, YES):
            equal = operator == "="
            if operands[1] == MOD:
                return NO if equal else YES
            return operands[0] if equal == (operands[1] == YES) else ("!", operands[0])
        return expression

    def _negated(self, expression: Ast) -> Ast:
        operator = _operator(expression)
        operands: Any = expression[1:]
        if operator in ("&&", "||"):
            other = "||" if operator == "&&" else "&&"
            return (other, *(self._negated(operand) for operand in operands))
        if operator == "!":
            return operands[0]  # type: ignore[no-any-return]  # an Ast by construction
        if operator in _OPPOSITE:
            return (_OPPOSITE[operator], *operands)
        for constant, opposite in ((NO, YES), (MOD, MOD), (YES, NO)):
            if expression == constant:
                return opposite
        return ("!", expression)

    def _without_repetition(self, expression: Ast) -> Ast:
        while True:
            expression, joined = self._joined(expression)
            if joined or not self._lazy:
                expression = _without_constants(expression)
            if not joined:
                return expression

    def _joined(self, expression: Ast) -> tuple[Ast, int]:
        operator = _operator(expression)
        if operator not in ("&&", "||"):
            return expression, 0
        join, neutral = (self._join_or, NO) if operator == "||" else (self._join_and, YES)
        parts: list[Ast] = []
        count = 0
        for part in flat(expression, operator):
            part, joined = self._joined(part)
            count += joined
            parts.append(part if self._lazy else _without_constants(part))
        for first in range(len(parts)):
            for second in range(first + 1, len(parts)):
                together = join(parts[first], parts[second])
                if together is not None:
                    parts[first], parts[second] = neutral, together
                    count += 1
        return (operator, *parts), count

    def _join_or(self, first: Ast, second: Ast) -> Ast | None:
        if _same(first, second):
            return first
        if isinstance(second, str):
            first, second = second, first
        if isinstance(first, str) and self._types.get(first) == "bool" and second == ("!", first):
            return YES
        is_same = _operator(first) == _operator(second) == "=" and first[1] == second[1]
        if is_same and self._types.get(first[1]) == "tristate":
            left = [letter for letter in (NO, MOD, YES) if letter not in (first[2], second[2])]
            return ("!=", first[1], left[0]) if len(left) == 1 else None
        return None

    def _join_and(self, first: Ast, second: Ast) -> Ast | None:
        if _same(first, second):
            return first
        if isinstance(second, str):
            first, second = second, first
        operators = (_operator(first), _operator(second))
        name = first if isinstance(first, str) else first[1] if operators[0] in ("=", "!=") else None
        if operators[1] not in ("=", "!=") or name != second[1]:
            return None
        if isinstance(first, str):
            known = self._types.get(first) in ("bool", "tristate")
            if known and second in (("=", first, YES), ("!=", first, MOD)):
                return ("=", first, YES)
            return first if known and second == ("!=", first, NO) else None
        if self._types.get(name) != "tristate" or operators == ("=", "="):
            return None
        if operators == ("!=", "!="):
            left = [letter for letter in (NO, MOD, YES) if letter not in (first[2], second[2])]
            return ("=", name, left[0]) if len(left) == 1 else None
        same, other = (first, second) if operators[0] == "=" else (second, first)
        if _is_constant(same[2]) and _is_constant(other[2]):
            return NO if same[2] == other[2] else same
        return None


def _operator(expression: Any) -> str:
    return "" if isinstance(expression, str) or expression[0] == CONST else str(expression[0])


def _is_constant(expression: Any) -> bool:
    return not isinstance(expression, str) and expression[0] == CONST


def flat(expression: Ast, operator: str) -> list[Ast]:
    """The operands of `&&` or `||`, those of inner ones too."""
    if _operator(expression) != operator:
        return [expression]
    operands: Any = expression[1:]
    return [part for operand in operands for part in flat(operand, operator)]


def _same(first: Ast, second: Ast) -> bool:
    if first == second or _operator(first) not in ("&&", "||") or _operator(first) != _operator(second):
        return first == second
    # Both are y where each has a y among what `||` joins (expr.c: expr_eliminate_eq).
    return canonical(_without_constants(first)) == canonical(_without_constants(second))


def canonical(expression: Ast) -> object:
    """The same for expressions that differ in the order of operands only."""
    operator = _operator(expression)
    if operator not in ("&&", "||"):
        return expression
    return operator, frozenset(canonical(part) for part in flat(expression, operator))


def _without_constants(expression: Ast) -> Ast:
    operator = _operator(expression)
    if operator not in ("&&", "||"):
        return expression
    strong, neutral = (YES, NO) if operator == "||" else (NO, YES)
    parts = [_without_constants(part) for part in flat(expression, operator)]
    if strong in parts:
        return strong
    parts = [part for part in parts if part != neutral]
    return (operator, *parts) if len(parts) > 1 else parts[0] if parts else neutral
