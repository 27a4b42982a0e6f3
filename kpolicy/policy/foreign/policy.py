# SPDX-License-Identifier: GPL-2.0-or-later
"""What every importer gives and is given: a policy of another tool, and the files that it is in."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NoReturn, Protocol, TypeAlias

from kpolicy.errors import InputError, KpolicyError, UsageError, did_you_mean
from kpolicy.files import read_file
from kpolicy.frozen import dataclass
from kpolicy.kernel.version import KernelVersion
from kpolicy.location import Location
from kpolicy.policy.files.policy_file import Waiver
from kpolicy.policy.files.requirement import EVERYWHERE, Requirement, Scope, in_words
from kpolicy.policy.rules.rule import Severity
from kpolicy.policy.toml.toml_file import FileErrors
from kpolicy.wording import first_few

MAX_SIZE: Final = 16 << 20
"""The largest file that is read, and all files of a policy together are at most four times as large."""
MOST_FILES: Final = 50_000
_MOST_NAMES: Final = 12
_MOST_ERRORS: Final = 20
_LONGEST_NOTE: Final = 200


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line that no requirement can state, and why."""

    location: Location
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """A policy of another tool: its requirements, what was left out, and what its tool accepts."""

    requirements: tuple[Requirement, ...]
    left_out: tuple[LeftOut, ...] = ()
    waivers: tuple[Waiver, ...] = ()


class Files(Protocol):
    """The files of a policy, by their paths."""

    def text(self, path: str) -> Text:
        """A text file; raises UsageError for what is none."""

    def names(self, path: str) -> tuple[str, ...]:
        """The names in a folder, sorted, those of folders with a slash; raises UsageError."""


Reader: TypeAlias = Callable[[Files, str, str], Foreign]
"""An importer: the files, the path that was named, and the section.

Raises UsageError, or FileErrors with all that is wrong, with file, line and caret.
"""


