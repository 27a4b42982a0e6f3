# SPDX-License-Identifier: GPL-2.0-or-later
"""Models as they are stored: a line of JSON with what every run needs, then tables with a line of JSON for each row.

A row is parsed when it is asked for, since a run asks for few of them.  An empty line stands for None.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kpolicy.kconfig.payload import Core, Details

_decode = json.JSONDecoder().raw_decode


class Lines:
    """The rows of a table, each a JSON text until it is asked for."""

    def __init__(self, texts: list[str]) -> None:
        self._rows: list[Any] = texts

    def __getitem__(self, number: int, /) -> Any:
        row = self._rows[number]
        if row.__class__ is str:
            row = self._rows[number] = _decode(row)[0] if row else None
        return row

    def __iter__(self) -> Iterator[Any]:
        return map(self.__getitem__, range(len(self._rows)))

    def __len__(self) -> int:
        return len(self._rows)


def read_core(stored: bytes) -> Core:
    """The core of a stored model."""
    head, *lines = stored.decode("ascii").split("\n")
    count = len(lines) // 3
    nodes, records, woken = (Lines(lines[start : start + count]) for start in (0, count, 2 * count))
    return Core(nodes, records, woken, *json.loads(head))


def read_details(stored: bytes) -> Details:
    """The details of a stored model."""
    head, *lines = stored.decode("ascii").split("\n")
    count, *rest = json.loads(head)
    symbols, edges, scopes = (
        Lines(lines[start:end]) for start, end in ((0, count), (count, 2 * count), (2 * count, None))
    )
    return Details(symbols, edges, scopes, *rest)
