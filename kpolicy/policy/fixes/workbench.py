# SPDX-License-Identifier: GPL-2.0-or-later
"""Trying edits of a config: the values that they lead to, and what the whole policy finds then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from kpolicy.policy.fixes.goals import Goal
from kpolicy.policy.fixes.lines import Document, Edit

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.judging.standard import Assessment
    from kpolicy.policy.rules.finding import Finding

Edits: TypeAlias = tuple[Edit, ...]
Judge: TypeAlias = Callable[["Values"], "Assessment"]
Key: TypeAlias = tuple[str, str]


def key_of(finding: Finding) -> Key:
    """What stays the same of a finding while lines come and go."""
    return finding.rule, finding.symbol


@dataclass(frozen=True, slots=True)
class Outcome:
    """What some edits lead to: the role, all findings, and those of them that count."""

    role: str
    all_findings: tuple[Finding, ...]
    findings: tuple[Finding, ...]


@dataclass
class Workbench:
    """Tries edits of a config, each set of them once.

    `counts`: which findings are at or above the threshold; `goal_for` gives the goal of one, `about` the
    symbols that it is about.
    `roles` are those that the config may have besides its own.
    """

    values: Values
    document: Document
    judge: Judge
    counts: Callable[[Finding], bool]
    goal_for: Callable[[Finding], Goal | None]
    about: Callable[[Values, Finding], frozenset[str]]
    roles: set[str] = field(default_factory=set)
    _values: dict[frozenset[Edit], Values] = field(default_factory=dict)
    _outcomes: dict[frozenset[Edit], Outcome] = field(default_factory=dict)

    def evaluate(self, edits: Edits) -> Values:
        """The values after some edits."""
        key = frozenset(edits)
        if key not in self._values:
            self._values[key] = self.values.again(self.document.edited(edits)) if edits else self.values
        return self._values[key]

    def outcome(self, edits: Edits) -> Outcome:
        """What the whole policy says to the values after some edits."""
        key = frozenset(edits)
        if key not in self._outcomes:
            assessment = self.judge(self.evaluate(edits))
            findings = tuple(item for item in assessment.findings if self.counts(item))
            self._outcomes[key] = Outcome(assessment.verdict.role, assessment.findings, findings)
        return self._outcomes[key]

    def has_effect(self, edit: Edit) -> bool:
        """Whether `conf` takes the line that an edit writes: not for a symbol without a prompt."""
        model = self.values.model
        return not edit.text or not model.is_defined(edit.symbol) or model.has_prompt(edit.symbol)

    def forget(self) -> None:
        """Let go of everything but the start: values are large."""
        start = self._outcomes.get(frozenset())
        self._values.clear()
        self._outcomes.clear()
        if start is not None:
            self._outcomes[frozenset()] = start

    def new(self, edits: Edits, since: Edits = ()) -> tuple[Finding, ...]:
        """The findings that count and are not there, or not so often, after the edits of `since`."""
        before = Counter(key_of(item) for item in self.outcome(since).findings)
        found = []
        for item in self.outcome(edits).findings:
            before[key_of(item)] -= 1
            if before[key_of(item)] < 0:
                found.append(item)
        return tuple(found)

    def keeps_role(self, edits: Edits) -> bool:
        """Whether the config is still for what it was for: other rules would judge it."""
        return self.outcome(edits).role in {self.outcome(()).role, *self.roles}
