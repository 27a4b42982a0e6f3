# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of each line of a config."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias

from kpolicy.config.model import Assignment
from kpolicy.evaluate.strings import is_valid, number, unquote
from kpolicy.evaluate.user import is_read
from kpolicy.explain.cause import sufficient_default
from kpolicy.kconfig.payload import TYPES
from kpolicy.kconfig.transitional import successors
from kpolicy.patterns import lazy
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

Effect: TypeAlias = Literal[
    "honoured",
    "unknown-symbol",
    "duplicate-assignment",
    "wrong-type",
    "out-of-range",
    "overridden-by-select",
    "choice-conflict",
    "dropped-request",
    "renamed",
]

_NUMBER = lazy(r"-?[0-9]+|0[xX][0-9a-fA-F]+")
_TRISTATE = {"n": 0, "m": 1, "y": 2}


class LineEffect(NamedTuple):
    """A line and what it did.

    `got` is the value in the result, as in .config ("n" for a symbol without a line).
    `other` is the line that takes precedence: of a duplicate, or for the new name of a symbol.  `heir` is the new name
    of a transitional symbol that does not have its value, or whose value this is.
    """

    assignment: Assignment
    effect: Effect
    got: str
    other: Assignment | None = None
    heir: str | None = None


def line_effects(values: Values) -> Iterator[LineEffect]:
    """Every line of the config in order.

    Of several lines for a symbol the last one that is valid counts, as in `conf`; the others
    are duplicates, within one file as in a stack.
    """
    config = values.config
    if config is None:
        return
    dialect = values.model.dialect
    for assignment in config.assignments:
        if values.honours(assignment):
            yield LineEffect(assignment, "honoured", assignment.value[0])
        elif is_read(assignment, dialect):
            yield _effect(values, assignment)


def is_known(values: Values, name: str) -> bool:
    """Whether `conf` knows the name: a Kconfig file defines it or at least refers to it, and not as to a number."""
    return name in values.model.core.symbols and (values.model.is_defined(name) or not _NUMBER.fullmatch(name))


def _effect(values: Values, assignment: Assignment) -> LineEffect:
    name = assignment.name
    if not is_known(values, name):
        return LineEffect(assignment, "unknown-symbol", "n")
    got = values.result(name)
    kind = values.model.type_of(name)
    if kind != "unknown" and not is_value(kind, assignment.value):
        return LineEffect(assignment, "wrong-type", got)
    counts = values.assignment(name)
    if counts is not None and counts.location != assignment.location:
        return LineEffect(assignment, "duplicate-assignment", got, counts)
    asked = asked_value(kind, assignment.value)
    if asked == got:
        if values.model.is_transitional(name):
            return _old_name(values, assignment, asked)
        return LineEffect(assignment, "honoured", got)
    return LineEffect(assignment, why(values, assignment, got), got)


def _old_name(values: Values, assignment: Assignment, asked: str) -> LineEffect:
    """A line for a transitional symbol: it counts as far as the symbol that has its place takes the value."""
    found = successors(values.model, assignment.name)
    for heir in found:
        got, line = values.result(heir), values.assignment(heir)
        if got != asked:
            return LineEffect(assignment, "renamed" if line is not None else "dropped-request", got, line, heir)
    if not found:
        # Whatever reads it, no symbol has its place.
        return LineEffect(assignment, "honoured", asked)
    return LineEffect(assignment, "renamed", asked, values.assignment(found[0]), found[0])


def is_value(kind: str, value: str) -> bool:
    """Whether a symbol of a type can have a value, as a config line writes it."""
    if kind == "bool":
        return value[:1] in ("y", "n") and value != ""
    if kind == "tristate":
        return value[:1] in ("y", "m", "n") and value != ""
    if kind == "string":
        return value.startswith('"') and unquote(value) is not None
    return is_valid(TYPES.index(kind), value)


def asked_value(kind: str, value: str) -> str:
    """The value that a valid line asks for, as the result has it."""
    if kind in ("bool", "tristate"):
        return value[0]
    if kind == "string":
        return unquote(value) or ""
    return value


def why(values: Values, assignment: Assignment, got: str) -> Effect:
    """What keeps a valid line from being honoured."""
    name = assignment.name
    kind = values.model.type_of(name)
    if kind in ("int", "hex"):
        visible = values.visibility(name) > 0
        return "out-of-range" if visible and is_outside(values, name, assignment.value, kind) else "dropped-request"
    if kind in ("bool", "tristate"):
        asked = _TRISTATE[assignment.value[0]]
        # A select adds nothing to a default that gives as much.
        if asked < _TRISTATE[got] and values.selectors(name) and sufficient_default(values, name) is None:
            return "overridden-by-select"
        symbol = values.model.symbol(name)
        if symbol is not None and symbol.choice is not None and values.visibility(name):
            return "choice-conflict"
    return "dropped-request"


def is_outside(values: Values, name: str, text: str, kind: str) -> bool:
    """Whether a number is outside of the range that is in effect for a symbol."""
    symbol = values.model.symbol(name)
    base = 10 if kind == "int" else 16
    for item in symbol.ranges if symbol is not None else ():
        if values.evaluate(item.condition):
            low, high = (values.number_of(bound, base) for bound in (item.low, item.high))
            return not low <= number(text, base) <= high
    return False
