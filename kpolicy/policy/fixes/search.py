# SPDX-License-Identifier: GPL-2.0-or-later
"""The search for the fewest edits that clear a finding and bring no other.

Sets of edits are tried in the order of their size.  Each is tried by evaluation: where the finding
is still there its goal says what leads on; where it is gone and another has come, that one's does,
mostly that a line goes for which nothing is left to set.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from kpolicy.policy.edits import without_needless
from kpolicy.policy.fixes.goals import Goal, JointGoal, RequirementGoal, is_about_a_line, is_idle_line
from kpolicy.policy.fixes.lines import Document, Edit
from kpolicy.policy.fixes.ways import Ways

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.judging.standard import Assessment
    from kpolicy.policy.rules.finding import Finding

Edits: TypeAlias = tuple[Edit, ...]
Judge: TypeAlias = Callable[["Values"], "Assessment"]
Key: TypeAlias = tuple[str, str]

_MOST_TRIES: Final = 160
_MOST_MOVES: Final = 24
_MOST_EDITS: Final = 40


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

    `counts` tells which findings are at or above the threshold; `goal_for` gives the goal of one.
    `roles` are those that the config may have besides its own.
    """

    values: Values
    document: Document
    judge: Judge
    counts: Callable[[Finding], bool]
    goal_for: Callable[[Finding], Goal | None]
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


@dataclass
class Search:
    """The search for one finding; `start` are edits that are made already, for findings before it."""

    bench: Workbench
    finding: Finding
    goal: Goal | None
    start: Edits = ()
    obstacle: Finding | None = None
    other_role: str = ""

    def solutions(self) -> Iterator[Edits]:
        """Sets of edits that clear the finding, the smallest first, each without `start`; none is needless."""
        queue: list[tuple[int, int, Edits]] = [(0, 0, ())]
        seen: set[frozenset[Edit]] = set()
        found: list[frozenset[Edit]] = []
        order = itertools.count(1)
        for _ in range(_MOST_TRIES):
            if not queue:
                return
            _size, _order, edits = heapq.heappop(queue)
            if any(smaller <= frozenset(edits) for smaller in found):
                continue
            further = self._further(edits)
            if further is None:
                needed = without_needless(edits, self.is_cleared)
                found.append(frozenset(needed))
                yield needed
                continue
            for longer in further:
                key = frozenset(longer)
                if key not in seen and len(longer) <= _MOST_EDITS:
                    seen.add(key)
                    heapq.heappush(queue, (len(longer), next(order), longer))
        if queue and not found:
            yield from self.straight_on()

    def straight_on(self) -> Iterator[Edits]:
        """Where there are too many sets to try: always the most natural edit, and none that was not needed."""
        edits: Edits = ()
        while len(edits) <= _MOST_EDITS:
            further = self._further(edits)
            if further is None:
                yield without_needless(edits, self.is_cleared)
                return
            if not further:
                return
            edits = further[0]

    def is_cleared(self, edits: Edits) -> bool:
        """Whether the finding is gone with these edits, and nothing else has come."""
        everything = (*self.start, *edits)
        values = self.bench.evaluate(everything)
        if self._is_there(values, everything):
            return False
        return not self.bench.new(everything, self.start) and self._keeps_role(everything)

    def _keeps_role(self, everything: Edits) -> bool:
        """A requirement may make another kind of kernel of it; to clear a rule that way would be to dodge it."""
        return isinstance(self.goal, RequirementGoal | JointGoal) or self.bench.keeps_role(everything)

    def _further(self, edits: Edits) -> list[Edits] | None:
        """Longer sets to try; None when these edits do it."""
        everything = (*self.start, *edits)
        values = self.bench.evaluate(everything)
        if self._is_there(values, everything):
            return self._moves(self.goal, values, edits)
        new = self.bench.new(everything, self.start)
        if not new and self._keeps_role(everything):
            return None
        if not new:
            self.other_role = self.bench.outcome(everything).role
            return []
        self.obstacle = self.obstacle or new[0]
        # Lines for which nothing is left to set go all at once.
        document, taken = self.bench.document, {edit.line for edit in everything}
        idle = [
            document.cut(item.place.line)
            for item in new
            if is_idle_line(item) and document.has(item.place) and item.place.line not in taken
        ]
        if idle:
            return [(*edits, *dict.fromkeys(idle))]
        goal = self.bench.goal_for(new[0])
        return self._moves(goal, values, edits)

    def _is_there(self, values: Values, everything: Edits) -> bool:
        if is_about_a_line(self.finding):
            return self._count(everything) >= self._count(self.start)
        return self.goal is None or not self.goal.met(values)

    def _count(self, edits: Edits) -> int:
        own = key_of(self.finding)
        return sum(key_of(item) == own for item in self.bench.outcome(edits).all_findings)

    def _moves(self, goal: Goal | None, values: Values, edits: Edits) -> list[Edits]:
        if goal is None:
            return []
        ways = Ways(values, self.bench.document, (*self.start, *edits))
        moves = itertools.islice(dict.fromkeys(goal.moves(ways)), _MOST_MOVES)
        return [(*edits, move) for move in moves]
