# SPDX-License-Identifier: GPL-2.0-or-later
"""From the statements of many files to the menu tree of one architecture.

Follows `source`, expands the lines that waited for their macros, and nests entries as the
grammar does (scripts/kconfig/parser.y, menu.c: menu_add_entry, menu_add_prop).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from kpolicy.errors import InputError
from kpolicy.kconfig.frontend import Reader, is_probed, read_file
from kpolicy.kconfig.limits import MOST_BLOCKS
from kpolicy.kconfig.syntax import CONST, YES, Answerer, Ast, SourceFile, Statement
from kpolicy.location import Location

_MAX_DEPTH = 100


class Property(NamedTuple):
    """A property of an entry: its kind, its operands as written, where it stands."""

    kind: str
    operands: tuple[Any, ...]
    location: Location
    probed: bool


@dataclass(slots=True, eq=False)
class Entry:
    """A node of the menu tree while it grows: config, choice, menu, comment or if."""

    kind: str
    name: str | None
    location: Location
    is_menuconfig: bool = False
    children: list[Entry] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)
    visibility: list[tuple[Ast, Location]] = field(default_factory=list)
    prompt: Property | None = None

    def add(self, kind: str, operands: tuple[Any, ...], location: Location, probed: bool) -> None:
        """Append a property."""
        self.properties.append(Property(kind, operands, location, probed))


@dataclass(slots=True)
class Elaborated:
    """The menu tree of an architecture, and what the symbols in it were declared to be."""

    root: Entry
    mainmenu: str = "Main menu"
    types: dict[str, str] = field(default_factory=dict)
    modules: str | None = None
    flags: dict[str, set[str]] = field(default_factory=dict)
    warnings: list[tuple[Location, str]] = field(default_factory=list)
    written: dict[Location, tuple[str, Answerer]] = field(default_factory=dict)
    """Conditions and defaults that hold macros: the line before these were expanded, and what answered them."""


class TrackedSource(Protocol):
    """A source that wants to know of every use of a file."""

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises `InputError`."""

    def touch(self, path: str) -> None:
        """Take note of one more use of a file that was read before."""


class FileCache:
    """Kconfig files already split into statements, shared by the architectures of a tree."""

    def __init__(self, source: TrackedSource) -> None:
        self.source = source
        self._files: dict[str, SourceFile] = {}

    def get(self, path: str, reader: Reader) -> SourceFile:
        """The statements of `path`."""
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = read_file(path, self.source.read(path), reader)
        else:
            self.source.touch(path)
        return file


def elaborate(files: FileCache, reader: Reader, environment: dict[str, str], top: str = "Kconfig") -> Elaborated:
    """Build the menu tree that starts at `top`.

    Raises `InputError` for broken grammar, missing files and recursive `source`.
    """
    root = Entry("menu", None, Location(top, 1))
    builder = _Builder(files, reader, environment, Elaborated(root))
    builder.file(top, None)
    builder.result.warnings += reader.messages
    return builder.result


