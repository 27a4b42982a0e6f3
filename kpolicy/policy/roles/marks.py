# SPDX-License-Identifier: GPL-2.0-or-later
"""What the conditions of marks and readings ask for, and what makes them hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpolicy.policy.expressions.expression import COMMAND_LINE, And, Boot, Expression, Not, Or, Predicate, symbols

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


def grounds(expression: Expression, values: Values) -> Iterator[str]:
    """The symbols whose values make an expression hold that does."""
    match expression:
        case And(operands):
            # Beside something that is on, what is off is no evidence: `KASAN && !KASAN_HW_TAGS`.
            for operand in [item for item in operands if not isinstance(item, Not)] or operands:
                yield from grounds(operand, values)
        case Or(operands):
            for operand in operands:
                if operand.holds(values):
                    yield from grounds(operand, values)
        case Predicate():
            return
        case _:
            yield from (name for name in symbols(expression) if name != COMMAND_LINE)


def asked_at_boot(expression: Expression, values: Values) -> Iterator[Boot]:
    """The boot parameters that make an expression hold that does."""
    match expression:
        case And(operands) | Or(operands):
            for operand in operands:
                if operand.holds(values):
                    yield from asked_at_boot(operand, values)
        case _:
            # Only here: few conditions ask about the command line.
            from kpolicy.policy.expressions.rewriting import boots

            yield from boots(expression)


def wanted(expression: Expression) -> Iterator[str]:
    """The symbols that an expression asks for, whatever the command line is."""
    match expression:
        case And(operands):
            if not any(isinstance(operand, Boot) for operand in operands):
                for operand in operands:
                    yield from wanted(operand)
        case Or(operands):
            for operand in operands:
                yield from wanted(operand)
        case _:
            yield from (name for name in symbols(expression) if name != COMMAND_LINE)


def denies(expression: Expression) -> bool:
    """Whether the expression asks for something to be off."""
    match expression:
        case Not():
            return True
        case And(operands) | Or(operands):
            return any(denies(operand) for operand in operands)
        case _:
            return False
