# SPDX-License-Identifier: GPL-2.0-or-later
"""From the statements of many files to the menu tree of one architecture.

Follows `source`, expands the lines that waited for their macros, and nests entries as the
grammar does (scripts/kconfig/parser.y, menu.c: menu_add_entry, menu_add_prop).
"""

from __future__ import annotations

from kpolicy.errors import InputError
from kpolicy.kconfig.blocks import Blocks
from kpolicy.kconfig.file_cache import FileCache
from kpolicy.kconfig.frontend import Reader, is_probed
from kpolicy.kconfig.limits import MOST_BLOCKS
from kpolicy.kconfig.menu_tree import Common, Elaborated, Entry, FileBlock, Property
from kpolicy.kconfig.properties import PROPERTIES, Properties
from kpolicy.kconfig.sanity import check_sanity
from kpolicy.kconfig.shared import Lines, Taken, common, shared_entry
from kpolicy.kconfig.syntax import YES, Statement
from kpolicy.kernel.source import NO_FILE
from kpolicy.location import Location

_MAX_DEPTH = 100


def elaborate(files: FileCache, reader: Reader, environment: dict[str, str], top: str = "Kconfig") -> Elaborated:
    """Build the menu tree that starts at `top`.

    Raises `InputError` for broken grammar, missing files and recursive `source`.
    """
    root = Entry("menu", None, Location(top, 1))
    builder = _Builder(files, reader, environment, Elaborated(root, reader.grammar.title))
    builder.file(top, None)
    check_sanity(builder.result, reader.grammar)
    builder.result.knows_lines = reader.knows_lines
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
        self._grammar = reader.grammar
        self.result = result
        self._blocks = Blocks(result.root, reader.grammar)
        self._entry: Entry | None = result.root
        self._including: list[Location] = []
        self._path = ""
        # The files so far, and a count of what is for this architecture alone, or may go on in another file.
        self._taken: list[Taken] = []
        self._particulars = 0
        self._choices: dict[str, int] = {}
        self._has_begun = False
        self._noted: list[Statement] = []
        self._properties = Properties(reader.grammar, environment, result)

    def file(self, path: str, included_at: Location | None) -> None:
        """Take in the statements of a file; `included_at` is its `source` line."""
        if included_at is None or self._blocks.choice is not None:
            self._statements(path, included_at)
            return
        known, result, blocks = self._files.common(path, self._blocks.visibility), self.result, self._blocks
        if known is not None and known.common is not None and self._fits(known.common):
            self._take_common(known, known.common, included_at)
            return
        block = FileBlock("file", None, Location(path, 1))
        blocks.enter_file(block)
        first, count, said = len(self._taken), len(result.paths), self._said()
        self._statements(path, included_at)
        blocks.leave_file()
        taken = self._taken[first:]
        # Choices have other names where a file is sourced again.
        is_first = len(result.paths) - count == sum(len(file.paths) for file in taken)
        if is_first and said == self._said():
            block.common = common(block, taken, self._entry, result.flags)
            self._files.keep_common(block, blocks.visibility)

    def _said(self) -> tuple[int, int, int]:
        """Counts that stay where nothing depends on the architecture or on other files."""
        return self._particulars, len(self.result.warnings), len(self.result.refused)

    def _fits(self, known: Common) -> bool:
        """Whether a file that says the same for every architecture may have its entries here, too."""
        is_within = len(self._including) + known.depth < _MAX_DEPTH and len(self._blocks) + known.blocks <= MOST_BLOCKS
        return is_within and known.fits(self.result)

    def _take_common(self, block: FileBlock, known: Common, included_at: Location) -> None:
        result = self.result
        self._reader.limits.source(known.statements, included_at, len(known.paths))
        self._taken.append(Taken(known.paths, known.statements, len(self._including) + 1 + known.depth))
        self._files.touch(known.paths)
        result.paths.update(known.paths)
        result.types.update(known.types)
        for name, flags in known.flags.items():
            result.flags.setdefault(name, set()).update(flags)
        for choice in known.choices:
            self._count_choice(choice)
        self._blocks.add(block)
        self._entry = known.last
        self._has_begun = True

    def _statements(self, path: str, included_at: Location | None) -> None:
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
                hint=_RELATIVE if error.message.endswith(NO_FILE) else error.hint,
            ) from None
        self._reader.limits.source(file.size, included_at or Location(path, 0))
        self.result.paths.add(path)
        self._taken.append(Taken((path,), file.size, len(self._including)))
        outer_path, self._path = self._path, path
        outer_depth = len(self._blocks)
        for part in file.parts:
            if isinstance(part, Lines):
                self._symbol(part)
            elif part.keyword == "raw":
                self._raw(part)
            else:
                self._take(part)
        if included_at is None:
            self._turn_to(None)
        # What follows a `source` line may go on with the last entry of that file.
        if file.unended is not None:
            self._check_end(file.unended, included_at is None)
        if len(self._blocks) != outer_depth:
            block = self._blocks.last
            raise InputError(f"missing 'end{block.kind}' for this '{block.kind}'", block.location)
        self._path = outer_path
        self._reader.filename = outer_path
        if included_at is not None:
            self._including.pop()

    def _check_end(self, last: Statement, is_top: bool) -> None:
        """Look at the last statement of a file, whose line has no end: `conf` has left the file when it takes that."""
        if last.keyword.startswith("end"):
            self._refuse(last, f"no newline after '{last.keyword}' at the end of the file")
        elif is_top and not self._grammar.ends_top_file:
            self._refuse(last, "no newline at the end of the topmost file")

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

    def _symbol(self, lines: Lines) -> None:
        """Take the entry of a symbol, the one that other architectures have if it is the same."""
        entry = shared_entry(lines, self._path, self._blocks.visibility, self._grammar)
        if entry is None or entry.shared is None:
            for statement in lines.statements:
                self._take(statement)
            return
        self._turn_to(None)
        if self._blocks.is_in_choice:
            self._check_place("menuconfig" if entry.is_menuconfig else "config", entry.location)
        self._blocks.add(entry)
        self._entry = entry
        self._has_begun = True
        self._take_noted()
        name, types = str(entry.name), self.result.types
        for word, location in entry.types:
            if types.setdefault(name, word) != word:
                self._properties.declare(name, word, location)
        if entry.shared.flags:
            self.result.flags.setdefault(name, set()).update(entry.shared.flags)

    def _raw(self, statement: Statement) -> None:
        self._particulars += 1
        text, after_help = str(statement.operands[0]), statement.operands[1]
        self._reader.filename = self._path
        parsed = self._reader.statement(statement.line, text + "\n")
        for note in self._reader.take_notes():
            self._take(note)
        if parsed is None:
            return
        # After a help text an `=` assigns nothing (lexer.l: prev_prev_token), but nothing it may well be.
        cannot_assign = after_help and parsed.keyword == "assignment" and not self._grammar.two_states
        if cannot_assign and self._reader.leaves_words(str(parsed.operands[0])):
            self._refuse(statement, "variable assignment directly after a help text")
        if "$(" in text and parsed.keyword in _CONDITIONAL:
            place = Location(self._path, statement.line)
            self.result.written[place] = (" ".join(text.split()), self._reader.answered_by)
        self._take(parsed._replace(probed=is_probed(text)))

    def _fail(self, statement: Statement, message: str) -> InputError:
        location = Location(self._path, statement.line)
        return InputError(message, location, source_line=self._line_of(location))

    def _take(self, statement: Statement) -> None:
        keyword = statement.keyword
        if keyword in ("warning", "skipped"):
            self.result.warn(Location(self._path, statement.line), str(statement.operands[0]))
        elif keyword == "refused":
            # Whose entry it belongs to is known with the statement that comes next.
            self._noted.append(statement)
        elif keyword in PROPERTIES:
            self._property(statement)
        else:
            self._turn_to(None)
            self._check_place(keyword, Location(self._path, statement.line))
            self._other(statement)
            self._has_begun = True
        if keyword not in ("warning", "skipped", "refused"):
            self._take_noted()

    def _take_noted(self) -> None:
        if self._noted:
            noted, self._noted = self._noted, []
            for note in noted:
                self._refuse(note, str(note.operands[0]))

    def _other(self, statement: Statement) -> None:
        """Take a statement that is no property of an entry."""
        keyword = statement.keyword
        if keyword in ("config", "menuconfig"):
            entry = self._open("config", str(statement.operands[0]), statement)
            entry.is_menuconfig = keyword == "menuconfig"
        elif keyword == "source":
            path = str(statement.operands[0])
            # Before the statements of that file: what is noted is about this line.
            self._take_noted()
            self.file(path, Location(self._path, statement.line))
        elif keyword in ("if", "menu", "choice"):
            self._open_block(statement)
        elif keyword in ("endif", "endmenu", "endchoice"):
            self._close_block(statement)
        elif keyword == "comment":
            entry = self._open("comment", None, statement)
            entry.prompt = Property("comment", (statement.operands[0], YES), entry.location, False)
        elif keyword == "mainmenu":
            self._particulars += 1
            self.result.mainmenu = str(statement.operands[0])
        elif keyword != "assignment":
            raise self._fail(statement, f"unexpected '{keyword}'")

    def _refuse(self, statement: Statement, text: str) -> None:
        self.result.refuse(Location(self._path, statement.line), self._entry, text)

    def _check_place(self, keyword: str, location: Location) -> None:
        if keyword == "mainmenu" and self._has_begun:
            self.result.refuse(location, self._entry, "'mainmenu' is not the first statement")
        if self._blocks.is_in_choice and keyword not in self._grammar.choice_body and not keyword.startswith("end"):
            what = _A_STATEMENT.get(keyword) or repr(keyword)
            self.result.refuse(location, self._entry, f"{what} in a choice")

    def _turn_to(self, entry: Entry | None) -> None:
        """Leave an entry, which must be whole by then, for another one or for none."""
        left, self._entry = self._entry, entry
        if left is None:
            return
        grammar = self._grammar
        if left.kind == "choice" and grammar.strict_choice and left.prompt is None:
            self.result.refuse(left.location, left, "choice without a prompt")
        if left.kind != "config":
            return
        if left.is_menuconfig and left.prompt is None:
            self.result.judge(
                grammar.menuconfig_without_prompt, left.location, left, "menuconfig statement without prompt"
            )
        if grammar.strict_choice and self._blocks.choice is not None:
            if left.prompt is None:
                self.result.refuse(left.location, left, "choice member without a prompt")
            if self.result.types.get(left.name or "") != "bool":
                self.result.refuse(left.location, left, "choice member that is not a bool")

    def _open(self, kind: str, name: str | None, statement: Statement) -> Entry:
        entry = Entry(kind, name, Location(self._path, statement.line))
        self._blocks.add(entry)
        self._entry = entry
        return entry

    def _open_block(self, statement: Statement) -> None:
        kind = statement.keyword
        name = None
        if len(self._blocks) > MOST_BLOCKS:
            raise self._fail(statement, f"more than {MOST_BLOCKS} menus, choices and ifs in each other")
        if kind == "choice":
            # A named choice may be continued elsewhere; the others of a file are distinguished by count.
            self._particulars += statement.operands[0] is not None
            name = f"<choice {statement.operands[0] or f'{self._choices.get(self._path, 0) + 1} of {self._path}'}>"
        entry = self._open(kind, name, statement)
        if kind == "choice":
            self._count_choice(entry)
        if kind == "if":
            entry.add("depends", (statement.operands[0],), entry.location, statement.probed)
            self._entry = None
        elif kind == "menu":
            entry.prompt = Property("menu", (statement.operands[0], YES), entry.location, False)
        self._blocks.open(entry)

    def _count_choice(self, choice: Entry) -> None:
        self.result.choices.append(choice)
        path = choice.location.path
        self._choices[path] = self._choices.get(path, 0) + 1

    def _close_block(self, statement: Statement) -> None:
        kind = statement.keyword[3:]
        block = self._blocks.last
        if len(self._blocks) == 1 or block.kind != kind:
            expected = f"'end{block.kind}' of {block.location}" if len(self._blocks) > 1 else f"a '{kind}' before it"
            raise self._fail(statement, f"unexpected '{statement.keyword}': expected {expected}")
        if block.location.path != self._path:
            raise self._fail(
                statement, f"'{statement.keyword}' in a different file than its '{kind}' at {block.location}"
            )
        self._blocks.close()

    def _property(self, statement: Statement) -> None:
        entry = self._entry
        if entry is None or entry is self.result.root:
            raise self._fail(statement, f"'{statement.keyword}' outside of an entry")
        # A line with a macro, or one after the file in which the entry begins.
        self._entry = entry = self._blocks.own(entry)
        around = self._blocks.visibility_of(entry)
        self._properties.take(statement, Location(self._path, statement.line), entry, around)
        if statement.keyword == "visible":
            self._blocks.look_around()


_A_STATEMENT = {"assignment": "assignment of a variable"}
# Statements in which a macro decides a value or a condition.
_RELATIVE = "A 'source' path is relative to the top of the tree."
_CONDITIONAL = frozenset(("depends", "if", "visible", "type", "prompt", "default", "select", "imply", "range"))
