# SPDX-License-Identifier: GPL-2.0-or-later
"""Models as they are stored: a line of JSON with what every run needs, then tables with a line of JSON for each row.

A row is parsed when it is asked for, since a run asks for few of them.  An empty line stands for None.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kpolicy.kconfig.payload import Core, Details, Table

_decoder: Any = json.JSONDecoder()
_decode = _decoder.scan_once


class Lines(dict[int, Any]):
    """The rows of a table, each a JSON text until it is asked for; as a dict, what was asked for is found at once.

    `revise` makes of a row that was stored what it is now.
    """

    __slots__ = ("_texts", "revise")

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self.revise: Callable[[Any], Any] | None = None

    def __missing__(self, number: int, /) -> Any:
        text = self._texts[number]
        row = _decode(text, 0)[0] if text else None
        if self.revise is not None and text:
            row = self.revise(row)
        self[number] = row
        self._texts[number] = ""
        return row

    def __iter__(self) -> Iterator[Any]:
        return map(self.__getitem__, range(len(self._texts)))

    def __len__(self) -> int:
        return len(self._texts)

    def replace(self, rows: Iterable[tuple[int, Any]], count: int) -> None:
        """Put other rows in the place of some; there are `count` then, None at the end where nothing is known."""
        self._texts += [""] * (count - len(self._texts))
        self.update(rows)


def stored_rows(table: Table) -> Lines:
    """A table of a model that was read here."""
    assert isinstance(table, Lines), "not a stored model"
    return table


def rows_of(stored: bytes) -> list[str]:
    """The lines of a half of a stored model."""
    return stored.decode("ascii").split("\n")


def read_core(rows: list[str]) -> Core:
    """The core of a stored model."""
    head, *lines = rows
    count = len(lines) // 3
    nodes, records, woken = (Lines(lines[start : start + count]) for start in (0, count, 2 * count))
    return Core(nodes, records, woken, *json.loads(head))


def finder(rows: list[str], count: int) -> Callable[[str], int | None]:
    """What tells which of the first nodes in the core of a stored model has a JSON text; None where none has."""

    def find(text: str) -> int | None:
        try:
            # The head is the first row.
            return rows.index(text, 1, count + 1) - 1
        except ValueError:
            return None

    return find


def read_details(rows: list[str]) -> Details:
    """The details of a stored model."""
    head, *lines = rows
    count, *rest = json.loads(head)
    symbols, edges, scopes = (
        Lines(lines[start:end]) for start, end in ((0, count), (count, 2 * count), (2 * count, None))
    )
    return Details(symbols, edges, scopes, *rest)
