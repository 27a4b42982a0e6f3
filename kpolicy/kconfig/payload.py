# SPDX-License-Identifier: GPL-2.0-or-later
"""The plain-data form of a model: what is stored on disk and what evaluation reads.

Two halves: `Core` holds what values are computed from and is read for every config;
`Details` holds places, texts and menus, and is read when something is shown or written.
Everything is JSON: lists, strings and integers; an expression is the index of a node
(`kpolicy.kconfig.nodes`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias

from kpolicy.tuples import NamedTuple

# Types of symbols by code.
TYPES = ("unknown", "bool", "tristate", "int", "hex", "string")
UNKNOWN, BOOL, TRISTATE, INT, HEX, STRING = range(6)

# Flags of a symbol.
NO_WRITE = 1  # never written to .config (choices, defconfig_list, `option env`)
TRANSITIONAL = 2
ALLNOCONFIG_Y = 4
HAS_PROMPT = 8
PROBED = 16  # no prompt, and a probe of the toolchain decides its value
IS_CHOICE = 32
GATED = 64  # a prompt that a probe of the toolchain can hide

# [type, visibility, direct dependency, reverse dependency, implied, defaults, ranges, choice, flags]:
# defaults are [value, condition], ranges [low, high, condition]; choice is an index or -1.
Record: TypeAlias = "list[Any]"
(TYPE, VISIBILITY, DIRECT, REVERSE, IMPLIED, DEFAULTS, RANGES, CHOICE, FLAGS) = range(9)

# [symbol, type, members, defaults as [symbol, condition], optional]
ChoiceRecord: TypeAlias = "list[Any]"


class Table(Protocol):
    """Rows by number: a list, or what `kpolicy.kconfig.stored` reads one row at a time."""

    def __getitem__(self, number: int, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...


class Core(NamedTuple):
    """What values are computed from.

    `records[i]` belongs to node `symbols[name] == i` and is None for other nodes; `kinds[i]` is a letter of
    `kpolicy.kconfig.kinds`.  `warnings` and `probes`, those that the toolchain does not know, are [path, line, text],
    `refused` are [path, line, symbol, text]: what every run tells.
    `free`, `woken` and `texts` are what `kpolicy.kconfig.candidates` says, `denied` what `kpolicy.kconfig.denied` says,
    as [symbol, options].
    """

    nodes: Table
    records: Table
    woken: Table
    symbols: dict[str, int]
    constants: dict[str, int]
    kinds: str
    choices: list[ChoiceRecord]
    modules: int
    mainmenu: str
    dialect: list[bool]
    warnings: list[Any]
    refused: list[Any]
    probes: list[Any]
    free: list[int]
    texts: list[int]
    denied: list[Any]


MENU_END, BLOCK_END = -1, -2


class Details(NamedTuple):
    """Where things stand and what they are called.

    `files` are Kconfig paths; a place is [file index, line].  `symbols[node]` is a list of
    [definitions, prompts, defaults, selects, implies, ranges, depends, inherited] with a place
    at the end of each item; a definition has its scope after that.  What is inherited are nodes, one for each
    definition outside of a choice.  `edges[node]` are the nodes of the
    symbols that select the node, and of those that imply it; both are None for other nodes.
    `scopes` are the lines whose conditions hold for what is below them:
    [outer scope or -1, condition, file, line, whether it is a `visible if`].
    `menu` is the menu tree in the order of `conf`'s .config: a symbol's node; or
    [kind, title, visible if, condition, file, line] to open a menu, an `if` or a choice, whose condition is its
    node, or for a comment; or -1 to close a menu, -2 to close one of the others.
    `written` are lines with macros before their expansion: [file, line, text, what answered].
    """

    symbols: Table
    edges: Table
    scopes: Table
    files: list[str]
    menu: list[Any]
    written: list[Any]


class Moves(NamedTuple):
    """Where the lines of a file are after an edit: from each of these `lines` on, so many further down."""

    lines: list[int]
    shifts: list[int]

    def line(self, before: int) -> int:
        """The place of a line after the edit."""
        found = bisect_right(self.lines, before)
        return before + self.shifts[found - 1] if found else before


class DeltaBase(NamedTuple):
    """The base of a delta, by the digest of its content, and the symbols whose lines say other things than there.

    All else is the same but for the places of lines, which have `moves` by file.
    """

    content: str
    symbols: frozenset[int]
    moves: Mapping[str, Moves]

    def place(self, path: str, line: int) -> tuple[str, int]:
        """Where a line of the other model is in this one."""
        return path, self.moves[path].line(line) if path in self.moves else line


class Whole(NamedTuple):
    """A stored model that is no delta: its name in the cache, the digest of its content, and both halves."""

    name: str
    content: str
    core: bytes
    details: bytes


class Stored(NamedTuple):
    """A model that was stored: the first half, what reads the other one, and its base if it is a delta."""

    core: Core
    details: Callable[[], Details]
    delta_base: DeltaBase | None = None


class Packed(NamedTuple):
    """Both halves as `kpolicy.kconfig.stored` reads them, in pieces: together they would take as much memory again."""

    core: list[bytes]
    details: list[bytes]


class Payload(NamedTuple):
    """Both halves, as built, and what packs them."""

    core: Core
    details: Details
    packed: Callable[[], Packed]
