# SPDX-License-Identifier: GPL-2.0-or-later
"""Output: the payload on stdout, everything else on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from kpolicy.errors import InputError, KpolicyError, printable

if TYPE_CHECKING:
    from kpolicy.location import Location
    from kpolicy.report.text.style import Style


class NoReaderError(Exception):
    """The output was closed."""


class Console:
    """The streams of one run, those of the process without any, and what may be written to them."""

    def __init__(
        self,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.stdout = sys.stdout if stdout is None else stdout
        self.stderr = sys.stderr if stderr is None else stderr
        self.environment = os.environ if environment is None else environment
        self.quiet = False
        self.color = "auto"
        self._progress = 0

    def style(self, stream: TextIO | None = None) -> Style:
        """Colour for a stream (stdout): on terminals, unless --color, NO_COLOR or FORCE_COLOR say otherwise.

        Links on those terminals that know them, and nowhere else.
        """
        from kpolicy.report.text.style import Style  # help does without

        stream = stream or self.stdout
        return Style(self._has_colour(stream), self._pages() if stream is self.stdout else "")

    def _pages(self) -> str:
        if not _is_terminal(self.stdout):
            return ""
        from kpolicy.cli.links import knows_links, pages_for_terminal  # what goes to a file has no links

        return pages_for_terminal() if knows_links(self.environment) else ""

    def _has_colour(self, stream: TextIO) -> bool:
        if self.color != "auto":
            return self.color == "always"
        if self.environment.get("NO_COLOR"):
            return False
        if self.environment.get("FORCE_COLOR", "0") not in ("", "0"):
            return True
        return _is_terminal(stream) and self.environment.get("TERM") != "dumb"

    def payload(self, text: str) -> None:
        """Write a result, characters that cannot be encoded as escapes."""
        self.clear_progress()
        encoding = self.stdout.encoding or "utf-8"
        self._write(self.stdout, text.encode(encoding, "backslashreplace").decode(encoding))

    def say(self, text: str) -> None:
        """Write a line for people to the output, with names that may hold anything."""
        self.payload(f"{_line(text)}\n")

    def payload_bytes(self, content: bytes) -> None:
        """Write a result byte for byte."""
        buffer = getattr(self.stdout, "buffer", None)
        if buffer is None:
            self.payload(content.decode("utf-8", "backslashreplace"))
            return
        try:
            self.stdout.flush()
            buffer.write(content)
            buffer.flush()
        except OSError as error:
            raise _failure(error) from None

    def error(self, error: KpolicyError) -> None:
        """Show an error; never silenced."""
        self.diagnostic(error.render())

    def warning(self, location: Location | None, text: str, severity: str = "warning") -> None:
        """Show `file:line: warning: text`, or of another severity, unless quiet."""
        if not self.quiet:
            where = f"{_line(str(location))}: " if location is not None else ""
            self.diagnostic(f"{where}{severity}: {_line(text)}")

    def note(self, text: str) -> None:
        """Print a note, unless quiet."""
        if not self.quiet:
            self.diagnostic(f"note: {_line(text)}")

    def diagnostic(self, text: str) -> None:
        """Write to stderr."""
        self.clear_progress()
        style = self.style(self.stderr)
        if style.colour:
            for word in ("error", "warning", "note"):
                text = text.replace(f"{word}:", style.mark(word, f"{word}:"), 1)
        encoding = self.stderr.encoding or "utf-8"
        self._say(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")

    def progress(self, done: int, total: int) -> None:
        """Show how far a long run is, on terminals only."""
        if self.quiet or not _is_terminal(self.stderr) or self.environment.get("TERM") == "dumb":
            return
        text = f"{done}/{total} done"
        self._say(f"\r{text.ljust(self._progress)}")
        self._progress = len(text)

    def clear_progress(self) -> None:
        """Take the progress line away."""
        if self._progress:
            self._say(f"\r{' ' * self._progress}\r")
            self._progress = 0

    def _say(self, text: str) -> None:
        # Where stderr cannot be written there is no place to say so; the result and the exit status still count.
        with suppress(InputError):
            self._write(self.stderr, text)

    def _write(self, stream: TextIO, text: str) -> None:
        try:
            stream.write(text)
            stream.flush()
        except OSError as error:
            raise _failure(error) from None


def _line(text: str) -> str:
    """A text as one line: a name in it may have line ends."""
    return printable(text).replace("\n", "\\x0a")


def _failure(error: OSError) -> Exception:
    if isinstance(error, BrokenPipeError):
        return NoReaderError()
    return InputError(f"cannot write the output: {error.strerror or error}")


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:
        return False
