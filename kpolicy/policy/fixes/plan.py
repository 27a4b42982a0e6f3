# SPDX-License-Identifier: GPL-2.0-or-later
"""What a fix is: the findings of a config, the edits that clear them, what is given up, and what changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from kpolicy.explain.shown import shown
from kpolicy.frozen import dataclass
from kpolicy.policy.fixes.about import about, remedied
from kpolicy.policy.fixes.goals import Goal, goal_of
from kpolicy.policy.fixes.hopeless import Hopeless
from kpolicy.policy.fixes.lines import Document
from kpolicy.policy.fixes.requests import GivenUp
from kpolicy.policy.fixes.workbench import Edits, Judge

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.files.requirement import Requirement
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.policy.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is another one afterwards, as `.config` would show it."""

    symbol: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A finding that is cleared, by which edits, and what would clear it too.

    Without edits what clears another finding clears this one.
    """

    finding: Finding
    edits: Edits
    alternatives: tuple[Edits, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All edits of a config, proved: what they clear, what they cannot, and every other value that changes.

    `given_up` are the requests that the edited config makes no more, or does not get.  `minimal`: no smaller
    edit keeps as much: all were tried.
    """

    document: Document
    fixes: tuple[Fix, ...]
    hopeless: tuple[Hopeless, ...]
    edits: Edits
    changes: tuple[Change, ...]
    side_effects: tuple[Change, ...]
    given_up: tuple[GivenUp, ...] = ()
    minimal: bool = False

    @property
    def text(self) -> bytes:
        """What becomes of the file."""
        return self.document.text(self.edits)


class UnprovedError(Exception):
    """The edited text does not do what was found out line by line: a mistake in kpolicy."""


@dataclass(frozen=True)
class Task:
    """What is to be fixed: the findings, in a document, by the word of a policy.

    `counts` states which findings no edit may cause; `rules` and `requirements` are those in effect.  With `unsafe` a
    request that works may be given up.  `stated`: whether the policy states the role; `doubt` is the
    other role where the marks of two meet.  `progress` is called with the number of findings that were looked at, and
    of all.
    """

    values: Values
    document: Document
    findings: Sequence[Finding]
    judge: Judge
    counts: Callable[[Finding], bool]
    rules: Collection[Rule]
    requirements: Collection[Requirement]
    unsafe: bool = False
    stated: bool = True
    doubt: str | None = None
    progress: Callable[[int, int], None] = lambda _done, _total: None

    def goal(self, finding: Finding, *, wide: bool = False) -> Goal | None:
        """What it takes to clear a finding."""
        return goal_of(finding, self.rules, self.requirements, wide=wide)

    def about(self, values: Values, finding: Finding) -> frozenset[str]:
        """The symbols that a finding is about, as some values have it."""
        return about(values, finding, self.rules, self.requirements)

    def remedied(self, finding: Finding) -> frozenset[str]:
        """The symbols that only the remedy of a finding's rule names."""
        return remedied(finding, self.rules)


def changed_values(before: Values, after: Values) -> Iterator[Change]:
    """Every value that is another one, in the order of the names; an old name has none of its own."""
    for name in sorted(item for item in before.model.names() if not before.model.is_transitional(item)):
        old, new = shown(before, name), shown(after, name)
        if old != new:
            yield Change(name, old, new)
