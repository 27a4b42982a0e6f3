# SPDX-License-Identifier: GPL-2.0-or-later
"""What commands read and write: texts in memory."""

from __future__ import annotations

from typing import Final

# No probe comes near these; they keep a hostile command from filling the memory.
LONGEST_TEXT: Final = 1_000_000


class Exhausted(Exception):
    """A command takes more steps, text or depth than any probe has need of."""


class Input:
    """A text that is read from its start to its end, by one command after the other."""

    __slots__ = ("_at", "_text")

    def __init__(self, text: str = "") -> None:
        self._text = text
        self._at = 0

    def read(self) -> str:
        """All that is left."""
        rest = self._text[self._at :]
        self._at = len(self._text)
        return rest

    def line(self) -> str:
        """The next line with its newline; empty at the end."""
        end = self._text.find("\n", self._at) + 1 or len(self._text)
        line = self._text[self._at : end]
        self._at = end
        return line


class Output:
    """A text that grows."""

    __slots__ = ("_length", "_parts")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0

    def write(self, text: str) -> None:
        """Add to the text."""
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise Exhausted("too much output")
        self._parts.append(text)

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self._parts)


class Discard(Output):
    """/dev/null."""

    __slots__ = ()

    def write(self, text: str) -> None:
        """Forget the text."""


NOTHING: Final = Discard()
Stream = Input | Output
