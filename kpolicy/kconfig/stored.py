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


class Lines(dict[int, Any]):
    """The rows of a table, each a JSON text until it is asked for; as a dict, what was asked for is found at once."""

    __slots__ = ("_texts",)

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts

    def __missing__(self, number: int, /) -> Any:
        text = self._texts[number]
        row = self[number] = _decode(text)[0] if text else None
        self._texts[number] = ""
        return row

    def __iter__(self) -> Iterator[Any]:
        return map(self.__getitem__, range(len(self._texts)))

    def __len__(self) -> int:
        return len(self._texts)


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
