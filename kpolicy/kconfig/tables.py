# SPDX-License-Identifier: GPL-2.0-or-later
"""The numbers by which the models of a tree name expressions, files and scopes: those of a process are the same.

A table only grows.  So what was made of an entry for one architecture is right for the next one, and so is its JSON.
"""

from __future__ import annotations

from array import array
from typing import Any

from kpolicy.kconfig.nodes import NodeTable
from kpolicy.kconfig.stored import OFFSET, Rows, packed
from kpolicy.location import Location


def texts_of(rows: list[Any]) -> list[str]:
    """A JSON text for each row, a list of numbers; an empty one for None."""
    text = packed(rows)[1:-1].replace(",[", "\n[").replace(",null", "\n").replace("null", "")
    return text.split("\n") if rows else []


class Growing:
    """The rows of a table that only grows: what it had before is not written again."""

    def __init__(self) -> None:
        self._rows = Rows.of([])

    def rows(self, rows: list[Any]) -> Rows:
        """The rows of a table that begins with what it had the last time."""
        known = self._rows
        if len(rows) > len(known):
            more = Rows.of(texts_of(rows[len(known) :]))
            offsets = known.offsets[:-1] + array(OFFSET, [len(known.text) + offset for offset in more.offsets])
            self._rows = Rows(known.text + more.text, offsets)
        return self._rows


class Tables:
    """The tables of a tree."""

    def __init__(self) -> None:
        self.expressions = NodeTable()
        self.files: dict[str, int] = {}
        self.scopes: list[list[int]] = []
        self.packed_nodes = Growing()
        self.packed_scopes = Growing()
        self._scopes: dict[tuple[int, ...], int] = {}

    def place(self, location: Location) -> tuple[int, int]:
        """A location as file and line."""
        return self.files.setdefault(location.path, len(self.files)), location.line

    def scope(self, outer: int, condition: int, location: Location, *, is_visibility: bool = False) -> int:
        """The scope of what is below a line."""
        row = (outer, condition, *self.place(location), int(is_visibility))
        known = self._scopes.get(row)
        if known is None:
            known = self._scopes[row] = len(self.scopes)
            self.scopes.append(list(row))
        return known
