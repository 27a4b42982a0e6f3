# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfig files that are split into statements once, for all architectures of a tree."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol

from kpolicy.kconfig.cache import digest
from kpolicy.kconfig.frontend import Reader, read_file
from kpolicy.kconfig.parsed import ParsedFiles
from kpolicy.kconfig.shared import Part, parts
from kpolicy.kconfig.syntax import SourceFile, Statement


class TrackedSource(Protocol):
    """A source that wants to know of every use of a file."""

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises `InputError`."""

    def touch(self, path: str) -> None:
        """Take note of one more use of a file that was read before."""

    def digest(self, path: str) -> str:
        """The digest of the content of a file, "" where there is none."""


class File(NamedTuple):
    """What the architectures share of a file: its parts, how many statements, the last one if its line has no end."""

    parts: tuple[Part, ...]
    size: int
    unended: Statement | None

    @classmethod
    def of(cls, file: SourceFile) -> File:
        """That of a file that was split into statements."""
        statements = file.statements
        return cls(parts(statements), len(statements), statements[-1] if file.is_unended else None)


class FileCache:
    """Kconfig files already split into statements, shared by the architectures of a tree and by runs."""

    def __init__(self, source: TrackedSource, parsed: ParsedFiles) -> None:
        self.source = source
        self.parsed = parsed
        self._files: dict[str, File] = {}

    def variant(self, source: TrackedSource, changed: Collection[str]) -> FileCache:
        """The same files but some that have another content, which is not kept for other runs."""
        other = FileCache(source, self.parsed.unkept())
        other._files = {path: file for path, file in self._files.items() if path not in changed}
        return other

    def get(self, path: str, reader: Reader) -> File:
        """The statements of `path`."""
        self.source.touch(path)
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = File.of(self._statements(path, reader))
        return file

    def _statements(self, path: str, reader: Reader) -> SourceFile:
        found = self.parsed.load(path, self.source.digest(path))
        if found is None:
            content = self.source.read(path)
            found = read_file(path, content, reader)
            self.parsed.keep(found, digest(content))
        return found
