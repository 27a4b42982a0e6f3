# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the boxes and arrows of a drawing go: from left to right, nothing on top of anything else.

Boxes are in columns.  Between two columns of boxes is one for what is written at the arrows: every text has a
place of its own there, and every arrow that passes a column has one too.  So no box, text or arrow can hide another.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from kpolicy.errors import UsageError
from kpolicy.frozen import dataclass
from kpolicy.report.drawings.layers import layers, ordered, without_circles
from kpolicy.tuples import NamedTuple

Size: TypeAlias = "tuple[float, float]"

_MARGIN = 16.0
# Between columns there is the more room the higher arrows rise there: steep ones are hard to distinguish.
_COLUMN_GAP = 36.0
_WIDEST_GAP = 140.0
_SLOPE = 0.2
_ROW_GAP = 10.0
_PASSING = 6.0
_SETTLINGS = 16
_MOST_PIECES = 6000
# An arrow is straight before a box is in the middle of its neighbours.
_STRAIGHTNESS = 4.0


class Link(NamedTuple):
    """An arrow between two boxes, by their numbers, and the size of what is written at it."""

    source: int
    target: int
    size: Size


class Place(NamedTuple):
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The height of its middle."""
        return self.y + self.height / 2


class Stretch(NamedTuple):
    """A level piece of an arrow through a column; curves join them."""

    start: float
    end: float
    y: float


@dataclass(frozen=True, slots=True)
class Route:
    """The way of an arrow, from the side of one box to the side of the other, and the place of its text."""

    stretches: tuple[Stretch, ...]
    text: Place


@dataclass(frozen=True, slots=True)
class Layout:
    """A place for each box and a route for each link."""

    width: float
    height: float
    boxes: tuple[Place, ...]
    routes: tuple[Route, ...]


def layout(boxes: Sequence[Size], links: Sequence[Link]) -> Layout:
    """Lay out boxes and the links between them.  A link must join two different boxes.

    Raises UsageError for so many that no one could read the drawing.
    """
    pairs = without_circles(len(boxes), [(link.source, link.target) for link in links])
    layer = layers(len(boxes), pairs)
    pieces = sum(2 * (layer[target] - layer[source]) for source, target in pairs)
    if len(boxes) + pieces > _MOST_PIECES:
        raise UsageError(
            f"a drawing of {len(boxes)} symbols and {len(links)} lines is not legible",
            hint="--depth, --direction, --by and --in-force reduce it; --format dot writes it for Graphviz",
        )
    # What takes room: the boxes, then at every link its text and where it passes a column.
    sizes = [*boxes]
    ranks: list[list[int]] = [[] for _ in range(2 * max(layer, default=0) + 1)]
    for box, number in enumerate(layer):
        ranks[2 * number].append(box)
    chains: list[list[int]] = []
    for (source, target), link in zip(pairs, links, strict=True):
        chain = [source]
        for rank in range(2 * layer[source] + 1, 2 * layer[target]):
            chain.append(len(sizes))
            ranks[rank].append(len(sizes))
            sizes.append(link.size if len(chain) == 2 else (0.0, _PASSING))
        chains.append([*chain, target])
    steps = [step for chain in chains for step in itertools.pairwise(chain)]
    ranks = ordered(ranks, steps)
    middles = _middles(ranks, sizes, steps, len(boxes))
    column = {node: number for number, rank in enumerate(ranks) for node in rank}
    gaps = [_COLUMN_GAP] * len(ranks)
    for source, target in steps:
        rise = abs(middles[source] - middles[target])
        gaps[column[source]] = max(gaps[column[source]], min(rise * _SLOPE, _WIDEST_GAP))
    edges = _column_edges(ranks, sizes, gaps)
    places = _places(ranks, sizes, middles, edges)
    routes = []
    for chain, pair, link in zip(chains, pairs, links, strict=True):
        inner = [Stretch(*edges[column[node]], places[node].middle) for node in chain[1:-1]]
        first, last = places[chain[0]], places[chain[-1]]
        right = edges[column[chain[0]]][1]
        stretches = (
            Stretch(first.x + first.width, right, first.middle),
            *inner,
            Stretch(last.x, last.x, last.middle),
        )
        if pair != (link.source, link.target):
            stretches = tuple(Stretch(item.end, item.start, item.y) for item in reversed(stretches))
        routes.append(Route(stretches, places[chain[1]]))
    width = (edges[-1][1] if edges else 0.0) + _MARGIN
    height = max((item.y + item.height for item in places.values()), default=0.0) + _MARGIN
    return Layout(width, height, tuple(places[box] for box in range(len(boxes))), tuple(routes))


def _column_edges(
    ranks: Sequence[Sequence[int]], sizes: Sequence[Size], gaps: Sequence[float]
) -> list[tuple[float, float]]:
    """The left and the right side of each column."""
    edges = []
    left = _MARGIN
    for rank, gap in zip(ranks, gaps, strict=True):
        right = left + max((sizes[node][0] for node in rank), default=0.0)
        edges.append((left, right))
        left = right + gap
    return edges


def _places(
    ranks: Sequence[Sequence[int]],
    sizes: Sequence[Size],
    middles: Mapping[int, float],
    edges: Sequence[tuple[float, float]],
) -> dict[int, Place]:
    tops = [middles[node] - sizes[node][1] / 2 for rank in ranks for node in rank]
    shift = _MARGIN - min(tops, default=0.0)
    places = {}
    for number, (left, right) in enumerate(edges):
        for node in ranks[number]:
            width, height = sizes[node]
            # Texts are in the middle of their column, boxes at its left.
            x = left + (right - left - width) / 2 if number % 2 else left
            places[node] = Place(x, middles[node] - height / 2 + shift, width, height)
    return places


def _middles(
    ranks: Sequence[Sequence[int]], sizes: Sequence[Size], steps: Sequence[tuple[int, int]], boxes: int
) -> dict[int, float]:
    """The height of the middle of everything: near its neighbours, in the order of its rank, without overlap."""
    near: tuple[dict[int, list[int]], dict[int, list[int]]] = ({}, {})
    for source, target in steps:
        near[0].setdefault(target, []).append(source)
        near[1].setdefault(source, []).append(target)
    middles: dict[int, float] = {}
    for rank in ranks:
        settled = _settled([0.0] * len(rank), [1.0] * len(rank), [sizes[node][1] for node in rank])
        middles.update(zip(rank, settled, strict=True))
    for turn in range(_SETTLINGS):
        sides = near if turn >= _SETTLINGS - 2 else (near[turn % 2],)
        for rank in ranks if turn % 2 == 0 else reversed(ranks):
            wanted, weights = [], []
            for node in rank:
                others = [middles[other] for side in sides for other in side.get(node, ())]
                wanted.append(sum(others) / len(others) if others else middles[node])
                weights.append(_STRAIGHTNESS if node >= boxes else 1.0)
            settled = _settled(wanted, weights, [sizes[node][1] for node in rank])
            middles.update(zip(rank, settled, strict=True))
    return middles


def _settled(wanted: Sequence[float], weights: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Middles as near as can be to those that are wanted (least squares), in order and clear of each other.

    Without the room that each needs it is a regression to a rising series, which pooling solves exactly.
    """
    offsets = [0.0]
    for above, below in itertools.pairwise(heights):
        offsets.append(offsets[-1] + (above + below) / 2 + _ROW_GAP)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for want, weight, offset in zip(wanted, weights, offsets, strict=False):
        mean, total, count = want - offset, weight, 1
        while pools and pools[-1][0] >= mean:
            other, other_weight, other_count = pools.pop()
            mean = (mean * total + other * other_weight) / (total + other_weight)
            total += other_weight
            count += other_count
        pools.append((mean, total, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=False)]
