# SPDX-License-Identifier: GPL-2.0-or-later
"""What the nodes of a model are, a letter each: enough to tell most of them without a look at their records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from kpolicy.kconfig.nodes import NO, YES
from kpolicy.kconfig.payload import FLAGS, IS_CHOICE, NO_WRITE, TRANSITIONAL, TRISTATE, TYPE

# The constants n, m and y are their own letters.
EXPRESSION: Final = "-"
CONSTANT: Final = "c"
UNDEFINED: Final = "u"
UNTYPED: Final = "t"  # a symbol that is defined without a type
QUIET: Final = "q"  # a bool or tristate that nothing but a line of the config can set
OLD_NAME: Final = "o"  # a transitional symbol
SYMBOL: Final = "s"  # any other symbol
CHOICE: Final = "x"
DEFINED: Final = UNTYPED + QUIET + OLD_NAME + SYMBOL + CHOICE


def kinds(defined: Sequence[str], constants: Iterable[int], others: Iterable[int]) -> str:
    """The kinds of all nodes.

    `defined` has, by node, those of symbols and choices that are defined, and `EXPRESSION` for the rest.  Of that the
    `constants` and the `others`, which are symbols, are given by their nodes.
    """
    found = list(defined)
    for node in constants:
        found[node] = "nmy"[node] if node <= YES else CONSTANT
    for node in others:
        if found[node] == EXPRESSION:
            found[node] = UNDEFINED
    return "".join(found)


def kind_of(record: Any) -> str:
    """The kind of a symbol or a choice by its record, None for a symbol that nothing defines."""
    if record is None:
        return UNDEFINED
    if record[FLAGS] & IS_CHOICE:
        return CHOICE
    if record[FLAGS] & TRANSITIONAL:
        return OLD_NAME
    if not record[TYPE]:
        return UNTYPED
    return QUIET if is_quiet(record) else SYMBOL


def is_quiet(record: list[Any]) -> bool:
    """Whether a symbol is a bool or tristate that nothing but a line of the config can set."""
    type_code, _visibility, _direct, reverse, implied, defaults, _ranges, choice, flags = record
    plain = type_code <= TRISTATE and not flags & (NO_WRITE | TRANSITIONAL | IS_CHOICE)
    return plain and choice < 0 and reverse == NO and implied == NO and not defaults


class DefinedNodes(dict[str, "int | None"]):
    """The nodes of the names of a model that are asked for, None for what no Kconfig file defines.

    The same names are asked for in every config.
    """

    __slots__ = ("_kinds", "_symbols")

    def __init__(self, symbols: Mapping[str, int], kinds: str) -> None:
        self._symbols = symbols
        self._kinds = kinds

    def __missing__(self, name: str) -> int | None:
        node = self._symbols.get(name)
        if node is not None and self._kinds[node] not in DEFINED:
            node = None
        self[name] = node
        return node
