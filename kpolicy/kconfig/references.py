# SPDX-License-Identifier: GPL-2.0-or-later
"""Where Kconfig files refer to a name, found in their lines.

A model keeps what an expression means for one architecture; here is every line of every
file once, for all architectures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kpolicy.frozen import dataclass
from kpolicy.kconfig.entries import written_entries
from kpolicy.kconfig.syntax import CONST, Ast, Statement
from kpolicy.kernel.source import Source
from kpolicy.location import Location

_NUMBER = re.compile(r"-?[0-9]+|0[xX][0-9a-fA-F]+")
_LOGICAL = ("", "bool", "tristate")
_LOGICAL_OPERATORS = ("&&", "||", "!")


@dataclass(frozen=True, slots=True)
class Reference:
    """A line that refers to `name`.

    `entry` is the symbol whose entry the line belongs to, "" outside of one.  `keyword` is that of
    the line (depends, select, if, ...).  `demanded` says that the line has no effect without the
    symbol: it is one of the conditions that must all hold, or the `target` of a select or imply.  `compared` says that
    it is in comparisons only, where a name that nothing defines is its own text.
    """

    name: str
    entry: str
    keyword: str
    demanded: bool
    target: bool
    compared: bool
    location: Location


def references(source: Source, paths: Iterable[str]) -> Iterator[Reference]:
    """Every reference in some Kconfig files, in the order of files and lines, each once a line.

    Files that cannot be read have none; a model says what is wrong with them.
    """
    for entry in written_entries(source, paths):
        yield from _of_entry(entry.path, entry.name, entry.statements)


def _of_entry(path: str, entry: str, statements: Sequence[Statement]) -> Iterator[Reference]:
    kind = next((str(item.operands[0]) for item in statements if item.keyword == "type"), "")
    kind = kind or next(
        (str(item.operands[2]) for item in statements if item.keyword == "default" and item.operands[2]), ""
    )
    for statement in statements:
        seen: dict[str, tuple[bool, bool]] = {}
        for expression, demands in _expressions(statement, kind):
            for name, demanded, compared in _names(expression, demands):
                before = seen.get(name, (False, True))
                seen[name] = (before[0] or demanded, before[1] and compared)
        for name, (demanded, compared) in seen.items():
            target = statement.keyword in ("select", "imply") and statement.operands[0] == name
            place = Location(path, statement.line)
            yield Reference(name, entry, statement.keyword, demanded, target, compared, place)


def _expressions(statement: Statement, kind: str) -> Iterator[tuple[Any, bool]]:
    """The expressions of a statement, each with whether the statement does nothing unless it holds."""
    keyword, operands = statement.keyword, statement.operands
    if keyword in ("select", "imply"):
        yield operands[0], True
        yield operands[1], True
    elif keyword in ("depends", "if", "visible"):
        yield operands[0], True
    elif keyword == "prompt":
        yield operands[1], True
    elif keyword == "type":
        yield operands[2], True
    elif keyword == "default":
        # A number or a string may be there without quotes.
        if kind in _LOGICAL:
            yield operands[0], False
        yield operands[1], True
    elif keyword == "range":
        yield operands[0], False
        yield operands[1], False
        yield operands[2], True


def _names(expression: Ast, demanded: bool, compared: bool = False) -> Iterator[tuple[str, bool, bool]]:
    if isinstance(expression, str):
        if not _NUMBER.fullmatch(expression) and expression not in ("n", "m", "y"):
            yield expression, demanded, compared
    elif expression[0] != CONST:
        further: tuple[Any, ...] = expression[1:]
        for operand in further:
            yield from _names(operand, demanded and expression[0] == "&&", expression[0] not in _LOGICAL_OPERATORS)
