# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether all edits of a config together are the fewest, by trying what each finding could be cleared with."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.policy.fixes.honour import HonourGoal
from kpolicy.policy.fixes.requests import is_kept
from kpolicy.policy.fixes.search import Search

if TYPE_CHECKING:
    from kpolicy.policy.fixes.lines import Edit
    from kpolicy.policy.fixes.requests import Request
    from kpolicy.policy.fixes.workbench import Edits, Workbench

_MOST_COMBINATIONS: Final = 200
_MOST_TRIES: Final = 160
# What one finding takes more edits for than this has too many ways to try them.
_LONG: Final = 4


def are_apart(parts: Sequence[tuple[Search, Edits]]) -> bool:
    """Whether each finding has edits of its own and could share none: what is smallest for each is smallest for all."""
    return all(not one.tried & other.tried for (one, _), (other, _) in itertools.combinations(parts, 2)) and all(
        search.goal is None or search.about_a_line or search.goal.met(search.bench.evaluate(edits))
        for search, edits in parts
    )


def fewer(
    parts: Sequence[tuple[Search, Edits]], edits: Edits, suffice: Callable[[Edits], bool]
) -> tuple[Edits | None, bool]:
    """A smaller choice of edits for some findings that suffices, None where there is none; and whether all were tried.

    Every combination of the ways to clear each finding alone is tried, the smallest first.
    """
    ways: list[list[frozenset[Edit]]] = []
    complete = True
    for search, _found in parts:
        alone = Search(search.bench, search.finding, search.goal, search.guard, (), forced=search.forced)
        known = []
        for solution in alone.solutions(_MOST_TRIES):
            if len(solution.edits) >= len(edits):
                break
            known.append(frozenset(solution.edits))
        else:
            complete = complete and alone.complete
        ways.append(known)
    order = itertools.count()
    queue: list[tuple[int, int, int, frozenset[Edit]]] = [(0, next(order), 0, frozenset())]
    for _ in range(_MOST_COMBINATIONS):
        if not queue:
            return None, complete
        _size, _order, number, union = heapq.heappop(queue)
        if number == len(ways):
            chosen = tuple(sorted(union, key=lambda edit: (edit.line, edit.symbol)))
            if suffice(chosen):
                return chosen, complete
            continue
        for way in ways[number]:
            larger = union | way
            if len(larger) < len(edits):
                heapq.heappush(queue, (len(larger), next(order), number + 1, larger))
    return None, False


def shorter(
    parts: Sequence[tuple[Search, Edits]],
    edits: Edits,
    bench: Workbench,
    asked: Collection[Request],
    holds: Callable[[Edits], bool],
    *,
    has_fewest: bool,
) -> tuple[Edits | None, bool]:
    """Fewer edits that do the same and take no further request, None where there are none; and whether all was tried.

    `parts` are the searches and what they found, `has_fewest` says whether each of those is the fewest by itself,
    `holds` whether edits clear the findings and cause no other.
    """
    own = {edit for _search, found in parts for edit in found}
    mine = tuple(edit for edit in edits if edit in own)
    rest = tuple(edit for edit in edits if edit not in own)

    def lost(some: Edits) -> set[str]:
        values = bench.evaluate(some)
        return {item.line.name for item in asked if not is_kept(values, item)}

    given_up = lost(edits)
    goals = [search.goal for search, _found in parts if isinstance(search.goal, HonourGoal)]

    def suffice(some: Edits) -> bool:
        everything = (*some, *rest)
        if not lost(everything) <= given_up:
            return False
        values = bench.evaluate(everything)
        return all(goal.met(values) for goal in goals) and holds(everything)

    def prove() -> tuple[Edits | None, bool]:
        from kpolicy.policy.fixes.exact import fewer_by_proof  # slow to import, and an extra

        still = [item for item in asked if item.line.name not in given_up]
        return fewer_by_proof(parts, mine, rest, still, bench, suffice)

    ways = [lambda: fewer(parts, mine, suffice), prove] if has_fewest else [prove]
    if any(len(found) > _LONG for _search, found in parts):
        ways.reverse()
    better: Edits | None = None
    known = False
    for way in ways:
        better, known = way()
        if better is not None or known:
            break
    return ((*better, *rest) if better is not None else None), known
