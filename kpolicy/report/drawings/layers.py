# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers of a directed graph, as for a drawing by Sugiyama: cycles broken, layers assigned, few crossings.

Nodes are numbers.  Everything is done in the order of the numbers, so that a graph has one drawing.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from typing import TypeAlias

Pair: TypeAlias = "tuple[int, int]"

_SWEEPS = 24
_SWITCHES = 8
# Short edges are worth some time, and no more.
_MOST_STEPS = 200
_MOST_WORK = 2_000_000


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
    """A layer for each node of a graph without circles: every pair leads to a higher one, most not far."""
    after: list[list[int]] = [[] for _ in range(count)]
    entered = [0] * count
    for source, target in pairs:
        after[source].append(target)
        entered[target] += 1
    order = [node for node in range(count) if not entered[node]]
    layer = [0] * count
    for node in order:
        for target in after[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            entered[target] -= 1
            if not entered[target]:
                order.append(target)
    steps = min(_MOST_STEPS, _MOST_WORK // (len(pairs) * count + 1))
    while steps and _shortened(layer, pairs):
        steps -= 1
    lowest = min(layer, default=0)
    return [number - lowest for number in layer]


def _shortened(layer: list[int], pairs: Sequence[Pair]) -> bool:
    """Move some nodes together so that edges become shorter by as much as can be; whether there were any.

    It is a step of the network simplex: edges that are as short as they may be hold nodes together, in a forest.
    What hangs at one of these edges is moved if more edges become shorter than longer by that.
    """
    near: list[list[int]] = [[] for _ in layer]
    for source, target in _forest(layer, pairs):
        near[source].append(target)
        near[target].append(source)
    best: tuple[int, int, list[bool]] | None = None
    for cut in (None, *((a, b) for a in range(len(layer)) for b in near[a])):
        for start in range(len(layer)) if cut is None else (cut[0],):
            part = _hanging_together(start, near, cut)
            forth = [pair for pair in pairs if part[pair[0]] and not part[pair[1]]]
            back = [pair for pair in pairs if part[pair[1]] and not part[pair[0]]]
            if len(forth) <= len(back):
                continue
            # To the right, until the first edge on that side is as short as it may be.
            way = min(layer[target] - layer[source] - 1 for source, target in forth)
            gain = way * (len(forth) - len(back))
            if gain > 0 and (best is None or gain > best[0]):
                best = gain, way, part
    if best is None:
        return False
    _, way, part = best
    for node, moved in enumerate(part):
        layer[node] += way * moved
    return True


def _forest(layer: Sequence[int], pairs: Sequence[Pair]) -> list[Pair]:
    """Edges of no slack that join nodes without a circle."""
    root = list(range(len(layer)))

    def top(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    kept = []
    for source, target in pairs:
        if layer[target] == layer[source] + 1 and top(source) != top(target):
            root[top(source)] = top(target)
            kept.append((source, target))
    return kept


def _hanging_together(start: int, near: Sequence[Sequence[int]], cut: Pair | None) -> list[bool]:
    found = [False] * len(near)
    found[start] = True
    waiting = [start]
    for node in waiting:
        for other in near[node]:
            if not found[other] and cut not in ((node, other), (other, node)):
                found[other] = True
                waiting.append(other)
    return found


def ordered(ranks: Sequence[Sequence[int]], pairs: Sequence[Pair]) -> list[list[int]]:
    """The nodes of each rank in an order with few crossings, by barycentres.

    Pairs lead from a rank to the next one.  Where the sweeps end depends on where they begin: they are made from the
    order that is given, and from those in which walks from either side meet the nodes.
    """
    after: dict[int, list[int]] = {}
    before: dict[int, list[int]] = {}
    for source, target in pairs:
        after.setdefault(source, []).append(target)
        before.setdefault(target, []).append(source)
    starts = [
        [list(rank) for rank in ranks],
        _walked(ranks, [node for rank in ranks for node in rank], after),
        _walked(ranks, [node for rank in reversed(ranks) for node in rank], before),
    ]
    found = [_swept(start, before, after) for start in starts]
    return min(found, key=lambda item: crossings(item, after))


def _walked(ranks: Sequence[Sequence[int]], order: Sequence[int], near: dict[int, list[int]]) -> list[list[int]]:
    """The ranks in the order in which a walk in depth meets their nodes."""
    number: dict[int, int] = {}
    waiting = list(reversed(order))
    while waiting:
        node = waiting.pop()
        if node not in number:
            number[node] = len(number)
            waiting.extend(reversed(near.get(node, ())))
    return [sorted(rank, key=lambda node: number[node]) for rank in ranks]


def _swept(start: list[list[int]], before: dict[int, list[int]], after: dict[int, list[int]]) -> list[list[int]]:
    """The best order that sweeps to and fro come to, with neighbours switched where that is better still."""
    best = current = start
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
    best = [list(rank) for rank in best]
    for _ in range(_SWITCHES):
        switched = [_switched(rank, before, after, best, number) for number, rank in enumerate(best)]
        if not any(switched):
            break
    return best


def _switched(
    rank: list[int],
    before: dict[int, list[int]],
    after: dict[int, list[int]],
    ranks: Sequence[Sequence[int]],
    number: int,
) -> bool:
    """Switch neighbours whose edges cross less the other way round; whether there were any."""
    place = {
        node: position
        for other in (number - 1, number + 1)
        if 0 <= other < len(ranks)
        for position, node in enumerate(ranks[other])
    }
    sides = [{node: sorted(place[other] for other in near.get(node, ())) for node in rank} for near in (before, after)]
    switched = False
    for position in range(len(rank) - 1):
        above, below = rank[position], rank[position + 1]
        now = sum(_inversions(ends[above], ends[below]) for ends in sides)
        if now and now > sum(_inversions(ends[below], ends[above]) for ends in sides):
            rank[position : position + 2] = below, above
            switched = True
    return switched


def _inversions(above: Sequence[int], below: Sequence[int]) -> int:
    """How often an edge that starts above ends below one that starts below; both are sorted."""
    return sum(len(above) - bisect.bisect_right(above, end) for end in below)


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
