# SPDX-License-Identifier: GPL-2.0-or-later
"""Clauses over literals, and the gates that stand for conjunctions and disjunctions of them.

A literal is a positive or negative number, as in DIMACS; `TRUE` is always true.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from kpolicy.tuples import NamedTuple

Literal: TypeAlias = int

TRUE: Final = 1
FALSE: Final = -1


class Pair(NamedTuple):
    """A tristate value as two literals: whether it is m or y, and whether it is y.  `y` implies `on`."""

    on: Literal
    y: Literal


NEVER: Final = Pair(FALSE, FALSE)
CONSTANTS: Final = (NEVER, Pair(TRUE, FALSE), Pair(TRUE, TRUE))
"""The pairs of n, m and y."""


class Clauses:
    """A growing set of clauses.

    `items` are the clauses, `origins` says of each which statement of the model it stands for, as an index that the
    caller gives (0 for gates, which only name what others say).
    """

    def __init__(self) -> None:
        self.variables = 1
        self.items: list[tuple[Literal, ...]] = [(TRUE,)]
        self.origins: list[int] = [0]
        self._gates: dict[tuple[Literal, ...], Literal] = {}

    def fresh(self) -> Literal:
        """A new variable."""
        self.variables += 1
        return self.variables

    def fresh_pair(self) -> Pair:
        """A tristate that may have each of its values."""
        pair = Pair(self.fresh(), self.fresh())
        self.add((pair.on, -pair.y), 0)
        return pair

    def add(self, literals: Iterable[Literal], origin: int) -> None:
        """Demand that one of some literals holds."""
        kept = tuple(literal for literal in literals if literal != FALSE)
        if TRUE not in kept:
            self.items.append(kept)
            self.origins.append(origin)

    def all_of(self, literals: Iterable[Literal]) -> Literal:
        """A literal for a conjunction, the same one for the same literals."""
        kept = {literal for literal in literals if literal != TRUE}
        if not kept:
            return TRUE
        if FALSE in kept or any(-literal in kept for literal in kept):
            return FALSE
        if len(kept) == 1:
            return kept.pop()
        key = tuple(sorted(kept))
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = self.fresh()
            items = self.items
            items.extend((literal, -gate) for literal in key)
            items.append((gate, *(-literal for literal in key)))
            self.origins.extend([0] * (len(key) + 1))
        return gate

    def any_of(self, literals: Iterable[Literal]) -> Literal:
        """A literal for a disjunction."""
        return -self.all_of([-literal for literal in literals])

    def minimum(self, pairs: Iterable[Pair]) -> Pair:
        """The least of some tristate values: what `&&` gives."""
        several = list(pairs)
        on = self.all_of([pair.on for pair in several])
        return Pair(on, on if all(pair.on == pair.y for pair in several) else self.all_of([p.y for p in several]))

    def maximum(self, pairs: Iterable[Pair]) -> Pair:
        """The greatest of some tristate values: what `||` gives."""
        return inverse(self.minimum([inverse(pair) for pair in pairs]))

    def below(self, less: Pair, more: Pair) -> Literal:
        """Whether one tristate value is less than another."""
        return self.any_of((self.all_of((more.on, -less.on)), self.all_of((more.y, -less.y))))

    def exactly_one(self, literals: list[Literal], origin: int) -> None:
        """Demand that one of some literals holds, and no other."""
        self.add(literals, origin)
        self.at_most_one(literals, origin)

    def at_most_one(self, literals: list[Literal], origin: int) -> None:
        """Demand that no two of some literals hold."""
        for number, literal in enumerate(literals):
            for other in literals[:number]:
                self.add((-literal, -other), origin)


def inverse(pair: Pair) -> Pair:
    """The value of `!`: 2 less the value."""
    return Pair(-pair.y, -pair.on)
