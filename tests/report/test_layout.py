# SPDX-License-Identifier: GPL-2.0-or-later
"""The layout of drawings: nothing on top of anything else, arrows from left to right, always the same."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.report.drawings.layers import crossings, layers, ordered, without_circles
from kpolicy.report.drawings.layout import Layout, Link, Place, layout

_MOST = 14
_PAIR = st.tuples(st.integers(0, _MOST - 1), st.integers(0, _MOST - 1)).filter(lambda pair: pair[0] != pair[1])
_PAIRS = st.lists(_PAIR, max_size=30)
_SIZE = st.tuples(st.floats(1, 300), st.floats(1, 60))


@settings(deadline=None)
@given(_PAIRS)
def test_no_circle_is_left_and_layers_rise(pairs: list[tuple[int, int]]) -> None:
    turned = without_circles(_MOST, pairs)
    assert [set(pair) for pair in turned] == [set(pair) for pair in pairs]
    layer = layers(_MOST, turned)
    assert min(layer) == 0
    assert all(layer[source] < layer[target] for source, target in turned)


@settings(deadline=None)
@given(_PAIRS)
def test_nothing_is_turned_round_without_need(pairs: list[tuple[int, int]]) -> None:
    rising = [(min(pair), max(pair)) for pair in pairs]
    assert without_circles(_MOST, rising) == rising


@settings(deadline=None)
@given(_PAIRS)
def test_ordering_keeps_the_nodes_and_adds_no_crossing(pairs: list[tuple[int, int]]) -> None:
    half = _MOST // 2
    steps = [(a, b) for a, b in pairs if a < half <= b]
    ranks = [list(range(half)), list(range(half, _MOST))]
    after: dict[int, list[int]] = {}
    for a, b in steps:
        after.setdefault(a, []).append(b)
    found = ordered(ranks, steps)
    assert [sorted(rank) for rank in found] == ranks
    assert crossings(found, after) <= crossings(ranks, after)
    brute = sum(
        1
        for (a, b), (c, d) in itertools.combinations(steps, 2)
        if (ranks[0].index(a) - ranks[0].index(c)) * (ranks[1].index(b) - ranks[1].index(d)) < 0
    )
    assert crossings(ranks, after) == brute


def _overlap(one: Place, other: Place) -> bool:
    apart = 0.01
    return (
        one.x + one.width > other.x + apart
        and other.x + other.width > one.x + apart
        and one.y + one.height > other.y + apart
        and other.y + other.height > one.y + apart
    )


def check(plan: Layout, links: list[Link]) -> None:
    """Nothing overlaps, nothing is outside, and arrows go from box to box without touching another one."""
    everything = [*plan.boxes, *(route.text for route in plan.routes)]
    for one, other in itertools.combinations(everything, 2):
        assert not _overlap(one, other)
    for place in everything:
        assert place.x >= 0
        assert place.y >= 0
        assert place.x + place.width <= plan.width
        assert place.y + place.height <= plan.height
    for link, route in zip(links, plan.routes, strict=True):
        first, last = route.stretches[0], route.stretches[-1]
        source, target = plan.boxes[link.source], plan.boxes[link.target]
        assert first.start in (source.x, source.x + source.width)
        assert last.end in (target.x, target.x + target.width)
        assert (first.y, last.y) == pytest.approx((source.middle, target.middle))
        for stretch in route.stretches:
            for place in everything:
                if place not in (source, target, route.text):
                    line = Place(min(stretch.start, stretch.end), stretch.y, abs(stretch.end - stretch.start), 0.0)
                    assert not _overlap(line, place)
        # Level pieces and the curves between them lead one way only.
        turns = [x for stretch in route.stretches for x in (stretch.start, stretch.end)]
        assert turns in (sorted(turns), sorted(turns, reverse=True))


@settings(deadline=None)
@given(st.lists(_SIZE, min_size=_MOST, max_size=_MOST), st.lists(st.tuples(_PAIR, _SIZE), max_size=30))
def test_nothing_hides_anything(
    boxes: list[tuple[float, float]], given_links: list[tuple[tuple[int, int], tuple[float, float]]]
) -> None:
    links = [Link(*pair, size) for pair, size in given_links]
    plan = layout(boxes, links)
    check(plan, links)
    assert layout(boxes, links) == plan


def test_a_chain_is_a_straight_line() -> None:
    plan = layout([(50.0, 20.0)] * 3, [Link(0, 1, (30.0, 10.0)), Link(1, 2, (30.0, 10.0))])
    assert len({place.middle for place in plan.boxes}) == 1
    assert [place.x for place in plan.boxes] == sorted(place.x for place in plan.boxes)


def test_nothing_at_all() -> None:
    assert layout([], []).boxes == ()
    assert len(layout([(10.0, 10.0)], []).boxes) == 1
