# SPDX-License-Identifier: GPL-2.0-or-later
"""What a config file says: assignments with their lines, and the lines that `conf` does not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, overload

from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.tuples import NamedTuple

PREFIX: Final = "CONFIG_"
UNSET: Final = "# CONFIG_"
"""How the lines begin that say n, which end with " is not set"."""


class Assignment(NamedTuple):
    """One line that gives a symbol a value.

    `name` is without "CONFIG_".  `value` is what follows the `=`, quotes and all, or "n" for
    "# CONFIG_X is not set".  `text` is the whole line.  Only older kernels read an "is not set" line
    with more text behind it (`loose`), or with something other than a blank after the `#` (`mark`).
    """

    name: str
    value: str
    location: Location
    text: str
    loose: bool = False
    mark: bool = False


class Lines(Sequence[Assignment]):
    """The assignments of one file, all of which every `conf` reads, as records that are made when one is asked for.

    A full .config has ten thousand, and of most only the value is ever needed.  `text` is that of the file at `path`,
    `written` the value that the last line of each symbol gives it.  `places` are the indexes of the lines that are
    assignments; None where no symbol has two, and where each line is one that begins as one.
    """

    def __init__(self, path: str, text: str, written: Mapping[str, str], places: Sequence[int] | None = None) -> None:
        self.written = written
        self._path = path
        self._text = text
        self._places = places
        self._made: dict[int, Assignment] = {}

    @property
    def is_unique(self) -> bool:
        """Whether no symbol has two lines."""
        return len(self) == len(self.written)

    def last(self, name: str) -> Assignment | None:
        """The last line of a symbol."""
        value = self.written.get(name)
        if value is None:
            return None
        text = f"{PREFIX}{name}={value}"
        # A name that is off may have a = in it: such a line is that of another symbol.
        index = self._last.get(text, -1) if "=" not in name else -1
        if value == "n" and (unset := self._last.get(f"{UNSET}{name} is not set", -1)) > index:
            text, index = self._lines[unset], unset
        return self._made.get(index) or self._make(index, name, value, text)

    def doubtful(self) -> Iterator[Assignment]:
        """The lines of which `conf` may read only the beginning of the value, in their order."""
        if self._places is not None:
            return (line for line in self if is_doubtful(line.value))
        # By value: of ten thousand lines most say the same as others.
        odd = {value for value in set(self.written.values()) if is_doubtful(value)}
        names = [name for name, value in self.written.items() if value in odd] if odd else ()
        return filter(None, map(self.last, names))

    def __len__(self) -> int:
        return len(self.written if self._places is None else self._places)

    @overload
    def __getitem__(self, index: int, /) -> Assignment: ...
    @overload
    def __getitem__(self, index: slice, /) -> tuple[Assignment, ...]: ...
    def __getitem__(self, index: int | slice, /) -> Assignment | tuple[Assignment, ...]:
        if isinstance(index, slice):
            return self._all[index]
        if index in (0, -1) and self._places is None and self.written:
            # Which file this is, and where it ends, is asked where no other line is.
            places = range(len(self._lines))
            return self._record(next(filter(self._is_one, places if index == 0 else reversed(places))))
        return self._record(self._indexes[index])

    def __iter__(self) -> Iterator[Assignment]:
        return iter(self._all)

    def __eq__(self, other: object) -> bool:
        return self._all == (other._all if isinstance(other, Lines) else other)

    def __hash__(self) -> int:
        return hash(self._all)

    def __repr__(self) -> str:
        return repr(self._all)

    @cached_property
    def _all(self) -> tuple[Assignment, ...]:
        return tuple(map(self._record, self._indexes))

    @cached_property
    def _indexes(self) -> Sequence[int]:
        """Where the assignments are among the lines."""
        if self._places is not None:
            return self._places
        return [index for index, line in enumerate(self._lines) if line.startswith((PREFIX, UNSET))]

    def _is_one(self, index: int) -> bool:
        return self._lines[index].startswith((PREFIX, UNSET))

    @cached_property
    def _lines(self) -> list[str]:
        return self._text.split("\n")

    @cached_property
    def _last(self) -> dict[str, int]:
        """The index of each line, the last one of those that say the same."""
        if self._places is not None:
            return {self._lines[index]: index for index in self._places}
        return dict(zip(self._lines, range(len(self._lines)), strict=True))

    def _record(self, index: int) -> Assignment:
        """The same record each time: one line is told from another by which it is."""
        made = self._made.get(index)
        if made is not None:
            return made
        text = self._lines[index]
        if text.startswith(PREFIX):
            name, _, value = text[len(PREFIX) :].partition("=")
            return self._make(index, name, value, text)
        return self._make(index, text[len(UNSET) : text.index(" ", len(UNSET))], "n", text)

    def _make(self, index: int, name: str, value: str, text: str) -> Assignment:
        made = self._made[index] = Assignment(name, value, Location(self._path, index + 1), text)
        return made


class UnreadLine(NamedTuple):
    """One line that no `conf` reads, though it is neither blank nor an ordinary comment.

    `fault` says what is wrong with it, in a few words.  `name` and `value` are what the line seems to
    ask for; the value is "" where that cannot be said, the name too.
    """

    location: Location
    text: str
    fault: str
    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """A config: one file or a stack of them, later lines winning.

    `name` is as the user gave it.  `is_full` tells a whole .config, as `conf` writes it,
    from a defconfig or a fragment.  `arch` and `version` come from the header of a .config
    ("Linux/x86 6.12.1 Kernel Configuration"), `arch` else from a title ("# x86_64").
    `remarks` are the lines that `conf` warns of, in its words; `unread` are those that it does not read,
    whether it says so or not.  `maker` is the word that is in a header where conf writes the release, or the
    program that a header names.
    """

    name: str
    assignments: Sequence[Assignment]
    is_full: bool = False
    arch: str | None = None
    version: str | None = None
    remarks: tuple[tuple[Location, str], ...] = ()
    unread: tuple[UnreadLine, ...] = ()
    maker: str = ""

    @property
    def written(self) -> Mapping[str, str]:
        """The value that the last line of each symbol gives it."""
        lines = self.assignments
        return lines.written if isinstance(lines, Lines) else {item.name: item.value for item in lines}

    @property
    def inexact(self) -> Sequence[Assignment]:
        """The lines that not every `conf` reads."""
        lines = self.assignments
        return () if isinstance(lines, Lines) else [item for item in lines if item.loose or item.mark]

    @property
    def doubtful(self) -> Iterable[Assignment]:
        """The lines of which `conf` may read only the beginning, or nothing."""
        lines = self.assignments
        if isinstance(lines, Lines):
            return lines.doubtful()
        return (item for item in lines if is_doubtful(item.value) or item.loose or item.mark)


def is_doubtful(value: str) -> bool:
    """Whether `conf` may read only the beginning of a value: neither a letter, a number nor an ordinary string."""
    if value[:1] == '"':
        return value.find('"', 1) != len(value) - 1 or "\\" in value
    return len(value) > 1 and value[0] in "ymn"
