# SPDX-License-Identifier: GPL-2.0-or-later
"""The entries of symbols that are the same for every architecture whose Kconfig has them, and whole files of them.

Nine of ten entries have no macro, and what they say does not depend on the architecture: they are made once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from kpolicy.kconfig.grammar import Grammar
from kpolicy.kconfig.menu_tree import Common, Elaborated, Entry, FileBlock, Property, Shared
from kpolicy.kconfig.properties import PROPERTIES, Properties, below
from kpolicy.kconfig.syntax import CONST, Ast, Statement, names_in
from kpolicy.location import Location
from kpolicy.tuples import NamedTuple

_EQUALITY = ("=", "!=")
_BLOCKS = ("menu", "choice", "if")
# CPython makes a new empty set each time.
_NO_FLAGS: frozenset[str] = frozenset()
# A symbol has neither, and what is shared is not changed.
_NO_CHILDREN: list[Entry] = []
_NO_VISIBILITY: list[tuple[Ast, Location]] = []
# What depends on the architecture, or on other entries.
_ALONE = frozenset(("option env", "option defconfig_list"))


class Lines:
    """The statements of an entry, one after the other in a file, until the entry is made.

    `entry` is that without a `visible if` around, None where each architecture has its own; `below` are those made so
    far with some.
    """

    __slots__ = ("below", "entry", "is_made", "statements")

    def __init__(self, statements: tuple[Statement, ...]) -> None:
        self.statements = statements
        self.is_made = False
        self.entry: Entry | None = None
        self.below: dict[tuple[Ast, ...], Entry] | None = None


Part: TypeAlias = "Statement | Lines"


def parts(statements: Iterable[Statement]) -> tuple[Part, ...]:
    """The statements of a file, with those of each symbol together.

    A line that waits for its macros, and whatever follows it in the same entry, is left by itself.
    """
    found: list[Part] = []
    entry: list[Statement] = []

    def close() -> None:
        if entry:
            found.append(Lines(tuple(entry)))
            entry.clear()

    for statement in statements:
        if statement.keyword in ("config", "menuconfig"):
            close()
            entry.append(statement)
        elif entry and statement.keyword in PROPERTIES:
            entry.append(statement)
        else:
            close()
            found.append(statement)
    close()
    return tuple(found)


def shared_entry(lines: Lines, path: str, around: tuple[Ast, ...], grammar: Grammar) -> Entry | None:
    """The entry that some statements make below `visible if` lines, if it is the same for every architecture.

    It is not where there is something to say about its lines, or where the environment decides.
    """
    if not lines.is_made:
        lines.is_made = True
        lines.entry = _made(lines.statements, path, grammar)
        if lines.entry is not None:
            lines.statements = ()
    plain = lines.entry
    if plain is None or not around:
        return plain
    if lines.below is None:
        lines.below = {}
    found = lines.below.get(around)
    if found is None:
        found = lines.below[around] = plain.copy()
        found.properties = [below(item, around) for item in plain.properties]
        found.prompt = next(
            (new for old, new in zip(plain.properties, found.properties, strict=True) if old is plain.prompt), None
        )
        found.shared = _shared(found, plain.shared.flags if plain.shared is not None else _NO_FLAGS)
    return found


def _made(statements: tuple[Statement, ...], path: str, grammar: Grammar) -> Entry | None:
    head = statements[0]
    name = str(head.operands[0])
    entry = Entry("config", name, Location(path, head.line), head.keyword == "menuconfig")
    alone = Elaborated(entry, "")
    properties = Properties(grammar, {}, alone)
    for statement in statements[1:]:
        properties.take(statement, Location(path, statement.line), entry, ())
    flags = frozenset(alone.flags[name]) if name in alone.flags else _NO_FLAGS
    if alone.warnings or alone.refused or alone.modules is not None or flags & _ALONE:
        return None
    entry.children, entry.visibility = _NO_CHILDREN, _NO_VISIBILITY
    entry.shared = _shared(entry, flags)
    return entry


def _shared(entry: Entry, flags: frozenset[str]) -> Shared:
    return Shared(flags, tuple(dict.fromkeys(_asked(entry))))


class Taken(NamedTuple):
    """A file in a menu tree, with others: how many statements they have, and below how many `source` lines they are."""

    paths: tuple[str, ...]
    statements: int
    depth: int


def common(
    block: FileBlock, taken: Sequence[Taken], last: Entry | None, flags: Mapping[str, Iterable[str]]
) -> Common | None:
    """What is known of a file if its entries are the same for every architecture, as far as they alone tell.

    `taken` are the file and those that it sources, `last` is its last entry, if that is not closed; `flags` are those
    of symbols and choices.
    """
    found = Common(
        tuple(path for file in taken for path in file.paths),
        sum(file.statements for file in taken),
        max(file.depth for file in taken) - taken[0].depth,
        last,
    )
    inner: list[FileBlock] = []
    for entry, depth, is_in_choice in _within(block, 0, is_in_choice=False):
        if isinstance(entry, FileBlock):
            if entry.common is None:
                return None
            found.add(entry.common)
            found.blocks = max(found.blocks, depth + entry.common.blocks)
            inner.append(entry)
        elif entry.kind == "config" and (entry.shared is None or (is_in_choice and not entry.types)):
            return None
        else:
            found.blocks = max(found.blocks, depth + (entry.kind in _BLOCKS))
            _note(found, entry, flags, is_in_choice=is_in_choice)
    for file in inner:
        # They come with this one.
        file.common = None
    return found


def _within(block: Entry, depth: int, *, is_in_choice: bool) -> Iterator[tuple[Entry, int, bool]]:
    """The entries in a block, but for those of files in it, in how many blocks each is, and whether in a choice."""
    for entry in block.children:
        yield entry, depth, is_in_choice
        if entry.children and not isinstance(entry, FileBlock):
            yield from _within(entry, depth + 1, is_in_choice=is_in_choice or entry.kind == "choice")


def _note(found: Common, entry: Entry, flags: Mapping[str, Iterable[str]], *, is_in_choice: bool) -> None:
    name = entry.name or ""
    if entry.shared is not None:
        own: Iterable[str] = entry.shared.flags
        found.asked.update(entry.shared.asked)
        if is_in_choice:
            found.members.add(name)
        if not entry.types:
            found.untyped.add(name)
    else:
        own = flags.get(name, ())
        found.asked.update(_asked(entry))
    if entry.kind == "choice":
        found.choices.append(entry)
    if is_in_choice or entry.kind == "choice":
        # Below which member an entry hangs depends on the types of all that is named (`submenus`).
        found.asked.update([name], *map(_named, entry.properties))
    if own:
        found.flags[name] = found.flags.get(name, frozenset()).union(own)
    for word, _location in entry.types:
        found.types.setdefault(name, word)


def _named(item: Property) -> Iterator[str]:
    for operand in item.operands[item.kind == "prompt" :]:
        if operand is not None:
            yield from names_in(operand)


def own_last(siblings: list[Entry]) -> Entry:
    """The last of some entries as one that may be changed, with the files around it, which are common no more."""
    while siblings[-1].kind == "file":
        file = siblings[-1]
        siblings[-1] = FileBlock(file.kind, file.name, file.location, children=list(file.children))
        siblings = siblings[-1].children
    siblings[-1] = siblings[-1].copy()
    return siblings[-1]


def _asked(entry: Entry) -> Iterator[str]:
    """The symbols whose types have a say in what an entry means."""
    for item in entry.properties:
        if item.kind == "default":
            yield str(entry.name)
        yield from _compared(item.operands)
    for condition, _location in entry.visibility:
        yield from _compared((condition,))


def _compared(operands: Iterable[Any]) -> Iterator[str]:
    pending = list(operands)
    while pending:
        expression = pending.pop()
        if expression.__class__ is tuple and expression[0] != CONST:
            if expression[0] in _EQUALITY and isinstance(expression[1], str):
                yield expression[1]
            pending += expression[1:]
