# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether an edit may make a dependency loop is told by the order of names alone, and never wrongly denied."""

from __future__ import annotations

from random import Random

import pytest

from kpolicy.kconfig.circles import may_make_a_loop

# A depends on B, B on C; D on C.
_DEPTHS = {"C": 1, "B": 2, "A": 3, "D": 2}


@pytest.mark.parametrize(
    ("needs", "new", "expected"),
    [
        ([("A", "D")], [], False),
        ([("D", "B")], [], False),
        ([("C", "A")], [], True),
        ([("A", "A")], [], True),
        ([("D", "B"), ("B", "D")], [], True),
        ([("A", "NOTHING")], [], False),
        ([("NOTHING", "A")], [], True),
        ([("N", "A"), ("N", "D")], ["N"], False),
        ([("N", "A"), ("C", "N")], ["N"], True),
        ([("N", "C"), ("A", "N")], ["N"], False),
        ([("N", "M"), ("M", "N")], ["N", "M"], True),
        ([("N", "N")], ["N"], True),
    ],
)
def test_some_needs(needs: list[tuple[str, str]], new: list[str], *, expected: bool) -> None:
    assert may_make_a_loop(needs, new, _DEPTHS) is expected


@pytest.mark.parametrize("seed", range(300))
def test_random_graphs(seed: int) -> None:
    random = Random(seed)
    names = [f"S{number}" for number in range(8)]
    graph = {name: random.sample(names[:place], min(place, random.randrange(3))) for place, name in enumerate(names)}
    depths: dict[str, int] = {}
    for name in names:
        depths[name] = 1 + max((depths[other] for other in graph[name]), default=0)
    all_names = [*names, "NEW", "NEWER"]
    needs = [(random.choice(all_names), random.choice(all_names)) for _ in range(random.randrange(1, 4))]
    if not may_make_a_loop(needs, ["NEW", "NEWER"], depths):
        edges = {name: set(graph.get(name, ())) for name in all_names}
        for name, needed in needs:
            edges[name].add(needed)
        # Taking away what depends on nothing ends with nothing where there is no loop.
        while free := [name for name in edges if not edges[name]]:
            edges = {name: rest - set(free) for name, rest in edges.items() if name not in free}
        assert not edges
