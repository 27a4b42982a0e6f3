# SPDX-License-Identifier: GPL-2.0-or-later
"""Chains of selects, implies and defaults: what a symbol enables, what can enable it, and the ways between two."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from kpolicy.frozen import dataclass

if TYPE_CHECKING:
    from kpolicy.explain.edges import Edge

Direction: TypeAlias = Literal["out", "in"]

# Only graphs with many circles in them come near this: paths that end in a circle lead nowhere.
_MOST_STEPS = 20_000


class Edges(Protocol):
    """What a `Graph` tells."""

    def out(self, name: str, /) -> tuple[Edge, ...]:
        """The edges from a symbol."""

    def into(self, name: str, /) -> tuple[Edge, ...]:
        """The edges to a symbol."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything that `root` enables ("out") or that can enable it ("in").

    `distances` has every symbol that was met, the nearest first, with its distance from the root.  `edges` are those
    of each symbol that was looked into; `omitted` says how many there are besides: at a symbol with too many, and at
    one that is as far away as was requested.
    """

    root: str
    direction: Direction
    distances: Mapping[str, int]
    edges: Mapping[str, tuple[Edge, ...]]
    omitted: Mapping[str, int]

    def other_end(self, edge: Edge) -> str:
        """The end of an edge that is farther along."""
        return edge.target if self.direction == "out" else edge.source


def reach(graph: Edges, root: str, direction: Direction, *, depth: int | None = None, most: int | None = None) -> Reach:
    """Follow the edges from `root`, up to `depth` steps, and up to `most` edges at a symbol.

    Edges in force come first where they are cut.
    """
    follow = graph.out if direction == "out" else graph.into
    distances = {root: 0}
    edges: dict[str, tuple[Edge, ...]] = {}
    omitted: dict[str, int] = {}
    waiting = [root]
    for name in waiting:
        found = follow(name)
        if depth is not None and distances[name] >= depth:
            if found:
                omitted[name] = len(found)
            continue
        if most is not None and len(found) > most:
            omitted[name] = len(found) - most
            found = tuple(sorted(found, key=lambda edge: not edge.in_force)[:most])
        edges[name] = found
        for edge in found:
            other = edge.target if direction == "out" else edge.source
            if other not in distances:
                distances[other] = distances[name] + 1
                waiting.append(other)
    return Reach(root, direction, distances, edges, omitted)


@dataclass(frozen=True, slots=True)
class Paths:
    """The ways from `start` to `goal`: each a series of symbols, the shortest first.

    `edges` are all edges that lie on some way, by the pair of symbols that they join.  `more` says that there are
    further ways than `found` has.
    """

    start: str
    goal: str
    found: tuple[tuple[str, ...], ...]
    edges: Mapping[tuple[str, str], tuple[Edge, ...]]
    more: bool


def paths(graph: Edges, start: str, goal: str, *, depth: int | None = None, most: int | None = None) -> Paths:
    """The ways from `start` to `goal` of at most `depth` steps, at most `most` of them, none twice through a symbol."""
    ahead = reach(graph, start, "out", depth=depth)
    joined: dict[tuple[str, str], list[Edge]] = {}
    before: dict[str, list[str]] = {}
    for found in ahead.edges.values():
        for edge in found:
            pair = (edge.source, edge.target)
            if pair not in joined:
                before.setdefault(edge.target, []).append(edge.source)
            joined.setdefault(pair, []).append(edge)
    left = _distances_to(goal, before)
    limit = len(ahead.distances) if depth is None else depth
    kept = {
        pair: tuple(edges)
        for pair, edges in joined.items()
        if pair[1] in left and ahead.distances[pair[0]] + 1 + left[pair[1]] <= limit
    }
    ways: list[tuple[str, ...]] = []
    more = False
    if start != goal and start in left:
        for way in _ways(start, goal, kept, left, limit):
            if way is None or (most is not None and len(ways) == most):
                more = True
                break
            ways.append(way)
    return Paths(start, goal, tuple(ways), kept if ways else {}, more)


def _distances_to(goal: str, before: Mapping[str, list[str]]) -> dict[str, int]:
    left = {goal: 0}
    waiting = [goal]
    for name in waiting:
        for source in before.get(name, ()):
            if source not in left:
                left[source] = left[name] + 1
                waiting.append(source)
    return left


def _ways(
    start: str, goal: str, pairs: Mapping[tuple[str, str], object], left: Mapping[str, int], limit: int
) -> Iterator[tuple[str, ...] | None]:
    """All ways, the shortest first; None at last when the search was given up."""
    after: dict[str, list[str]] = {}
    for source, target in pairs:
        after.setdefault(source, []).append(target)
    # A way is as long as it must become at least; what was found first comes first among equals.
    waiting: list[tuple[int, int, tuple[str, ...]]] = [(left[start], 0, (start,))]
    steps = 0
    while waiting:
        _, _, way = heapq.heappop(waiting)
        if way[-1] == goal:
            yield way
            continue
        for name in after.get(way[-1], ()):
            if name in way or len(way) + left[name] > limit:
                continue
            steps += 1
            heapq.heappush(waiting, (len(way) + left[name], steps, (*way, name)))
        if steps > _MOST_STEPS:
            yield None
            return
