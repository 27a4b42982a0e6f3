# SPDX-License-Identifier: GPL-2.0-or-later
"""The edit that writes the present name of a symbol in place of an old one, and changes no value by it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpolicy.explain.shown import shown
from kpolicy.frozen import dataclass
from kpolicy.kconfig.transitional import successors

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.fixes.lines import Edit
    from kpolicy.policy.fixes.ways import Ways
    from kpolicy.policy.rules.finding import Finding


@dataclass(frozen=True)
class RenamingGoal:
    """A line under an old name, which `conf` takes, is to be written under the present name.

    Where the present name has a line of its own in the same file that says the same, the old one goes.  No edit is
    offered that changes a value: a default can reach further than a line, and several symbols can take one old value.
    """

    finding: Finding

    def met(self, values: Values) -> bool:  # noqa: ARG002 - as every goal is asked
        """See `Goal`: only the check itself can decide."""
        return False

    def moves(self, ways: Ways) -> Iterator[Edit]:
        """See `Goal`."""
        values, document, place = ways.values, ways.document, self.finding.place
        names = successors(values.model, self.finding.symbol)
        if not document.has(place) or len(names) != 1:
            return
        other = values.assignment(names[0])
        line = next(item for item in document.config.assignments if item.location == place)
        if other is not None and not _agrees(values, other, line):
            return
        # A line for what has no prompt would do nothing.
        here = not values.model.has_prompt(names[0]) or (other is not None and other.location.path == document.path)
        edit = document.cut(place.line) if here else document.instead(place.line, names[0], line.value)
        if keeps_values(values, values.again(document.edited((*ways.done, edit))), line.name):
            yield edit


def keeps_values(before: Values, after: Values, name: str) -> bool:
    """Whether all symbols but the one under its old name have the same values."""
    names = (item for item in before.model.names() if item != name)
    return all(shown(before, item) == shown(after, item) for item in names)


def _agrees(values: Values, other: Assignment, line: Assignment) -> bool:
    return shown(values, other.name) == shown(values, line.name)
