# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfig files that are split into statements once, for all architectures of a tree."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from kpolicy.kconfig.cache import digest
from kpolicy.kconfig.frontend import Reader, read_file
from kpolicy.kconfig.menu_tree import FileBlock
from kpolicy.kconfig.parsed import ParsedFiles
from kpolicy.kconfig.shared import Part, parts
from kpolicy.kconfig.syntax import Ast, SourceFile, Statement
from kpolicy.tuples import NamedTuple


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
        self._common: dict[tuple[str, tuple[Ast, ...]], FileBlock] = {}

    def variant(self, source: TrackedSource, changed: Collection[str]) -> FileCache:
        """The same files but some that have another content, which is not kept for other runs."""
        other = FileCache(source, self.parsed.unkept())
        other._files = {path: file for path, file in self._files.items() if path not in changed}
        for key, block in self._common.items():
            if block.common is not None and not any(path in changed for path in block.common.paths):
                other._common[key] = block
        return other

    def common(self, path: str, around: tuple[Ast, ...]) -> FileBlock | None:
        """The entries of a file below `visible if` lines, if they were the same for every architecture."""
        return self._common.get((path, around))

    def keep_common(self, block: FileBlock, around: tuple[Ast, ...]) -> None:
        """Keep those of a block for architectures to come."""
        if block.common is not None:
            self._common[block.location.path, around] = block

    def touch(self, paths: Iterable[str]) -> None:
        """Take note of one more use of some files."""
        for path in paths:
            self.source.touch(path)

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
