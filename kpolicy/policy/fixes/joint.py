# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether all edits of a config together are the fewest, by trying what each finding could be cleared with."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.policy.fixes.search import Search

if TYPE_CHECKING:
    from kpolicy.policy.fixes.lines import Edit
    from kpolicy.policy.fixes.workbench import Edits

_MOST_COMBINATIONS: Final = 200
_MOST_TRIES: Final = 160


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
