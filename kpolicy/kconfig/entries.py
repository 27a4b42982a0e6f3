# SPDX-License-Identifier: GPL-2.0-or-later
"""The entries of Kconfig files as they are written, each once, whichever architecture reads the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kpolicy.errors import InputError
from kpolicy.kconfig.frontend import Reader, read_file
from kpolicy.kconfig.grammar import read_grammar
from kpolicy.kconfig.syntax import Ast, Statement
from kpolicy.kernel.source import Source
from kpolicy.tuples import NamedTuple

_OPENING = ("config", "menuconfig", "choice", "menu", "comment", "if")
_BLOCKS = ("if", "menu", "choice")


class Around(NamedTuple):
    """A condition that a block around an entry gives it, and its line."""

    condition: Ast
    line: int


class WrittenEntry(NamedTuple):
    """An entry, or the line that opens or closes a block: its statements, the first of which opens it.

    `name` is that of a symbol, "" for anything else.  Macros are taken for y, and their statements are `probed`.
    `around` are the conditions of the blocks around it in the same file, the outermost first.
    """

    path: str
    name: str
    statements: tuple[Statement, ...]
    around: tuple[Around, ...]


def written_entries(source: Source, paths: Iterable[str]) -> Iterator[WrittenEntry]:
    """The entries of some files, in the order of files and lines.

    Files that cannot be read have none; a model says what is wrong with them.
    """
    reader = Reader({}, lambda _command, _location: "", grammar=read_grammar(source))
    for path in paths:
        try:
            statements = read_file(path, source.read(path), reader).statements
        except InputError:
            continue
        yield from _of_file(path, statements, reader)


def _of_file(path: str, statements: Iterable[Statement], reader: Reader) -> Iterator[WrittenEntry]:
    blocks: list[tuple[Around, ...]] = []
    entry: list[Statement] = []

    def finished() -> Iterator[WrittenEntry]:
        if not entry:
            return
        first = entry[0]
        name = str(first.operands[0]) if first.keyword in ("config", "menuconfig") else ""
        yield WrittenEntry(path, name, tuple(entry), tuple(item for block in blocks for item in block))
        if first.keyword in _BLOCKS:
            blocks.append(tuple(_conditions(entry)))

    for statement in _plain(statements, reader):
        if statement.keyword in _OPENING or statement.keyword.startswith("end"):
            yield from finished()
            entry = []
            if statement.keyword.startswith("end") and blocks:
                blocks.pop()
        entry.append(statement)
    yield from finished()


def _conditions(statements: Iterable[Statement]) -> Iterator[Around]:
    """What the lines of a block demand of all entries in it."""
    for item in statements:
        if item.keyword in ("if", "depends") and not item.probed and len(item.operands) == 1:
            yield Around(item.operands[0], item.line)  # type: ignore[arg-type]  # an Ast


def _plain(statements: Iterable[Statement], reader: Reader) -> Iterator[Statement]:
    """Statements with the macros in them taken for y; what makes no sense then is left out."""
    for statement in statements:
        if statement.keyword != "raw":
            yield statement
            continue
        try:
            parsed = reader.statement(statement.line, _without_macros(str(statement.operands[0])) + "\n")
        except InputError:
            continue
        if parsed is not None:
            yield parsed._replace(probed=True)


def _without_macros(text: str) -> str:
    result: list[str] = []
    depth = at = 0
    while at < len(text):
        if depth:
            depth += (text[at] == "(") - (text[at] == ")")
        elif text.startswith("$(", at):
            result.append("y")
            depth = 1
            at += 1
        else:
            result.append(text[at])
        at += 1
    return "".join(result)
