# SPDX-License-Identifier: GPL-2.0-or-later
"""Expressions made from others, and what they ask of the boot command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kpolicy.policy.expressions.expression import (
    And,
    Boot,
    Compare,
    Expression,
    Not,
    Operand,
    Or,
    Parameter,
    Predicate,
    Symbol,
)


def bind(expression: Expression, values: Mapping[str, str]) -> Expression:
    """The expression with other values for the parameters that `values` names."""

    def bound(operand: Operand) -> Operand:
        if isinstance(operand, Parameter) and operand.name in values:
            return Parameter(operand.name, values[operand.name])
        return operand

    return _replaced(expression, bound)


def renamed(expression: Expression, names: Mapping[str, str]) -> Expression:
    """The expression with other symbols in place of those that `names` names."""
    match expression:
        case Symbol(name):
            return Symbol(names.get(name, name))
        case Predicate(question, name):
            return Predicate(question, names.get(name, name))
        case Not(operand):
            return Not(renamed(operand, names))
        case And(operands):
            return And(tuple(renamed(operand, names) for operand in operands))
        case Or(operands):
            return Or(tuple(renamed(operand, names) for operand in operands))
        case Compare(word, left, right):
            return Compare(word, _named(left, names), _named(right, names))
        case _:
            return expression


def _named(operand: Operand, names: Mapping[str, str]) -> Operand:
    return Symbol(names.get(operand.name, operand.name)) if isinstance(operand, Symbol) else operand


def as_fallback(expression: Expression) -> Expression:
    """The expression with `fallback()` for `boot()`: would it hold if the boot loader passed no command line?"""
    return _replaced(expression, lambda item: Boot("fallback", item.parameter) if isinstance(item, Boot) else item)


def _replaced(expression: Expression, other: Callable[[Operand], Operand]) -> Expression:
    """The expression with other operands of its comparisons, and in place of what `boot()` asks alone."""
    match expression:
        case Boot():
            found = other(expression)
            return found if isinstance(found, Boot) else expression
        case Not(operand):
            return Not(_replaced(operand, other))
        case And(operands):
            return And(tuple(_replaced(operand, other) for operand in operands))
        case Or(operands):
            return Or(tuple(_replaced(operand, other) for operand in operands))
        case Compare(word, left, right):
            return Compare(word, other(left), other(right))
        case _:
            return expression


def boots(expression: Expression) -> tuple[Boot, ...]:
    """What the expression asks about the built-in command line."""
    match expression:
        case Boot():
            return (expression,)
        case Not(operand):
            return boots(operand)
        case And(operands) | Or(operands):
            return tuple(item for operand in operands for item in boots(operand))
        case Compare(_, left, right):
            return tuple(side for side in (left, right) if isinstance(side, Boot))
        case _:
            return ()
