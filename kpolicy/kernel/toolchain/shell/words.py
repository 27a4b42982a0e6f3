# SPDX-License-Identifier: GPL-2.0-or-later
"""Words of the shell: quotes, parameters and substitutions, read from the text (POSIX section 2.2, 2.6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from kpolicy.kernel.toolchain.patience import look
from kpolicy.kernel.toolchain.shell.syntax import (
    Arithmetic,
    Parameter,
    Part,
    Script,
    ShellSyntaxError,
    Substitution,
    Text,
    Word,
)

# What ends an unquoted word.
WORD_END: Final = frozenset(" \t\n;&|<>()")
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SPECIAL: Final = frozenset("@*#?-$!0123456789")
_OPERATOR: Final = re.compile(r":?[-=?+]|%%?|##?")
_PLAIN: Final = re.compile(r"[^\s;&|<>()\\'\"$`#]+")
_PLAIN_QUOTED: Final = re.compile(r"[^\\\"$`]+")
_DEEPEST: Final = 60

# Text, where the script starts, what ends it, nesting depth -> the script, and the place after its end.
ParseAt = Callable[[str, int, str, int], tuple[Script, int]]


class WordScanner:
    """A position in a text, and the reading of words from it.

    `parse` reads the script in a command substitution.
    """

    def __init__(self, text: str, parse: ParseAt, depth: int = 0) -> None:
        if depth > _DEEPEST:
            raise ShellSyntaxError("nested too deeply")
        self.text = text
        self.at = 0
        self.depth = depth
        self._parse = parse

    def peek(self, length: int = 1) -> str:
        """The next characters, without going on."""
        return self.text[self.at : self.at + length]

    def word(self) -> Word:
        """The word that starts here; empty when none does."""
        parts: list[Part] = []
        text = self.text
        look()
        while self.at < len(text):
            character = text[self.at]
            if character in WORD_END:
                break
            plain = _PLAIN.match(text, self.at)
            if plain is not None:
                parts.append(Text(plain.group()))
                self.at = plain.end()
            elif character == "#":
                parts.append(Text("#"))
                self.at += 1
            elif character == "\\":
                self._escape(parts)
            elif character == "'":
                parts.append(self._single_quotes())
            elif character == '"':
                self.at += 1
                self._double_quotes(parts)
            else:
                self._dollar(parts, quoted=False)
        return tuple(parts)

    def quoted_text(self) -> Word:
        """The whole rest, as within double quotes, where `"` is a plain character (here-documents, `$((...))`)."""
        parts: list[Part] = []
        self._double_quotes(parts, here_document=True)
        return tuple(parts)

    def _escape(self, parts: list[Part]) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if following != "\n":
            parts.append(Text(following or "\\", quoted=True))

    def _single_quotes(self) -> Text:
        end = self.text.find("'", self.at + 1)
        if end < 0:
            raise ShellSyntaxError("unterminated quoted string")
        part = Text(self.text[self.at + 1 : end], quoted=True)
        self.at = end + 1
        return part

    def _double_quotes(self, parts: list[Part], *, here_document: bool = False) -> None:
        start = len(parts)
        text = self.text
        while True:
            if self.at >= len(text):
                if here_document:
                    break
                raise ShellSyntaxError("unterminated quoted string")
            character = text[self.at]
            plain = _PLAIN_QUOTED.match(text, self.at)
            if plain is not None:
                parts.append(Text(plain.group(), quoted=True))
                self.at = plain.end()
            elif character == '"':
                self.at += 1
                if not here_document:
                    break
                parts.append(Text('"', quoted=True))
            elif character == "\\":
                following = text[self.at + 1 : self.at + 2]
                escapable = following in ("$", "`", "\\") or (following == '"' and not here_document)
                if following and escapable:
                    parts.append(Text(following, quoted=True))
                    self.at += 2
                elif following == "\n":
                    self.at += 2
                else:
                    parts.append(Text("\\", quoted=True))
                    self.at += 1
            else:
                self._dollar(parts, quoted=True)
        if len(parts) == start:
            parts.append(Text("", quoted=True))

    def _dollar(self, parts: list[Part], *, quoted: bool) -> None:
        """Read what `$` or a backquote starts."""
        text = self.text
        if text[self.at] == "`":
            parts.append(self._backquotes(quoted))
            return
        following = text[self.at + 1 : self.at + 2]
        name = NAME.match(text, self.at + 1)
        if text.startswith("$((", self.at) and (end := self._arithmetic_end()) is not None:
            inside = WordScanner(text[self.at + 3 : end], self._parse, self.depth + 1).quoted_text()
            parts.append(Arithmetic(inside, quoted))
            self.at = end + 2
        elif following == "(":
            body, self.at = self._parse(text, self.at + 2, ")", self.depth + 1)
            parts.append(Substitution(body, quoted))
        elif following == "{":
            self.at += 2
            parts.append(self._braces(quoted))
        elif name is not None:
            parts.append(Parameter(name.group(), quoted))
            self.at = name.end()
        elif following and following in _SPECIAL:
            parts.append(Parameter(following, quoted))
            self.at += 2
        else:
            parts.append(Text("$", quoted))
            self.at += 1

    def _braces(self, quoted: bool) -> Parameter:
        text = self.text
        length = text.startswith("#", self.at) and text[self.at + 1 : self.at + 2] not in ("", "}")
        if length:
            self.at += 1
        match = NAME.match(text, self.at) or re.compile(r"[0-9]+|[@*#?$!-]").match(text, self.at)
        if match is None:
            raise ShellSyntaxError("bad substitution")
        self.at = match.end()
        if length:
            self._expect("}")
            return Parameter(match.group(), quoted, "length")
        operator = _OPERATOR.match(text, self.at)
        if operator is None:
            self._expect("}")
            return Parameter(match.group(), quoted)
        self.at = operator.end()
        # In `"${x%pattern}"` the pattern is not quoted by the quotes around; in `"${x:-word}"` the word is.
        word = self._until_brace(quoted and operator.group()[0] not in "%#")
        return Parameter(match.group(), quoted, operator.group(), word)

    def _until_brace(self, quoted: bool) -> Word:
        parts: list[Part] = []
        text = self.text
        while self.at < len(text):
            character = text[self.at]
            if character == "}":
                self.at += 1
                return tuple(parts)
            if character == "\\":
                self._escape(parts)
            elif character == "'" and not quoted:
                parts.append(self._single_quotes())
            elif character == '"':
                self.at += 1
                self._double_quotes(parts)
            elif character in "$`":
                self._dollar(parts, quoted=quoted)
            else:
                parts.append(Text(character, quoted))
                self.at += 1
        raise ShellSyntaxError("missing '}'")

    def _expect(self, character: str) -> None:
        if self.peek() != character:
            raise ShellSyntaxError(f"missing {character!r}")
        self.at += 1

    def _backquotes(self, quoted: bool) -> Substitution:
        end = self.at + 1
        while end < len(self.text) and self.text[end] != "`":
            end += 2 if self.text[end] == "\\" else 1
        if end >= len(self.text):
            raise ShellSyntaxError("unterminated backquotes")
        escapes = r'\\([$`\\"])' if quoted else r"\\([$`\\])"
        body = re.sub(escapes, r"\1", self.text[self.at + 1 : end])
        self.at = end + 1
        return Substitution(self._parse(body, 0, "", self.depth + 1)[0], quoted)

    def _arithmetic_end(self) -> int | None:
        depth = 0
        for at in range(self.at + 3, len(self.text)):
            character = self.text[at]
            if character == "(":
                depth += 1
            elif character == ")":
                if depth == 0:
                    return at if self.text.startswith("))", at) else None
                depth -= 1
        return None
