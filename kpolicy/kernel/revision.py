# SPDX-License-Identifier: GPL-2.0-or-later
"""A revision of a kernel tree in a git repository, as a `Source`."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Mapping
from typing import Final

from kpolicy.errors import InputError
from kpolicy.kernel.git import Entry, Objects, Revision, resolve
from kpolicy.kernel.source import NO_FILE, missing_marks

# As many symbolic links are followed, as Linux does (MAXSYMLINKS).
_MOST_LINKS: Final = 40


class RevisionSource:
    """The files of a tree at a commit.

    Folders are read as they are requested, one tree object each.  Symbolic links are followed as long as they stay
    in the tree; a submodule is as if it were not there.
    """

    def __init__(self, revision: Revision, name: str, environment: Mapping[str, str]) -> None:
        self._revision = revision
        self._name = name
        self._objects = Objects(revision, environment)
        self._folders: dict[str, dict[str, Entry]] = {}
        self._plain: dict[str, dict[str, Entry]] = {}
        self._top = Entry(stat.S_IFDIR, revision.tree)

    @property
    def name(self) -> str:
        """The revision as the user named it."""
        return self._name

    @property
    def root(self) -> str:
        """The folder in the work tree, or the repository where it has none; its files are not read."""
        return self._revision.folder

    @property
    def revision(self) -> Revision:
        """The commit."""
        return self._revision

    def read(self, path: str) -> bytes:
        """See `Source.read`."""
        entry = self._find(path)
        if entry is None:
            raise InputError(f"{self._show(path)}: {NO_FILE}")
        if stat.S_ISDIR(entry.mode):
            raise InputError(f"{self._show(path)}: is a directory, expected a file")
        if not stat.S_ISREG(entry.mode):
            raise InputError(f"{self._show(path)}: is not a regular file")
        return self._objects.blob(entry.oid, self._show(path))

    def is_file(self, path: str) -> bool:
        """See `Source.is_file`."""
        try:
            entry = self._find(path)
        except InputError:
            return False
        return entry is not None and stat.S_ISREG(entry.mode)

    def list_dir(self, path: str) -> tuple[str, ...]:
        """See `Source.list_dir`."""
        real = self._real(path)
        entry = self._entry(real) if real is not None else None
        if real is None or entry is None:
            return ()
        if not stat.S_ISDIR(entry.mode):
            raise InputError(f"{self._show(path)}: is a file, expected a directory")
        return tuple(sorted(self._folder(real, entry)))

    def stamp(self, path: str) -> str | None:
        """See `Source.stamp`: the name of the blob."""
        try:
            entry = self._find(path)
        except InputError:
            return None
        return entry.oid if entry is not None and stat.S_ISREG(entry.mode) else None

    def folder_stamp(self, path: str) -> str | None:
        """The name of the tree object of a folder: what changes with anything in it; None where there is none."""
        try:
            entry = self._entry(path)
        except InputError:
            return None
        return entry.oid if entry is not None and stat.S_ISDIR(entry.mode) else None

    def is_plain(self, path: str) -> bool:
        """Whether a file lies where its path says: without a symbolic link on the way."""
        try:
            return self._real(path) == path
        except InputError:
            return False

    def _find(self, path: str) -> Entry | None:
        folder, _, name = path.rpartition("/")
        found = self._plain.get(folder, {}).get(name)
        if found is not None and not stat.S_ISLNK(found.mode):
            return found
        real = self._real(path)
        if real is None:
            return None
        if real == path and folder in self._folders:
            # No link on the way: the next file of the folder is found at once.
            self._plain[folder] = self._folders[folder]
        return self._entry(real)

    def _real(self, path: str) -> str | None:
        """The path without symbolic links, "" for the top; None when something on the way is not there.

        Raises InputError for a path that leads out of the tree, and for links in a circle.
        """
        if "\0" in path:
            raise InputError(f"{self._name}: a path with a NUL character: {path!r}")
        if path.startswith("/"):
            raise InputError(
                f"{self._show(path)}: an absolute path, which leaves the kernel tree",
                hint="paths in a kernel tree are relative to its top folder",
            )
        steps = path.split("/")[::-1]
        around: list[str] = []
        links = 0
        while steps:
            step = steps.pop()
            if step in ("", "."):
                continue
            if step == "..":
                if not around:
                    raise InputError(f"{self._show(path)}: leads out of the kernel tree")
                around.pop()
                continue
            entry = self._entry("/".join([*around, step]))
            if entry is None:
                return None
            if stat.S_ISLNK(entry.mode):
                links += 1
                if links > _MOST_LINKS:
                    raise InputError(f"{self._show(path)}: symbolic link loop")
                target = os.fsdecode(self._objects.blob(entry.oid, self._show(path)))
                if target.startswith("/"):
                    raise InputError(f"{self._show(path)}: leads out of the kernel tree, to {target}")
                steps += target.split("/")[::-1]
                continue
            around.append(step)
        return "/".join(around)

    def _entry(self, path: str) -> Entry | None:
        """The entry of a path without symbolic links on the way to it."""
        if not path:
            return self._top
        folder, name = posixpath.split(path)
        parent = self._entry(folder)
        if parent is None or not stat.S_ISDIR(parent.mode):
            return None
        return self._folder(folder, parent).get(name)

    def _folder(self, path: str, entry: Entry) -> dict[str, Entry]:
        known = self._folders.get(path)
        if known is None:
            known = self._folders[path] = self._objects.tree(entry.oid, self._show(path))
        return known

    def _show(self, path: str) -> str:
        return f"{self._name}:{path}"


def open_revision(folder: str, word: str, name: str, environment: Mapping[str, str]) -> RevisionSource:
    """The kernel tree in `folder` as it is at the commit that `word` names.

    Raises UsageError where there is no such commit, InputError when its files are no kernel tree.
    """
    return tree_at(resolve(folder, word, environment), name, environment)


def tree_at(revision: Revision, name: str, environment: Mapping[str, str]) -> RevisionSource:
    """The kernel tree of a revision; raises InputError when its files are none."""
    source = RevisionSource(revision, name, environment)
    missing = missing_marks(source)
    if missing:
        raise InputError(
            f"{name}: not a kernel source tree: no {' and no '.join(missing)}",
            hint="the folder has to be the top of a kernel tree, with the files Makefile and Kconfig",
        )
    return source
