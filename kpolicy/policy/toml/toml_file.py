# SPDX-License-Identifier: GPL-2.0-or-later
"""TOML files whose errors carry file, line and caret: rule files, role files, policy files.

tomllib gives values without their places, so the text is scanned a second time for the
locations of keys and values.  A reader collects what is wrong with a file and reports all of it.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from kpolicy.config.formats import text_format
from kpolicy.errors import KpolicyError, UsageError
from kpolicy.location import Location
from kpolicy.patterns import lazy
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from tomllib import TOMLDecodeError

KeyPath: TypeAlias = tuple[str | int, ...]

_KEY = lazy(r"""(?:[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*')""")
_STRING = lazy(r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*\'''', re.DOTALL)
_PART = lazy(r"""[ \t]*(?:([A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*')|(\.)|.)""")
MOST_PARTS = 20
_GAP = lazy(r"[ \t=]*")
_BETWEEN = lazy(r"(?:[ \t\r\n,]|#[^\n]*)*")
_DEEPEST = 12
# With these XML, HTML and JSON begin, and no TOML does.
_NEVER_FIRST = ("<", "{")
_AT = lazy(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)\Z", re.DOTALL)


class FileErrors(UsageError):
    """Everything that is wrong with one file."""

    def __init__(self, errors: Sequence[KpolicyError]) -> None:
        super().__init__(f"{len(errors)} errors", errors[0].location)
        self.errors = tuple(errors)

    def __reduce__(self) -> tuple[object, ...]:
        return (FileErrors, (self.errors,))

    def render(self) -> str:
        """All errors, one after the other."""
        return "\n".join(error.render() for error in self.errors)


class _Span(NamedTuple):
    key: int  # offset of the key or the table header
    value: int  # offset of the value, that of the header for a table
    end: int


class TomlFile:
    """A parsed TOML file and the lines of its keys.

    `path` is shown in errors.  Raises UsageError when the text is no TOML.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.errors: list[KpolicyError] = []
        if text.startswith("\ufeff"):
            hint = "save the file as UTF-8 without it"
            raise UsageError("not TOML: it begins with a byte order mark", Location(path, 1), hint=hint)
        self._check_keys()
        # Only here: rules that come from the cache do without.
        import tomllib

        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self._syntax_error(error) from None
        except (ValueError, RecursionError) as error:
            # A number of thousands of digits, brackets in thousands.
            reason = "nested too deeply" if isinstance(error, RecursionError) else "a number with too many digits"
            raise UsageError(f"not TOML: {reason}", Location(path, 0)) from None

    def _check_keys(self) -> None:
        """Refuse dotted keys that no file of ours has: tomllib needs time and memory by the square of their parts."""
        for number, line in enumerate(self.text.split("\n"), 1):
            if line.count(".") >= MOST_PARTS and (column := _too_dotted(line)):
                raise UsageError(
                    f"not a file of kpolicy: a key of more than {MOST_PARTS} parts",
                    Location(self.path, number),
                    source_line=line,
                    column=column,
                )

    # Places are wanted for errors and examples; a run that only judges does without.

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    @cached_property
    def _spans(self) -> dict[KeyPath, _Span]:
        return _scan(self.text)

    def location(self, where: KeyPath) -> Location:
        """The line of a key, of the nearest key above it where it has none of its own."""
        return Location(self.path, self._line(self._span(where).key))

    def complain(self, where: KeyPath, message: str, hint: str | None = None, *, value: bool = False) -> None:
        """Note an error at a key, or at its value."""
        span = self._span(where)
        self._complain(span.value if value else span.key, message, hint)

    def complain_at_item(self, where: KeyPath, item: str, message: str, hint: str | None = None) -> None:
        """Note an error at a string inside the value of a key: an item of a list, a word of a text."""
        self._complain(self._item(where, item), message, hint)

    def location_of_item(self, where: KeyPath, item: str) -> Location:
        """The line of a string inside the value of a key."""
        return Location(self.path, self._line(self._item(where, item)))

    def raw(self, where: KeyPath) -> str:
        """The value of a key as it is written."""
        span = self._span(where)
        return self.text[span.value : span.end].strip()

    def excerpt(self, where: KeyPath) -> tuple[str, int]:
        """The line of the value of a key, and the column in it, from 1."""
        offset = self._span(where).value
        start = self.text.rfind("\n", 0, offset) + 1
        return self._line_at(start), offset - start + 1

    def _line_at(self, start: int) -> str:
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)]

    def _item(self, where: KeyPath, item: str) -> int:
        span = self._span(where)
        # Between quotes, else as a whole word, so that X is not found inside of X_Y.
        for quote in "\"'":
            found = self.text.find(f"{quote}{item}{quote}", span.value, span.end)
            if found >= 0:
                return found + 1
        match = re.compile(rf"(?<!\w){re.escape(item)}(?!\w)").search(self.text, span.value, span.end)
        return match.start() if match else span.value

    def complain_in_text(self, where: KeyPath, column: int, message: str, hint: str | None = None) -> None:
        """Note an error at a column (from 1) of the string that a key holds."""
        span = self._span(where)
        raw = self.text[span.value : span.end]
        width = 3 if raw.startswith(('"""', "'''")) else 1
        start = span.value + width + (1 if width == 3 and raw[3:4] == "\n" else 0)
        # An escape or a string of another kind shifts columns: then the value itself is pointed at.
        plain = "\\" not in raw and raw[:1] in "\"'"
        self._complain(min(start + column - 1, span.end - 1) if plain else span.value, message, hint)

    def finish(self) -> None:
        """Raise what has been noted, if anything."""
        if self.errors:
            self.errors.sort(key=lambda error: error.location or Location("", 0))
            raise FileErrors(self.errors)

    def _complain(self, offset: int, message: str, hint: str | None) -> None:
        start = self.text.rfind("\n", 0, offset) + 1
        place, line = Location(self.path, self._line(offset)), self._line_at(start)
        self.errors.append(UsageError(message, place, source_line=line, column=offset - start + 1, hint=hint))

    def _span(self, where: KeyPath) -> _Span:
        while where:
            # The name of [[tables]] stands where the first of them does.
            span = self._spans.get(where) or self._spans.get((*where, 0))
            if span is not None:
                return span
            where = where[:-1]
        return _Span(0, 0, 0)

    def _line(self, offset: int) -> int:
        return bisect.bisect_right(self._lines, offset)

    def _syntax_error(self, error: TOMLDecodeError) -> UsageError:
        match = _AT.match(str(error))
        message = match.group(1) if match else str(error)
        if self.text.lstrip()[:1] in _NEVER_FIRST:
            other = text_format(self.text.encode("utf-8", "surrogateescape"))
            message = f"looks like {other.name}" if other is not None else message
        lines = self.text.split("\n")
        number, column = len(lines), len(lines[-1]) + 1
        if match and match.group(2):
            number, column = int(match.group(2)), int(match.group(3))
        return UsageError(
            f"not TOML: {message[:1].lower()}{message[1:]}",
            Location(self.path, number),
            source_line=lines[min(number, len(lines)) - 1],
            column=column,
        )


def _too_dotted(line: str) -> int:
    """The column of the part that is one too many for a dotted key; 0 where there is none."""
    parts = 0
    for match in _PART.finditer(line):
        if match[1] is not None:
            if parts == MOST_PARTS:
                return match.start(1) + 1
        elif match[2] is not None:
            parts += 1
        elif match[0].endswith("#"):
            break
        else:
            parts = 0
    return 0


def _scan(text: str) -> dict[KeyPath, _Span]:
    """The lines of the keys of a valid TOML text; those of tables inside of lists are left out."""
    spans: dict[KeyPath, _Span] = {}
    arrays: dict[KeyPath, int] = {}
    table: KeyPath = ()
    offset = 0
    while offset < len(text):
        character = text[offset]
        if character in " \t\r\n":
            offset += 1
        elif character == "#":
            offset = _line_end(text, offset)
        elif character == "[":
            double = text.startswith("[[", offset)
            names, end = _dotted(text, offset + (2 if double else 1))
            table = _table(names, arrays, double)
            end = _line_end(text, end)
            _note(spans, table, len(table) - len(names), _Span(offset, offset, end))
            offset = end
        else:
            offset = _pair(text, offset, table, spans, inline=False)
    return spans


def _pair(text: str, offset: int, table: KeyPath, spans: dict[KeyPath, _Span], *, inline: bool) -> int:
    """Note the lines of a key and its value, and the keys of a table in braces; returns the end of the value."""
    names, end = _dotted(text, offset)
    value = _past(_GAP, text, end)
    end = _value_end(text, value, inline=inline)
    where = (*table, *names)
    _note(spans, where, len(table), _Span(offset, value, end))
    if text.startswith("{", value) and len(where) < _DEEPEST:
        inner = _past(_BETWEEN, text, value + 1)
        while inner < end and text[inner] != "}":
            inner = _past(_BETWEEN, text, _pair(text, inner, where, spans, inline=True))
    return end


def _note(spans: dict[KeyPath, _Span], where: KeyPath, above: int, span: _Span) -> None:
    spans[where] = span
    # The tables that `a.b.c` and `[a.b.c]` make on the way stand there too, unless they have a place of their own.
    for length in range(above + 1, len(where)):
        spans.setdefault(where[:length], span)


def _past(pattern: re.Pattern[str], text: str, offset: int) -> int:
    match = pattern.match(text, offset)
    return match.end() if match else offset


def _table(names: list[str], arrays: dict[KeyPath, int], double: bool) -> KeyPath:
    path: KeyPath = ()
    for name in names[:-1]:
        path = (*path, name)
        if path in arrays:
            path = (*path, arrays[path])
    path = (*path, names[-1])
    if double:
        arrays[path] = arrays.get(path, -1) + 1
        path = (*path, arrays[path])
    elif path in arrays:
        path = (*path, arrays[path])
    return path


def _dotted(text: str, offset: int) -> tuple[list[str], int]:
    names: list[str] = []
    while True:
        while offset < len(text) and text[offset] in " \t.":
            offset += 1
        match = _KEY.match(text, offset)
        if match is None:
            return names, offset
        names.append(_unquoted(match.group()))
        offset = match.end()


def _unquoted(key: str) -> str:
    if key[0] == '"' and "\\" in key:
        import tomllib

        return next(iter(tomllib.loads(f"{key} = 0")))
    return key[1:-1] if key[0] in "\"'" else key


def _value_end(text: str, offset: int, *, inline: bool) -> int:
    """Where a value ends: at the end of the line, inside of braces at the next comma or brace."""
    depth = 0
    while offset < len(text):
        string = _STRING.match(text, offset) if text[offset] in "\"'" else None
        if string is not None:
            offset = string.end()
            continue
        character = text[offset]
        if character == "#" or (character == "\n" and depth == 0):
            if depth == 0:
                return offset
            offset = _line_end(text, offset)
            continue
        if inline and depth == 0 and character in ",}":
            return offset
        depth += (character in "[{") - (character in "]}")
        offset += 1
    return offset


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end
