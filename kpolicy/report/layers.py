# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers of a directed graph, as for a drawing by Sugiyama: circles broken, layers told, few crossings.

Nodes are numbers.  Everything is done in the order of the numbers, so that a graph has one drawing.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from typing import TypeAlias

Pair: TypeAlias = "tuple[int, int]"

_SWEEPS = 24


def without_circles(count: int, pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs with those turned round that close a circle, as a walk from the first nodes on meets them."""
    after: list[list[int]] = [[] for _ in range(count)]
    entered = [0] * count
    for source, target in pairs:
        after[source].append(target)
        entered[target] += 1
    back: set[Pair] = set()
    state = [0] * count  # 1 on the way, 2 done
    # From where nothing leads to first: an edge is turned round only where there is no better place.
    for start in sorted(range(count), key=lambda node: (entered[node] > 0, node)):
        if state[start]:
            continue
        state[start] = 1
        trail = [(start, iter(after[start]))]
        while trail:
            node, targets = trail[-1]
            for target in targets:
                if state[target] == 1:
                    back.add((node, target))
                elif not state[target]:
                    state[target] = 1
                    trail.append((target, iter(after[target])))
                    break
            else:
                state[node] = 2
                trail.pop()
    return [(target, source) if (source, target) in back else (source, target) for source, target in pairs]


def layers(count: int, pairs: Sequence[Pair]) -> list[int]:
    """A layer for each node of a graph without circles, every pair leading to a higher one; edges are kept short."""
    after: list[list[int]] = [[] for _ in range(count)]
    before: list[list[int]] = [[] for _ in range(count)]
    for source, target in pairs:
        after[source].append(target)
        before[target].append(source)
    order = [node for node in range(count) if not before[node]]
    left = [len(nodes) for nodes in before]
    layer = [0] * count
    for node in order:
        for target in after[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            left[target] -= 1
            if not left[target]:
                order.append(target)
    # What has more behind it than before it is moved up to it.
    for node in reversed(order):
        if len(after[node]) > len(before[node]):
            layer[node] = min(layer[target] for target in after[node]) - 1
    lowest = min(layer, default=0)
    return [number - lowest for number in layer]


def ordered(ranks: Sequence[Sequence[int]], pairs: Sequence[Pair]) -> list[list[int]]:
    """The nodes of each rank in an order with few crossings, by barycentres.

    Pairs lead from a rank to the next one.
    """
    after: dict[int, list[int]] = {}
    before: dict[int, list[int]] = {}
    for source, target in pairs:
        after.setdefault(source, []).append(target)
        before.setdefault(target, []).append(source)
    best = current = [list(rank) for rank in ranks]
    fewest = crossings(best, after)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        forward = sweep % 2 == 0
        current = [list(rank) for rank in current]
        near = before if forward else after
        turns = range(1, len(current)) if forward else range(len(current) - 2, -1, -1)
        for number in turns:
            fixed = {node: place for place, node in enumerate(current[number + (-1 if forward else 1)])}
            current[number] = _by_barycentre(current[number], near, fixed)
        found = crossings(current, after)
        if found < fewest:
            best, fewest = current, found
    return best


def _by_barycentre(rank: list[int], near: dict[int, list[int]], fixed: dict[int, int]) -> list[int]:
    # A node without neighbours there stays where it is.
    scale = len(fixed) / max(len(rank), 1)
    weight = {}
    for place, node in enumerate(rank):
        places = [fixed[other] for other in near.get(node, ())]
        weight[node] = sum(places) / len(places) if places else place * scale
    return sorted(rank, key=lambda node: weight[node])


def crossings(ranks: Sequence[Sequence[int]], after: dict[int, list[int]]) -> int:
    """How many pairs cross."""
    total = 0
    for rank, following in itertools.pairwise(ranks):
        place = {node: number for number, node in enumerate(following)}
        seen: list[int] = []
        for node in rank:
            ends = sorted(place[target] for target in after.get(node, ()))
            total += sum(len(seen) - bisect.bisect_right(seen, end) for end in ends)
            for end in ends:
                bisect.insort(seen, end)
    return total
