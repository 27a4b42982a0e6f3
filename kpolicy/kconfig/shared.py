# SPDX-License-Identifier: GPL-2.0-or-later
"""The entries of symbols that are the same for every architecture whose Kconfig has them.

Nine of ten entries have no macro, and what they say does not depend on the architecture: they are made once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from kpolicy.kconfig.grammar import Grammar
from kpolicy.kconfig.menu_tree import Elaborated, Entry, Property, Shared
from kpolicy.kconfig.properties import PROPERTIES, Properties, below
from kpolicy.kconfig.syntax import CONST, Ast, Statement
from kpolicy.location import Location

_EQUALITY = ("=", "!=")
# What depends on the architecture, or on other entries.
_ALONE = frozenset(("option env", "option defconfig_list"))


class Lines:
    """The statements of an entry, one after the other in a file, until the entry is made.

    `entries` are those made so far, by the `visible if` around.
    """

    __slots__ = ("entries", "statements")

    def __init__(self, statements: tuple[Statement, ...]) -> None:
        self.statements = statements
        self.entries: dict[tuple[Ast, ...], Entry] | None = None


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
    if lines.entries is None:
        made = _made(lines.statements, path, grammar)
        lines.entries = {} if made is None else {(): made}
        if made is not None:
            lines.statements = ()
    found = lines.entries.get(around)
    if found is None and lines.entries:
        plain = lines.entries[()]
        found = lines.entries[around] = plain.copy()
        found.properties = [below(item, around) for item in plain.properties]
        found.prompt = next(
            (new for old, new in zip(plain.properties, found.properties, strict=True) if old is plain.prompt), None
        )
        found.shared = _shared(found, plain.shared.flags if plain.shared is not None else frozenset())
    return found


def _made(statements: tuple[Statement, ...], path: str, grammar: Grammar) -> Entry | None:
    head = statements[0]
    name = str(head.operands[0])
    entry = Entry("config", name, Location(path, head.line), head.keyword == "menuconfig")
    alone = Elaborated(entry, "")
    properties = Properties(grammar, {}, alone)
    for statement in statements[1:]:
        properties.take(statement, Location(path, statement.line), entry, ())
    flags = frozenset(alone.flags.get(name, ()))
    if alone.warnings or alone.refused or alone.modules is not None or flags & _ALONE:
        return None
    entry.shared = _shared(entry, flags)
    return entry


def _shared(entry: Entry, flags: frozenset[str]) -> Shared:
    return Shared(flags, tuple(dict.fromkeys(_asked(entry))))


def _asked(entry: Entry) -> Iterator[str]:
    """The symbols whose types have a say in what an entry means."""
    for item in entry.properties:
        if item.kind == "default":
            yield str(entry.name)
        yield from _compared(item)


def _compared(item: Property) -> Iterator[str]:
    pending: list[Any] = list(item.operands)
    while pending:
        expression = pending.pop()
        if expression.__class__ is tuple and expression[0] != CONST:
            if expression[0] in _EQUALITY and isinstance(expression[1], str):
                yield expression[1]
            pending += expression[1:]
