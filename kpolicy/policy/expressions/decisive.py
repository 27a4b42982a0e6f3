# SPDX-License-Identifier: GPL-2.0-or-later
"""Which symbols a condition rests on, as the values are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpolicy.policy.expressions.expression import COMMAND_LINE, And, Expression, Not, Or, symbols

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


def decisive(expression: Expression, values: Values) -> tuple[str, ...]:
    """The symbols that decide whether a condition holds, each once, in order of appearance.

    In `!(A && (B || C))` with A=n and B=y only A decides: C could be on or off.
    """
    return tuple(dict.fromkeys(_decisive(expression, values)))


def rests_on_command_line(expression: Expression, values: Values) -> bool:
    """Whether a word of the built-in command line decides a condition."""
    return COMMAND_LINE in decisive(expression, values) and values.text(COMMAND_LINE) != ""


def _decisive(expression: Expression, values: Values) -> Iterator[str]:
    match expression:
        case Not(operand):
            yield from _decisive(operand, values)
        case And(operands) | Or(operands):
            # One operand that does not hold decides an `&&`, one that holds an `||`; otherwise all of them do.
            rare = isinstance(expression, Or)
            deciding = [operand for operand in operands if operand.holds(values) == rare]
            for operand in deciding or operands:
                yield from _decisive(operand, values)
        case _:
            yield from symbols(expression)
