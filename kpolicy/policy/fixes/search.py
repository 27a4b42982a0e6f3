# SPDX-License-Identifier: GPL-2.0-or-later
"""The search for the fewest edits that clear a finding, bring no other, and take nothing that was asked for.

Sets of edits are tried in the order of their size.  Each is tried by evaluation: where the finding
is still there its goal says what leads on; where it is gone, what the edits switch off is brought back;
where another finding has come, that one's goal leads on, mostly that a line goes for which nothing is left to set.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from kpolicy.policy.edits import without_needless
from kpolicy.policy.fixes.goals import Goal, JointGoal, RequirementGoal, is_about_a_line, is_idle_line
from kpolicy.policy.fixes.honour import HonourGoal
from kpolicy.policy.fixes.repair import Repair
from kpolicy.policy.fixes.requests import edited_symbols, members_beside, rests_on
from kpolicy.policy.fixes.ways import Ways
from kpolicy.policy.fixes.workbench import Edits, Workbench, key_of

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.fixes.lines import Edit
    from kpolicy.policy.fixes.requests import Guard, Request
    from kpolicy.policy.rules.finding import Finding

_MOST_TRIES: Final = 160
_MOST_MOVES: Final = 24
_MOST_EDITS: Final = 40
# Every architecture has it; a kernel with another value does not run on the same machine.
_BITS: Final = "64BIT"


@dataclass(frozen=True)
class Step:
    """Edits that are tried, and the findings that came instead of the one that is to go, and have to go too.

    `about` are the symbols that those are about.
    """

    edits: Edits = ()
    about: frozenset[str] = frozenset()
    followed: tuple[Finding, ...] = ()

    def to(self, edits: Edits) -> Step:
        """The same for other edits."""
        return replace(self, edits=edits)


@dataclass
class Search:
    """The search for one finding; `start` are edits that are made already, for findings before it.

    `guard` says what may not change; what a step is about may change in that step and those after it.  With `forced` a
    request may be lost that nothing restores, but for one that an edit contradicts.

    What was found out on the way: `obstacle`, `other_role`, `other_machine` and `cost` say what was in the way (another
    finding, another role, a kernel of 32 bits instead of 64 or the other way round, lost requests), `denied` that some
    edits would have taken requests away.  `complete`: whether every set of edits was tried, `tried` which edits were;
    what was found with `greedy` may not be the fewest.
    """

    bench: Workbench
    finding: Finding
    goal: Goal | None
    guard: Guard
    start: Edits = ()
    forced: bool = False
    obstacle: Finding | None = None
    other_role: str = ""
    other_machine: str = ""
    cost: tuple[Request, ...] = ()
    complete: bool = True
    tries: int = 0
    denied: bool = False
    greedy: bool = False
    tried: set[Edit] = field(default_factory=set)
    _repaired: set[Edit] = field(default_factory=set)
    _idle: set[Edit] = field(default_factory=set)

    def solutions(self, most_tries: int = _MOST_TRIES) -> Iterator[Step]:
        """Sets of edits that clear the finding, the smallest first, each without `start`; none is needless."""
        queue: list[tuple[int, int, Step]] = [(0, 0, Step())]
        seen: set[tuple[frozenset[Edit], frozenset[str]]] = set()
        found: list[frozenset[Edit]] = []
        order = itertools.count(1)
        for _ in range(most_tries):
            if not queue:
                return
            self.tries += 1
            _size, _order, step = heapq.heappop(queue)
            if any(smaller <= frozenset(step.edits) for smaller in found):
                continue
            further = self._further(step)
            if further is None:
                needed = self.needed(step)
                found.append(frozenset(needed.edits))
                yield needed
                continue
            for longer in further:
                key = frozenset(longer.edits), longer.about
                if key not in seen and len(longer.edits) <= _MOST_EDITS:
                    seen.add(key)
                    heapq.heappush(queue, (len(longer.edits), next(order), longer))
        self.complete = not queue
        if queue and not found and not isinstance(self.goal, HonourGoal):
            self.greedy = True
            yield from self.straight_on()

    def straight_on(self, first: Step | None = None) -> Iterator[Step]:
        """Where there are too many sets to try: always the most natural edit, and none that was not needed."""
        step = first or Step()
        most = len(step.edits) + _MOST_EDITS
        while len(step.edits) <= most:
            further = self._further(step)
            if further is None:
                yield self.needed(step)
                return
            if not further:
                return
            step = further[0]

    def needed(self, step: Step) -> Step:
        """The edits without those that are not needed, be it to clear the finding or to keep what they switch off."""

        def suffice(edits: Edits) -> bool:
            return self.is_cleared(step.to(edits))

        kept = tuple(edit for edit in step.edits if edit in self._repaired)
        core = tuple(edit for edit in step.edits if edit not in self._repaired)
        fewer = without_needless(core, lambda some: suffice((*some, *kept)))
        # Each of those that keep something is needed as long as what would take it away is there.
        return step if fewer == core else step.to(without_needless((*fewer, *kept), suffice))

    def is_cleared(self, step: Step) -> bool:
        """Whether the finding is gone with these edits, nothing else has come, and nothing is left to restore."""
        return self._further(step) is None

    def lost(self, step: Step) -> tuple[Request, ...]:
        """The requests that are not honoured any more with some edits."""
        return self._guard(step).lost(self.bench.evaluate((*self.start, *step.edits)))

    def _guard(self, step: Step) -> Guard:
        return replace(self.guard, about=self.guard.about | step.about) if step.about else self.guard

    def _keeps_role(self, everything: Edits) -> bool:
        """A requirement may make another kind of kernel of it; to clear a rule that way would be to dodge it."""
        return isinstance(self.goal, RequirementGoal | JointGoal) or self.bench.keeps_role(everything)

    def _further(self, step: Step) -> list[Step] | None:
        """Longer sets to try; None when these edits do it."""
        edits = step.edits
        everything = (*self.start, *edits)
        values = self.bench.evaluate(everything)
        if not self._is_for_same_machine(values, step):
            return []
        if self._is_there(values, everything):
            return self._moves(self.goal, values, step)
        if edits and (repairs := self._repairs(step)):
            return [step.to((*edits, *repairs))]
        lost = self._refused(values, step)
        if lost:
            self.cost = self.cost or lost
            return []
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
            self._idle.update(idle)
            return [step.to((*edits, *dict.fromkeys(idle)))]
        about = step.about | self.bench.about(values, new[0])
        return self._moves(self.bench.goal_for(new[0]), values, Step(edits, about, (*step.followed, new[0])))

    def _is_for_same_machine(self, values: Values, step: Step) -> bool:
        """Whether the kernel has as many bits as before, unless the finding is about that."""
        before = self.bench.evaluate(self.start).result(_BITS)
        if values.result(_BITS) == before or _BITS in self._guard(step).about:
            return True
        self.other_machine = "32" if before == "y" else "64"
        return False

    def _repairs(self, step: Step) -> Edits:
        """What restores what the edits turn off."""
        goal, start = self.goal, self.start
        if goal is None or self.about_a_line:
            return ()
        bench = self.bench
        repair = Repair(
            before=bench.evaluate(start),
            document=bench.document,
            guard=self._guard(step),
            evaluate=lambda some: bench.evaluate((*start, *some)),
            is_met=goal.met,
        )
        found = repair.lines(step.edits)
        self._repaired.update(found)
        return found

    def _refused(self, values: Values, step: Step) -> tuple[Request, ...]:
        """The lost requests that may not be lost."""
        guard = self._guard(step)
        if guard.unsafe:
            return ()
        own = edited_symbols((edit for edit in step.edits if edit not in self._idle), self.bench.document)
        return tuple(item for item in guard.lost(values) if not self._may_go(values, item, own, guard))

    def _may_go(self, values: Values, request: Request, own: frozenset[str], guard: Guard) -> bool:
        """Whether a request may be lost: it gives way, or is a part of what the finding asks to be turned off."""
        name = request.line.name
        if name in own:
            return guard.yields(request)
        # A choice that takes another member loses the one that it had.
        if guard.yields(request) and not own.isdisjoint(members_beside(values.model, name)):
            return True
        if not self.forced:
            return False
        return isinstance(self.goal, RequirementGoal | JointGoal) or rests_on(values, name, guard.about)

    @property
    def about_a_line(self) -> bool:
        """Whether the finding is about a line that goes, and not about values."""
        return is_about_a_line(self.finding) and not isinstance(self.goal, HonourGoal)

    def _is_there(self, values: Values, everything: Edits) -> bool:
        if self.about_a_line:
            return self._count(everything) >= self._count(self.start)
        return self.goal is None or not self.goal.met(values)

    def _count(self, edits: Edits) -> int:
        own = key_of(self.finding)
        return sum(key_of(item) == own for item in self.bench.outcome(edits).all_findings)

    def _moves(self, goal: Goal | None, values: Values, step: Step) -> list[Step]:
        if goal is None:
            return []
        ways = Ways(values, self.bench.document, (*self.start, *step.edits), plain=isinstance(goal, HonourGoal))
        guard = self._guard(step)
        found = []
        for move in itertools.islice(dict.fromkeys(goal.moves(ways)), _MOST_MOVES):
            if not self.bench.has_effect(move):
                continue
            if guard.allows(move, self.bench.document):
                self.tried.add(move)
                found.append(step.to((*step.edits, move)))
            else:
                self.denied = True
        return found
