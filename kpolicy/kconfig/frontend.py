# SPDX-License-Identifier: GPL-2.0-or-later
"""The one module that knows kconfiglib.

kconfiglib 14.1.0 expands macros; everything else of it (files, tokens, symbols, menus, values)
is left alone, since each tree's own `conf` has rules of its own (`grammar`, `lexer`, `parse`).
No environment variable, no `kconfigfunctions` module and no file is read behind the caller's
back: names come from `environment`, `$(shell,...)` goes to `shell`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from kpolicy.errors import InputError
from kpolicy.kconfig.grammar import Grammar
from kpolicy.kconfig.helptext import skip_help
from kpolicy.kconfig.lexer import UNKNOWN, Lexer
from kpolicy.kconfig.lexer import Statement as Lexed
from kpolicy.kconfig.library import load
from kpolicy.kconfig.limits import MOST_NEGATIONS, Limits, check_size
from kpolicy.kconfig.parse import Parser
from kpolicy.kconfig.syntax import Answerer, SourceFile, Statement
from kpolicy.location import Location

kconfiglib = load(sys.path)

_BARE_NAME = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
# A statement whose value depends only on these is the same for every toolchain.
_TREE_VARIABLES = frozenset(
    ("ARCH", "SRCARCH", "SUBARCH", "HEADER_ARCH", "KERNELVERSION", "srctree", "UNAME_RELEASE", "filename", "lineno")
)
_ARCHITECTURE_VARIABLES = frozenset(("ARCH", "SRCARCH", "SUBARCH", "HEADER_ARCH"))
_MACRO_NAME = re.compile(r"\$\(([A-Za-z0-9_-]+)")
_NEGATIONS = re.compile(rf"(?:![ \t]*){{{MOST_NEGATIONS}}}")
# What begins lines that are often the same as others.
_OFTEN = frozenset(("choice", "default", "depends", "endchoice", "endif", "endmenu", "help", "imply", "select"))
_MAX_LINE = 1 << 20
_MAX_NESTING = 200


class Reader(kconfiglib.Kconfig):  # type: ignore[misc, name-defined]  # kconfiglib has no type hints
    """Reads Kconfig lines for one architecture and toolchain.

    `environment` holds the variables that make would export.  `shell(command, location)`
    answers `$(shell,command)`.  `$NAME` without parentheses is expanded in `source` lines, as
    kernels before 4.18 need it, and with their grammar in `mainmenu` lines.
    """

    filename: str
    linenr: int

    def __init__(
        self,
        environment: Mapping[str, str],
        shell: Callable[[str, Location], str],
        *,
        grammar: Grammar | None = None,
    ) -> None:
        self.limits = Limits()
        # Deliberately not calling kconfiglib's constructor: it reads files and os.environ.
        self._environment = environment
        self._shell = shell
        self.grammar = grammar or Grammar()
        self.lexer = Lexer(self.grammar)
        # What is beside the statement that is being read: "warning" and "refused" ones.
        self.notes: list[Statement] = []
        # The statements on lines that are often the same, by the line: half of all lines are like an earlier one.
        self.often: dict[str, Statement] = {}
        self.variables: dict[str, Any] = {}
        # The environment variables that the line at hand was expanded from, and "shell" for a probe.
        self._asked: set[str] = set()
        # The same for each variable that was expanded where it was assigned.
        self._made_of: dict[str, set[str]] = {}
        self._functions = {
            # They get the reader from kconfiglib: a reader that refers to itself would outlive its model.
            "info": (lambda reader, _name, text: reader._say(text, keep=False), 1, 1),
            "error-if": (lambda reader, _name, cond, text: reader._error_if(cond, text), 2, 2),
            "warning-if": (lambda reader, _name, cond, text: reader._say(text, keep=cond == "y"), 2, 2),
            "filename": (lambda reader, _name: reader.filename, 0, 0),
            "lineno": (lambda reader, _name: reader._line_number(), 0, 0),
            "shell": (lambda reader, _name, command: shell(command, reader.location), 1, 1),
        }
        self.filename = ""
        self.linenr = 0
        self.knows_lines = False
        self._line = ""

    @property
    def location(self) -> Location:
        """The statement that is being read."""
        return Location(self.filename, self.linenr)

    def _line_number(self) -> str:
        self.knows_lines = True
        return str(self.linenr)

    # What kconfiglib calls on itself and must not do its own way.

    def _parse_error(self, message: str) -> NoReturn:
        text = self._line.rstrip("\n")
        raise InputError(
            f"syntax error: {message}",
            self.location,
            source_line=text,
            column=len(text) - len(text.lstrip()) + 1,
        )

    def _fn_val(self, args: list[str]) -> str:
        name = args[0]
        if name in self.variables:
            self._asked |= self._made_of.get(name, set())
        elif name in self._functions:
            self._asked |= {name} & {"shell"}
        else:
            self._asked.add(name)
            return self._environment.get(name, "")
        try:
            value: str = super()._fn_val(args)
        except kconfiglib.KconfigError as error:
            self._parse_error(str(error).split(": ", 1)[-1])
        except RecursionError:
            self._parse_error(f"macro '{name}' is nested too deeply")
        self.limits.expanded(value, self.location)
        return value

    def _expand_macro(self, s: str, i: int, args: tuple[str, ...]) -> tuple[str, int]:
        self.limits.expand(s, self.location)
        expanded: tuple[str, int] = super()._expand_macro(s, i, args)
        return expanded

    def _say(self, text: str, *, keep: bool) -> str:
        if keep:
            self.note("warning", text)
        return ""

    def _error_if(self, condition: str, text: str) -> str:
        if condition == "y":
            raise InputError(text, self.location, source_line=self._line.rstrip("\n"))
        return ""

    @property
    def answered_by(self) -> Answerer:
        """What decided the macros of the line that was read last."""
        asked = self._asked
        if "shell" in asked or any(name in self._environment and name not in _TREE_VARIABLES for name in asked):
            return "toolchain"
        if any(name not in self._environment for name in asked):
            return "environment"
        return "architecture" if asked & _ARCHITECTURE_VARIABLES else "tree"

    # Reading.

    def note(self, keyword: str, text: str) -> None:
        """Take note of a warning, or of what this tree's conf refuses, at the statement that is being read."""
        note = Statement(self.linenr, keyword, (text,))
        if note not in self.notes:
            self.notes.append(note)

    def take_notes(self) -> list[Statement]:
        """The notes since the last time."""
        notes, self.notes = self.notes, []
        return notes

    def statement(self, line: int, text: str) -> Statement | None:
        """The statement that `text` is, its macros expanded; None where nothing is left of it.

        Raises `InputError` where the meaning cannot be determined.
        """
        self.linenr, self._line = line, text
        self._asked = set()
        if "$" in text:
            text = self._bare_names(text)
        return self.parse(line, text, self.lexer.statement(text, 0, self._expand))

    def parse(self, line: int, text: str, lexed: Lexed) -> Statement | None:
        """The statement that some tokens make."""
        self.linenr, self._line = line, text
        for _place, note in lexed.notes:
            self.note("warning", note)
        if len(text) > _MAX_LINE:
            self._parse_error(f"line longer than {_MAX_LINE} characters")
        if text.count("(") > _MAX_NESTING and _deepest(text) > _MAX_NESTING:
            self._parse_error(f"more than {_MAX_NESTING} nested parentheses")
        if text.count("!") > MOST_NEGATIONS and _NEGATIONS.search(text):
            self._parse_error(f"more than {MOST_NEGATIONS} negations of one another")
        if not lexed.tokens:
            return None
        if lexed.assigned is not None:
            return self._assign(line, str(lexed.tokens[0][1]), str(lexed.tokens[1]), lexed.assigned)
        return Parser(self.grammar, lexed.tokens, line, self._parse_error, self._refuse).statement()

    def _refuse(self, text: str) -> None:
        self.note("refused", text)

    def _expand(self, text: str, at: int) -> tuple[str, int]:
        return self._expand_macro(text, at, ())

    def _assign(self, line: int, name: str, operator: str, value: str) -> Statement:
        """Assign a variable, as kconfiglib's _parse_assignment() does (preprocess.c: variable_add)."""
        known = self.variables.get(name)
        if known is None:
            known = self.variables[name] = kconfiglib.Variable()
            known.kconfig, known.name, known._n_expansions = self, name, 0
            operator = "=" if operator == "+=" else operator
        if operator == "=":
            known.is_recursive, known.value = True, value
        elif operator == ":=":
            known.is_recursive, known.value = False, self._expand_whole(value, ())
        else:
            known.value += " " + (value if known.is_recursive else self._expand_whole(value, ()))
        if self._asked:
            self._made_of.setdefault(name, set()).update(self._asked)
        return Statement(line, "assignment", (value,))

    def leaves_words(self, text: str) -> bool:
        """Whether something is left of a text as part of a statement, its macros expanded."""
        return bool(self.lexer.statement(text, 0, self._expand).tokens)

    def _bare_names(self, text: str) -> str:
        if not text.lstrip().startswith("source" if self.grammar.has_macros else ("source", "mainmenu")):
            return text
        return _BARE_NAME.sub(lambda match: self._environment.get(match[1], match[0]), text)