class _Builder:
    def __init__(
        self,
        files: FileCache,
        reader: Reader,
        environment: dict[str, str],
        result: Elaborated,
    ) -> None:
        self._files = files
        self._reader = reader
        self._environment = environment
        self.result = result
        # The menus, choices and ifs around, the root first.
        self._blocks = [result.root]
        self._entry: Entry | None = result.root
        self._including: list[Location] = []
        self._path = ""
        self._choices = 0

    def file(self, path: str, included_at: Location | None) -> None:
        """Take in the statements of a file; `included_at` is its `source` line."""
        if included_at is not None:
            self._check_inclusion(path, included_at)
            self._including.append(included_at)
        try:
            file = self._files.get(path, self._reader)
        except InputError as error:
            if included_at is None or error.location is not None:
                raise
            raise InputError(
                f"cannot source {path}: {error.message}",
                included_at,
                source_line=self._line_of(included_at),
                hint="A 'source' path is relative to the top of the tree.",
            ) from None
        self._reader.limits.source(len(file.statements), included_at or Location(path, 0))
        outer_path, self._path = self._path, path
        outer_depth = len(self._blocks)
        for statement in file.statements:
            if statement.keyword == "raw":
                self._raw(statement)
            else:
                self._take(statement)
        if len(self._blocks) != outer_depth:
            block = self._blocks[-1]
            raise InputError(f"missing 'end{block.kind}' for this '{block.kind}'", block.location)
        self._path = outer_path
        self._reader.filename = outer_path
        self._entry = None
        if included_at is not None:
            self._including.pop()

    def _check_inclusion(self, path: str, included_at: Location) -> None:
        chain = [*self._including, included_at]
        if len(chain) > _MAX_DEPTH or any(place.path == path for place in chain):
            steps = "\n".join(f"sourced from {place}" for place in reversed(chain[-10:]))
            raise InputError(
                f"recursive 'source' of {path}", included_at, source_line=self._line_of(included_at), hint=steps
            )

    def _line_of(self, location: Location) -> str | None:
        lines = self._files.source.read(location.path).decode("utf-8", "replace").split("\n")
        return lines[location.line - 1] if location.line <= len(lines) else None

    def _raw(self, statement: Statement) -> None:
        text = str(statement.operands[0])
        self._reader.filename = self._path
        parsed = self._reader.statement(statement.line, text + "\n")
        if parsed is None:
            return
        if "$(" in text and parsed.keyword in _CONDITIONAL:
            place = Location(self._path, statement.line)
            self.result.written[place] = (" ".join(text.split()), self._reader.answered_by)
        self._take(parsed._replace(probed=is_probed(text)))

    def _fail(self, statement: Statement, message: str) -> InputError:
        location = Location(self._path, statement.line)
        return InputError(message, location, source_line=self._line_of(location))

    def _take(self, statement: Statement) -> None:
        keyword = statement.keyword
        if keyword in _PROPERTIES:
            self._property(statement)
        elif keyword in ("config", "menuconfig"):
            entry = self._open("config", str(statement.operands[0]), statement)
            entry.is_menuconfig = keyword == "menuconfig"
        elif keyword == "source":
            path = str(statement.operands[0])
            self.file(path, Location(self._path, statement.line))
        elif keyword in ("if", "menu", "choice"):
            self._open_block(statement)
        elif keyword in ("endif", "endmenu", "endchoice"):
            self._close_block(statement)
        elif keyword == "comment":
            entry = self._open("comment", None, statement)
            entry.prompt = Property("comment", (statement.operands[0], YES), entry.location, False)
        elif keyword == "mainmenu":
            self.result.mainmenu = str(statement.operands[0])
        else:
            raise self._fail(statement, f"unexpected '{keyword}'")

    def _open(self, kind: str, name: str | None, statement: Statement) -> Entry:
        entry = Entry(kind, name, Location(self._path, statement.line))
        self._blocks[-1].children.append(entry)
        self._entry = entry
        return entry

    def _open_block(self, statement: Statement) -> None:
        kind = statement.keyword
        name = None
        if len(self._blocks) > MOST_BLOCKS:
            raise self._fail(statement, f"more than {MOST_BLOCKS} menus, choices and ifs in each other")
        if kind == "choice":
            # A named choice may be continued elsewhere; the others are told apart by count.
            self._choices += 1
            name = f"<choice {statement.operands[0] or self._choices}>"
        entry = self._open(kind, name, statement)
        if kind == "if":
            entry.add("depends", (statement.operands[0],), entry.location, statement.probed)
            self._entry = None
        elif kind == "menu":
            entry.prompt = Property("menu", (statement.operands[0], YES), entry.location, False)
        self._blocks.append(entry)

    def _close_block(self, statement: Statement) -> None:
        kind = statement.keyword[3:]
        block = self._blocks[-1]
        if len(self._blocks) == 1 or block.kind != kind:
            expected = f"'end{block.kind}' of {block.location}" if len(self._blocks) > 1 else f"a '{kind}' before it"
            raise self._fail(statement, f"unexpected '{statement.keyword}': expected {expected}")
        if block.location.path != self._path:
            raise self._fail(
                statement, f"'{statement.keyword}' in a different file than its '{kind}' at {block.location}"
            )
        self._blocks.pop()
        self._entry = None

    def _property(self, statement: Statement) -> None:
        entry = self._entry
        if entry is None or entry is self.result.root:
            raise self._fail(statement, f"'{statement.keyword}' outside of an entry")
        kind = statement.keyword
        location = Location(self._path, statement.line)
        if kind == "type":
            word, text, condition = statement.operands
            self._set_type(entry, str(word), location)
            if text is not None:
                self._prompt(entry, Property("prompt", (text, condition), location, statement.probed))
        elif kind == "prompt":
            self._prompt(entry, Property("prompt", statement.operands, location, statement.probed))
        elif kind == "default":
            value, condition, word = statement.operands
            entry.add("default", (value, condition), location, statement.probed)
            if word is not None:
                self._set_type(entry, str(word), location)
        elif kind == "visible":
            entry.visibility.append((statement.operands[0], location))  # type: ignore[arg-type]  # an Ast
        elif kind == "modules":
            self.result.modules = entry.name
        elif kind == "option env":
            value = (CONST, self._environment.get(str(statement.operands[0]), ""))
            entry.add("default", (value, YES), location, False)
            self._flag(entry, kind)
        elif kind in ("transitional", "option defconfig_list", "option allnoconfig_y", "optional"):
            self._flag(entry, kind)
        else:
            entry.add(kind, statement.operands, location, statement.probed)

    def _flag(self, entry: Entry, flag: str) -> None:
        if entry.name is not None:
            self.result.flags.setdefault(entry.name, set()).add(flag)

    def _set_type(self, entry: Entry, word: str, location: Location) -> None:
        if entry.name is None:
            raise InputError(f"'{word}' in a {entry.kind}", location)
        known = self.result.types.setdefault(entry.name, word)
        if known != word:
            self.result.warnings.append(
                (location, f"ignoring type redefinition of '{entry.name}' from '{known}' to '{word}'")
            )

    def _prompt(self, entry: Entry, prompt: Property) -> None:
        # `conf` applies the `visible if` of every menu around to prompts, not to menu titles.
        blocks = self._blocks[:-1] if self._blocks[-1] is entry else self._blocks
        around = [condition for block in reversed(blocks) for condition, _ in block.visibility]
        if around:
            text, condition = prompt.operands
            prompt = prompt._replace(operands=(text, ("&&", condition, *around)))
        if entry.prompt is not None:
            self.result.warnings.append((prompt.location, "prompt redefined"))
        entry.prompt = prompt
        entry.properties.append(prompt)


# Statements in which a macro decides a value or a condition.
_CONDITIONAL = frozenset(
    ("depends", "if", "visible", "type", "prompt", "default", "select", "imply", "range"),
)
_PROPERTIES = frozenset(
    (
        "type",
        "prompt",
        "default",
        "depends",
        "select",
        "imply",
        "range",
        "visible",
        "modules",
        "optional",
        "transitional",
        "option env",
        "option defconfig_list",
        "option allnoconfig_y",
    )
)
