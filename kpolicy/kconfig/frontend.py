# SPDX-License-Identifier: GPL-2.0-or-later
"""The one module that knows kconfiglib.

kconfiglib 14.1.0 tokenizes lines, expands macros and parses expressions; everything else
of it (files, symbols, menus, values) is left alone.  What kernels since its release write,
and what `conf` does differently, is adapted here:

- `modules` as a property of its own (Linux 5.13) and `transitional` (6.18);
- `depends on A if B`, read as `A || B = n` (Linux commit 76df6815dab7);
- the line of a joined statement is its first one, as `conf` counts;
- no environment variable, no `kconfigfunctions` module and no file is read behind the
  caller's back: names come from `environment`, `$(shell,...)` goes to `shell`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from kpolicy.errors import InputError
from kpolicy.kconfig.library import load
from kpolicy.kconfig.limits import MOST_NEGATIONS, Limits, check_size
from kpolicy.kconfig.syntax import CONST, YES, Answerer, Ast, SourceFile, Statement
from kpolicy.location import Location

kconfiglib = load(sys.path)

# Tokens and expression operators of kconfiglib, by the words of the language.
_TOKEN = {
    word: kconfiglib._get_keyword(word)
    for word in (
        "choice comment config def_bool def_hex def_int def_string def_tristate default depends endchoice endif "
        "endmenu env help if imply mainmenu menu menuconfig modules on option optional prompt range select source "
        "visible bool tristate int hex string defconfig_list allnoconfig_y"
    ).split()
}
_WORD = {token: word for word, token in _TOKEN.items()}
_TYPES = frozenset(_TOKEN[word] for word in ("bool", "tristate", "int", "hex", "string"))
_DEFAULTS = {_TOKEN[f"def_{word}"]: word for word in ("bool", "tristate", "int", "hex", "string")}
_OPERATOR = {
    kconfiglib.AND: "&&",
    kconfiglib.OR: "||",
    kconfiglib.NOT: "!",
    kconfiglib.EQUAL: "=",
    kconfiglib.UNEQUAL: "!=",
    kconfiglib.LESS: "<",
    kconfiglib.LESS_EQUAL: "<=",
    kconfiglib.GREATER: ">",
    kconfiglib.GREATER_EQUAL: ">=",
}
_BARE_NAME = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
# A statement whose value depends only on these is the same for every toolchain.
_TREE_VARIABLES = frozenset(
    ("ARCH", "SRCARCH", "SUBARCH", "HEADER_ARCH", "KERNELVERSION", "srctree", "UNAME_RELEASE", "filename", "lineno")
)
_ARCHITECTURE_VARIABLES = frozenset(("ARCH", "SRCARCH", "SUBARCH", "HEADER_ARCH"))
_ASSIGNED = re.compile(r"\s*([A-Za-z0-9_-]+)\s*(?::=|\+=)")
_MACRO_NAME = re.compile(r"\$\(([A-Za-z0-9_-]+)")
_NEGATIONS = re.compile(rf"(?:![ \t]*){{{MOST_NEGATIONS}}}")
_MAX_LINE = 1 << 20
_MAX_NESTING = 200


class _Names(dict[str, Any]):
    """Symbol tokens by name, shared by every reader: a token is a name and no more."""

    def __init__(self, constant: bool) -> None:
        super().__init__()
        self._constant = constant

    def __missing__(self, name: str) -> Any:
        symbol = kconfiglib.Symbol.__new__(kconfiglib.Symbol)
        symbol.name = name
        symbol.is_constant = self._constant
        self[name] = symbol
        return symbol


_SYMBOLS = _Names(constant=False)
_CONSTANTS = _Names(constant=True)


class Reader(kconfiglib.Kconfig):  # type: ignore[misc, name-defined]  # kconfiglib has no type hints
    """Reads Kconfig lines for one architecture and toolchain.

    `environment` holds the variables that make would export.  `shell(command, location)`
    answers `$(shell,command)`.  `dollar_names` expands `$NAME` without parentheses in every
    string, as kernels before 4.18 need it; in `source` lines it is always expanded.
    """

    filename: str
    linenr: int

    def __init__(
        self,
        environment: Mapping[str, str],
        shell: Callable[[str, Location], str],
        *,
        dollar_names: bool = False,
    ) -> None:
        self.limits = Limits()
        # Deliberately not calling kconfiglib's constructor: it reads files and os.environ.
        self._environment = environment
        self._shell = shell
        self._dollar_names = dollar_names
        self.messages: list[tuple[Location, str]] = []
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
            "lineno": (lambda reader, _name: str(reader.linenr), 0, 0),
            "shell": (lambda reader, _name, command: shell(command, reader.location), 1, 1),
        }
        self.const_syms = _CONSTANTS
        self.n, self.m, self.y = (_CONSTANTS[text] for text in "nmy")
        self.env_vars: set[str] = set()
        self.filename = ""
        self.linenr = 0
        self._line = ""
        self._tokens: Any = ()
        self._tokens_i = 0

    @property
    def location(self) -> Location:
        """The statement that is being read."""
        return Location(self.filename, self.linenr)

    # What kconfiglib calls on itself and must not do its own way.

    def _lookup_sym(self, name: str) -> Any:
        return _SYMBOLS[name]

    def _lookup_const_sym(self, name: str) -> Any:
        return _CONSTANTS[name]

    def _warn(self, message: str, *_place: object) -> None:
        self.messages.append((self.location, message))

    def _parse_error(self, message: str) -> NoReturn:
        if message == "unterminated string":
            raise _UnterminatedError
        text = self._line.rstrip("\n")
        raise InputError(
            f"syntax error: {message}",
            self.location,
            source_line=text,
            column=len(text) - len(text.lstrip()) + 1,
        )

    def _trailing_tokens_error(self) -> NoReturn:
        self._parse_error("extra words at the end of the line")

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
            self.messages.append((self.location, text))
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

    def statement(self, line: int, text: str) -> Statement | None:
        """The statement that `text` is, its macros expanded; None for an assignment.

        Raises `InputError` where Kconfig's grammar is broken.
        """
        self.linenr = line
        self._line = text
        self._asked = set()
        if "$" in text:
            text = self._bare_names(text)
        word = text.strip()
        if word == "transitional":
            return Statement(line, word)
        if word.split("#", 1)[0].rstrip() == "modules":
            return Statement(line, "modules")
        if len(text) > _MAX_LINE:
            self._parse_error(f"line longer than {_MAX_LINE} characters")
        if text.count("(") > _MAX_NESTING and _deepest(text) > _MAX_NESTING:
            self._parse_error(f"more than {_MAX_NESTING} nested parentheses")
        if text.count("!") > MOST_NEGATIONS and _NEGATIONS.search(text):
            self._parse_error(f"more than {MOST_NEGATIONS} negations of one another")
        self._tokens = self._words(text)
        self._tokens_i = 1
        keyword = self._tokens[0]
        if keyword is None:
            assigned = _ASSIGNED.match(text)
            if assigned is not None and self._asked:
                self._made_of.setdefault(assigned[1], set()).update(self._asked)
            return None
        return self._parse(line, keyword)

    def _words(self, text: str) -> Any:
        """The tokens of a line; a string that nobody ended ends with it, as in `conf` (scripts/kconfig/lexer.l)."""
        tokens = None
        for quote in ("", '"', "'"):
            try:
                tokens = self._tokenize(text.rstrip("\n") + quote if quote else text)
            except _UnterminatedError:
                continue
            if quote:
                self._warn("multi-line strings not supported")
            break
        return tokens or self._parse_error("a string that does not end")

    def _bare_names(self, text: str) -> str:
        if not (self._dollar_names or text.lstrip().startswith("source")):
            return text
        return _BARE_NAME.sub(lambda match: self._environment.get(match[1], match[0]), text)

    def _parse(self, line: int, keyword: Any) -> Statement:
        word = _WORD.get(keyword, "")
        if keyword in _TYPES:
            return Statement(line, "type", (word, *self._prompt()))
        if keyword in _DEFAULTS:
            return Statement(line, "default", (self._expression(), self._condition(), _DEFAULTS[keyword]))
        if word == "option":
            return Statement(line, *self._option())
        parse = _GRAMMAR.get(word)
        if parse is None:
            self._parse_error("unknown statement")
        return Statement(line, word, parse(self))

    def _entry(self) -> tuple[object, ...]:
        name = self._name(self._tokens[1])
        self._end()
        return (name,)

    def _prompt(self) -> tuple[object, ...]:
        return (None, YES) if self._tokens[1] is None else (self._text(), self._condition())

    def _reference(self) -> tuple[object, ...]:
        return self._name(self._tokens[1]), self._condition()

    def _depends(self) -> tuple[object, ...]:
        if not self._check_token(_TOKEN["on"]):
            self._parse_error("expected 'on' after 'depends'")
        dependency = self._expression()
        if not self._check_token(_TOKEN["if"]):
            self._end()
            return (dependency,)
        return (("||", dependency, _compare_no(self._last_expression(), True)),)

    def _visible(self) -> tuple[object, ...]:
        if not self._check_token(_TOKEN["if"]):
            self._parse_error("expected 'if' after 'visible'")
        return (self._last_expression(),)

    def _bare(self) -> tuple[object, ...]:
        self._end()
        return ()

    def _name(self, token: Any) -> str:
        if token.__class__ is not kconfiglib.Symbol or token.is_constant:
            self._parse_error("expected the name of a symbol")
        self._tokens_i = 2
        name: str = token.name
        return name

    def _text(self) -> str:
        text = self._tokens[self._tokens_i]
        if text.__class__ is not str:
            self._parse_error("expected a text in quotes")
        self._tokens_i += 1
        # `conf` drops leading white space of a prompt (menu.c: menu_add_prompt).
        stripped: str = text.lstrip()
        return stripped

    def _end(self) -> None:
        if self._tokens[self._tokens_i] is not None:
            self._trailing_tokens_error()

    def _expression(self) -> Ast:
        try:
            return _ast(self._parse_expr(False))
        except RecursionError:
            self._parse_error("expression nested too deeply")

    def _last_expression(self) -> Ast:
        expression = self._expression()
        self._end()
        return expression

    def _condition(self) -> Ast:
        condition = self._expression() if self._check_token(_TOKEN["if"]) else YES
        self._end()
        return condition

    def _option(self) -> tuple[str, tuple[object, ...]]:
        if self._check_token(_TOKEN["modules"]):
            return "modules", ()
        if self._check_token(_TOKEN["defconfig_list"]):
            return "option defconfig_list", ()
        if self._check_token(_TOKEN["allnoconfig_y"]):
            return "option allnoconfig_y", ()
        if not (self._check_token(_TOKEN["env"]) and self._check_token(kconfiglib.EQUAL)):
            self._parse_error("unknown option")
        return "option env", (self._expect_str_and_eol(),)


class _UnterminatedError(Exception):
    """A string has no end on its line."""


# What follows each keyword, as operands of its statement.
_GRAMMAR: dict[str, Callable[[Reader], tuple[object, ...]]] = {
    **dict.fromkeys(("config", "menuconfig"), Reader._entry),
    **dict.fromkeys(("select", "imply"), Reader._reference),
    **dict.fromkeys(("endmenu", "endif", "endchoice", "optional"), Reader._bare),
    **dict.fromkeys(("menu", "comment", "source", "mainmenu"), lambda reader: (reader._expect_str_and_eol(),)),
    "choice": lambda reader: (None if reader._tokens[1] is None else reader._expect_str_and_eol(),),
    "default": lambda reader: (reader._expression(), reader._condition(), None),
    "depends": Reader._depends,
    "help": lambda _reader: (),
    "if": lambda reader: (reader._last_expression(),),
    "prompt": lambda reader: (reader._text(), reader._condition()),
    "range": lambda reader: (_ast(reader._expect_sym()), _ast(reader._expect_sym()), reader._condition()),
    "visible": Reader._visible,
}


def _deepest(text: str) -> int:
    deepest = depth = 0
    for char in text:
        depth += (char == "(") - (char == ")")
        deepest = max(deepest, depth)
    return deepest


def is_probed(text: str) -> bool:
    """Whether a line's macros ask the toolchain, not only the architecture and the version."""
    return any(name not in _TREE_VARIABLES for name in _MACRO_NAME.findall(text))


