# SPDX-License-Identifier: GPL-2.0-or-later
"""The lines that the proof of a claim about a line needs: none of them can be left out.

They are dropped one by one, in a fixed order, so that the result does not depend on what the solver knows already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kpolicy.explain.grounds import Ground, edge_ground
from kpolicy.explain.lines import default_text
from kpolicy.location import Location
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.policy.checks.lines import Line, Lines
    from kpolicy.prove.bulk import Bulk
    from kpolicy.prove.clauses import Literal


class Part(NamedTuple):
    """A literal that a claim rests on, and the line that has it, if it is no matter of course.

    `text` is the condition of the line.
    """

    literal: Literal
    ground: Ground | None
    text: str = ""


class Parts:
    """What claims about the lines of a model are made of."""

    def __init__(self, model: Model, lines: Lines) -> None:
        self._model = model
        self._lines = lines
        self._formula = lines.formula

    def conditions(self, line: Line) -> Iterator[Part]:
        """The conditions of a line: its own, and those of its entry and of the blocks around it."""
        own = frozenset(line.own)
        for node, place in self._lines.needed(line):
            yield self._part(node, place, "if" if node in own else "depends on")
        yield from self._source(line)

    def around(self, line: Line, before: Iterable[Line]) -> Iterator[Part]:
        """What holds for a line although it does not state it itself; `before` are those of its kind above it."""
        own = frozenset(line.own)
        yield from self.of(item for item in self._lines.needed(line) if item[0] not in own)
        yield from self.earlier(line, before)
        yield from self._source(line)

    def of(self, conditions: Iterable[tuple[int, tuple[int, int]]]) -> Iterator[Part]:
        """Conditions of an entry, with their places."""
        for node, place in conditions:
            yield self._part(node, place, "depends on")

    def earlier(self, line: Line, before: Iterable[Line]) -> Iterator[Part]:
        """That the conditions of the lines `before` another of its kind do not hold."""
        symbol = self._model.symbol(self._model.names_by_node[line.symbol])
        assert symbol is not None
        defaults = {item.location: item for item in symbol.defaults}
        for other in before:
            place = self._place(other.place)
            default = defaults.get(place)
            text = default_text(symbol, default) if default is not None else f"an earlier {other.kind} applies"
            yield Part(-self._formula.pair(other.condition).on, Ground(text, place))

    def selects(self, node: int) -> Iterator[Part]:
        """That no select of a symbol is in force, one by one."""
        core, symbol = self._model.core, self._model.symbol(self._model.names_by_node[node])
        assert symbol is not None
        for edge in symbol.selected_by:
            both = (self._formula.pair(core.symbols[edge.source]), self._formula.pair(edge.condition.node))
            yield Part(-self._formula.clauses.minimum(both).on, edge_ground(self._model, edge))

    def _source(self, line: Line) -> Iterator[Part]:
        """What selects or implies has to be on: last, as it brings the conditions of its entry along."""
        if line.kind in ("select", "imply"):
            yield Part(self._formula.pair(line.symbol).on, None)

    def _part(self, node: int, place: tuple[int, int], keyword: str) -> Part:
        expression, literal = self._model.expression(node), self._formula.pair(node).on
        if not expression.is_choice:
            return Part(literal, Ground(f"{keyword} {expression}", self._place(place)), str(expression))
        # With an old conf a member depends on its choice.
        number = next(number for number, record in enumerate(self._model.core.choices) if record[0] == node)
        text = "the prompt of the choice"
        return Part(literal, Ground(f"needs {text}", self._model.choices[number].definitions[0]), text)

    def _place(self, place: tuple[int, int]) -> Location:
        return Location(self._model.details.files[place[0]], place[1])


def needed(bulk: Bulk, fixed: Literal, parts: Iterable[Part]) -> tuple[Ground, ...]:
    """The lines of those parts that cannot hold together with a literal; none where they can."""
    left = list(parts)
    if bulk.is_possible([fixed, *(part.literal for part in left)]):
        return ()
    for part in reversed(left.copy()):
        without = [other for other in left if other is not part]
        if not bulk.is_possible([fixed, *(other.literal for other in without)]):
            left = without
    return tuple(dict.fromkeys(part.ground for part in left if part.ground is not None))
