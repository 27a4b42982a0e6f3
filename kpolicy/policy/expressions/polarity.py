# SPDX-License-Identifier: GPL-2.0-or-later
"""Which value of a symbol helps a condition to hold."""

from __future__ import annotations

from collections.abc import Iterator

from kpolicy.policy.expressions.expression import And, Expression, Not, Or, Symbol


def helpful(expression: Expression, *, on: bool = True) -> Iterator[str]:
    """The symbols whose being on, or off, helps a condition; those of comparisons and predicates do not count."""
    match expression:
        case Symbol(name):
            if on:
                yield name
        case Not(operand):
            yield from helpful(operand, on=not on)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from helpful(operand, on=on)
