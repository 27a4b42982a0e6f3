# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfig files that are split into statements once, for all architectures of a tree."""

from __future__ import annotations

from typing import Protocol

from kpolicy.kconfig.frontend import Reader, read_file
from kpolicy.kconfig.syntax import SourceFile


class TrackedSource(Protocol):
    """A source that wants to know of every use of a file."""

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises `InputError`."""

    def touch(self, path: str) -> None:
        """Take note of one more use of a file that was read before."""


class FileCache:
    """Kconfig files already split into statements, shared by the architectures of a tree."""

    def __init__(self, source: TrackedSource) -> None:
        self.source = source
        self._files: dict[str, SourceFile] = {}

    def get(self, path: str, reader: Reader) -> SourceFile:
        """The statements of `path`."""
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = read_file(path, self.source.read(path), reader)
        else:
            self.source.touch(path)
        return file
