# SPDX-License-Identifier: GPL-2.0-or-later
"""What commands read and write: texts in memory."""

from __future__ import annotations

from typing import Final

from kpolicy.kernel.toolchain.patience import Exhausted, look

# The longest word, variable, file or output, in characters: no probe comes near.
LONGEST_TEXT: Final = 1_000_000


def bounded(text: str, what: str = "word") -> str:
    """A text that was made, if it is no longer than any may be; raises Exhausted."""
    look(len(text))
    if len(text) > LONGEST_TEXT:
        raise Exhausted(f"a {what} of more than {LONGEST_TEXT} characters")
    return text


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
        look(len(rest))
        return rest

    def line(self) -> str:
        """The next line with its newline; empty at the end."""
        end = self._text.find("\n", self._at) + 1 or len(self._text)
        line = self._text[self._at : end]
        self._at = end
        look(len(line))
        return line


class Output:
    """A text that grows."""

    __slots__ = ("_length", "_parts")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0

    def write(self, text: str) -> None:
        """Add to the text."""
        look(len(text))
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise Exhausted(f"more than {LONGEST_TEXT} characters of output")
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
        look(len(text))


NOTHING: Final = Discard()
Stream = Input | Output
