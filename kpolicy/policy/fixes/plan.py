# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixing a config: every chosen finding in turn, then the proof that all of it holds together."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kpolicy.config.read import parse_lines
from kpolicy.explain.cause import shown
from kpolicy.frozen import dataclass
from kpolicy.policy.checks.registry import UNREADABLE
from kpolicy.policy.edits import line_of, without_needless
from kpolicy.policy.fixes.goals import Goal, JointGoal, goal_of, is_about_a_line
from kpolicy.policy.fixes.hopeless import Hopeless, why_hopeless
from kpolicy.policy.fixes.lines import Document, Edit
from kpolicy.policy.fixes.search import Edits, Judge, Search, Workbench, key_of
from kpolicy.policy.fixes.ways import Ways

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.judging.requirements import Requirement
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.policy.rules.rule import Rule

_MOST_ALTERNATIVES: Final = 4
_LONGER: Final = 2
_SEVERAL: Final = 2


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
    """All edits of a config, proved: what they clear, what they cannot, and every other value that changes."""

    document: Document
    fixes: tuple[Fix, ...]
    hopeless: tuple[Hopeless, ...]
    edits: Edits
    changes: tuple[Change, ...]
    side_effects: tuple[Change, ...]

    @property
    def text(self) -> bytes:
        """What becomes of the file."""
        return self.document.text(self.edits)


class UnprovedError(Exception):
    """The edited text does not do what was found out line by line: a mistake in kpolicy."""


@dataclass(frozen=True)
class Task:
    """What is to be fixed: the findings, in a document, by the word of a policy.

    `counts` tells which findings no edit may bring; `rules` and `requirements` are those in force.
    """

    values: Values
    document: Document
    findings: Sequence[Finding]
    judge: Judge
    counts: Callable[[Finding], bool]
    rules: Collection[Rule]
    requirements: Collection[Requirement]

    def goal(self, finding: Finding, *, wide: bool = False) -> Goal | None:
        """What it takes to clear a finding."""
        return goal_of(finding, self.rules, self.requirements, wide=wide)


def make_plan(task: Task, *, alternatives: bool = False) -> Plan:
    """The edits that clear the findings of a task; each finding is either in `fixes` or in `hopeless`."""
    planner = _Planner(task, alternatives=alternatives)
    required = {item.id for item in task.requirements}
    for finding in task.findings:
        if finding.rule in required:
            planner.fix(finding)
    planner.fix_together(required)
    # What comes out before the lines: one may be idle only because of it.
    for finding in task.findings:
        if finding.rule not in required and not is_about_a_line(finding):
            planner.fix(finding)
    planner.fix_lines([finding for finding in task.findings if is_about_a_line(finding)])
    planner.leave_out_needless()
    planner.look_again()
    return planner.plan()


