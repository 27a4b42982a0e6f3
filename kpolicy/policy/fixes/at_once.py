# SPDX-License-Identifier: GPL-2.0-or-later
"""The edits for many findings at once: one after the other each of them takes several evaluations of the whole config.

Most requirements can just be written down: all lines are added together, then what they depend on, until nothing is
missing.  Most lines that cannot be honoured can just go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.policy.fixes.ways import Ways

if TYPE_CHECKING:
    from kpolicy.policy.fixes.goals import Goal
    from kpolicy.policy.fixes.lines import Edit
    from kpolicy.policy.fixes.plan import Fix
    from kpolicy.policy.fixes.requests import Guard
    from kpolicy.policy.fixes.workbench import Edits, Workbench
    from kpolicy.policy.rules.finding import Finding

# So deep are the dependencies of a symbol that is off, as a rule; what takes more is searched for by itself.
_MOST_ROUNDS: Final = 8


def all_together(bench: Workbench, goals: Sequence[Goal], guard: Guard, start: Edits) -> tuple[Sequence[Goal], Edits]:
    """The goals that are met together, and the edits after `start` that meet them."""
    while goals:
        edits = _towards(bench, goals, guard, start)
        values = bench.evaluate((*start, *edits))
        met = [goal for goal in goals if goal.met(values)]
        if len(met) == len(goals):
            return goals, edits
        # What could not be met may have been in the way of others.
        goals = met
    return (), ()


def _towards(bench: Workbench, goals: Sequence[Goal], guard: Guard, start: Edits) -> Edits:
    edits: Edits = ()
    for _ in range(_MOST_ROUNDS):
        added = tuple(_round(bench, goals, guard, (*start, *edits)))
        if not added:
            break
        edits = (*edits, *added)
    return edits


def _round(bench: Workbench, goals: Sequence[Goal], guard: Guard, done: Edits) -> Iterator[Edit]:
    """For each goal that is not met the most natural edit that may be made."""
    values = bench.evaluate(done)
    for goal in goals:
        if goal.met(values):
            continue
        moves = goal.moves(Ways(values, bench.document, done))
        allowed = (item for item in moves if bench.has_effect(item) and guard.allows(item, bench.document))
        edit = next(allowed, None)
        if edit is not None:
            done = (*done, edit)
            yield edit


def first_edits(bench: Workbench, goals: Sequence[Goal | None], done: Edits) -> Iterator[Edit | None]:
    """The most natural edit for each goal, after those that are `done`; None for no goal, and where there is none."""
    ways = Ways(bench.evaluate(done), bench.document, done)
    for goal in goals:
        moves = goal.moves(ways) if goal is not None else ()
        yield next((item for item in moves if bench.has_effect(item)), None)


def in_halves(fixes: Sequence[Fix], takes: Callable[[Sequence[Fix]], bool]) -> list[Finding]:
    """Offer all fixes, then the halves of what is refused, and so on: the findings of those that are not taken.

    One that is in the way of a hundred others is found by a dozen offers.
    """
    left: list[Finding] = []
    waiting = [fixes] if fixes else []
    while waiting:
        some = waiting.pop()
        if takes(some):
            continue
        half = len(some) // 2
        if half:
            waiting += [some[half:], some[:half]]
        else:
            left += [fix.finding for fix in some]
    return left