def _deepest(text: str) -> int:
    deepest = depth = 0
    for char in text:
        depth += (char == "(") - (char == ")")
        deepest = max(deepest, depth)
    return deepest


def is_probed(text: str) -> bool:
    """Whether a line's macros ask the toolchain, not only the architecture and the version."""
    return any(name not in _TREE_VARIABLES for name in _MACRO_NAME.findall(text))


def read_file(path: str, content: bytes, reader: Reader) -> SourceFile:
    """Split a Kconfig file into statements.

    Lines that need macros or assign variables become "raw" statements; help texts are skipped.  "warning" and
    "refused" statements say what `conf` has to say about the one after them.  Raises `InputError` on bad grammar.
    """
    check_size(path, content)
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise InputError("not a Kconfig file: it holds NUL bytes", Location(path, line))
    text = content.decode("utf-8", "surrogateescape")
    statements: list[Statement] = []
    reader.filename = path
    lexer = reader.lexer
    at, line, counted = 0, 1, 0
    after_help = is_unended = False
    while at < len(text):
        written = text[at : text.find("\n", at) + 1]
        often = reader.often.get(written)
        if often is not None:
            line += text.count("\n", counted, at)
            counted, at = at, at + len(written)
            after_help = often.keyword == "help"
            operands = often.operands
            if after_help:
                at, is_blank = skip_help(text, at)
                operands = (is_blank,)
            statements.append(Statement(line, often.keyword, operands))
            continue
        begin = at
        lexed = lexer.statement(text, at)
        at = lexed.end
        if not lexed.tokens and not lexed.notes:
            continue
        line += text.count("\n", counted, lexed.start)
        counted = lexed.start
        if lexed.has_macros or lexed.assigned is not None or "$" in lexed.text:
            statement: Statement | None = Statement(line, "raw", (lexed.text, after_help))
            known = [token for token in lexed.tokens if token != UNKNOWN]
            is_help = known == ["help"]
        else:
            statement = reader.parse(line, lexed.text, lexed)
            notes = reader.take_notes()
            statements += notes
            if statement is not None and statement.keyword in _OFTEN and not notes and at == begin + len(written):
                reader.often[written] = statement
            known = lexed.tokens
            is_help = statement is not None and statement.keyword == "help"
        # What leaves no token leaves all as it was.
        after_help = is_help or (after_help and not known)
        if is_help:
            at, is_blank = skip_help(text, at)
            if statement is not None and statement.keyword == "help":
                statement = Statement(line, "help", (is_blank,))
        elif lexed.tokens:
            is_unended = not lexed.is_ended
        if statement is not None:
            statements.append(statement)
    return SourceFile(path, tuple(statements), is_unended)