class _Planner:
    """Puts the edits of a task together, one finding after the other."""

    def __init__(self, task: Task, *, alternatives: bool) -> None:
        self._task = task
        self._bench = Workbench(task.values, task.document, task.judge, task.counts, task.goal)
        self._alternatives = alternatives
        self._rules = {rule.id for rule in task.rules}
        self._edits: Edits = ()
        self._fixes: list[Fix] = []
        self._hopeless: list[Hopeless] = []

    def fix(self, finding: Finding) -> None:
        """Clear one finding, if it can be."""
        if key_of(finding) not in {key_of(item) for item in self._outcome(self._edits)}:
            self._fixes.append(Fix(finding, ()))
            return
        search = Search(self._bench, finding, self._task.goal(finding), self._edits)
        solutions = self._solutions(search)
        first = next(solutions, None)
        if first is None:
            self._hopeless.append(why_hopeless(self._task.values, self._task.document, finding, search))
            return
        others: list[Edits] = []
        if self._alternatives:
            found = (item for item in solutions if len(item) <= len(first) + _LONGER)
            others = list(itertools.islice(found, _MOST_ALTERNATIVES))
        self._fixes.append(Fix(finding, first, tuple(others)))
        self._adopt(first)

    def fix_together(self, required: Collection[str]) -> None:
        """Clear the requirements that are against the rules for this kind of kernel, all of them or none.

        What a debug kernel must have no production kernel may have: one alone brings a finding, all together
        make a debug kernel of it.
        """
        refused = [item for item in self._hopeless if item.finding.rule in required and item.obstacle in self._rules]
        goals = [goal for item in refused if (goal := self._task.goal(item.finding)) is not None]
        if len(goals) < _SEVERAL:
            return
        search = Search(self._bench, refused[0].finding, JointGoal(tuple(goals)), self._edits)
        solution = next(search.straight_on(), None)
        if solution is None:
            return
        by_symbol = {item.finding.symbol: item for item in refused}
        for item in refused:
            # What they need besides is told with the first.
            own = (edit for edit in solution if by_symbol.get(edit.symbol, refused[0]) is item)
            self._fixes.append(Fix(item.finding, tuple(own)))
        self._hopeless = [item for item in self._hopeless if item not in refused]
        self._adopt(solution)

    def fix_lines(self, findings: Sequence[Finding]) -> None:
        """Clear findings about lines: all at once where nothing else comes of it, which is nearly always."""
        if self._alternatives or not self._at_once(findings):
            for finding in findings:
                self.fix(finding)

    def _at_once(self, findings: Sequence[Finding]) -> bool:
        ways = Ways(self._bench.evaluate(self._edits), self._task.document, self._edits)
        there = {key_of(item) for item in self._outcome(self._edits)}
        firsts: list[tuple[Finding, Edits]] = []
        for finding in findings:
            goal = self._task.goal(finding) if key_of(finding) in there else None
            edit = next(goal.moves(ways), None) if goal is not None else None
            firsts.append((finding, (edit,) if edit is not None else ()))
        edits = (*self._edits, *dict.fromkeys(edit for _finding, own in firsts for edit in own))
        if len({edit.line for edit in edits if edit.line}) < sum(1 for edit in edits if edit.line):
            return False
        if not self._holds(edits, [item.finding for item in self._fixes] + list(findings)):
            return False
        self._edits = edits
        self._fixes += [Fix(finding, own) for finding, own in firsts]
        return True

    def leave_out_needless(self) -> None:
        """What one finding needed may be done by what another needed."""
        findings = [fix.finding for fix in self._fixes]
        lines = dict.fromkeys(edit for fix in self._fixes if is_about_a_line(fix.finding) for edit in fix.edits)
        others = tuple(edit for edit in self._edits if edit not in lines)
        if sum(bool(fix.edits) for fix in self._fixes if not is_about_a_line(fix.finding)) > 1:
            others = without_needless(others, lambda fewer: self._holds((*fewer, *lines), findings))
        kept = {*others, *lines}
        self._edits = tuple(edit for edit in dict.fromkeys(self._edits) if edit in kept)
        self._fixes = [replace(fix, edits=tuple(edit for edit in fix.edits if edit in kept)) for fix in self._fixes]

    def look_again(self) -> None:
        """What could not be cleared may have gone with something that was."""
        there = {key_of(item) for item in self._outcome(self._edits)}
        gone = [item for item in self._hopeless if key_of(item.finding) not in there]
        self._hopeless = [item for item in self._hopeless if item not in gone]
        self._fixes += [Fix(item.finding, ()) for item in gone]

    def _adopt(self, edits: Edits) -> None:
        self._edits = (*self._edits, *edits)
        self._bench.roles.add(self._bench.outcome(self._edits).role)
        self._bench.forget()

    def plan(self) -> Plan:
        """The plan; raises UnprovedError when the text that it makes does not do what it promises."""
        task = self._task
        edited = task.document.edited(self._edits)
        text = parse_lines(task.document.path, task.document.text(self._edits))
        own = [item for item in edited.assignments if item.location.path == task.document.path]
        if [(item.name, item.value) for item in own] != [(item.name, item.value) for item in text.assignments]:
            raise UnprovedError("the edited text says something else")
        if self._edits and not self._holds(self._edits, [fix.finding for fix in self._fixes]):
            raise UnprovedError("the edits together do not clear what each clears")
        changes = tuple(changed_values(task.values, self._bench.evaluate(self._edits))) if self._edits else ()
        asked = {edit.symbol for edit in self._edits}
        return Plan(
            document=task.document,
            fixes=tuple(sorted(self._fixes, key=lambda fix: task.findings.index(fix.finding))),
            hopeless=tuple(self._hopeless),
            edits=self._edits,
            changes=tuple(item for item in changes if item.symbol in asked),
            side_effects=tuple(item for item in changes if item.symbol not in asked),
        )

    def _solutions(self, search: Search) -> Iterator[Edits]:
        """What the finding asks for; where that is nothing, or alternatives are wanted, what changes more."""
        found: set[frozenset[Edit]] = set()
        wide = self._task.goal(search.finding, wide=True)
        for goal in dict.fromkeys((search.goal, wide)):
            if goal is None or (found and not self._alternatives):
                continue
            search.goal = goal
            for solution in search.solutions():
                edits = self._tidy(search, solution)
                if frozenset(edits) not in found:
                    found.add(frozenset(edits))
                    yield edits

    def _tidy(self, search: Search, edits: Edits) -> Edits:
        """Lines that turn off what is off without them go, as savedefconfig has it; in a full .config they stay."""
        if self._task.document.config.is_full or search.finding.rule == UNREADABLE:
            return edits
        for number, edit in enumerate(edits):
            if edit.line and edit.text == line_of(edit.symbol, "n") and edit.symbol in edit.was:
                shorter = (*edits[:number], self._task.document.cut(edit.line), *edits[number + 1 :])
                if search.is_cleared(shorter):
                    edits = shorter
        return edits

    def _holds(self, edits: Edits, findings: Sequence[Finding]) -> bool:
        """Whether some findings are gone with these edits, no other has come, and the role is the same."""
        there = Counter(key_of(item) for item in self._outcome(edits))
        before = Counter(key_of(item) for item in self._outcome(()))
        before.subtract(key_of(item) for item in findings)
        if any(there[key] > before[key] for key in map(key_of, findings)):
            return False
        return not self._bench.new(edits) and self._bench.keeps_role(edits)

    def _outcome(self, edits: Edits) -> tuple[Finding, ...]:
        return self._bench.outcome(edits).all_findings


def changed_values(before: Values, after: Values) -> Iterator[Change]:
    """Every value that is another one, in the order of the names; an old name has none of its own."""
    for name in sorted(item for item in before.model.names() if not before.model.is_transitional(item)):
        old, new = shown(before, name), shown(after, name)
        if old != new:
            yield Change(name, old, new)
