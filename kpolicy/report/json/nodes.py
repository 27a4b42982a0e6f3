# SPDX-License-Identifier: GPL-2.0-or-later
"""JSON that may be anybody's: parsed with bounds, and read with errors that say where.

A `Node` is a value and the way to it.  What is not as it should be raises InputError with the line of the
file and the way, as in `configs[3].findings[0].severity`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any, Final, NoReturn, TypeAlias

from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.patterns import lazy

Way: TypeAlias = tuple[str | int, ...]

_BLANK: Final = lazy(r"[ \t\n\r]*")
# Surrogates stand for the bytes of names that are no UTF-8; all others stand for nothing.
_STRAY: Final = lazy(r"[\ud800-\udc7f\udd00-\udfff]")


@dataclass(frozen=True, slots=True)
class Text:
    """A file: its name to show, and what is in it."""

    name: str
    content: str


class Node:
    """A value in a file, and the way to it.

    No dataclass, and a way is put together when something is wrong with a value: a saved report has half a million.
    """

    __slots__ = ("_outer", "_step", "file", "value")

    def __init__(self, file: Text, value: Any, outer: Node | None = None, step: str | int = "") -> None:
        self.file = file
        self.value = value
        self._outer = outer
        self._step = step

    def wrong(self, message: str) -> NoReturn:
        """Raise InputError: something about this value is not as it should be."""
        steps = self._way()
        way = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
        place = Location(self.file.name, _line_of(self.file.content, steps))
        raise InputError(f"{way or 'the document'}: {message}", place)

    def _way(self) -> Way:
        return () if self._outer is None else (*self._outer._way(), self._step)

    def __getitem__(self, key: str) -> Node:
        """The member of an object."""
        if not isinstance(self.value, dict):
            self.wrong("expected an object")
        if key not in self.value:
            self.wrong(f"the key '{key}' is missing")
        return Node(self.file, self.value[key], self, key)

    def get(self, key: str) -> Node | None:
        """The member of an object; None where it has none."""
        return self[key] if isinstance(self.value, dict) and key in self.value else None

    def optional(self) -> Node | None:
        """This value; None where it is null."""
        return None if self.value is None else self

    def items(self) -> Iterator[tuple[str, Node]]:
        """The members of an object."""
        if not isinstance(self.value, dict):
            self.wrong("expected an object")
        for key, value in self.value.items():
            yield Node(self.file, key, self, key).text(), Node(self.file, value, self, key)

    def elements(self) -> tuple[Node, ...]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            self.wrong("expected a list")
        return tuple([Node(self.file, value, self, number) for number, value in enumerate(self.value)])

    def texts(self) -> tuple[str, ...]:
        """The elements of a list of texts."""
        return tuple([element.text() for element in self.elements()])

    def text(self) -> str:
        """A text that could come from a file."""
        if not isinstance(self.value, str):
            self.wrong("expected a text")
        if not self.value.isascii() and _STRAY.search(self.value):
            self.wrong("a text with a character that no file can hold")
        return self.value

    def word(self, words: Collection[str]) -> str:
        """One of some words."""
        text = self.text()
        if text not in words:
            self.wrong(f"{text!r} is none of {', '.join(words)}")
        return text

    def truth(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.wrong("expected true or false")
        return self.value

    def number(self, least: int = 0, most: int = (1 << 53) - 1) -> int:
        """A whole number, not below `least` and not above `most`."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.wrong("expected a whole number")
        if not least <= self.value <= most:
            self.wrong(f"expected a number from {least} on")
        return self.value


def parse(name: str, content: str) -> Node:
    """The document in a text; raises InputError where it is no JSON, with the line and what is there."""
    try:
        value = json.loads(content, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        rest = content.split("\n", error.lineno)
        message = f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        cut = error.pos >= len(content.rstrip()) or error.msg.startswith("Unterminated string")
        hint = "does the file end too early?" if cut else None
        raise InputError(
            message, Location(name, error.lineno), source_line=rest[error.lineno - 1], column=error.colno, hint=hint
        ) from None
    except RecursionError:
        raise InputError("not a saved report: nested too deeply", Location(name, 0)) from None
    except ValueError:
        raise InputError("not JSON: a number too long, or one that JSON does not have", Location(name, 0)) from None
    return Node(Text(name, content), value)


def or_empty(node: Node) -> str:
    """A text, "" where there is null."""
    return "" if node.value is None else node.text()


def read_location(node: Node, least: int = 1) -> Location:
    """A place: a file and a line."""
    return Location(node["path"].text(), node["line"].number(least))


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _line_of(content: str, way: Way) -> int:
    """The line on which the value at a way begins, as far as the way exists."""
    decoder = json.JSONDecoder()
    offset = _skip(content, 0)
    for step in way:
        found = next((start for key, start in _members(content, offset, decoder) if key == step), None)
        if found is None:
            break
        offset = found
    return content.count("\n", 0, offset) + 1


def _members(content: str, offset: int, decoder: json.JSONDecoder) -> Iterator[tuple[str | int, int]]:
    """The keys (or numbers) of what an object (or a list) at an offset holds, and where each value begins."""
    opening = content[offset : offset + 1]
    if opening not in ("{", "["):
        return
    offset = _skip(content, offset + 1)
    number = 0
    while content[offset] not in "}]":
        key: str | int = number
        if opening == "{":
            key, end = decoder.raw_decode(content, offset)
            # The colon.
            offset = _skip(content, _skip(content, end) + 1)
        yield key, offset
        offset = _skip(content, decoder.raw_decode(content, offset)[1])
        if content[offset] == ",":
            offset = _skip(content, offset + 1)
        number += 1


def _skip(content: str, offset: int) -> int:
    match = _BLANK.match(content, offset)
    return match.end() if match else offset
