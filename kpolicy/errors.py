# SPDX-License-Identifier: GPL-2.0-or-later
"""Errors that are meant for people.

Every error that kpolicy foresees is a `KpolicyError`: it knows where it arose, what stands
there, what was expected and what to do about it.  The command line prints `render()` and
exits with `exit_status`; a library user catches the class.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Self

from kpolicy.location import Location
from kpolicy.patterns import lazy

_UNPRINTABLE = lazy(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LONGEST_LINE = 160


def printable(text: str) -> str:
    """`text` with control characters shown as escapes, so that a hostile file cannot drive a terminal."""
    if text.isprintable():
        # To ask that takes a tenth of the time, and of nearly every text it is so.
        return text
    return _UNPRINTABLE.sub(lambda match: f"\\x{ord(match.group()) & 0xFF:02x}", text)


def printable_lines(lines: Sequence[str]) -> Iterable[str]:
    """Each of some lines, `printable`."""
    return lines if "".join(lines).isprintable() else map(printable, lines)


class KpolicyError(Exception):
    """An error with a place, the offending line, and advice.

    `column` counts from 1 in `source_line`; the caret stands below it.
    """

    exit_status = 3

    def __init__(
        self,
        message: str,
        location: Location | None = None,
        *,
        source_line: str | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.source_line = source_line
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        return self.render()

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword arguments do not survive the default pickling between worker processes.
        return (_rebuild, (type(self), *self._parts))

    @property
    def _parts(self) -> tuple[str, Location | None, str | None, int | None, str | None]:
        return (self.message, self.location, self.source_line, self.column, self.hint)

    def __eq__(self, other: object) -> bool:
        # Errors are part of a report, which is compared with one that was saved.
        if not isinstance(other, KpolicyError):
            return NotImplemented
        return (self.exit_status, self._parts) == (other.exit_status, other._parts)

    def __hash__(self) -> int:
        return hash((self.exit_status, self._parts))

    def kept(self) -> Self:
        """The error, to be shown later: without the frames that it came through, which hold what was being read."""
        return self.with_traceback(None)

    def render(self) -> str:
        """The error as printed: `file:line: error: message`, the line with a caret, the hint."""
        where = f"{printable(str(self.location))}: " if self.location else ""
        lines = [f"{where}error: {printable(self.message)}"]
        if self.source_line is not None:
            lines += self._excerpt(self.source_line)
        if self.hint:
            lines += [f"  {printable(line)}" for line in self.hint.splitlines()]
        return "\n".join(lines)

    def _excerpt(self, source_line: str) -> list[str]:
        text = source_line.rstrip("\r\n").expandtabs()
        column = self.column
        if column is not None:
            column = len(source_line[: column - 1].expandtabs()) + 1
        start = 0
        if len(text) > _LONGEST_LINE:
            start = max(0, (column or 1) - _LONGEST_LINE // 2)
            text = text[start : start + _LONGEST_LINE]
        excerpt = [f"    {printable(text)}"]
        if column is not None:
            before = printable(text[: max(0, column - 1 - start)])
            excerpt.append(f"    {' ' * len(before)}^")
        return excerpt


class UsageError(KpolicyError):
    """The command line, a policy file or a rule file is wrong: exit status 2."""

    exit_status = 2


class InputError(KpolicyError):
    """A tree or a config that cannot be read or analysed: exit status 3."""

    exit_status = 3


class SeveralErrors(KpolicyError):
    """Nothing could be looked at, for several reasons: the exit status is the highest of theirs."""

    def __init__(self, errors: Sequence[KpolicyError]) -> None:
        super().__init__(errors[0].message, errors[0].location, hint=errors[0].hint)
        self.errors = tuple(errors)
        self.exit_status = max(error.exit_status for error in errors)

    def __reduce__(self) -> tuple[object, ...]:
        return (SeveralErrors, (self.errors,))

    def render(self) -> str:
        """All errors, one after the other."""
        return "\n".join(error.render() for error in self.errors)


def together(errors: Sequence[KpolicyError]) -> KpolicyError:
    """One error for all that there are."""
    return errors[0] if len(errors) == 1 else SeveralErrors(errors)


def _rebuild(
    kind: type[KpolicyError],
    message: str,
    location: Location | None,
    source_line: str | None,
    column: int | None,
    hint: str | None,
) -> KpolicyError:
    return kind(message, location, source_line=source_line, column=column, hint=hint)


def did_you_mean(word: str, choices: Iterable[str]) -> str | None:
    """A hint at the nearest of `choices`, all of them when none is near and they are few."""
    import difflib  # only for errors

    known = list(choices)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"there are {', '.join(known)}" if 0 < len(known) <= 12 else None
