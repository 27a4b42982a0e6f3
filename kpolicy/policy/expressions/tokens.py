# SPDX-License-Identifier: GPL-2.0-or-later
"""What the parsers of conditions and of formulas have in common: tokens, and errors that point at one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, NoReturn

from kpolicy.errors import UsageError
from kpolicy.tuples import NamedTuple


class Token(NamedTuple):
    """A piece of a text: its kind is the name of the group of the pattern, or "end"."""

    kind: str
    text: str
    column: int  # from 0


class Tokens:
    """The tokens of a text, one after the other.

    `pattern` is that of one token with the blanks before it, `instead` what people write and what they mean.
    """

    pattern: ClassVar[re.Pattern[str]]
    instead: ClassVar[Mapping[str, str]]

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._tokenize()
        self._next = 0

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self, operator: str) -> bool:
        token = self._peek()
        if token.kind != "operator" or token.text != operator:
            return False
        self._next += 1
        return True

    def _tokenize(self) -> list[Token]:
        tokens, position = [], 0
        end = len(self._text.rstrip())
        while position < end:
            match = self.pattern.match(self._text, position)
            if match is None or match.lastgroup is None:
                start = position + len(self._text[position:]) - len(self._text[position:].lstrip())
                self._bad_character(Token("bad", self._text[start], start))
            group = match.lastgroup
            token = Token(group, match.group(group), match.start(group))
            self._check(token)
            tokens.append(token)
            position = match.end()
        # Three of them, so that looking two tokens ahead needs no check.
        return [*tokens, *[Token("end", "", end)] * 3]

    def _check(self, token: Token) -> None:
        """Hook of parsers: complain about a token where it is not allowed."""

    def _bad_character(self, token: Token) -> NoReturn:
        self._fail(f"{token.text!r} means nothing here", token, self._meant(token.text))

    def _meant(self, text: str) -> str | None:
        return f"did you mean {self.instead[text]!r}?" if text in self.instead else None

    def _fail(self, message: str, token: Token, hint: str | None = None) -> NoReturn:
        raise UsageError(message, source_line=self._text, column=token.column + 1, hint=hint)


def nearest(word: str, choices: tuple[str, ...]) -> str | None:
    """What was probably meant, as a question; None for no idea."""
    import difflib  # only for errors

    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else None
