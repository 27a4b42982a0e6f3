# SPDX-License-Identifier: GPL-2.0-or-later
"""Chains: everything that can be reached, nothing else, and every way between two symbols."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.explain.chain import paths, reach
from kpolicy.explain.edges import Edge
from kpolicy.location import Location

_NAMES = "ABCDEFG"
Pairs = frozenset[tuple[str, str]]
_PAIRS = st.frozensets(st.tuples(st.sampled_from(_NAMES), st.sampled_from(_NAMES)).filter(lambda p: p[0] != p[1]))


class _Given:
    """A graph of given pairs, with circles as they come."""

    def __init__(self, pairs: Iterable[tuple[str, str]], in_force: Pairs = frozenset()) -> None:
        self.edges = [
            Edge("select", source, target, "", "", Location("Kconfig", line), (source, target) in in_force)
            for line, (source, target) in enumerate(sorted(pairs), 1)
        ]

    def out(self, name: str) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.source == name)

    def into(self, name: str) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.target == name)


def _distances(pairs: Pairs, root: str) -> dict[str, int]:
    found = {root: 0}
    for _ in _NAMES:
        for source, target in pairs:
            if source in found:
                found[target] = min(found.get(target, 99), found[source] + 1)
    return found


@settings(deadline=None)
@given(_PAIRS, st.sampled_from(_NAMES), st.one_of(st.none(), st.integers(1, 4)))
def test_everything_that_can_be_reached(pairs: Pairs, root: str, depth: int | None) -> None:
    found = reach(_Given(pairs), root, "out", depth=depth)
    limit = len(_NAMES) if depth is None else depth
    expected = {name: distance for name, distance in _distances(pairs, root).items() if distance <= limit}
    assert found.distances == expected
    assert list(found.distances.values()) == sorted(found.distances.values())
    edges = [(edge.source, edge.target) for group in found.edges.values() for edge in group]
    assert sorted(edges) == sorted(pair for pair in pairs if expected.get(pair[0], 99) < limit)
    beyond = {name for name, distance in expected.items() if distance == limit}
    assert dict(found.omitted) == {name: n for name in beyond if (n := sum(pair[0] == name for pair in pairs))}


@settings(deadline=None)
@given(_PAIRS, st.sampled_from(_NAMES), st.one_of(st.none(), st.integers(1, 4)))
def test_in_is_out_of_the_graph_turned_round(pairs: Pairs, root: str, depth: int | None) -> None:
    into = reach(_Given(pairs), root, "in", depth=depth)
    turned = reach(_Given((b, a) for a, b in pairs), root, "out", depth=depth)
    assert into.distances == turned.distances
    assert into.edges.keys() == turned.edges.keys()


@settings(deadline=None)
@given(_PAIRS, st.sampled_from(_NAMES), st.integers(1, 3))
def test_too_many_edges_are_cut_and_counted(pairs: Pairs, root: str, most: int) -> None:
    whole, cut = (reach(_Given(pairs), root, "out", most=limit) for limit in (None, most))
    assert cut.distances.keys() <= whole.distances.keys()
    for name, edges in cut.edges.items():
        assert len(edges) <= most
        assert len(edges) + cut.omitted.get(name, 0) == len(whole.edges[name])


def test_edges_in_force_are_cut_last() -> None:
    graph = _Given([("A", name) for name in "BCDEF"], in_force=frozenset({("A", "E")}))
    found = reach(graph, "A", "out", most=2)
    assert [edge.target for edge in found.edges["A"]] == ["E", "B"]


def _simple_ways(pairs: Pairs, start: str, goal: str, depth: int) -> set[tuple[str, ...]]:
    between = [name for name in _NAMES if name not in (start, goal)]
    ways = (
        (start, *middle, goal) for count in range(len(between) + 1) for middle in itertools.permutations(between, count)
    )
    return {way for way in ways if len(way) - 1 <= depth and all(pair in pairs for pair in itertools.pairwise(way))}


@settings(deadline=None)
@given(_PAIRS, st.sampled_from(list(itertools.permutations(_NAMES, 2))), st.one_of(st.none(), st.integers(1, 5)))
def test_all_ways_the_shortest_first(pairs: Pairs, ends: tuple[str, str], depth: int | None) -> None:
    start, goal = ends
    found = paths(_Given(pairs), start, goal, depth=depth)
    assert not found.more
    assert len(set(found.found)) == len(found.found)
    assert set(found.found) == _simple_ways(pairs, start, goal, depth or len(_NAMES))
    assert [len(way) for way in found.found] == sorted(len(way) for way in found.found)
    needed = {pair for way in found.found for pair in itertools.pairwise(way)}
    assert needed <= found.edges.keys() <= pairs


@settings(deadline=None)
@given(_PAIRS, st.integers(1, 3))
def test_too_many_ways(pairs: Pairs, most: int) -> None:
    whole = paths(_Given(pairs), "A", "B")
    cut = paths(_Given(pairs), "A", "B", most=most)
    assert cut.found == whole.found[:most]
    assert cut.more == (len(whole.found) > most)


def test_circles_without_end_are_given_up() -> None:
    # Every symbol leads to every other one, and the goal hangs behind the last.
    names = [f"S{number}" for number in range(12)]
    pairs = {(a, b) for a, b in itertools.permutations(names, 2) if a != names[-1]} | {(names[-1], "GOAL")}
    found = paths(_Given(pairs), names[0], "GOAL")
    assert found.more
    assert found.found[0] == (names[0], names[-1], "GOAL")
    assert paths(_Given(pairs), "GOAL", names[0]).found == ()
    assert paths(_Given(pairs), "GOAL", "GOAL").found == ()
