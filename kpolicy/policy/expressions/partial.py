# SPDX-License-Identifier: GPL-2.0-or-later
"""What remains of a condition when all that is known is which symbols a tree defines.

Values are left open; a symbol that is not defined is n in every configuration, and has no value to
compare.  `ALWAYS` and `NEVER` are what remains of a condition that this decides.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

from kpolicy.policy.expressions.expression import (
    COMMAND_LINE,
    And,
    Boot,
    Compare,
    Constant,
    Expression,
    Not,
    Operand,
    Or,
    Predicate,
    PredicateName,
    Release,
    Symbol,
    compare,
)

ALWAYS: Final = Constant("y")
NEVER: Final = Constant("n")
_STATING: Final[tuple[PredicateName, ...]] = ("exists", "settable")


def remains(expression: Expression, defined: Container[str], *, guards_only: bool = False) -> Expression:
    """What remains of a condition in a tree that defines these symbols and no others.

    With `guards_only` just `exists()` is decided: whether the condition itself says that it is not
    for such a tree.
    """
    match expression:
        case Not(operand):
            inner = remains(operand, defined, guards_only=guards_only)
            return {ALWAYS: NEVER, NEVER: ALWAYS}[inner] if isinstance(inner, Constant) else Not(inner)
        case And(operands):
            parts = [remains(operand, defined, guards_only=guards_only) for operand in operands]
            return _joined(And, parts, neutral=ALWAYS, final=NEVER)
        case Or(operands):
            parts = [remains(operand, defined, guards_only=guards_only) for operand in operands]
            return _joined(Or, parts, neutral=NEVER, final=ALWAYS)
        case Predicate("exists", name):
            return ALWAYS if name in defined else NEVER
        case Predicate("selected" | "settable", name) | Symbol(name):
            return expression if guards_only or name in defined else NEVER
        case Boot():
            return expression if guards_only or COMMAND_LINE in defined else NEVER
        case Compare() if not guards_only:
            return _compared(expression, defined)
        case Constant():
            return ALWAYS if expression.value in ("y", "m") else NEVER
        case _:
            return expression


def predicates(expression: Expression, name: PredicateName, *, positive: bool = True) -> Iterator[tuple[str, bool]]:
    """The symbols that the predicate asks about, each with whether a yes speaks for the condition."""
    match expression:
        case Not(operand):
            yield from predicates(operand, name, positive=not positive)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from predicates(operand, name, positive=positive)
        case Predicate(found, symbol) if found == name:
            yield symbol, positive


def granted(expression: Expression, defined: Container[str], *, positive: bool = True) -> Iterator[str]:
    """The symbols whose being undefined speaks for the condition: X in `!X`, and in `X != 3`."""
    match expression:
        case Not(operand):
            yield from granted(operand, defined, positive=not positive)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from granted(operand, defined, positive=positive)
        case Symbol(name) if not positive and name not in defined:
            yield name
        case Compare(_, left, right) if _compared(expression, defined) == (ALWAYS if positive else NEVER):
            yield from (side.name for side in (left, right) if isinstance(side, Symbol) and side.name not in defined)


def unstated(expression: Expression, defined: Container[str], release: str) -> tuple[str, ...]:
    """The undefined symbols whose absence a condition takes for an answer: X in `!X`, and in `X != 3`.

    Left out are symbols for which the condition says that itself, with `exists(X)` or `settable(X)`, and parts of it
    that cannot hold in a tree of this release that defines no more than these symbols.
    """
    expression = released(expression, release)
    stated = {name for word in _STATING for name, _ in predicates(expression, word)}
    return tuple(dict.fromkeys(name for name in _presumed(expression, defined) if name not in stated))


def released(expression: Expression, release: str) -> Expression:
    """The condition in a tree of one release: what it asks about the release is answered."""
    match expression:
        case Not(operand):
            return Not(released(operand, release))
        case And(operands):
            return And(tuple(released(operand, release) for operand in operands))
        case Or(operands):
            return Or(tuple(released(operand, release) for operand in operands))
        case Release():
            return ALWAYS if expression.is_of(release) else NEVER
        case _:
            return expression


def _presumed(expression: Expression, defined: Container[str], *, positive: bool = True) -> Iterator[str]:
    if remains(expression, defined) == (NEVER if positive else ALWAYS):
        return
    match expression:
        case Not(operand):
            yield from _presumed(operand, defined, positive=not positive)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from _presumed(operand, defined, positive=positive)
        case _:
            yield from granted(expression, defined, positive=positive)


def valued(expression: Expression) -> Iterator[str]:
    """The symbols whose value, prompt or selects are asked for, not only whether they or a line for them exist."""
    match expression:
        case Symbol(name) | Predicate("selected" | "settable", name):
            yield name
        case Boot():
            yield COMMAND_LINE
        case Not(operand):
            yield from valued(operand)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from valued(operand)
        case Compare(_, left, right):
            yield from (side.name for side in (left, right) if isinstance(side, Symbol))
            yield from (COMMAND_LINE for side in (left, right) if isinstance(side, Boot))


def _joined(kind: type[And | Or], parts: list[Expression], *, neutral: Constant, final: Constant) -> Expression:
    if final in parts:
        return final
    left = tuple(part for part in parts if part != neutral)
    if len(left) < 2:
        return left[0] if left else neutral
    return kind(left)


def _compared(expression: Compare, defined: Container[str]) -> Expression:
    sides = [_text(side, defined) for side in (expression.left, expression.right)]
    if sides[0] is None or sides[1] is None:
        return expression
    return ALWAYS if compare(expression.operator, sides[0], sides[1]) else NEVER


def _text(operand: Operand, defined: Container[str]) -> str | None:
    """The value of an operand as far as it is decided: "" for a symbol that is not defined."""
    if isinstance(operand, Symbol):
        return None if operand.name in defined else ""
    if isinstance(operand, Boot):
        return None if COMMAND_LINE in defined else ""
    return operand.value
