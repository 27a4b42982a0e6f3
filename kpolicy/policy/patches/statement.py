# SPDX-License-Identifier: GPL-2.0-or-later
"""The text of one Kconfig statement, and what can be cut out of it: a condition, one of several dependencies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kpolicy.errors import KpolicyError
from kpolicy.tuples import NamedTuple

_TOKEN: Final = re.compile(
    r"(?P<blank>[ \t\r]+|\\\n)|(?P<comment>\#[^\n]*)|(?P<quoted>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')"
    r"|(?P<operator>&&|\|\||!=|<=|>=|[=<>!()])|(?P<word>[\w./-]+)|(?P<end>\n)|(?P<odd>.)"
)
_INDENT: Final = re.compile(r"[ \t]*")


class NoEditError(KpolicyError):
    """A finding for which there is no mechanical edit; the message says why."""


class Token(NamedTuple):
    """A piece of a statement, and where it is in the text."""

    kind: str
    text: str
    start: int
    end: int


class Written(NamedTuple):
    """A statement as it is written: its lines with their ends, and its tokens without blanks and comments."""

    text: str
    tokens: tuple[Token, ...]
    has_comment: bool

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.text.count("\n") + (not self.text.endswith("\n"))

    @property
    def indent(self) -> str:
        """The white space at its front."""
        match = _INDENT.match(self.text)
        return match[0] if match else ""


def written(lines: Sequence[str], number: int) -> Written:
    """The statement that begins on a line, the first of which is 1, of a file; `lines` are without their ends."""
    rest = "\n".join(lines[number - 1 :])
    tokens: list[Token] = []
    has_comment = False
    end = len(rest)
    for match in _TOKEN.finditer(rest):
        kind = str(match.lastgroup)
        if kind == "end":
            end = match.end()
            break
        has_comment |= kind == "comment"
        if kind == "odd":
            raise NoEditError("the line has macros or odd characters")
        if kind in ("operator", "quoted", "word"):
            tokens.append(Token(kind, match[0], match.start(), match.end()))
    return Written(rest[:end], tuple(tokens), has_comment)


def condition(statement: Written) -> tuple[Token, ...]:
    """The tokens of what follows `if`, none where there is no condition."""
    at = _if(statement.tokens)
    return statement.tokens[at + 1 :]


def dependency(statement: Written) -> tuple[Token, ...]:
    """The tokens of what follows `depends on`."""
    return statement.tokens[2 : _if(statement.tokens)]


def without_condition(statement: Written) -> str:
    """The statement without its `if` and what follows."""
    at = _if(statement.tokens)
    if at == len(statement.tokens):
        raise NoEditError("the line has no condition")
    return _cut(statement.text, statement.tokens[at - 1].end, statement.tokens[-1].end)


def conjuncts(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], ...]:
    """The parts of an expression that `&&` joins; one where it is no conjunction."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")") if token.kind == "operator" else 0
        if depth == 0 and token.kind == "operator" and token.text == "||":
            return (tuple(tokens),)
        if depth == 0 and token.kind == "operator" and token.text == "&&":
            parts.append([])
        else:
            parts[-1].append(token)
    return tuple(map(tuple, parts))


def without_part(statement: Written, parts: Sequence[Sequence[Token]], number: int) -> str:
    """The statement without one of several parts of an expression, and the `&&` beside it.

    What is left alone loses the parentheses around it.
    """
    if number:
        text = _cut(statement.text, parts[number - 1][-1].end, parts[number][-1].end)
    else:
        text = _cut(statement.text, parts[0][0].start, parts[1][0].start)
    if len(parts) == 2:
        left = parts[1 - number]
        if _is_enclosed(left):
            gone = parts[0][0].start - parts[1][0].start if not number else 0
            begin, end = left[0].start + gone, left[-1].end + gone
            text = text[:begin] + text[begin + 1 : end - 1] + text[end:]
    return text


def _if(tokens: Sequence[Token]) -> int:
    """Where the condition of a statement begins, or its end."""
    found = (at for at, token in enumerate(tokens) if at and token.kind == "word" and token.text == "if")
    return next(found, len(tokens))


def _cut(text: str, start: int, end: int) -> str:
    return text[:start] + text[end:]


def _is_enclosed(tokens: Sequence[Token]) -> bool:
    """Whether one pair of parentheses is around all of an expression."""
    return tokens[0].text == "(" and [at for at, depth in enumerate(_depths(tokens)) if depth == 0] == [len(tokens) - 1]


def _depths(tokens: Sequence[Token]) -> Iterator[int]:
    depth = 0
    for token in tokens:
        if token.kind == "operator":
            depth += (token.text == "(") - (token.text == ")")
        yield depth
