# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds what keeps config lines from taking effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kpolicy.explain.blocked import Blocker, blockers
from kpolicy.explain.cause import deciding_selects, is_without_modules, line_of
from kpolicy.explain.root import Root, RootKind
from kpolicy.explain.shown import shown

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.location import Location

# Each step needs another symbol; a dependency is never that deep, and may go round.
_MOST_STEPS: Final = 20


class Roots:
    """Finds roots in one config; what several lines have in common is examined once."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self._places: dict[tuple[str, ...], Location | None] = {}

    def of_request(self, name: str, asked: str) -> Root | None:
        """For a valid line that does not have its value; None where nothing known is in the way."""
        values = self.values
        if not values.model.is_defined(name):
            return self.of_unknown(name, asked)
        if is_without_modules(values, name):
            modules = values.model.names_by_node.get(values.model.core.modules, "")
            return self._root("needs", modules, (modules,), asked) if modules else None
        symbol = values.model.symbol(name)
        assert symbol is not None
        if not symbol.prompts:
            return self._root("prompt", name, (name,), asked)
        last = self._last(blockers(values, name, 1 if asked == "m" else 2))
        return self._root("needs", last.condition, last.symbols, asked) if last is not None else None

    def of_unknown(self, name: str, asked: str) -> Root:
        """For a line for a symbol that `conf` does not know."""
        return self._root("undefined", name, (name,), asked)

    def of_select(self, name: str, asked: str) -> Root | None:
        """For a line whose value a select lifts."""
        edges = deciding_selects(self.values, name)
        return self._root("select", edges[0].source, (edges[0].source,), asked) if edges else None

    def of_other_tree(self, missing: tuple[str, ...], asked: str) -> Root:
        """For a line of a .config that was made with other Kconfig files, which define the symbols `missing` here."""
        line = self.values.assignment(missing[0])
        place = line.location if line is not None else None
        return Root("tree", missing[0], tuple((name, "n") for name in missing), asked, place)

    def _last(self, found: tuple[Blocker, ...]) -> Blocker | None:
        """Of what is in the way the first; of what that needs in turn the last that a line could change."""
        values = self.values
        last: Blocker | None = None
        for _ in range(_MOST_STEPS):
            if not found or not found[0].condition:
                break
            last = found[0]
            needed = values.model.symbol(last.symbols[0]) if len(last.symbols) == 1 else None
            if (
                needed is None
                or last.condition != needed.name
                or not needed.prompts
                or values.tristate(needed.name)
                or values.visibility(needed.name)
            ):
                break
            found = blockers(values, needed.name)
        return last

    def _root(self, kind: RootKind, condition: str, names: tuple[str, ...], asked: str) -> Root:
        values = self.values
        known = tuple(name for name in names if values.model.is_defined(name))
        if known not in self._places:
            self._places[known] = line_of(values, *known)
        shown_values = tuple((name, shown(values, name)) for name in names)
        return Root(kind, condition, shown_values, asked, self._places[known])
