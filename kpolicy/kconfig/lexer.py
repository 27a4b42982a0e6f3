# SPDX-License-Identifier: GPL-2.0-or-later
"""One Kconfig statement at a time, from text to tokens, as scripts/kconfig/lexer.l splits it (4.x: zconf.l)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from kpolicy.kconfig.grammar import Grammar
from kpolicy.tuples import NamedTuple

WORD, QUOTED = "word", "quoted"
# A keyword or operator is a plain string; a word or a text in quotes is its kind and its text.
Token: TypeAlias = "str | tuple[str, str]"
# Expands the `$(` at an index: gives the text with the expansion in its place, and where that ends.
Expand: TypeAlias = "Callable[[str, int], tuple[str, int]]"
# Stands for a word or text with macros where nothing expands them.
UNKNOWN: Token = (WORD, "")

_UNENDED = "multi-line strings not supported"
_NAME = "A-Za-z0-9_-"
_OPERATORS = r"\|\||&&|!=|<=|>=|[=<>!()]"
_ASSIGNING = r"[:+]?="
# Groups of a pattern: a word, an operator, a quote, a comment, a joined line, the end of the line, anything else.
_A_WORD, _AN_OPERATOR, _A_QUOTE, _A_COMMENT, _A_JOIN, _AN_END, _OTHER = range(1, 8)
# Nearly every line is made of these alone, and is split at once.
_SIMPLE = re.compile(rf"([{_NAME}]+)|({_OPERATORS})|(\"[^\"\\$\n]*\")")
_SIMPLE_LINE = re.compile(rf"[ \t]*+((?:[{_NAME}]++|{_OPERATORS}|\"[^\"\\$\n]*+\"|[ \t]++)*+)(?:\#[^\n]*+)?+\n")
_EMPTY_LINES = re.compile(r"(?:[ \t]*(?:#[^\n]*)?(?:\n|\Z))*")


class Statement(NamedTuple):
    """The tokens of a statement.

    `start` is where its first token begins, `end` where the next statement can; `text` is its text without the end of
    the line, joined lines put together.  `has_macros` says that there are macros, which nothing expanded.  `assigned`
    is the value of an assignment.  `notes` are what `conf` warns of, with where.
    `is_ended` says whether the line has an end: a backslash before the last newline of a file takes it away.
    """

    tokens: list[Token]
    start: int
    end: int
    text: str
    has_macros: bool
    assigned: str | None
    notes: list[tuple[int, str]]
    is_ended: bool = True


class Lexer:
    """Splits the text of a tree's Kconfig files by the rules of its own `conf`."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        dollar = "$" if grammar.has_macros else ""
        name = f"/.{_NAME}" if grammar.has_paths else _NAME
        operators = _OPERATORS if grammar.two_states else rf"{_OPERATORS}|[:+]="
        blank = rf"(?:[ \t]|---(?![{name}]))*" if grammar.skips_dashes else r"[ \t]*"
        self._inner = _pattern(dollar + name, operators, blank)
        if grammar.two_states:
            first = _NAME.removesuffix("-") if grammar.skips_dashes else _NAME
            self._first = _pattern(dollar + first, _ASSIGNING if dollar else "(?!)", only=True)
        else:
            self._first = _pattern(dollar + _NAME, operators)
        self._has_simple = not (grammar.two_states or grammar.has_paths)
        self._run = re.compile(f"[{name}]+")
        self._plain = re.compile(rf"[^{dollar}'\"\\\n]+")

    def statement(self, text: str, at: int = 0, expand: Expand | None = None) -> Statement:
        """The statement that begins at or after an index."""
        blank = _EMPTY_LINES.match(text, at)
        at = blank.end() if blank else at
        return (self._simple(text, at) if self._has_simple else None) or self._any(text, at, expand)

    def _any(self, text: str, at: int, expand: Expand | None) -> Statement:
        """The statement at an index, by the rules of the lexer one after the other."""
        grammar = self._grammar
        begin, start = at, -1
        tokens: list[Token] = []
        notes: list[tuple[int, str]] = []
        joined: list[int] = []
        macros = 0
        is_ended = True
        scan, inner_scan = self._first, self._inner
        first, inner = grammar.words, grammar.inner
        keeps_state = grammar.two_states and grammar.has_macros
        while match := scan.match(text, at):
            at = match.end()
            kind = match.lastindex
            if kind == _A_WORD:
                word = match[_A_WORD]
                where = match.start(_A_WORD)
                start = where if start < 0 else start
                if "$" in word:
                    text, at, word, found = self._word(text, where, expand)
                    macros += found
                    if word or (found and expand is None):
                        tokens.append((WORD, word))
                else:
                    tokens.append(word if word in (inner if scan is inner_scan else first) else (WORD, word))
                # From 4.18 on to 5.0 what is no keyword leaves the line's first state as it is.
                if not keeps_state or (tokens and not _is_word(tokens[0])):
                    scan = inner_scan
                continue
            if kind == _AN_END:
                break
            if kind == _A_COMMENT:
                continue
            where = match.start(kind or 0)
            if kind == _A_JOIN:
                joined.append(where)
                continue
            start = where if start < 0 else start
            if kind == _OTHER:
                notes += self._ignored(match[kind], where)
            elif kind == _A_QUOTE:
                text, at, token, found = self._string(text, where, expand, notes)
                macros += found
                if token is not None:
                    tokens.append(token)
            else:
                tokens.append(match[_AN_OPERATOR])
                if grammar.has_macros and _is_assignment(tokens):
                    end = text.find("\n", at)
                    end = len(text) if end < 0 else end
                    value = text[at:end].lstrip(" \t")
                    return Statement(tokens, start, end + 1, text[begin:end], macros > 0, value, notes)
        else:
            at, is_ended = len(text), False
        for place in joined:
            text = f"{text[:place]}  {text[place + 2 :]}"
        line = text[begin:at].removesuffix("\n")
        return Statement(tokens, max(start, begin), at, line, macros > 0, None, notes, is_ended)

    def _ignored(self, char: str, at: int) -> list[tuple[int, str]]:
        """What `conf` warns of where it skips a character."""
        if self._grammar.skips_silently:
            return []
        return [(at, f"ignoring unsupported character '{byte}'") for byte in _bytes(char)]

    def _simple(self, text: str, at: int) -> Statement | None:
        """The statement on a line without anything odd; None for another one."""
        line = _SIMPLE_LINE.match(text, at)
        if line is None:
            return None
        known = self._grammar.words
        tokens: list[Token] = [
            (word if word in known else (WORD, word)) if word else operator or (QUOTED, quoted[1:-1])
            for word, operator, quoted in _SIMPLE.findall(line[1])
        ]
        if not tokens or _is_assignment(tokens[:2]):
            return None
        return Statement(tokens, line.start(1), line.end(), line[0][:-1], False, None, [])

    def _word(self, text: str, at: int, expand: Expand | None) -> tuple[str, int, str, int]:
        """A word with a `$` in it: the text (with expansions), where the word ends, the word, its macros."""
        parts: list[str] = []
        macros = 0
        while True:
            if run := self._run.match(text, at):
                parts.append(run[0])
                at = run.end()
            elif text.startswith("$(", at):
                text, at, expansion = _expanded(text, at, expand)
                parts.append(expansion)
                macros += 1
            elif text.startswith("$", at):
                # Before anything but `(` a dollar is a letter.
                parts.append("$")
                at += 1
            else:
                return text, at, "" if macros and expand is None else "".join(parts), macros

    def _string(
        self, text: str, at: int, expand: Expand | None, notes: list[tuple[int, str]]
    ) -> tuple[str, int, Token | None, int]:
        """The text in quotes at an index: the text (with expansions), where it ends, its token if any, its macros."""
        quote, begin = text[at], at
        parts: list[str] = []
        macros = 0
        at += 1
        ends_plain = False
        while at < len(text):
            if run := self._plain.match(text, at):
                parts.append(run[0])
                at = run.end()
                ends_plain = True
                continue
            char = text[at]
            if char == quote:
                at += 1
                break
            if char == "\n":
                notes.append((begin, _UNENDED))
                if self._grammar.drops_unended and not ends_plain:
                    return text, at, None, macros
                break
            ends_plain = char == "\\"
            if char == "\\":
                escaped = text[at + 1 : at + 2].removesuffix("\n")
                parts.append(escaped)
                at += 1 + len(escaped)
            elif char == "$" and text.startswith("(", at + 1):
                text, at, expansion = _expanded(text, at, expand)
                parts.append(expansion)
                macros += 1
            else:
                parts.append(char)
                at += 1
        token: Token = UNKNOWN if macros and expand is None else (QUOTED, "".join(parts))
        return text, at, token, macros


