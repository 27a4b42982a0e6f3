# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines of a model's entries, each with what holds around it, as proofs look at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from kpolicy.kconfig.nodes import YES
from kpolicy.kconfig.payload import FLAGS, IS_CHOICE
from kpolicy.policy.checks.probed import Probed
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.prove.clauses import Pair
    from kpolicy.prove.formula import Formula

_DEFINITIONS, _DEPENDS = 0, 6
_KINDS = ("", "prompt", "default", "select", "imply", "range")


class Line(NamedTuple):
    """A property: `operands` without the condition, the `around` that its `scope` gives it, and its own conditions."""

    kind: str
    symbol: int
    operands: tuple[Any, ...]
    condition: int
    around: tuple[int, ...]
    own: tuple[int, ...]
    place: tuple[int, int]
    scope: int


class Depends(NamedTuple):
    """The `depends on` lines of a definition, part by part, and what holds around the entry; all with their places."""

    symbol: int
    around: tuple[tuple[int, tuple[int, int]], ...]
    parts: tuple[tuple[int, tuple[int, int]], ...]


class Lines:
    """The lines of a model that no answer of the toolchain has a part in."""

    def __init__(self, model: Model, formula: Formula) -> None:
        self.model = model
        self.formula = formula
        self.probed = Probed.of(model)
        self.entries = {node: item for node, item in enumerate(model.details.symbols) if item is not None}
        self._scopes = model.details.scopes
        self.around = cache(self._around)
        self._of_symbols: dict[int, tuple[Line, ...]] = {}

    def of(self, node: int) -> tuple[Line, ...]:
        """The properties of a symbol, those of a kind in their order."""
        found = self._of_symbols.get(node)
        if found is None:
            found = self._of_symbols[node] = tuple(self._properties(node))
        return found

    def _properties(self, node: int) -> Iterator[Line]:
        item = self.entries[node]
        for number, kind in enumerate(_KINDS):
            for row in item[number] if kind else ():
                place = (row[-2], row[-1])
                scope = self._scope(item[_DEFINITIONS], place)
                if place in self.probed.places or scope in self.probed.scopes:
                    continue
                around = self.around(scope, kind == "prompt")
                known = {part for condition in around for part in self.formula.conjuncts(condition)}
                own = [part for part in self.formula.conjuncts(row[-3]) if part not in known and part != YES]
                # With an old conf the lines of a member depend on its choice, although none states that.
                choices = [part for part in own if self._is_choice(part)]
                around, own = (*around, *choices), [part for part in own if part not in choices]
                yield Line(kind, node, tuple(row[:-3]), row[-3], around, tuple(own), place, scope)

    def needed(self, line: Line) -> Iterator[tuple[int, tuple[int, int]]]:
        """What must hold for a line to count, part by part, each with the place of its line."""
        known: dict[int, tuple[int, int]] = {}
        for condition, place, seen in self._lines(line.scope):
            if line.kind == "prompt" or not seen:
                known.update((part, place) for part in self.formula.conjuncts(condition))
        for part in self.formula.conjuncts(line.condition):
            if part != YES:
                yield part, known.get(part, line.place)

    def depends(self, node: int) -> Iterator[Depends]:
        """The dependencies of a symbol, definition by definition."""
        item = self.entries[node]
        for file, line, scope in item[_DEFINITIONS]:
            if scope in self.probed.scopes:
                continue
            rows = [
                row
                for row in item[_DEPENDS]
                if self._definition(item[_DEFINITIONS], (row[1], row[2]))[:2] == [file, line]
            ]
            own = {(row[1], row[2]) for row in rows}
            around = [(item, place) for item, place, _ in self._lines(scope) if place not in own and item != YES]
            parts = [(part, (row[1], row[2])) for row in rows for part in self.formula.conjuncts(row[0])]
            if parts:
                yield Depends(node, tuple(around), tuple(parts))

    def all_of(self, nodes: Iterable[int]) -> Pair:
        """The value of several conditions together."""
        return self.formula.clauses.minimum([self.formula.pair(node) for node in nodes])

    def is_entry(self, node: int) -> bool:
        """Whether a node is a symbol, not a choice."""
        return not self._is_choice(node)

    def _is_choice(self, node: int) -> bool:
        record = self.model.core.records[node]
        return record is not None and bool(record[FLAGS] & IS_CHOICE)

    def _around(self, scope: int, prompt: bool) -> tuple[int, ...]:
        return tuple(condition for condition, _place, seen in self._lines(scope) if prompt or not seen)

    def _lines(self, scope: int) -> Iterator[tuple[int, tuple[int, int], bool]]:
        while scope >= 0:
            scope, condition, file, line, is_visibility = self._scopes[scope]
            yield condition, (file, line), bool(is_visibility)

    def _definition(self, definitions: list[Any], place: tuple[int, int]) -> list[int]:
        """The definition that a line belongs to: the last one above it in the same file."""
        above = [row for row in definitions if row[0] == place[0] and row[1] <= place[1]]
        found: list[int] = max(above, key=lambda row: row[1]) if above else [-1, -1, -1]
        return found

    def _scope(self, definitions: list[Any], place: tuple[int, int]) -> int:
        return self._definition(definitions, place)[2]