class Text:
    """A text file by its lines, what is wrong with it, and what can be required in it."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.lines = text.split("\n")
        self.errors: list[KpolicyError] = []

    def location(self, number: int) -> Location:
        """The place of a line, which are counted from 1."""
        return Location(self.path, number)

    def line(self, number: int) -> str:
        """A line, "" beyond the last one."""
        return self.lines[number - 1].rstrip("\r") if 0 < number <= len(self.lines) else ""

    def error(self, number: int, message: str, *, at: str | int = 1, hint: str | None = None) -> UsageError:
        """An error at a line, at a column (from 1) or at a word in it."""
        text = self.line(number)
        column = at if isinstance(at, int) else text.find(at) + 1
        return UsageError(message, self.location(number), source_line=text, column=max(column, 1), hint=hint)

    def complain(self, number: int, message: str, *, at: str | int = 1, hint: str | None = None) -> None:
        """Note an error, unless there are many; see `finish`."""
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append(self.error(number, message, at=at, hint=hint))

    def finish(self) -> None:
        """Raise what has been noted, if anything."""
        finish([self])

    def comment_above(self, number: int, mark: str = "#") -> str:
        """The comment that ends on the line before this one."""
        found: list[str] = []
        for text in reversed(self.lines[: number - 1]):
            stripped = text.strip()
            if not stripped.startswith(mark):
                break
            found.append(stripped.lstrip(mark).strip())
        return note(reversed(found))

    def left_out(self, number: int, why: str) -> LeftOut:
        """A line that no requirement can state."""
        return LeftOut(self.location(number), self.line(number).strip(), why)

    def require(
        self,
        number: int,
        symbol: str,
        values: tuple[str, ...] = (),
        *,
        contains: tuple[str, ...] = (),
        at_least: int | None = None,
        at_most: int | None = None,
        absent: bool | None = None,
        if_exists: bool = False,
        scope: Scope = EVERYWHERE,
        severity: Severity | None = None,
        why: str = "",
    ) -> Requirement:
        """What a line requires."""
        words = in_words(
            symbol, values=values, contains=contains, at_least=at_least, at_most=at_most, absent=bool(absent)
        )
        return Requirement(
            symbol,
            values,
            words,
            self.location(number),
            origin="foreign",
            contains=contains,
            at_least=at_least,
            at_most=at_most,
            absent=absent,
            if_exists=if_exists,
            scope=scope,
            severity=severity,
            note=why,
            line=self.line(number),
            column=1,
        )


def finish(texts: Iterable[Text]) -> None:
    """Raise what is wrong with some files, if anything."""
    errors = [error for text in texts for error in text.errors]
    if errors:
        raise FileErrors(errors[:_MOST_ERRORS])


def note(lines: Iterable[str]) -> str:
    """A comment as a note: one line, not too long."""
    text = " ".join(" ".join(lines).split())
    return text if len(text) <= _LONGEST_NOTE else f"{text[: _LONGEST_NOTE - 3].rstrip()}..."


def unknown_section(path: str, what: str, section: str, known: Sequence[str]) -> NoReturn:
    """Refuse a section that a policy does not have, or the lack of one."""
    place, some = Location(path, 0), first_few(known, _MOST_NAMES)
    if not section:
        raise UsageError(f"no {what} named", place, hint=f"add @{what.upper()} to the path: {some}")
    hint = did_you_mean(section, known) or f"there are {some}"
    raise UsageError(f"no {what} {section!r}", place, hint=hint)


class Folder:
    """Files of the machine, read as their paths are written; `roots` are tried in turn for what is relative."""

    def __init__(self, roots: Sequence[str] = ("",)) -> None:
        self._roots = roots
        self._texts: dict[str, Text] = {}
        self._size = 0

    def text(self, path: str) -> Text:
        """See `Files`; a file that is read twice is the same text."""
        known = self._texts.get(path)
        if known is not None:
            return known
        place = Location(path, 0)
        try:
            content = read_file(self._found(path), MAX_SIZE, pipes=not self._texts)
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot read the policy: {_reason(error)}", place) from None
        self._size += len(content)
        if self._size > 4 * MAX_SIZE or len(self._texts) >= MOST_FILES:
            raise UsageError("cannot read the policy: its files are too large together", place)
        text = Text(path, _decoded(path, content))
        self._texts[path] = text
        return text

    def names(self, path: str) -> tuple[str, ...]:
        """See `Files`."""
        try:
            with os.scandir(self._found(path) or ".") as entries:
                found = sorted(f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries)
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot read the policy: {_reason(error)}", Location(path, 0)) from None
        return tuple(found)

    def _found(self, path: str) -> str:
        places = [os.path.join(root, path) for root in self._roots]
        return next((place for place in places if "\0" not in place and os.path.lexists(place)), places[0])


class Given:
    """Files that are given as texts: for tests, and for policies that are not on this machine."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {path: Text(path, text) for path, text in texts.items()}

    def text(self, path: str) -> Text:
        """See `Files`."""
        found = self._texts.get(path)
        if found is None:
            raise UsageError(f"cannot read the policy: {os.strerror(errno.ENOENT)}", Location(path, 0))
        return found

    def names(self, path: str) -> tuple[str, ...]:
        """See `Files`."""
        prefix = f"{path}/" if path else ""
        below = [name.removeprefix(prefix) for name in self._texts if name.startswith(prefix)]
        if not below:
            raise UsageError(f"cannot read the policy: {os.strerror(errno.ENOENT)}", Location(path, 0))
        return tuple(sorted({name if "/" not in name else f"{name.partition('/')[0]}/" for name in below}))


def optional_text(files: Files, path: str) -> Text | None:
    """A file that need not be there; raises UsageError for one that is no text."""
    try:
        return files.text(path)
    except UsageError as error:
        if error.source_line is not None:
            raise
        return None


def optional_names(files: Files, path: str) -> tuple[str, ...]:
    """The names in a folder that need not be there."""
    try:
        return files.names(path)
    except UsageError:
        return ()


def join(path: str, name: str) -> str:
    """The path of a file that another one names, relative to it; raises UsageError for one that is not relative."""
    if os.path.isabs(name) or "\0" in name:
        raise InputError("not a relative path")
    return os.path.normpath(os.path.join(os.path.dirname(path), name)) + ("/" if name.endswith("/") else "")


def exact(text: str) -> KernelVersion:
    """The release that a bound of another tool names, not its first release candidate; raises InputError."""
    from kpolicy.kernel.version import parse_version  # only where bounds are

    return parse_version(text)


def _reason(error: OSError | ValueError) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _decoded(path: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        number = content.count(b"\n", 0, error.start) + 1
        start = content.rfind(b"\n", 0, error.start) + 1
        line = content[start:].split(b"\n", 1)[0].decode("utf-8", "surrogateescape")
        column = len(content[start : error.start].decode("utf-8", "surrogateescape")) + 1
        place = Location(path, number)
        raise UsageError("not UTF-8 text", place, source_line=line, column=column) from None
