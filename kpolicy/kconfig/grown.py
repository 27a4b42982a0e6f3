# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of a stored model, with what comes at their ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kpolicy.kconfig.nodes import NodeTable
from kpolicy.kconfig.payload import TYPE, TYPES, Core, Details
from kpolicy.kconfig.stored import stored_rows
from kpolicy.kconfig.tables import Tables
from kpolicy.location import Location


class _Types(Mapping[str, str]):
    """The types of a model's symbols, by name, and those of `new` ones."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.new: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name in self.new:
            return self.new[name]
        record = self._core.records[self._core.symbols[name]]
        if record is None or not record[TYPE]:
            raise KeyError(name)
        return TYPES[record[TYPE]]

    def __iter__(self) -> Iterator[str]:
        return (name for name in (*self._core.symbols, *self.new) if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class GrownNodes(NodeTable):
    """The expressions of a stored model, and further ones, which are added to the model's table."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._rows = stored_rows(core.nodes)
        self.first = len(core.nodes)
        self.new_symbols: dict[str, int] = {}
        self.new_constants: dict[str, int] = {}
        super().__init__()
        self.nodes = self._rows  # type: ignore[assignment]  # it is only read
        self.types = self.known_types = _Types(core)

    def symbol(self, name: str) -> int:
        """See `NodeTable`; here nothing takes note of what is named."""
        if name in ("n", "m", "y"):
            return self.constant(name)
        return self._named(name, self._core.symbols, self.new_symbols)

    def constant(self, text: str) -> int:
        """See `NodeTable`."""
        return self._named(text, self._core.constants, self.new_constants)

    def intern(self, *node: int) -> int:
        """See `NodeTable`."""
        known = self._known.get(node)
        if known is None:
            known = self._rows.find(f"[{','.join(map(str, node))}]")
            known = self._known[node] = self._added(list(node)) if known is None else known
        return known

    def more(self) -> list[Any]:
        """What was added."""
        return [self.nodes[number] for number in range(self.first, len(self.nodes))]

    def _named(self, text: str, known: Mapping[str, int], new: dict[str, int]) -> int:
        index = known.get(text, new.get(text))
        if index is None:
            index = new[text] = self._added(None)
            self.texts[index] = text
        return index

    def _added(self, row: list[int] | None) -> int:
        index = len(self._rows)
        self._rows.replace([(index, row)], index + 1)
        return index


class GrownTables(Tables):
    """The files of a stored model, and its scopes, with further ones."""

    def __init__(self, nodes: GrownNodes, details: Details) -> None:
        super().__init__()
        self.expressions = nodes
        self.files = {path: number for number, path in enumerate(details.files)}
        self._first = len(details.scopes)

    def scope(self, outer: int, condition: int, location: Location, *, is_visibility: bool = False) -> int:
        """See `Tables`."""
        return self._first + super().scope(outer, condition, location, is_visibility=is_visibility)
