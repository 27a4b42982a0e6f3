# SPDX-License-Identifier: GPL-2.0-or-later
"""Bootconfig files: keys and values, of which those below `kernel` and `init` become words of the command line.

The format is that of Documentation/admin-guide/bootconfig.rst, read as lib/bootconfig.c reads it (Linux 6.12.117 and
7.3.4); where these differ, a remark says so.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from kpolicy.config.command_line import BLANK, Bootconfig, CommandLine, Placed, command_line, placed_text
from kpolicy.errors import InputError
from kpolicy.location import Location

SUFFIX: Final = ".bconf"
"""A file whose name ends so is a bootconfig, whatever is in it."""
IS_BOOTCONFIG: Final = re.compile(
    r"^[ \t]*(?:(?:kernel|init|ftrace)(?:\.[\w-]+)+[ \t]*(?:[+:]?=|[{;#]|$)|(?:kernel|init|ftrace)[ \t]*\{)",
    re.MULTILINE,
)
"""What is in no other file with a command line."""
# include/linux/bootconfig.h: XBC_DATA_MAX, XBC_NODE_MAX, XBC_KEYLEN_MAX, XBC_DEPTH_MAX
_MAX_SIZE: Final = 32767
_MAX_NODES: Final = 8192
_MAX_KEY: Final = 256
_MAX_DEPTH: Final = 16
_DELIMITER: Final = re.compile(r"[{}=+;:\n#]")
_KEYWORD: Final = re.compile(r"[0-9A-Za-z_-]+\Z")
_VALUE_ENDS: Final = ",;\n#}"
_UNPRINTABLE: Final = frozenset(map(chr, (*range(9), *range(14, 32), *range(127, 160))))
_QUOTED: Final = " \t\r\n"
_KERNEL: Final = "kernel"
_INIT: Final = "init"


class Key:
    """A key, its values, each with its line, and the keys below it; `values` is empty where none is given."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.values: list[tuple[str, int]] = []
        self.keys: dict[str, Key] = {}

    def leaves(self, prefix: str = "") -> Iterator[tuple[str, Key]]:
        """The names below this one, of keys that have a value or none below them."""
        for name, key in self.keys.items():
            if key.values or not key.keys:
                yield f"{prefix}{name}", key
            yield from key.leaves(f"{prefix}{name}.")


def read_bootconfig(path: str, text: str) -> CommandLine:
    """An empty command line with a bootconfig; raises InputError for a file that the kernel refuses."""
    root, later = parse_bootconfig(path, text)
    said = [
        f"line {line}: the value is on a later line: Linux 6.12 reads it, 7.3 reads an empty value" for line in later
    ]
    kernel = root.keys.get(_KERNEL)
    if kernel is not None and kernel.values and kernel.keys:
        said.append(f"line {kernel.line}: kernel has a value: Linux 6.12 ignores the keys below it, 7.3 reads them")
    others = [name for name in root.keys if name not in (_KERNEL, _INIT)]
    if others:
        what = f"{others[0]} and {len(others) - 1} more" if len(others) > 1 else others[0]
        said.append(f"keys outside kernel and init are not examined: {what}")
    lines = (command_line(path, _rendered(root.keys.get(name))) for name in (_KERNEL, _INIT))
    return CommandLine("", command_line(path, []).marks, tuple(said), Bootconfig(*lines))


def parse_bootconfig(path: str, text: str) -> tuple[Key, list[int]]:
    """The keys of a bootconfig below one without a name, and the lines of `=` whose value is on a later line.

    Raises as `read_bootconfig` does.
    """
    reader = _Reader(path, text)
    reader.read()
    return reader.root, reader.later