def _ast(expression: Any) -> Ast:
    """kconfiglib's expression as an `Ast`, chains of `&&` and `||` flattened."""
    if expression.__class__ is not tuple:
        name: str = expression.name
        return (CONST, name) if expression.is_constant else name
    operator = _OPERATOR[expression[0]]
    if operator in ("&&", "||"):
        operands: list[Ast] = []
        while expression.__class__ is tuple and _OPERATOR[expression[0]] == operator:
            operands.append(_ast(expression[1]))
            expression = expression[2]
        operands.append(_ast(expression))
        return (operator, *operands)
    return (operator, *(_ast(operand) for operand in expression[1:]))


def _compare_no(expression: Ast, equal: bool) -> Ast:
    """`expression = n` (or `!= n`) with the comparison at the symbols, as `conf` writes it.

    Mirrors expr_trans_compare() of scripts/kconfig/expr.c; `!A = n` becomes `A != n`, which
    is not the same for a tristate A, and is what the kernel's build does.
    """
    no: Ast = (CONST, "n")
    if isinstance(expression, str) or expression[0] == CONST:
        return ("=" if equal else "!=", expression, no)
    operator = expression[0]
    operands: tuple[Any, ...] = expression[1:]
    if operator == "!":
        return _compare_no(operands[0], not equal)
    if operator in ("&&", "||"):
        turned: Ast = ("||" if operator == "&&" else "&&", *(_compare_no(operand, True) for operand in operands))
        return turned if equal else ("!", turned)
    return ("!", expression) if equal else expression


