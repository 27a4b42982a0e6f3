# SPDX-License-Identifier: GPL-2.0-or-later
"""Words as GRUB's script language and a shell make them, without running either.

Every letter keeps its place in the file.  A variable that the file does not set, and a command whose output would be
filled in, stand for nothing; `Unknown` notes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kpolicy.config.command_line import Placed

_NAME: Final = re.compile(r"\$(?:\{([^}]*)\}|([A-Za-z_]\w*|[0-9?@*#]))")
_COMMAND: Final = ("$(", "`")
_ENDS: Final = ";{}&|<>"
_SPLIT: Final = "\n"


class Unknown:
    """What could not be filled in, in words."""

    def __init__(self) -> None:
        self.found: list[str] = []

    @staticmethod
    def variable(name: str) -> str:
        """What is said about a variable."""
        return f"{name} is not set in this file: its words are not known"

    def command(self) -> None:
        """Note a command."""
        self.found.append("a command is not executed: its words are not known")


def grub_words(placed: Placed, variables: Mapping[str, Placed], unknown: Unknown) -> list[Placed]:
    """The words of a command of grub.cfg, up to its end."""
    return _Words(placed, variables, unknown, ends=_ENDS).words()


def shell_value(placed: Placed, variables: Mapping[str, Placed], unknown: Unknown) -> Placed:
    """The value of an assignment of a shell script: one word."""
    word = _Words(placed, variables, unknown, ends=";&|").word()
    return [(" " if letter == _SPLIT else letter, line, column) for letter, line, column in word]


class _Words:
    def __init__(self, placed: Placed, variables: Mapping[str, Placed], unknown: Unknown, *, ends: str) -> None:
        self._placed = placed
        self._text = "".join(letter for letter, _, _ in placed)
        self._variables = variables
        self._unknown = unknown
        self._ends = ends
        self._at = 0

    def words(self) -> list[Placed]:
        """All words; GRUB splits what an unquoted variable holds."""
        found: list[Placed] = []
        while True:
            while self._peek() in (" ", "\t"):
                self._at += 1
            if self._is_at_end() or self._peek() == "#":
                return found
            found += _split(self.word())

    def word(self) -> Placed:
        """The next word; a blank in it that may split it is a line feed."""
        word: Placed = []
        while not self._is_at_end() and (letter := self._peek()) not in " \t":
            if letter == "'":
                self._single(word)
            elif letter == '"':
                self._double(word)
            elif letter == "\\":
                word += self._placed[self._at + 1 : self._at + 2]
                self._at += 2
            elif letter in "$`":
                expanded: Placed = []
                self._expanded(expanded)
                word += [(_SPLIT if letter == " " else letter, line, column) for letter, line, column in expanded]
            else:
                word.append(self._placed[self._at])
                self._at += 1
        return word

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _is_at_end(self) -> bool:
        return self._at >= len(self._text) or self._peek() in self._ends

    def _single(self, word: Placed) -> None:
        end = self._text.find("'", self._at + 1)
        end = len(self._text) if end < 0 else end
        word += self._placed[self._at + 1 : end]
        self._at = end + 1

    def _double(self, word: Placed) -> None:
        self._at += 1
        while (letter := self._peek()) and letter != '"':
            if letter == "\\" and self._text[self._at + 1 : self._at + 2] in tuple('"\\$`'):
                word += self._placed[self._at + 1 : self._at + 2]
                self._at += 2
            elif letter in "$`":
                self._expanded(word)
            else:
                word.append(self._placed[self._at])
                self._at += 1
        self._at += 1

    def _expanded(self, word: Placed) -> None:
        """What a `$` or a backquote stands for."""
        if self._text.startswith(_COMMAND, self._at):
            self._unknown.command()
            close = ")" if self._peek() == "$" else "`"
            end = self._text.find(close, self._at + 2 if close == ")" else self._at + 1)
            self._at = len(self._text) if end < 0 else end + 1
            return
        found = _NAME.match(self._text, self._at)
        if found is None:
            word.append(self._placed[self._at])
            self._at += 1
            return
        name = found.group(1) or found.group(2) or ""
        value = self._variables.get(name)
        if value is None:
            self._unknown.found.append(Unknown.variable(f"${name}"))
        word += value or []
        self._at = found.end()


def _split(word: Placed) -> list[Placed]:
    """The parts of a word between the blanks that split it; one that is only made of an empty variable is none."""
    parts: list[Placed] = [[]]
    for letter in word:
        if letter[0] == _SPLIT:
            parts.append([])
        else:
            parts[-1].append(letter)
    return [part for part in parts if part]