def _rendered(root: Key | None) -> Placed:
    """The words that the keys below one make: xbc_snprint_cmdline() (lib/bootconfig.c)."""
    placed: Placed = []
    for name, key in root.leaves() if root is not None else ():
        for value, line in key.values or [("", 0)]:
            quote = '"' if any(letter in _QUOTED for letter in value) else ""
            word = f"{name}={quote}{value}{quote} " if key.values else f"{name} "
            placed += placed_text(word, line or key.line)
    return placed


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self.root = Key(1)
        # The lines of `=` with a value that is not in the same line.
        self.later: list[int] = []
        self._path = path
        # The kernel reads bytes; to it the letters of Latin-1 are printable, and a no-break space is a blank.
        self._text = text.encode("utf-8", "surrogateescape").decode("latin-1")
        self._starts = [0, *(found.end() for found in re.finditer("\n", self._text))]
        self._around: list[Key] = []
        self._nodes = 0

    def read(self) -> None:
        """Read all of it: xbc_parse_tree() and xbc_verify_tree()."""
        if len(self._text) > _MAX_SIZE:
            raise self._error(f"larger than {_MAX_SIZE} bytes", 0)
        at = 0
        while (found := _DELIMITER.search(self._text, at)) is not None:
            at = self._step(at, found.start(), found.group())
        if self._text[at:].strip(BLANK):
            raise self._error("no delimiter", at)
        if self._around:
            raise self._error("brace is not closed", len(self._text))
        if not self.root.keys:
            raise self._error("empty config", 0)
        for name, key in self.root.leaves():
            if len(name) >= _MAX_KEY:
                raise self._error("too long key length", self._starts[key.line - 1])
            if name.count(".") >= _MAX_DEPTH:
                raise self._error("too many key words", self._starts[key.line - 1])

    def _step(self, at: int, end: int, delimiter: str) -> int:
        """The text up to a delimiter; where the next one begins."""
        name, behind = self._text[at:end], end + 1
        if delimiter in ":+=":
            if delimiter != "=" and self._text[behind : behind + 1] != "=":
                raise self._error(f"wrong '{delimiter}' operator", end)
            return self._pair(name, at, delimiter, behind + (delimiter != "="))
        if delimiter == "{":
            self._open(self._add(name, at), end)
        elif name.strip(BLANK):
            self._add(name, at)
        if delimiter == "}":
            self._close(end)
        return self._after_comment(behind) if delimiter == "#" else behind

    def _add(self, key: str, at: int) -> Key:
        """The key of a name with dots, below the open brace."""
        parent = self._around[-1] if self._around else self.root
        at += len(key) - len(key.lstrip(BLANK))
        for word in key.strip(BLANK).split("."):
            if not _KEYWORD.match(word):
                raise self._error("invalid keyword", at)
            if word not in parent.keys:
                self._count(at)
                parent.keys[word] = Key(self._line(at))
            parent = parent.keys[word]
        return parent

    def _pair(self, name: str, at: int, operator: str, start: int) -> int:
        """A key with its values; where the next key begins."""
        key = self._add(name, at)
        first = self._skipped(start)
        if "\n" in self._text[start:first]:
            self.later.append(self._line(start))
        value, end, at = self._value(first)
        if operator == "=" and key.values:
            raise self._error("value is redefined", first)
        if operator == ":":
            key.values.clear()
        key.values.append((value, self._line(first)))
        self._count(first)
        while end == ",":
            first = self._skipped(at)
            value, end, at = self._value(first)
            key.values.append((value, self._line(first)))
            self._count(first)
        if end == "}":
            self._close(at - 1)
        return at

    def _value(self, at: int) -> tuple[str, str, int]:
        """A value, what ends it, and where what follows begins: __xbc_parse_value()."""
        quote = self._text[at : at + 1] if self._text[at : at + 1] in ("'", '"') else ""
        at += len(quote)
        end = self._end_of(at, quote or _VALUE_ENDS)
        value = self._text[at:end]
        if not quote:
            # The end of the file ends a value, too, and then its blanks are not taken off.
            value = value.strip(BLANK) if end < len(self._text) else value
        elif end == len(self._text):
            raise self._error("no closing quotes", at)
        else:
            end += 1
            while end < len(self._text) and self._text[end] in BLANK and self._text[end] != "\n":
                end += 1
            if self._text[end : end + 1] not in tuple(_VALUE_ENDS) and end < len(self._text):
                raise self._error("no value delimiter", end)
        letter = self._text[end : end + 1]
        if letter == "#":
            return value, "\n", self._after_comment(end)
        return value, letter, end + len(letter)

    def _end_of(self, at: int, ends: str) -> int:
        while at < len(self._text) and self._text[at] not in ends:
            if self._text[at] in _UNPRINTABLE:
                raise self._error("non printable value", at)
            at += 1
        return at

    def _skipped(self, at: int) -> int:
        """Behind blanks, ends of lines and comments."""
        while at < len(self._text) and (self._text[at] in BLANK or self._text[at] == "#"):
            at = self._after_comment(at) if self._text[at] == "#" else at + 1
        return at

    def _after_comment(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end + 1

    def _open(self, key: Key, at: int) -> None:
        if len(self._around) == _MAX_DEPTH:
            raise self._error("exceed max depth of braces", at)
        self._around.append(key)

    def _close(self, at: int) -> None:
        if not self._around:
            raise self._error("unexpected closing brace", at)
        self._around.pop()

    def _count(self, at: int) -> None:
        self._nodes += 1
        if self._nodes > _MAX_NODES:
            raise self._error("too many nodes", at)

    def _line(self, at: int) -> int:
        return bisect_right(self._starts, at)

    def _error(self, what: str, at: int) -> InputError:
        return InputError(f"the kernel refuses this bootconfig: {what}", Location(self._path, self._line(at)))