def _pattern(name: str, operators: str, blank: str = r"[ \t]*", *, only: bool = False) -> re.Pattern[str]:
    """What may come next; with `only` there are neither quotes nor comments nor joined lines."""
    rest = r"((?!))|((?!))|((?!))" if only else r"([\"'])|(#[^\n]*)|(\\\n)"
    return re.compile(rf"{blank}(?:([{name}]+)|({operators})|{rest}|(\n)|([^ \t]))", re.DOTALL)


def _is_word(token: Token) -> bool:
    return token.__class__ is tuple and token[0] == WORD


def _is_assignment(tokens: list[Token]) -> bool:
    return len(tokens) == 2 and tokens[1] in ("=", ":=", "+=") and _is_word(tokens[0])


def _expanded(text: str, at: int, expand: Expand | None) -> tuple[str, int, str]:
    """The text, where the macro at an index ends in it, and what it gives."""
    if expand is None:
        return text, _macro_end(text, at + 2), ""
    text, end = expand(text, at)
    return text, end, text[at:end]


def _macro_end(text: str, at: int) -> int:
    """Where a macro ends whose arguments begin at an index; at the latest where its line does."""
    depth = 0
    while at < len(text) and text[at] != "\n":
        if text[at] == "(":
            depth += 1
        elif text[at] == ")":
            if not depth:
                return at + 1
            depth -= 1
        at += 1
    return at


def _bytes(char: str) -> list[str]:
    """What `conf`, which reads bytes, takes a character for."""
    return [char] if char.isascii() else [f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape")]
