# SPDX-License-Identifier: GPL-2.0-or-later
"""Models as they are stored: two halves, each a line of JSON with what every run needs, then tables, row by row.

A row is parsed when it is asked for, since a run asks for few of them: where each begins is kept beside the rows, in
32 bits, the least significant byte first.  A row is a JSON text; an empty one stands for None.
"""

from __future__ import annotations

import json
import sys
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, chain
from typing import Any, Final

from kpolicy.kconfig.payload import Core, Details, Table
from kpolicy.tuples import NamedTuple

_decoder: Any = json.JSONDecoder()
_decode = _decoder.scan_once
OFFSET: Final = "I"


class Rows(NamedTuple):
    """The JSON texts of a table, one after the other, and how long each is."""

    text: bytes
    lengths: array[int]


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
        start, end = self._base + self._offsets[self._first], self._base + self._offsets[self._last]
        at = self._stored.find(text.encode("ascii"), start, end)
        return bisect_right(self._offsets, at - self._base) - 1 - self._first if at >= 0 else None


def stored_rows(table: Table) -> Lines:
    """A table of a model that was read here."""
    assert isinstance(table, Lines), "not a stored model"
    return table


def pack_half(head: Iterable[object], *tables: Rows) -> list[bytes]:
    """A half of a model as it is stored, in pieces: together they would take as much memory again."""
    text = json.dumps([[len(table.lengths) for table in tables], *head], separators=(",", ":"))
    offsets = _little(array(OFFSET, accumulate(chain(*(table.lengths for table in tables)), initial=0)))
    return [f"{text}\n".encode("ascii"), offsets.tobytes(), *(table.text for table in tables)]


def read_core(stored: bytes) -> Core:
    """The core of a stored model."""
    head, (nodes, records, woken) = _read_half(stored)
    return Core(nodes, records, woken, *head)


def read_details(stored: bytes) -> Details:
    """The details of a stored model."""
    head, (symbols, edges, scopes) = _read_half(stored)
    return Details(symbols, edges, scopes, *head)


def _read_half(stored: bytes) -> tuple[list[Any], list[Lines]]:
    end = stored.index(b"\n") + 1
    counts, *head = json.loads(stored[:end])
    offsets = array(OFFSET)
    base = end + offsets.itemsize * (sum(counts) + 1)
    offsets.frombytes(stored[end:base])
    _little(offsets)
    firsts = accumulate(counts, initial=0)
    return head, [Lines(stored, base, offsets, first, count) for first, count in zip(firsts, counts, strict=False)]


def _little(offsets: array[int]) -> array[int]:
    """Numbers to be stored, or that were, the least significant byte first."""
    if sys.byteorder == "big":
        offsets.byteswap()
    return offsets
