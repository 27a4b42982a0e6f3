# SPDX-License-Identifier: GPL-2.0-or-later
"""Which commands of a script run for certain: those outside conditions, loops and functions.

The reserved words are those of the POSIX shell; GRUB's script language has the same ones, without `case`
(grub-core/script/yylex.l).
"""

from __future__ import annotations

from typing import Final

CONDITION: Final = "under a condition"
LOOP: Final = "in a loop"
FUNCTION: Final = "in a function"
SUBSHELL: Final = "in a subshell"
NEVER: Final = "under a condition that is false"
_OPENING: Final = {
    "if": ("fi", CONDITION),
    "case": ("esac", CONDITION),
    "for": ("done", LOOP),
    "while": ("done", LOOP),
    "until": ("done", LOOP),
}
_BEFORE_A_COMMAND: Final = ("if", "then", "elif", "else", "while", "until", "do", "!", "{")


class Blocks:
    """The compound commands that are open."""

    def __init__(self) -> None:
        # Of each the word that closes it, and where its commands are, "" for those that run for certain.
        self._open: list[tuple[str, str]] = []
        self._after = ""
        self._is_function = False

    @property
    def where(self) -> str:
        """Where the next command is; "" for one that runs for certain."""
        return self._after or self._around()

    def word(self, word: str) -> bool:
        """Take a word at the start of a command; whether a command may follow it."""
        if word in _OPENING:
            self.open(*_OPENING[word])
        elif word == "{":
            self.open("}", "")
        elif word == "else":
            self._else()
        elif self._open and word == self._open[-1][0] and word != ")":
            self._open.pop()
        return word in _BEFORE_A_COMMAND

    def function(self) -> None:
        """The next braces are the body of a function."""
        self._is_function = True

    def open(self, closing: str, where: str) -> None:
        """Open a compound command; its commands are at `where`, or where it is itself."""
        outside = self.where
        if self._is_function and closing == "}":
            where, self._is_function = FUNCTION, False
        self._open.append((closing, NEVER if outside == NEVER else where or outside))
        self._after = ""

    def close(self, closing: str) -> None:
        """Close the innermost compound command if `closing` closes it: `)` also ends a pattern of `case`."""
        if self._open and self._open[-1][0] == closing:
            self._open.pop()
        self._after = ""

    def is_false(self) -> None:
        """The condition of the `if` that was opened last is false."""
        self._open[-1] = (self._open[-1][0], NEVER)

    def end(self, end: str, *, is_empty: bool) -> None:
        """Take the end of a command; a line may end behind `&&` or a `|`, before the command."""
        if end in ("&&", "||"):
            self._after = CONDITION
        elif end == "|":
            self._after = SUBSHELL
        elif not (is_empty and end == "\n"):
            self._after = ""

    def _around(self) -> str:
        return self._open[-1][1] if self._open else ""

    def _else(self) -> None:
        if self._open and self._open[-1] == ("fi", NEVER):
            self._open.pop()
            self._open.append(("fi", self._around()))
