# SPDX-License-Identifier: GPL-2.0-or-later
"""A kernel tree in which some files have another content, in memory: what an edit would change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpolicy.kernel.source import Source


class Overlay:
    """The files of a source, those of `contents` with the content given there."""

    def __init__(self, source: Source, contents: Mapping[str, bytes]) -> None:
        self._source = source
        self._contents = dict(contents)

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return self._source.name

    def read(self, path: str) -> bytes:
        """See `Source.read`."""
        found = self._contents.get(path)
        return self._source.read(path) if found is None else found

    def is_file(self, path: str) -> bool:
        """See `Source.is_file`."""
        return path in self._contents or self._source.is_file(path)

    def list_dir(self, path: str) -> tuple[str, ...]:
        """See `Source.list_dir`: only files that exist are given another content."""
        return self._source.list_dir(path)

    def stamp(self, path: str) -> str | None:
        """See `Source.stamp`; None for a file with another content."""
        return None if path in self._contents else self._source.stamp(path)
