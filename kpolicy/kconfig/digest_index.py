# SPDX-License-Identifier: GPL-2.0-or-later
"""The digests of a tree's files, kept for later runs with stamps by which a file is known not to have changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from kpolicy.kconfig.cache import ModelCache


class DigestIndex:
    """The digests that a cache has under a name.

    The files of a revision never change: their digests are kept under a name of their own, `pinned`, without stamps,
    for which git would have to read one folder after the other.
    """

    def __init__(self, cache: ModelCache, name: str, pinned: str = "") -> None:
        self._cache = cache
        self._name = name
        self._pinned = pinned
        self._is_changed = False

    @cached_property
    def pinned(self) -> Mapping[str, str]:
        """The digests of a revision's files, as an earlier run knew them; none where the source is no revision."""
        stored = self._cache.load_data(self._pinned) if self._pinned else None
        return stored if isinstance(stored, dict) else {}

    @cached_property
    def _entries(self) -> dict[str, list[str]]:
        stored = self._cache.load_data(self._name)
        return stored if isinstance(stored, dict) else {}

    def digest(self, path: str, stamp: str) -> str | None:
        """The digest of a file with a stamp; None where it is not known."""
        known = self._entries.get(path)
        return known[1] if known is not None and known[0] == stamp else None

    def note(self, path: str, stamp: str, digest: str) -> str:
        """Take the digest of a file, "" for none that can be read, which had a stamp before it was read."""
        if digest:
            self._entries[path] = [stamp, digest]
            self._is_changed = True
        return digest

    def store(self, known: Mapping[str, str]) -> None:
        """Keep what is new; `known` are all digests of the source that were used."""
        if self._is_changed:
            self._is_changed = False
            self._cache.store_data(self._name, self._entries)
        if self._pinned:
            # Without files that there are not: "" can stand for one that could not be read this time.
            found = {path: digest for path, digest in known.items() if digest}
            if not found.keys() <= self.pinned.keys():
                self._cache.store_data(self._pinned, {**self.pinned, **found})
