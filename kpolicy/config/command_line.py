# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel command lines: their text, the line of each character, and the words that the kernel makes of them.

Words are split as `next_arg()` does (lib/cmdline.c, Linux 6.12.117 and 7.3.4): only `"` quotes, and nothing escapes it.
`-` and `_` are the same in names (kernel/params.c), and the word `--` ends the kernel's part (`parse_args()`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from kpolicy.frozen import dataclass, replace
from kpolicy.location import Location
from kpolicy.tuples import NamedTuple

BLANK: Final = " \t\n\v\f\r\xa0"
"""isspace() of lib/ctype.c, on bytes as Latin-1 reads them: it counts the no-break space."""
BOOTCONFIG: Final = "bootconfig"
"""The parameter that makes the kernel read a bootconfig."""
RUNNING: Final = "/proc/cmdline"
"""Where the kernel shows the command line that it was booted with."""
GIVEN: Final = "<cmdline>"
"""Where words are from that are themselves the argument of --cmdline."""

Placed: TypeAlias = "list[tuple[str, int]]"
"""Characters, each with its line in a file, which counts from 1."""


class Word(NamedTuple):
    """A parameter as the kernel gets it.

    `name` has `_` for `-`; `value` is None where the word has no `=`; `text` is the word as it is written.
    """

    name: str
    value: str | None
    text: str
    location: Location

    def __str__(self) -> str:
        return self.name if self.value is None else f"{self.name}={self.value}"


class Mark(NamedTuple):
    """From `offset` on the characters of a command line are in one line of a file."""

    offset: int
    location: Location


@dataclass(frozen=True, slots=True)
class Bootconfig:
    """What a bootconfig adds to a command line: words for the kernel, and words for init."""

    kernel: CommandLine
    init: CommandLine


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command line; `remarks` say which part of a file it is, and what of that is not known.

    `bootconfig` is the file that the kernel reads besides it.  That of a running kernel is the `whole` of what it saw:
    the built-in one is part of it already.

    Its characters are bytes, as Latin-1 reads them: that is how the kernel examines them.
    """

    text: str
    marks: tuple[Mark, ...] = ()
    remarks: tuple[str, ...] = ()
    bootconfig: Bootconfig | None = None
    whole: bool = False

    def upto(self, length: int) -> CommandLine:
        """The first characters of it."""
        return self if len(self.text) <= length else replace(self, text=self.text[:length])

    def location(self, offset: int) -> Location:
        """The location of a character."""
        return self.marks[bisect_right(self.marks, offset, key=lambda item: item.offset) - 1].location


class Parsed(NamedTuple):
    """The words of a command line: those for the kernel, and those behind `--`, which init gets."""

    words: tuple[Word, ...]
    for_init: tuple[Word, ...]


def command_line(path: str, placed: Placed, remarks: Iterable[str] = ()) -> CommandLine:
    """The command line that characters of a file make."""
    text: list[str] = []
    marks: list[Mark] = []
    offset, last = 0, -1
    for letter, line in placed:
        if line != last:
            marks.append(Mark(offset, Location(path, line)))
        encoded = letter.encode("utf-8", "surrogateescape").decode("latin-1")
        text.append(encoded)
        offset += len(encoded)
        last = line
    return CommandLine("".join(text), tuple(marks) or (Mark(0, Location(path, 1)),), tuple(remarks))


def placed_text(text: str, line: int = 1) -> Placed:
    """The characters of a text in one line."""
    return [(letter, line) for letter in text]


def text_of(placed: Placed) -> str:
    """The characters without their lines."""
    return "".join(letter for letter, _ in placed)


def joined(first: CommandLine, second: CommandLine) -> CommandLine:
    """Two command lines with a blank between them: a quote that is left open in the first spans the blank."""
    shift = len(first.text) + 1
    marks = tuple(mark._replace(offset=mark.offset + shift) for mark in second.marks)
    return CommandLine(f"{first.text} {second.text}", (*first.marks, *marks), (*first.remarks, *second.remarks))


def parse(line: CommandLine) -> Parsed:
    """The words of a command line, in order."""
    words: list[Word] = []
    for_init: list[Word] = []
    into = words
    for start, end, name, value in split(line.text):
        if name == "--" and value is None and into is words:
            into = for_init
            continue
        shown = None if value is None else _shown(value)
        into.append(Word(_shown(name).replace("-", "_"), shown, _shown(line.text[start:end]), line.location(start)))
    return Parsed(tuple(words), tuple(for_init))


def split(text: str) -> Iterator[tuple[int, int, str, str | None]]:
    """The words of a text: where each starts and ends, its name, and its value or None, both without quotes."""
    end = 0
    while True:
        start = end
        while start < len(text) and text[start] in BLANK:
            start += 1
        if start == len(text):
            return
        end, name, value = _next(text, start)
        yield start, end, name, value


def _next(text: str, start: int) -> tuple[int, str, str | None]:
    quoted = inside = text[start] == '"'
    first = position = start + quoted
    equals = 0
    while position < len(text) and (inside or text[position] not in BLANK):
        # As in next_arg(): a `=` that is the first character of a name is part of it.
        if text[position] == "=" and not equals and position > first:
            equals = position
        inside ^= text[position] == '"'
        position += 1
    last = position
    value = None
    if equals:
        begin = equals + 1
        if text[begin:position].startswith('"'):
            begin += 1
            last -= text[position - 1] == '"'
        if quoted and last == position and text[position - 1] == '"':
            last -= 1
        value = text[begin : max(begin, last)]
        return position, text[first:equals], value
    if quoted and position > first and text[position - 1] == '"':
        last -= 1
    return position, text[first:last], None


def _shown(text: str) -> str:
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "surrogateescape")
