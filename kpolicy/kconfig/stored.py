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

# Nothing that is stored refers back to itself: to look for that takes a quarter of the time.
_encode: Callable[[object], str] = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
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

    __slots__ = ("_count", "_offsets", "_start", "_stored", "revise")

    def __init__(self, stored: str, start: int, offsets: array[int]) -> None:
        self._stored = stored
        self._start = start
        self._offsets = offsets
        self._count = len(offsets) - 1
        self.revise: Callable[[Any], Any] | None = None

    def __missing__(self, number: int, /) -> Any:
        if not 0 <= number < self._count:
            raise IndexError(number)
        start = self._offsets[number]
        row = None
        if start != self._offsets[number + 1]:
            row = _decode(self._stored, self._start + start)[0]
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
        at = self._stored.find(text, self._start, self._start + self._offsets[-1])
        return bisect_right(self._offsets, at - self._start) - 1 if at >= 0 else None


def stored_rows(table: Table) -> Lines:
    """A table of a model that was read here."""
    assert isinstance(table, Lines), "not a stored model"
    return table


def packed(value: object) -> str:
    """A JSON text without blanks."""
    return _encode(value)


def pack_half(head: Iterable[object], *tables: Rows) -> list[bytes]:
    """A half of a model as it is stored, in pieces: together they would take as much memory again."""
    text = packed([[len(table) for table in tables], *head])
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
    at = stored.index(b"\n") + 1
    counts, *head = json.loads(stored[:at])
    offsets = []
    for count in counts:
        size = (count + 1) * array(OFFSET).itemsize
        offsets.append(_little(array(OFFSET, stored[at : at + size])))
        at += size
    rows = stored[at:].decode("ascii")
    starts = accumulate((table[-1] for table in offsets), initial=0)
    return head, [Lines(rows, start, table) for start, table in zip(starts, offsets, strict=False)]


def _little(offsets: array[int]) -> array[int]:
    """Numbers to be stored, or that were, the least significant byte first; they are changed."""
    if sys.byteorder == "big":
        offsets.byteswap()
    return offsets
