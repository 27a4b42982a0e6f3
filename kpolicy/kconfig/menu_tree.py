# SPDX-License-Identifier: GPL-2.0-or-later
"""The menu tree of one architecture, as the Kconfig files have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from kpolicy.kconfig.grammar import Verdict
from kpolicy.kconfig.syntax import Answerer, Ast, Refusal
from kpolicy.location import Location
from kpolicy.tuples import NamedTuple


class Property(NamedTuple):
    """A property of an entry: its kind, its operands as written, where it stands."""

    kind: str
    operands: tuple[Any, ...]
    location: Location
    probed: bool


Needs: TypeAlias = "tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]"
"""See `kpolicy.kconfig.loops`."""


@dataclass(slots=True, eq=False)
class Shared:
    """What is known of an entry that is the same for every architecture.

    `flags` are those that it gives its symbol.  `asked` are the symbols whose types decide what is made of it:
    `gathered` is what `kpolicy.kconfig.build` made of it for a `key` the last time.  `needs` is for `loops`.
    """

    flags: frozenset[str]
    asked: tuple[str, ...]
    key: tuple[object, ...] | None = None
    gathered: Any = None
    needs: Needs | None = None


@dataclass(slots=True, eq=False)
class Entry:
    """A node of the menu tree while it grows: config, choice, menu, comment, if or file."""

    kind: str
    name: str | None
    location: Location
    is_menuconfig: bool = False
    children: list[Entry] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)
    visibility: list[tuple[Ast, Location]] = field(default_factory=list)
    prompt: Property | None = None
    has_help: bool = False
    types: tuple[tuple[str, Location], ...] = ()
    """The types that the entry declares, and where."""
    shared: Shared | None = None
    """What is known of it where several architectures have it; it is not changed then, but copied."""

    def copy(self) -> Entry:
        """The same entry for one architecture alone."""
        return Entry(
            self.kind,
            self.name,
            self.location,
            self.is_menuconfig,
            list(self.children),
            list(self.properties),
            list(self.visibility),
            self.prompt,
            self.has_help,
            self.types,
        )

    def add(self, kind: str, operands: tuple[Any, ...], location: Location, probed: bool) -> None:
        """Append a property."""
        self.properties.append(Property(kind, operands, location, probed))


@dataclass(slots=True, eq=False)
class FileBlock(Entry):
    """The entries of a sourced file, in the place of its `source` line; to all that they mean it is transparent.

    `common` is what is known of it where several architectures have it; it is not changed then.
    """

    common: Common | None = None


@dataclass(slots=True, eq=False)
class Common:
    """What is known of a file that says the same for every architecture, as do those that it sources.

    `paths` are all of these files, itself among them, `statements` how many they have together, `depth` how deep they
    source each other, `blocks` how deep their menus, choices and ifs are in each other.  `last` is the entry that a
    line after the file would go on with.  `types` and `flags` are those of its symbols, `choices` its choices, all of
    them unnamed, `members` what is in them, `untyped` the symbols whose entries have no type.  `asked` are the symbols
    whose types decide what is made of the file: `gathered` is what `kpolicy.kconfig.build` made of it for a `key` and
    these `asked_types` the last time.  `needs` is for `loops`.
    """

    paths: tuple[str, ...]
    statements: int
    depth: int
    last: Entry | None
    blocks: int = 0
    types: dict[str, str] = field(default_factory=dict)
    flags: dict[str, frozenset[str]] = field(default_factory=dict)
    choices: list[Entry] = field(default_factory=list)
    members: set[str] = field(default_factory=set)
    untyped: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    key: tuple[object, ...] | None = None
    asked_types: dict[str, str] = field(default_factory=dict)
    gathered: Any = None
    needs: tuple[dict[object, tuple[object, ...]], list[tuple[str, str]]] | None = None

    def fits(self, before: Elaborated) -> bool:
        """Whether the files before leave it as it is: none is among its own, or gives a symbol another type."""
        types = before.types
        return before.paths.isdisjoint(self.paths) and all(
            types[name] == self.types[name] for name in types.keys() & self.types.keys()
        )

    def has_some(self, names: set[str]) -> bool:
        """Whether entries of some symbols are in the file."""
        return not (names.isdisjoint(self.types) and names.isdisjoint(self.untyped))

    def add(self, other: Common) -> None:
        """Add what is known of a file that this one sources; where both have a symbol, its type is the same."""
        self.types.update(other.types)
        self.choices += other.choices
        self.members |= other.members
        self.untyped |= other.untyped
        self.asked |= other.asked
        for name, flags in other.flags.items():
            self.flags[name] = self.flags.get(name, frozenset()) | flags


def in_files(block: Entry) -> Iterator[Entry]:
    """The entries of a block, those of sourced files in the place of the file."""
    for entry in block.children:
        if isinstance(entry, FileBlock):
            yield from in_files(entry)
        else:
            yield entry


@dataclass(slots=True)
class Elaborated:
    """The menu tree of an architecture, and what the symbols in it were declared to be."""

    root: Entry
    mainmenu: str
    types: dict[str, str] = field(default_factory=dict)
    modules: str | None = None
    defconfig_list: str | None = None
    flags: dict[str, set[str]] = field(default_factory=dict)
    warnings: list[tuple[Location, str]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    written: dict[Location, tuple[str, Answerer]] = field(default_factory=dict)
    """Conditions and defaults that hold macros: the line before these were expanded, and what answered them."""
    paths: set[str] = field(default_factory=set)
    """The files that were read."""
    choices: list[Entry] = field(default_factory=list)
    """The choices, in the order of the files."""
    knows_lines: bool = False
    """Whether a macro asked for the number of its line."""

    def warn(self, location: Location, text: str) -> None:
        """Add what `conf` only warns of."""
        self.warnings.append((location, text))

    def refuse(self, location: Location, entry: Entry | None, text: str) -> None:
        """Add what `conf` refuses, in the entry of a symbol or elsewhere."""
        name = entry.name if entry is not None and entry.kind == "config" else None
        self.refused.append(Refusal(location, name or "", text))

    def judge(self, verdict: Verdict, location: Location, entry: Entry, text: str) -> None:
        """Add what some releases warn of and others refuse."""
        if verdict == "refused":
            self.refuse(location, entry, text)
        elif verdict == "warned of":
            self.warn(location, text)
