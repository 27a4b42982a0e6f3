# SPDX-License-Identifier: GPL-2.0-or-later
"""The edits after which a line gets what it requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kpolicy.frozen import dataclass
from kpolicy.policy.checks.effects import asked_value, is_value
from kpolicy.policy.checks.old_names import replacement
from kpolicy.policy.fixes.assumed import is_refused_by_assumption

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Model
    from kpolicy.policy.fixes.lines import Document, Edit
    from kpolicy.policy.fixes.ways import Ways
    from kpolicy.policy.rules.finding import Finding

# What a line asked for and did not get, though it might.
ASKED: Final = ("config/dropped-request", "config/overridden-by-select", "config/choice-conflict")


_UNKNOWN: Final = "config/unknown-symbol"


@dataclass(frozen=True)
class HonourGoal:
    """A line stays as it is, and its symbol gets the value.

    With `anew`, the number of a line that uses an old name, that one is first written as `line` has it.
    """

    line: Assignment
    anew: int = 0

    def met(self, values: Values) -> bool:
        """See `Goal`."""
        name = self.line.name
        if self.anew:
            counts = values.assignment(name)
            if counts is None or counts.location != self.line.location:
                return False
        return values.result(name) == asked_value(values.model.type_of(name), self.line.value)

    def moves(self, ways: Ways) -> Iterator[Edit]:
        """See `Goal`."""
        model, name = ways.values.model, self.line.name
        if self.anew and all(edit.line != self.anew for edit in ways.done):
            yield ways.document.instead(self.anew, name, self.line.value)
            return
        any_symbol = _is_of_machine(model, name) and model.has_prompt(name)
        for edit in ways.honour(name, self.line.value):
            # HZ_1000 is a way to HZ=1000.
            named = edit.symbol.startswith(f"{name}_")
            if any_symbol or named or not _is_of_machine(model, edit.symbol):
                yield edit


def _is_of_machine(model: Model, name: str) -> bool:
    """Whether a symbol is one of the architecture: a driver's line is no reason to choose another machine.

    Its debug options are those of any machine.
    """
    symbol = model.symbol(name)
    paths = [place.path for place in symbol.definitions] if symbol is not None else []
    return bool(paths) and all(path.startswith("arch/") and not path.endswith("Kconfig.debug") for path in paths)


def honour_goal(values: Values, document: Document, finding: Finding) -> HonourGoal | None:
    """The goal that a finding's line is honoured; None for a line that cannot be, whatever the others are.

    None as well for a transitional name, and for a symbol that another one sets now: these lines are written anew.  And
    where only an assumed toolchain refuses the line.
    """
    if finding.rule not in (*ASKED, _UNKNOWN):
        return None
    name, kind = finding.symbol, values.model.type_of(finding.symbol)
    line = next((item for item in document.config.assignments if item.location == finding.place), None)
    if line is not None and finding.rule == _UNKNOWN:
        return _anew(values, document, line)
    if line is None or not values.model.is_defined(name) or values.model.is_transitional(name):
        return None
    if not _is_of_whole_config(document, line) and _is_written_anew(values, line):
        return None
    if not is_value(kind, line.value) or is_refused_by_assumption(values, name):
        return None
    return HonourGoal(line)


def _anew(values: Values, document: Document, line: Assignment) -> HonourGoal | None:
    """The goal that what stands for an old name now gets its value; None where there is a line for that already."""
    now = replacement(values, line)
    if len(now) != 1 or values.assignment(line.name) is not line or not document.has(line.location):
        return None
    name, value = now[0]
    if values.assignment(name) is not None or not is_value(values.model.type_of(name), value):
        return None
    if is_refused_by_assumption(values, name):
        return None
    return HonourGoal(line._replace(name=name, value=value), line.location.line)


def _is_of_whole_config(document: Document, line: Assignment) -> bool:
    """Whether a line is of a whole .config, which has one for every symbol that is on."""
    return document.config.is_full and line.location.path == document.config.assignments[0].location.path


def _is_written_anew(values: Values, line: Assignment) -> bool:
    """Whether a line for another symbol, which has none in the same file, is to be in the place of this one."""
    now = replacement(values, line)
    own = values.assignment(now[0][0]) if len(now) == 1 else line
    return own is None or own.location.path != line.location.path
