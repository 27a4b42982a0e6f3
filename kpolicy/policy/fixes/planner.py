# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixing a config: what keeps requests first, then the proof that all of it holds together."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.frozen import replace
from kpolicy.policy.edits import without_needless
from kpolicy.policy.fixes.at_once import all_together, first_edits, in_halves
from kpolicy.policy.fixes.finished import finished
from kpolicy.policy.fixes.given_up import given_up
from kpolicy.policy.fixes.goals import JointGoal, is_about_a_line
from kpolicy.policy.fixes.honour import honour_goal
from kpolicy.policy.fixes.hopeless import Hopeless, guessed, unclear
from kpolicy.policy.fixes.joint import are_apart, shorter
from kpolicy.policy.fixes.levels import searches, tidied, why_none
from kpolicy.policy.fixes.line_fixes import Honouring
from kpolicy.policy.fixes.plan import Fix, Plan, Task, UnprovedError
from kpolicy.policy.fixes.repair import Repair
from kpolicy.policy.fixes.requests import Guard, requests_of
from kpolicy.policy.fixes.search import Search, Step
from kpolicy.policy.fixes.workbench import Edits, Workbench, key_of

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values
    from kpolicy.location import Location
    from kpolicy.policy.fixes.goals import Goal
    from kpolicy.policy.fixes.lines import Edit
    from kpolicy.policy.rules.finding import Finding

_MOST_ALTERNATIVES: Final = 4
_LONGER: Final = 2
_SEVERAL: Final = 2
# For so many findings all edits together are shown to be the fewest.
_FEW: Final = 8


def make_plan(task: Task, *, alternatives: bool = False) -> Plan:
    """The edits that clear the findings of a task; each finding is either in `fixes` or in `hopeless`."""
    planner = _Planner(task, alternatives=alternatives)
    required = {item.id for item in task.requirements}
    task.progress(0, len(task.findings))
    planner.fix_many(required)
    planner.fix_each(finding for finding in task.findings if finding.rule in required)
    planner.fix_together(required)
    # What comes out before the lines: one may be idle only because of it.
    rest = [finding for finding in task.findings if finding.rule not in required]
    planner.fix_each(finding for finding in rest if not is_about_a_line(finding))
    planner.fix_lines([finding for finding in task.findings if is_about_a_line(finding)])
    planner.leave_out_needless()
    planner.fix_again(required)
    planner.look_again()
    planner.join()
    return planner.plan()


