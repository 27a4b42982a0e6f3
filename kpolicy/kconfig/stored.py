# SPDX-License-Identifier: GPL-2.0-or-later
"""Models as they are stored: two halves, each a line of JSON with what every run needs, then tables, row by row.

A row is parsed when it is asked for, since a run asks for few of them: before the rows is where each begins and ends in
its table, in 32 bits, the least significant byte first.  A row is a JSON text; an empty one stands for None.
"""

from __future__ import annotations

import json
import sys
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Any, Final

from kpolicy.kconfig.payload import Core, Details, Table
from kpolicy.tuples import NamedTuple

_decoder: Any = json.JSONDecoder()
_decode = _decoder.scan_once
OFFSET: Final = "I"
# A character that is in no name, and is written as it is.
_BETWEEN: Final = "\x7f"


class Rows(NamedTuple):
    """The JSON texts of a table, one after the other, and where each begins; the last ends where one more would."""

    text: bytes
    offsets: array[int]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def of(cls, texts: list[str]) -> Rows:
        """Those of a JSON text for each row."""
        return cls("".join(texts).encode("ascii"), array(OFFSET, accumulate(map(len, texts), initial=0)))


class Lines(dict[int, Any]):
    """The rows of a table, each parsed when it is asked for; as a dict, what was asked for is found at once.

    `revise` makes of a row that was stored what it is now.
    """

    __slots__ = ("_base", "_count", "_first", "_last", "_offsets", "_stored", "revise")

    def __init__(self, stored: bytes, base: int, offsets: array[int], first: int, count: int) -> None:
        self._stored = stored
        self._base = base
        self._offsets = offsets
        self._first = first
        self._last = first + count
        self._count = count
        self.revise: Callable[[Any], Any] | None = None

    def __missing__(self, number: int, /) -> Any:
        if not 0 <= number < self._count:
            raise IndexError(number)
        offsets, place = self._offsets, self._first + number
        start, end = offsets[place], offsets[place + 1]
        row = None
        if start != end:
            row = _decode(self._stored[self._base + start : self._base + end].decode("ascii"), 0)[0]
            if self.revise is not None:
                row = self.revise(row)
        self[number] = row
        return row

    def __iter__(self) -> Iterator[Any]:
        return map(self.__getitem__, range(self._count))

    def __len__(self) -> int:
        return self._count

    def replace(self, rows: Iterable[tuple[int, Any]], count: int) -> None:
        """Put other rows in the place of some; there are `count` then, None at the end where nothing is known."""
        self.update(dict.fromkeys(range(self._count, count)))
        self._count = count
        self.update(rows)

    def find(self, text: str) -> int | None:
        """Which of the rows that were stored has a JSON text without lists in it; None where none has."""
        at = self._stored.find(text.encode("ascii"), self._base, self._base + self._offsets[self._last])
        if at < 0:
            return None
        return bisect_right(self._offsets, at - self._base, self._first, self._last + 1) - 1 - self._first


def stored_rows(table: Table) -> Lines:
    """A table of a model that was read here."""
    assert isinstance(table, Lines), "not a stored model"
    return table


def pack_half(head: Iterable[object], *tables: Rows) -> list[bytes]:
    """A half of a model as it is stored, in pieces: together they would take as much memory again."""
    text = json.dumps([[len(table) for table in tables], *head], separators=(",", ":"))
    offsets = (_little(table.offsets[:]).tobytes() for table in tables)
    return [f"{text}\n".encode("ascii"), *offsets, *(table.text for table in tables)]


def packed_names(symbols: dict[str, int]) -> object:
    """The nodes of symbols by name as they are stored: a text and numbers are read more quickly than a JSON object."""
    text = _BETWEEN.join(symbols)
    # The name of a choice has that of its file.
    return [text, list(symbols.values())] if text.count(_BETWEEN) == len(symbols) - 1 else symbols


def _names(packed: Any) -> dict[str, int]:
    return packed if isinstance(packed, dict) else dict(zip(packed[0].split(_BETWEEN), packed[1], strict=True))


def read_core(stored: bytes) -> Core:
    """The core of a stored model."""
    (symbols, *head), (nodes, records, woken) = _read_half(stored)
    return Core(nodes, records, woken, _names(symbols), *head)


def read_details(stored: bytes) -> Details:
    """The details of a stored model."""
    head, (symbols, edges, scopes) = _read_half(stored)
    return Details(symbols, edges, scopes, *head)


def _read_half(stored: bytes) -> tuple[list[Any], list[Lines]]:
    end = stored.index(b"\n") + 1
    counts, *head = json.loads(stored[:end])
    offsets = array(OFFSET)
    base = end + offsets.itemsize * (sum(counts) + len(counts))
    offsets.frombytes(stored[end:base])
    _little(offsets)
    tables, first = [], 0
    for count in counts:
        tables.append(Lines(stored, base, offsets, first, count))
        first += count + 1
        base += offsets[first - 1]
    return head, tables


def _little(offsets: array[int]) -> array[int]:
    """Numbers to be stored, or that were, the least significant byte first."""
    if sys.byteorder == "big":
        offsets.byteswap()
    return offsets
