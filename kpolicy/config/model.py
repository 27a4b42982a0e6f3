# SPDX-License-Identifier: GPL-2.0-or-later
"""What a config file says: assignments with their lines, and the lines that `conf` does not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar, overload

from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.tuples import NamedTuple

Item = TypeVar("Item")


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

    A full .config has ten thousand, and of most only the value is ever needed.  `found` has an item for each line of
    the file at `path`: a name and its value, or in the third place the name of what is not set, or any other text.
    """

    def __init__(self, path: str, found: Sequence[tuple[str, str, str, str]]) -> None:
        self._path = path
        self._found = found
        self._names = [name or unset for name, _, unset, _ in found]
        self._count = len(found) - self._names.count("")
        self._made: dict[int, Assignment] = {}

    @cached_property
    def written(self) -> Mapping[str, str]:
        """The value that the last line of each symbol gives it."""
        # All at once and in C: one by one takes three times as long.
        values = ["n" if unset else value for _, value, unset, _ in self._found]
        return _without_nameless(dict(zip(self._names, values, strict=True)))

    @property
    def is_unique(self) -> bool:
        """Whether no symbol has two lines."""
        return len(self.written) == self._count

    def last(self, name: str) -> Assignment | None:
        """The last line of a symbol."""
        index = self._places.get(name)
        return None if index is None else self._record(index)

    def longer(self) -> Iterator[Assignment]:
        """The lines whose value is more than a letter, in their order."""
        indexes = [index for index, (_, value, _, _) in enumerate(self._found) if len(value) > 1]
        return map(self._record, indexes)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int, /) -> Assignment: ...
    @overload
    def __getitem__(self, index: slice, /) -> tuple[Assignment, ...]: ...
    def __getitem__(self, index: int | slice, /) -> Assignment | tuple[Assignment, ...]:
        if isinstance(index, slice):
            return self._all[index]
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
    def _indexes(self) -> list[int]:
        """Where the assignments are in `found`."""
        return [index for index, name in enumerate(self._names) if name]

    @cached_property
    def _places(self) -> dict[str, int]:
        """Where the last line of each symbol is in `found`."""
        return _without_nameless(dict(zip(self._names, range(len(self._names)), strict=True)))

    def _record(self, index: int) -> Assignment:
        """The same record each time: one line is told from another by which it is."""
        made = self._made.get(index)
        if made is None:
            name, value, unset, _ = self._found[index]
            place = Location(self._path, index + 1)
            if unset:
                made = Assignment(unset, "n", place, f"# CONFIG_{unset} is not set")
            else:
                made = Assignment(name, value, place, f"CONFIG_{name}={value}")
            self._made[index] = made
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
    def worded(self) -> Iterable[Assignment]:
        """The lines that are more than a name and a letter: those with longer values, and those that are inexact."""
        lines = self.assignments
        if isinstance(lines, Lines):
            return lines.longer()
        return (item for item in lines if len(item.value) > 1 or item.loose or item.mark)


def _without_nameless(found: dict[str, Item]) -> dict[str, Item]:
    """The same without what has no name."""
    found.pop("", None)
    return found