def read_file(path: str, content: bytes, reader: Reader) -> SourceFile:
    """Split a Kconfig file into statements.

    Lines that need macros or assign variables become "raw" statements; help texts are
    skipped as `conf` delimits them (lexer.l: <HELP>).  Raises `InputError` on bad grammar.
    """
    check_size(path, content)
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise InputError("not a Kconfig file: it holds NUL bytes", Location(path, line))
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    statements: list[Statement] = []
    reader.filename = path
    number = 0
    total = len(lines)
    while number < total:
        text = lines[number]
        number += 1
        stripped = text.lstrip(" \t")
        if not stripped or stripped[0] == "#" or stripped.isspace():
            continue
        first = number
        while text.endswith("\\") and number < total:
            text = text[:-1] + lines[number]
            number += 1
        if "$" in text or _is_assignment(stripped):
            statements.append(Statement(first, "raw", (text,)))
            continue
        statement = reader.statement(first, text + "\n")
        if statement is None:
            continue
        if statement.keyword == "help":
            number = _skip_help(lines, number)
        else:
            statements.append(statement)
    return SourceFile(path, tuple(statements))


_ASSIGNMENT = re.compile(r"[A-Za-z0-9_-]+\s*(=|:=|\+=)")


def _is_assignment(text: str) -> bool:
    return _ASSIGNMENT.match(text) is not None


def _skip_help(lines: list[str], number: int) -> int:
    """The index of the first line after a help text that starts at or after `number`."""
    total = len(lines)
    while number < total and (not lines[number] or lines[number].isspace()):
        number += 1
    if number == total:
        return number
    indent = _indent(lines[number])
    if not indent:
        return number
    while number < total:
        line = lines[number]
        if line and not line.isspace() and (line[0] not in " \t" or _indent(line) < indent):
            break
        number += 1
    return number


def _indent(line: str) -> int:
    if line[0] == "\t" and line[1:2] not in ("\t", " "):
        return 8
    expanded = line.expandtabs()
    return len(expanded) - len(expanded.lstrip())
