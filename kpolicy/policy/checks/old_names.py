# SPDX-License-Identifier: GPL-2.0-or-later
"""In words: lines that use an old name, and what would say the same under the present one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.explain.blocked import blockers
from kpolicy.explain.shown import shown
from kpolicy.policy.checks.heirs import heirs
from kpolicy.policy.checks.lifetime import is_always_on
from kpolicy.policy.checks.renames import renamed
from kpolicy.policy.checks.spelling import as_read
from kpolicy.policy.edits import line_of

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.checks.effects import LineEffect


def honoured_message(values: Values, effect: LineEffect) -> str:
    """A line for a transitional symbol whose value the present one has, or would have without a line of its own."""
    line, heir, other = effect.assignment, effect.heir, effect.other
    assert heir is not None
    what = f"CONFIG_{line.name} is an old name of CONFIG_{heir}"
    if other is None:
        place = _default_at(values, heir, line.name)
        return f"{what}: write {_line(heir, line.value)}{f' ({place})' if place else ''}"
    where = f"line {other.location.line}" if other.location.path == line.location.path else str(other.location)
    if _is_lost(values, effect):
        return lost_message(values, line, heir, f"set on {where}")
    return f"{what}, which {where} sets to the same value"


def unknown_message(values: Values, line: Assignment) -> str | None:
    """What became of a symbol that the tree does not define and the table of renames knows; None for any other."""
    found = heirs(values.model, line.name)
    if found is None:
        return None
    names = " and ".join(f"CONFIG_{name}" for name in found.names)
    what = {
        "renamed": f"it is now {names}" if renamed(line.name) is not None else f"its name in this tree is {names}",
        "merged": f"it is now part of {names}",
        "choice": f"it is now {names}=y",
        "opposite": f"the opposite is now {names}",
    }
    known = f"CONFIG_{line.name} is not defined on {values.model.srcarch}: {what[found.kind]}"
    text = f"{known}, which is {', '.join(shown(values, name) for name in found.names)}"
    if holds(values, line) is False:
        text = f"{text} ({as_read(values.model.type_of(found.names[0]), line.value)} requested)"
    if all(values.model.has_prompt(name) for name in found.names):
        return text
    return f"{text} and has no prompt{_setters(values, found.names[0])}"


def lost_message(values: Values, line: Assignment, heir: str, reason: str) -> str:
    """A line for a transitional symbol whose value the present one does not take."""
    got, asked = shown(values, heir), as_read(values.model.type_of(line.name), line.value)
    return f"CONFIG_{line.name}={asked} requested, but CONFIG_{heir}, its new name, is {got}: {reason}"


def moved_hint(values: Values, line: Assignment) -> str:
    """For a symbol that has lost its prompt: what to ask for instead."""
    lines = [_line(name, value) for name, value in replacement(values, line)]
    return f"; write {' and '.join(lines)}" if lines else ""


def is_contradicted(values: Values, effect: LineEffect) -> bool:
    """Whether a line under the present name says something else, which counts."""
    return effect.effect == "renamed" and effect.other is not None and _is_lost(values, effect)


def remedy(values: Values, effect: LineEffect) -> tuple[str, ...]:
    """The lines under the present name that say what a line under an old name does, or did."""
    line = effect.assignment
    if effect.effect == "renamed":
        return (_line(effect.heir or line.name, line.value),) if effect.other is None else ()
    if effect.heir is not None and not values.visibility(effect.heir):
        return ()
    return tuple(_line(name, value) for name, value in replacement(values, line))


def replacement(values: Values, line: Assignment) -> tuple[tuple[str, str], ...]:
    """What to ask for, where the table of renames knows it, instead of a symbol that no line can set here.

    Nothing where a line could not set it either.
    """
    found = heirs(values.model, line.name)
    if found is None or (found.kind in ("merged", "choice") and line.value == "n"):
        return ()
    if not all(values.model.has_prompt(name) for name in found.names):
        return ()
    value = "y" if found.kind == "choice" else line.value
    if found.kind == "opposite":
        value = "y" if line.value == "n" else "n"
    return tuple((name, value) for name in found.names)


def holds(values: Values, line: Assignment) -> bool | None:
    """Whether the symbols that stand for an old name now have its value; None where none do, or n says nothing.

    What is always on stands for its name.
    """
    found = heirs(values.model, line.name)
    if found is None:
        is_on = not values.model.is_defined(line.name) and is_always_on(line.name, values.model.version)
        return line.value != "n" if is_on else None
    if found.kind == "merged" and line.value == "n":
        return None
    value = line.value
    if found.kind == "opposite":
        value = "y" if value == "n" else "n"
    if value == "n":
        return not any(values.is_on(name) for name in found.names)
    if value in ("y", "m"):
        # What was a module may be built in, and a part of something else.
        return all(values.is_on(name) for name in found.names)
    return all(shown(values, name) == value for name in found.names)


def _line(name: str, value: str) -> str:
    return line_of(name, value)


def _setters(values: Values, name: str) -> str:
    """What would set a symbol that has no prompt."""
    reasons = [] if values.is_on(name) else [str(item) for item in blockers(values, name)]
    return f": {reasons[0]}" if reasons else ""


def _is_lost(values: Values, effect: LineEffect) -> bool:
    assert effect.heir is not None
    return shown(values, effect.heir) != shown(values, effect.assignment.name)


def _default_at(values: Values, heir: str, name: str) -> str:
    """The line that gives a symbol the value of an old name."""
    symbol = values.model.symbol(heir)
    defaults = symbol.defaults if symbol is not None else ()
    return next((str(item.location) for item in defaults if str(item.value) == name), "")
