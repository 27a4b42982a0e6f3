# SPDX-License-Identifier: GPL-2.0-or-later
"""What of a model rests on the toolchain or on the ARCH word: another one could give other conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kpolicy.frozen import dataclass

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model

_DEFINITIONS, _SELECTS, _IMPLIES, _INHERITED = 0, 3, 4, 7


@dataclass(frozen=True, slots=True)
class Probed:
    """`symbols` are those with a line that rests on an answer; `places` are such lines, `scopes` what is below them."""

    symbols: frozenset[int]
    places: frozenset[tuple[int, int]]
    scopes: frozenset[int]

    @staticmethod
    def of(model: Model) -> Probed:
        """What of a model rests on answers that the tree alone does not give."""
        details = model.details
        places = frozenset((file, line) for file, line, _text, answerer in details.written if answerer != "tree")
        scopes: set[int] = set()
        for number, (outer, _condition, file, line, _is_visibility) in enumerate(details.scopes):
            # An outer scope was made before the inner one.
            if (file, line) in places or outer in scopes:
                scopes.add(number)
        found: set[int] = set()
        for node, item in enumerate(details.symbols):
            if item is not None:
                found.update(_probed(node, item, places, scopes))
        for choice in model.core.choices:
            together = {choice[0], *choice[2]}
            if found & together:
                found |= together
        return Probed(frozenset(found), places, frozenset(scopes))


def _probed(node: int, item: list[Any], places: frozenset[tuple[int, int]], scopes: set[int]) -> Iterator[int]:
    """The symbols that a symbol's lines make rest on answers: itself, and what it selects or implies."""
    edges = [*item[_SELECTS], *item[_IMPLIES]]
    if any(row[2] in scopes for row in item[_DEFINITIONS]):
        yield node
        yield from (edge[0] for edge in edges)
        return
    yield from (edge[0] for edge in edges if (edge[-2], edge[-1]) in places)
    if any((row[-2], row[-1]) in places for rows in item[1:_SELECTS] + item[_IMPLIES + 1 : _INHERITED] for row in rows):
        yield node
