# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about lines that request something: what honours them, shared causes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.frozen import replace
from kpolicy.policy.edits import without_needless
from kpolicy.policy.fixes.honour import HonourGoal, honour_goal
from kpolicy.policy.fixes.plan import Fix
from kpolicy.policy.fixes.repair import Repair
from kpolicy.policy.fixes.requests import Guard, overridden_by, requests_of
from kpolicy.policy.fixes.search import Search, Step

if TYPE_CHECKING:
    from kpolicy.location import Location
    from kpolicy.policy.fixes.lines import Edit
    from kpolicy.policy.fixes.workbench import Edits, Workbench
    from kpolicy.policy.rules.finding import Finding

_MOST_TRIES: Final = 60
# A .config of another release can have hundreds of findings.
_MOST_IN_ALL: Final = 600
_MOST_CHOICES: Final = 4
_SEVERAL: Final = 2


class Honouring:
    """Honours requests, one set of edits after the other; `start` are edits that are made already.

    First what takes no other request away; then what lifts a denial ("# CONFIG_X is not set") that blocks
    several, or a line of an earlier file of the stack.  `fixes` are the findings that are cleared so, `edits` all
    edits for them, `parts` the searches that found some, `unproved` the lines of findings for which not all was tried.
    """

    def __init__(self, bench: Workbench, findings: Sequence[Finding], start: Edits) -> None:
        self._bench = bench
        self._start = start
        values = bench.evaluate(start)
        self._requests = self._kept = requests_of(values)
        self._tries = _MOST_IN_ALL
        goals = ((finding, honour_goal(values, bench.document, finding)) for finding in findings)
        wanted = [(item, goal) for item, goal in goals if goal is not None]
        # Old names first: the line that others lack may be there already, under its old name.
        self._open: list[tuple[Finding, HonourGoal]] = sorted(wanted, key=lambda item: not item[1].anew)
        self._done: list[tuple[Finding, HonourGoal, Edits]] = []
        self.edits: Edits = ()
        self.parts: list[tuple[Search, Edits]] = []
        self.unproved: set[Location] = set()
        self._lift(list(self._keep()))
        self._prune()

    @property
    def fixes(self) -> list[Fix]:
        """The findings that are cleared, each with the edits that were made for it."""
        kept = set(self.edits)
        return [Fix(finding, tuple(edit for edit in edits if edit in kept)) for finding, _goal, edits in self._done]

    def _keep(self) -> Iterator[tuple[Finding, HonourGoal]]:
        """Honour what takes nothing else away; what is left and has a denial in its way."""
        while self._open:
            self._take_met()
            if not self._open:
                return
            finding, goal = self._open.pop(0)
            search = self._search(finding, goal)
            best = self._best(search, goal)
            if best is not None:
                self._adopt(finding, goal, search, best.edits)
                continue
            if not search.complete:
                edits, impossible = self._by_proof(search, goal)
                if edits is not None:
                    self._adopt(finding, goal, search, edits)
                    continue
                if not impossible:
                    self.unproved.add(finding.place)
            if search.denied or any(item.line.name in self._overridden(goal) for item in search.cost):
                yield finding, goal

    def _by_proof(self, search: Search, goal: HonourGoal) -> tuple[Edits | None, bool]:
        """What honours a line where there are too many edits to try, and whether nothing does."""
        from kpolicy.policy.fixes.exact import honoured_by_proof  # slow to import, and an extra

        def cleared(edits: Edits) -> bool:
            return search.is_cleared(Step(edits))

        still = [item for item in self._kept.values() if item.line.name != goal.line.name]
        return honoured_by_proof(goal, search, still, cleared)

    def _lift(self, left: list[tuple[Finding, HonourGoal]]) -> None:
        """Honour what takes a denial away, or what an earlier file requests."""
        self._open = left
        while self._open:
            self._take_met()
            if not self._open:
                return
            finding, goal = self._open[0]
            search = self._search(finding, goal, lifting=True)
            best = self._best(search, goal)
            worth = best is not None and self._is_worth(search, best)
            self._open.pop(0)
            if best is not None and worth:
                self._adopt(finding, goal, search, best.edits)

    def _take_met(self) -> None:
        """What honours one request may honour others."""
        values = self._bench.evaluate((*self._start, *self.edits))
        for item in [item for item in self._open if item[1].met(values)]:
            self._open.remove(item)
            self.unproved.discard(item[0].place)
            self._done.append((*item, ()))

    def _adopt(self, finding: Finding, goal: HonourGoal, search: Search, edits: Edits) -> None:
        self.edits = (*self.edits, *edits)
        self._kept = requests_of(self._bench.evaluate((*self._start, *self.edits)))
        self.unproved.discard(finding.place)
        self.parts.append((search, edits))
        self._done.append((finding, goal, edits))

    def _search(self, finding: Finding, goal: HonourGoal, *, lifting: bool = False) -> Search:
        start = (*self._start, *self.edits)
        guard = Guard(self._kept, frozenset((finding.symbol, goal.line.name)))
        if lifting:
            guard = replace(guard, denials=True, overridden=self._overridden(goal))
        return Search(self._bench, finding, goal, guard, start)

    def _overridden(self, goal: HonourGoal) -> frozenset[str]:
        return overridden_by(goal.line, self._bench.document, self._bench.values.model)

    def _best(self, search: Search, goal: HonourGoal) -> Step | None:
        """Of the smallest sets of edits the one that honours most, and then the one that changes least."""
        found: list[Step] = []
        for solution in search.solutions(min(_MOST_TRIES, self._tries)):
            if found and len(solution.edits) > len(found[0].edits):
                break
            found.append(solution)
            if len(found) == _MOST_CHOICES:
                break
        self._tries -= search.tries
        if len(found) < _SEVERAL:
            return found[0] if found else None
        return max(found, key=lambda item: self._rank(goal, item.edits))

    def _rank(self, goal: HonourGoal, edits: Edits) -> tuple[int, int, int]:
        return self._honoured(edits), -_modules(goal, edits), -self._changed(edits)

    def _honoured(self, edits: Edits) -> int:
        values = self._bench.evaluate((*self._start, *self.edits, *edits))
        return sum(goal.met(values) for _finding, goal in self._open)

    def _changed(self, edits: Edits) -> int:
        start = (*self._start, *self.edits)
        before, after = (self._bench.evaluate(some) for some in (start, (*start, *edits)))
        return len(set(before.on_nodes).symmetric_difference(after.on_nodes))

    def _is_worth(self, search: Search, step: Step) -> bool:
        """Whether more is honoured than lost; a later file of a stack comes before an earlier one."""
        lost = [item for item in search.lost(step) if item.line.name not in search.guard.overridden]
        return not lost or self._honoured(step.edits) > len(lost)

    def _prune(self) -> None:
        """Leave out what a later set of edits has made needless; lines go rather than repeat an earlier file."""
        if len(self.parts) > 1:
            self.edits = without_needless(self.edits, self.suffice)
        document = self._bench.document
        for edit in self.edits:
            others = {item.line for item in self.edits if item is not edit}
            if edit.line and edit.text and edit.line not in others:
                cut = document.cut(edit.line)
                shorter = tuple(cut if item is edit else item for item in self.edits)
                if self.suffice(shorter):
                    self._replace(edit, cut, shorter)

    def keep(self, holds: Callable[[Edits], bool]) -> None:
        """Keep only what holds, one set of edits after the other."""
        done, self.edits = self._done, ()
        kept = [edits for _finding, _goal, edits in done if edits]
        for edits in kept:
            more = tuple(edit for edit in edits if edit not in self.edits)
            if more and holds((*self.edits, *more)):
                self.edits = (*self.edits, *more)
        values = self._bench.evaluate((*self._start, *self.edits))
        self._done = [item for item in done if item[1].met(values)]
        self.unproved.update(finding.place for finding, goal, _edits in done if not goal.met(values))

    def suffice(self, edits: Edits) -> bool:
        """Whether some edits honour as much and lose no more than all that were found."""
        values = self._bench.evaluate((*self._start, *edits))
        if not all(goal.met(values) for _finding, goal, _edits in self._done):
            return False
        return self._losses(edits) <= self._losses(self.edits)

    def _losses(self, edits: Edits) -> frozenset[str]:
        about = frozenset(finding.symbol for finding, _goal, _edits in self._done)
        bench, start = self._bench, self._start
        repair = Repair(
            before=bench.evaluate(start),
            document=bench.document,
            guard=Guard(self._requests, about),
            evaluate=lambda some: bench.evaluate((*start, *some)),
            is_met=lambda _values: True,
        )
        return repair.losses(edits, edits)

    def _replace(self, old: Edit, new: Edit, edits: Edits) -> None:
        self.edits = edits
        self._done = [
            (finding, goal, tuple(new if item is old else item for item in own)) for finding, goal, own in self._done
        ]


def _modules(goal: HonourGoal, edits: Edits) -> int:
    """How many edits ask for a module where the request is for what is built in."""
    return sum(edit.text.endswith("=m") for edit in edits) if goal.line.value == "y" else 0
