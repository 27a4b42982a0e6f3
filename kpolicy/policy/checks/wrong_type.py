# SPDX-License-Identifier: GPL-2.0-or-later
"""Values that do not fit the type of their symbol: what `conf` makes of them, and what to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kpolicy.explain.shown import shown
from kpolicy.policy.checks.effects import is_outside
from kpolicy.policy.checks.spelling import NUMBERS, corrected, has_comment
from kpolicy.policy.edits import line_of

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.checks.effects import LineEffect
    from kpolicy.policy.rules.rule import Severity

_NOTHING: Final = ("", "n", "0", "0x0")


def message(values: Values, effect: LineEffect, kind: str) -> str:
    """A line whose value the symbol, of a type with its article, cannot have."""
    line = effect.assignment
    if not _is_unset(line):
        why = ", and the comment is part of the value" if has_comment(line.value) else ""
        return f"{line.value!r} is not a valid value for CONFIG_{line.name}, which is {kind}{why}: the line is ignored"
    # For a string conf_set_sym_val() returns before it warns.
    silent = values.model.dialect.silent_unset or values.model.type_of(line.name) == "string"
    reading = "silently ignores the line" if silent else "warns \"symbol value 'n' invalid\" and ignores the line"
    got = f"CONFIG_{line.name}={shown(values, line.name)}" if values.is_written(line.name) else "no value"
    return f"CONFIG_{line.name} is {kind}, which cannot be unset: conf {reading}; result: {got}"


def severity(values: Values, effect: LineEffect, *, full: bool) -> Severity | None:
    """Another severity than an error, None for that."""
    line = effect.assignment
    if _is_unset(line):
        return "warning" if remedy(values, effect) else "note"
    # `conf` wrote it for another kernel, in which the type was another.
    return "warning" if full else None


def remedy(values: Values, effect: LineEffect) -> tuple[str, ...]:
    """The line that says what was meant, if known.

    A number that is to be off can be 0, where its range has that and it is something else.
    """
    line = effect.assignment
    kind = values.model.type_of(line.name)
    if not _is_unset(line):
        value = corrected(kind, line.value)
        return () if value is None else (line_of(line.name, value),)
    if kind not in NUMBERS or effect.got in _NOTHING or not values.visibility(line.name):
        return ()
    zero = "0" if kind == "int" else "0x0"
    return () if is_outside(values, line.name, zero, kind) else (line_of(line.name, zero),)


def _is_unset(line: Assignment) -> bool:
    """Whether a line is `# CONFIG_X is not set`."""
    return line.text.startswith("#")