class _Planner:
    """Puts the edits of a task together, one finding after the other."""

    def __init__(self, task: Task, *, alternatives: bool) -> None:
        self._task = task
        self._bench = Workbench(task.values, task.document, task.judge, task.counts, task.goal, task.about)
        self._alternatives = alternatives
        self._rules = {rule.id: rule for rule in task.rules}
        self._edits: Edits = ()
        self._fixes: list[Fix] = []
        self._hopeless: list[Hopeless] = []
        self._asked = requests_of(task.values)
        self._requests = self._asked
        self._minimal = True
        self._parts: list[tuple[Search, Edits]] = []
        self._followed: list[Finding] = []
        self._unproved: set[Location] = set()

    def fix_each(self, findings: Iterable[Finding]) -> None:
        """Clear findings one after the other."""
        for finding in findings:
            self._task.progress(len(self._fixes) + len(self._hopeless), len(self._task.findings))
            self.fix(finding)

    def fix(self, finding: Finding) -> None:
        """Clear one finding, if it can be and is not cleared already."""
        if any(item.finding is finding for item in self._fixes):
            return
        if key_of(finding) not in {key_of(item) for item in self._outcome(self._edits)}:
            self._fixes.append(Fix(finding, ()))
            return
        rule = self._rules.get(finding.rule)
        task = self._task
        if rule is not None and not task.stated and rule.adds_debugging:
            self._hopeless.append(guessed(finding))
            return
        if rule is not None and task.doubt is not None and not rule.is_for(task.doubt):
            self._hopeless.append(unclear(finding, task.doubt))
            return
        tried: list[Search] = []
        solutions = self._solutions(finding, tried)
        first = next(solutions, None)
        if first is None:
            self._hopeless.append(why_none(self._task, self._bench, self._edits, finding, tried))
            return
        search = tried[-1]
        others: list[Edits] = []
        if self._alternatives:
            found = (item.edits for item in solutions if len(item.edits) <= len(first.edits) + _LONGER)
            others = list(itertools.islice(found, _MOST_ALTERNATIVES))
        self._fixes.append(Fix(finding, first.edits, tuple(others)))
        self._parts.append((search, first.edits))
        self._followed += first.followed
        self._minimal = self._minimal and not search.greedy
        self._adopt(first.edits)

    def fix_again(self, required: Collection[str]) -> None:
        """Clear the requirements that what was fixed after them, or left out again, made possible."""
        refused = [item for item in self._hopeless if item.finding.rule in required]
        if not self._edits or not refused:
            return
        self._hopeless = [item for item in self._hopeless if item not in refused]
        for item in refused:
            self.fix(item.finding)

    def fix_together(self, required: Collection[str]) -> None:
        """Clear the requirements that are against the rules for this kind of kernel, all of them or none.

        What a debug kernel must have no production kernel may have: one alone brings a finding, all together
        make a debug kernel of it.
        """
        refused = [item for item in self._hopeless if item.finding.rule in required and item.obstacle in self._rules]
        goals = {goal: item.finding for item in refused if (goal := self._task.goal(item.finding)) is not None}
        if len(goals) >= _SEVERAL and self._fix_jointly(goals, Step()) is None:
            self._hopeless = [item for item in self._hopeless if item not in refused]

    def fix_many(self, required: Collection[str]) -> None:
        """Clear all requirements together that can be, where there are many."""
        findings = [item for item in self._task.findings if item.rule in required]
        goals = {goal: item for item in findings if (goal := self._task.goal(item)) is not None}
        while len(goals) > _FEW:
            met, edits = all_together(self._bench, tuple(goals), self._joint_guard(findings), self._edits)
            goals = {goal: goals[goal] for goal in met}
            search = self._fix_jointly(goals, Step(edits)) if len(goals) >= _SEVERAL else None
            if search is None:
                return
            # What would bring another finding is looked at by itself.
            obstacle = frozenset(item.symbol for item in search.obstacle.symbols) if search.obstacle else frozenset()
            fewer = {goal: item for goal, item in goals.items() if item.symbol not in obstacle}
            goals = fewer if len(fewer) < len(goals) else {}

    def _fix_jointly(self, goals: Mapping[Goal, Finding], first: Step) -> Search | None:
        """Clear several findings at once, from some edits on; the search where that is not possible."""
        findings = tuple(goals.values())
        guard, goal = self._joint_guard(findings), JointGoal(tuple(goals))
        search = Search(self._bench, findings[0], goal, guard, self._edits, forced=True)
        solution = next(search.straight_on(first), None)
        if solution is None:
            return search
        self._minimal = False
        owners = {edit: self._owner(goals, solution.edits, edit) for edit in solution.edits}
        self._fixes += [Fix(item, tuple(edit for edit in owners if owners[edit] is item)) for item in findings]
        self._adopt(solution.edits)
        return None

    def _owner(self, goals: Mapping[Goal, Finding], edits: Edits, edit: Edit) -> Finding:
        """The finding that an edit is made for: the one about its symbol, else the first that comes back without it."""
        own = next((finding for finding in goals.values() if finding.symbol == edit.symbol), None)
        if own is not None:
            return own
        values = self._bench.evaluate((*self._edits, *(item for item in edits if item is not edit)))
        return next((finding for goal, finding in goals.items() if not goal.met(values)), next(iter(goals.values())))

    def _joint_guard(self, findings: Sequence[Finding]) -> Guard:
        """What may not change for several requirements at once."""
        guards = [self._guard(item) for item in findings]
        return replace(guards[0], about=frozenset().union(*(item.about for item in guards)), denials=True)

    def fix_lines(self, findings: Sequence[Finding]) -> None:
        """Clear findings about lines: by what honours them, then by giving them up.

        Those of the second kind as many at once as cause no other finding, which is nearly always all.
        """
        honouring = Honouring(self._bench, findings, self._edits)
        cleared = [fix.finding for fix in self._fixes]
        if honouring.edits and not self._holds((*self._edits, *honouring.edits), cleared):
            # Some bring a finding once they come together.
            honouring.keep(lambda edits: self._holds((*self._edits, *edits), cleared))
            self._minimal = False
        self._fixes += honouring.fixes
        self._parts += honouring.parts
        self._unproved = honouring.unproved
        if honouring.edits:
            self._adopt(honouring.edits)
        honoured = {id(fix.finding) for fix in self._fixes}
        rest = [finding for finding in findings if id(finding) not in honoured]
        self.fix_each(self._at_once(rest))
        if self._alternatives:
            self._fixes = [self._with_others(fix) if fix.finding in findings else fix for fix in self._fixes]

    def _with_others(self, fix: Fix) -> Fix:
        """What else clears a finding about a line, by itself."""
        edits, self._edits = self._edits, ()
        self._requests = self._asked
        found = (item.edits for item in self._solutions(fix.finding, []) if set(item.edits) != set(fix.edits))
        few = (item for item in found if len(item) <= len(fix.edits) + _LONGER)
        others = tuple(itertools.islice(few, _MOST_ALTERNATIVES))
        self._edits = edits
        self._requests = requests_of(self._bench.evaluate(edits))
        return replace(fix, alternatives=others)

    def _at_once(self, findings: Sequence[Finding]) -> list[Finding]:
        """Clear as many findings as possible by the first edit that each asks for; those that are left."""
        there = {key_of(item) for item in self._outcome(self._edits)}
        goals = [self._task.goal(item) if key_of(item) in there else None for item in findings]
        firsts = [(edit,) if edit is not None else () for edit in first_edits(self._bench, goals, self._edits)]
        return in_halves(list(map(Fix, findings, firsts)), self._takes)

    def _takes(self, fixes: Sequence[Fix]) -> bool:
        """Adopt the edits of some fixes, if they clear their findings and cause no other."""
        more = tuple(dict.fromkeys(edit for fix in fixes for edit in fix.edits if edit not in self._edits))
        edits = (*self._edits, *more)
        if len({edit.line for edit in edits if edit.line}) < sum(1 for edit in edits if edit.line):
            return False
        if not self._holds(edits, [fix.finding for fix in (*self._fixes, *fixes)]):
            return False
        self._fixes += fixes
        self._adopt(more)
        return True

    def leave_out_needless(self) -> None:
        """What one finding needed may be done by what another needed; what keeps something goes on to do so."""
        findings = [fix.finding for fix in self._fixes]
        lines = dict.fromkeys(edit for fix in self._fixes if is_about_a_line(fix.finding) for edit in fix.edits)
        others = tuple(edit for edit in self._edits if edit not in lines)
        if sum(bool(fix.edits) for fix in self._fixes if not is_about_a_line(fix.finding)) > 1:
            losses = self._losses((*others, *lines))

            def suffice(fewer: Edits) -> bool:
                edits = (*fewer, *lines)
                return self._losses(edits) <= losses and self._holds(edits, findings)

            others = without_needless(others, suffice)
        kept = {*others, *lines}
        self._edits = tuple(edit for edit in dict.fromkeys(self._edits) if edit in kept)
        self._fixes = [replace(fix, edits=tuple(edit for edit in fix.edits if edit in kept)) for fix in self._fixes]

    def look_again(self) -> None:
        """What could not be cleared may have gone with something that was."""
        there = {key_of(item) for item in self._outcome(self._edits)}
        gone = [item for item in self._hopeless if key_of(item.finding) not in there]
        self._hopeless = [item for item in self._hopeless if item not in gone]
        self._fixes += [Fix(item.finding, ()) for item in gone]

    def join(self) -> None:
        """Look for fewer edits that clear the same findings together, where they are few enough to try."""
        parts = [(search, edits) for search, edits in self._parts if any(edit in self._edits for edit in edits)]
        if self._minimal and not self._unproved and (len(parts) < _SEVERAL or are_apart(parts)):
            return
        if self._unproved or len(self._task.findings) > _FEW:
            self._minimal = False
            return
        findings = [fix.finding for fix in self._fixes]
        better, self._minimal = shorter(
            parts,
            self._edits,
            self._bench,
            self._asked.values(),
            lambda edits: self._holds(edits, findings),
            has_fewest=self._minimal,
        )
        if better is not None:
            self._edits = better
            kept = set(self._edits)
            self._fixes = [replace(fix, edits=tuple(edit for edit in fix.edits if edit in kept)) for fix in self._fixes]

    def _losses(self, edits: Edits) -> frozenset[str]:
        """The symbols that some edits switch off without being about them."""
        bench = self._bench
        repair = Repair(
            before=bench.evaluate(()),
            document=bench.document,
            guard=Guard(self._asked, frozenset()),
            evaluate=bench.evaluate,
            is_met=lambda _values: True,
        )
        return repair.losses(edits, edits)

    def _adopt(self, edits: Edits) -> None:
        self._edits = (*self._edits, *edits)
        self._bench.roles.add(self._bench.outcome(self._edits).role)
        self._bench.forget()
        self._requests = requests_of(self._bench.evaluate(self._edits))

    def plan(self) -> Plan:
        """The plan; raises UnprovedError when the text that it makes does not do what it promises."""
        task = self._task
        if self._edits and not self._holds(self._edits, [fix.finding for fix in self._fixes]):
            raise UnprovedError("the edits together do not clear all findings that they clear one by one")
        after = self._bench.evaluate(self._edits)
        fixes = tuple(sorted(self._fixes, key=lambda fix: task.findings.index(fix.finding)))
        lost = given_up(task, fixes, after, self._unproved, self._followed, self._with_line)
        return finished(task, after, fixes, self._hopeless, self._edits, tuple(lost), minimal=self._minimal)

    def _with_line(self, line: Assignment) -> tuple[Values, tuple[Finding, ...]]:
        """The values with all edits but those of a line, and the findings that it would cause."""
        where = line.location.line if line.location.path == self._task.document.path else 0
        edits = tuple(edit for edit in self._edits if not edit.line or edit.line != where)
        return self._bench.evaluate(edits), self._bench.new(edits, self._edits)

    def _guard(self, finding: Finding) -> Guard:
        return Guard(self._requests, self._task.about(self._bench.evaluate(self._edits), finding))

    def _solutions(self, finding: Finding, tried: list[Search]) -> Iterator[Step]:
        """What the finding asks for; where that is nothing, or alternatives are wanted, what changes or gives up more.

        What takes no request comes first, then, for a requirement, what takes those that cannot be had besides, then,
        if that may be, what takes requests that work.
        """
        found: set[frozenset[Edit]] = set()
        task = self._task
        honour = honour_goal(self._bench.evaluate(self._edits), task.document, finding)
        goals = (honour, task.goal(finding), task.goal(finding, wide=True))
        guard = self._guard(finding)
        for search in searches(task, self._bench, self._edits, guard, finding, goals):
            if found and not self._alternatives:
                return
            tried.append(search)
            for solution in search.solutions():
                tidy = tidied(task.document, search, solution)
                if frozenset(tidy.edits) not in found:
                    found.add(frozenset(tidy.edits))
                    yield tidy

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
