# SPDX-License-Identifier: GPL-2.0-or-later
"""The digests of a tree's files, kept for later runs with stamps by which a file is known not to have changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Protocol

from kpolicy.kconfig import cache as disk
from kpolicy.kconfig.cache import ModelCache
from kpolicy.kernel.source import Source


class Folders(Protocol):
    """The folders of a revision, which git has names for."""

    def folder_stamp(self, path: str) -> str | None:
        """A name for all that is in a folder, the same where nothing differs; None where there is no such folder."""

    def is_plain(self, path: str) -> bool:
        """Whether a file lies where its path says: without a symbolic link on the way."""


def folders_of(source: Source) -> Folders | None:
    """The folders of a source that is a revision, None for any other."""
    from kpolicy.kernel.revision import RevisionSource  # no directory needs git

    return source if isinstance(source, RevisionSource) else None


class DigestIndex:
    """The digests that a cache has under a name.

    Those of a revision are kept for each of its upper `folders`, too: where nothing below one has changed since
    another revision, no stamps are asked for, for which git would have to read one folder after the other.
    """

    def __init__(self, cache: ModelCache, name: str, folders: Folders | None = None) -> None:
        self._cache = cache
        self._name = name
        self._folders = folders
        self._pinned: dict[str, dict[str, str]] = {}
        self._is_changed = False

    def pinned(self, path: str) -> str | None:
        """The digest of a file of a revision; None where its folder was not seen as it is, or the file not in it."""
        if self._folders is None:
            return None
        folder = _upper(path)
        return self._of_folder(folder).get(path) if folder else None

    def _of_folder(self, folder: str) -> dict[str, str]:
        found = self._pinned.get(folder)
        if found is None:
            name = self._pin(folder)
            stored = self._cache.load_data(name) if name is not None else None
            found = self._pinned[folder] = stored if isinstance(stored, dict) else {}
        return found

    def _pin(self, folder: str) -> str | None:
        stamp = self._folders.folder_stamp(folder) if self._folders is not None else None
        return disk.key("digests of a folder", folder, stamp) if stamp is not None else None

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
        if self._folders is not None:
            self._store_pinned(known, self._folders)

    def _store_pinned(self, known: Mapping[str, str], folders: Folders) -> None:
        changed = set()
        for path, digest in known.items():
            folder = _upper(path)
            # Without files that there are not: "" can stand for one that could not be read this time.
            if digest and folder and path not in self._of_folder(folder) and folders.is_plain(path):
                self._of_folder(folder)[path] = digest
                changed.add(folder)
        for folder in changed:
            name = self._pin(folder)
            if name is not None:
                self._cache.store_data(name, self._of_folder(folder))


def _upper(path: str) -> str:
    """The folder by which a file is kept, "" for none: an architecture by itself, or a folder of the top."""
    parts = path.split("/", 2)
    depth = 2 if parts[0] == "arch" else 1
    return "/".join(parts[:depth]) if len(parts) > depth else ""
