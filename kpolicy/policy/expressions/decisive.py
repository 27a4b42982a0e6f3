# SPDX-License-Identifier: GPL-2.0-or-later
"""Which symbols and boot parameters a condition rests on, as the values are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpolicy.policy.expressions.expression import COMMAND_LINE, And, Expression, Not, Or, symbols

if TYPE_CHECKING:
    from kpolicy.config.command_line import Word
    from kpolicy.evaluate.values import Values


def decisive(expression: Expression, values: Values) -> tuple[str, ...]:
    """The symbols that decide whether a condition holds, each once, in order of appearance.

    In `!(A && (B || C))` with A=n and B=y only A decides: C could be on or off.
    """
    return tuple(dict.fromkeys(name for part in _decisive(expression, values) for name in symbols(part)))


def passed_words(expression: Expression, values: Values) -> tuple[Word, ...]:
    """The words that the boot loader passes for the parameters that decide whether a condition holds."""
    if values.loader is None:
        return ()
    # Only here: most configs are judged without a boot loader's words.
    from kpolicy.evaluate.command_line import asking, is_passed
    from kpolicy.policy.expressions.rewriting import boots

    asked = (item.parameter for part in _decisive(expression, values) for item in boots(part))
    words = (word for name in dict.fromkeys(asked) for word in asking(values, name))
    return tuple(dict.fromkeys(word for word in words if is_passed(values, word)))


def rests_on_command_line(expression: Expression, values: Values) -> bool:
    """Whether a word of the command line decides a condition."""
    if COMMAND_LINE not in decisive(expression, values):
        return False
    return values.text(COMMAND_LINE) != "" or bool(passed_words(expression, values))


def _decisive(expression: Expression, values: Values) -> Iterator[Expression]:
    """The parts of a condition that decide it."""
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
            yield expression
