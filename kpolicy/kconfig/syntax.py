# SPDX-License-Identifier: GPL-2.0-or-later
"""What one Kconfig file says, line by line, before any macro is expanded.

A file is read once into `Statement`s and serves every architecture that sources it: only
lines with a `$` and variable assignments depend on the architecture and the toolchain, and
those are kept as text (`raw`) until a tree is elaborated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias, cast

from kpolicy.location import Location
from kpolicy.tuples import NamedTuple

# A parsed expression.  A symbol is its name; everything else is a tuple whose first item
# is the operator: ('"', text) a constant, ("!", e), ("&&", e, e ...), ("||", e, e ...) and
# the relations ("=", a, b), ("!=", a, b), ("<", a, b) ...
Ast: TypeAlias = "str | tuple[object, ...]"

# What the macros of a line were expanded from: probes and variables of the toolchain, variables that make does
# not set, the architecture, or nothing but the tree.
Answerer: TypeAlias = Literal["toolchain", "environment", "architecture", "tree"]

CONST = '"'
YES: Ast = (CONST, "y")
NO: Ast = (CONST, "n")
MOD: Ast = (CONST, "m")


def names_in(expression: Ast) -> Iterator[str]:
    """The symbols that an expression names."""
    if isinstance(expression, str):
        yield expression
    elif expression[0] != CONST:
        for operand in expression[1:]:
            yield from names_in(cast("Ast", operand))


class Statement(NamedTuple):
    """One statement of a Kconfig file.

    `line` is the first line of the statement, also where a backslash joins several.
    `keyword` is Kconfig's own word, or "raw" for a line that waits for its macros.
    `operands` depend on the keyword: names, texts and `Ast`s in the order of the language.
    `probed` is set on elaboration when the statement's value depends on a toolchain probe.
    """

    line: int
    keyword: str
    operands: tuple[object, ...] = ()
    probed: bool = False


class Refusal(NamedTuple):
    """What this tree's conf refuses although its meaning is clear: the symbol of the entry (or ""), and the fault."""

    location: Location
    symbol: str
    text: str


class SourceFile(NamedTuple):
    """A Kconfig file: its statements, and whether the last one lacks the end of its line."""

    path: str
    statements: tuple[Statement, ...]
    is_unended: bool = False
