# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel sources: where the files of a tree come from.

Everything above this module asks a `Source` for files by their path in the tree, so that a
directory and a revision of a git repository (kpolicy/kernel/revision.py) look the same.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from typing import TYPE_CHECKING, Final, Protocol

from kpolicy.errors import InputError
from kpolicy.files import MAX_SIZE, OPEN_FLAGS, read_descriptor
from kpolicy.patterns import lazy

if TYPE_CHECKING:
    from kpolicy.kernel.git import Revision

# What makes a directory a kernel tree.  `arch` and `scripts` are not required: the smallest
# useful tree (a demonstration, a test) has neither.
_TREE_MARKS: Final = ("Makefile", "Kconfig")


class Source(Protocol):
    """The files of one kernel tree, read-only.  Paths are relative to the tree and use `/`."""

    @property
    def name(self) -> str:
        """The tree as the user named it."""

    def read(self, path: str) -> bytes:
        """The content of a file.

        Raises InputError when it is missing, unreadable, no regular file, or outside of the tree.
        """

    def is_file(self, path: str) -> bool:
        """Whether `path` is a regular file that lies in the tree.  Never raises."""

    def list_dir(self, path: str) -> tuple[str, ...]:
        """The sorted names in a folder; `()` when nothing of that name exists.

        Raises InputError when it is no folder, unreadable, or outside of the tree.
        """

    def stamp(self, path: str) -> str | None:
        """What changes with the content of a file that was read before; None where that cannot be told.

        Never raises.
        """


class KernelTree(Source, Protocol):
    """The files of a kernel tree, and where they come from."""

    @property
    def root(self) -> str:
        """The absolute path of the tree, or of the work tree or repository that has it as a revision."""

    @property
    def revision(self) -> Revision | None:
        """The revision that the files are of; None for a directory."""


NO_FILE: Final = "no such file in the kernel tree"
"""What is said of a path that leads nowhere."""
# In nanoseconds; FAT has the coarsest clock, of two seconds.
_SETTLED: Final = 3_000_000_000
_READ = OPEN_FLAGS | os.O_NOFOLLOW
_PLAIN_PATH = lazy(r"[A-Za-z0-9_+][A-Za-z0-9_+.,-]*(?:/[A-Za-z0-9_+][A-Za-z0-9_+.,-]*)*")


class DirectorySource:
    """A kernel tree in a directory.

    Symbolic links are followed as long as they stay in the tree: a link that leads out of it
    would make the result depend on what else the machine holds.
    """

    def __init__(self, root: str | os.PathLike[str], name: str | None = None) -> None:
        self._name = os.fspath(root) if name is None else name
        self._root = os.path.realpath(root)
        self._folders: dict[str, str] = {}

    @property
    def name(self) -> str:
        """The tree as the user named it."""
        return self._name

    @property
    def root(self) -> str:
        """The absolute path of the tree, symbolic links resolved."""
        return self._root

    @property
    def revision(self) -> None:
        """None: these are the files as they are."""
        return None

    def __repr__(self) -> str:
        return f"DirectorySource({self._root!r}, {self._name!r})"

    def read(self, path: str) -> bytes:
        """See `Source.read`."""
        descriptor = self._open(path)
        try:
            return read_descriptor(descriptor, MAX_SIZE)
        except IsADirectoryError:
            raise InputError(f"{self._show(path)}: is a directory, expected a file") from None
        except OSError as error:
            raise self._error(path, error) from error
        finally:
            os.close(descriptor)

    def _open(self, path: str) -> int:
        """A descriptor for a path of the tree; what is no link and in plain form is opened without more ado."""
        folder, _, base = path.rpartition("/")
        if base and _PLAIN_PATH.fullmatch(path) and ".." not in path:
            try:
                inside = self._real_folder(folder)
                if inside == self._root or inside.startswith(os.path.join(self._root, "")):
                    return os.open(os.path.join(inside, base), _READ)
            except OSError:
                # A link, or an error: both are examined more closely below.
                pass
        real = self._real_path(path)
        try:
            return os.open(real, _READ)
        except OSError as error:
            raise self._error(path, error) from error

    def is_file(self, path: str) -> bool:
        """See `Source.is_file`."""
        try:
            return stat.S_ISREG(os.lstat(self._real_path(path)).st_mode)
        except (InputError, OSError):
            return False

    def list_dir(self, path: str) -> tuple[str, ...]:
        """See `Source.list_dir`."""
        try:
            return tuple(sorted(os.listdir(self._real_path(path, missing_ok=True))))
        except FileNotFoundError:
            return ()
        except NotADirectoryError as error:
            # `a/b` where `a` is a file, or `a` itself: only the latter exists.
            if self.is_file(path):
                raise InputError(f"{self._show(path)}: is a file, expected a directory") from error
            return ()
        except OSError as error:
            raise self._error(path, error) from error

    def stamp(self, path: str) -> str | None:
        """See `Source.stamp`; None for a file that changed a moment ago, as for git's index.

        The clock of a file system is coarse: such a file may change again at what it takes for the same time.
        """
        try:
            status = os.stat(f"{self._root}/{path}")
        except (OSError, ValueError):
            return None
        changed = max(status.st_mtime_ns, status.st_ctime_ns)
        if not stat.S_ISREG(status.st_mode) or changed > time.time_ns() - _SETTLED:
            return None
        return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"

    def _real_path(self, path: str, *, missing_ok: bool = False) -> str:
        """The absolute path with all links resolved; InputError when that leaves the tree."""
        if "\0" in path:
            raise InputError(f"{self._name}: a path with a NUL character: {path!r}")
        if path.startswith("/"):
            raise InputError(
                f"{self._show(path)}: an absolute path, which leaves the kernel tree",
                hint="paths in a kernel tree are relative to its top folder",
            )
        folder, _, base = os.path.normpath(path or ".").rpartition("/")
        if base == "..":
            folder, base = os.path.join(folder, base), "."
        try:
            parent = self._real_folder(folder)
            real = os.path.join(parent, base)
            if stat.S_ISLNK(os.lstat(real).st_mode):
                real = os.path.realpath(real, strict=True)
        except OSError as error:
            if missing_ok and isinstance(error, (FileNotFoundError, NotADirectoryError)):
                raise
            raise self._error(path, error) from error
        if real != self._root and not real.startswith(os.path.join(self._root, "")):
            raise InputError(
                f"{self._show(path)}: leads out of the kernel tree, to {real}",
                hint=f"only files below {self._root} are read",
            )
        return real

    def _real_folder(self, folder: str) -> str:
        # Thousands of files share some folders, and those their parents: each step is taken once.
        real = self._folders.get(folder)
        if real is None:
            parent, _, name = folder.rpartition("/")
            if name and _PLAIN_PATH.fullmatch(folder) and ".." not in folder:
                real = os.path.join(self._real_folder(parent), name)
                if not stat.S_ISDIR(os.lstat(real).st_mode):
                    real = os.path.realpath(real, strict=True)
            else:
                real = os.path.realpath(os.path.join(self._root, folder), strict=True)
            self._folders[folder] = real
        return real

    def _show(self, path: str) -> str:
        return os.path.join(self._name, path.lstrip("/")) if path else self._name

    def _error(self, path: str, error: OSError) -> InputError:
        shown = self._show(path)
        if error.errno == errno.ELOOP:
            return InputError(f"{shown}: symbolic link loop")
        if error.errno == errno.ENOENT:
            return InputError(f"{shown}: {NO_FILE}")
        if error.errno == errno.ENOTDIR:
            return InputError(f"{shown}: a part of this path is a file, expected a directory")
        if error.errno in (errno.EACCES, errno.EPERM):
            return InputError(f"{shown}: cannot be read: permission denied", hint="check the permissions of the tree")
        if error.errno == errno.EINVAL:
            return InputError(f"{shown}: is not a regular file")
        if error.errno == errno.EFBIG:
            return InputError(f"{shown}: {error.strerror}", hint="no file that kpolicy reads of a kernel is that large")
        return InputError(f"{shown}: cannot be read: {error.strerror or error}")


def open_tree(path: str | os.PathLike[str]) -> DirectorySource:
    """The kernel tree in the directory `path`.

    Raises InputError when there is no such directory, or when it is not the top of a kernel tree.
    """
    name = os.fspath(path)
    if not name or "\0" in name:
        raise InputError(f"not a path of a kernel source tree: {name!r}")
    try:
        is_folder = stat.S_ISDIR(os.stat(name).st_mode)
    except FileNotFoundError:
        raise InputError(f"{name}: no such directory", hint="expected a kernel source tree") from None
    except OSError as error:
        words = "symbolic link loop" if error.errno == errno.ELOOP else error.strerror
        raise InputError(f"{name}: cannot be opened: {words}", hint="expected a kernel source tree") from error
    if not is_folder:
        raise InputError(f"{name}: is a file, expected the directory of a kernel source tree")
    source = DirectorySource(name, name)
    source.list_dir("")  # says so when the folder may not be read
    missing = missing_marks(source)
    if missing:
        raise InputError(f"{name}: not a kernel source tree: no {' and no '.join(missing)}", hint=_advice(source))
    return source


def listed(source: Source, folder: str) -> tuple[str, ...] | None:
    """The sorted names in a folder; None when it cannot be listed: reading it says why."""
    try:
        return source.list_dir(folder)
    except InputError:
        return None


def missing_marks(source: Source) -> tuple[str, ...]:
    """The files that make a tree a kernel's, and that are not there."""
    return tuple(mark for mark in _TREE_MARKS if not source.is_file(mark))


def _advice(source: DirectorySource) -> str:
    """Where the tree may be instead: a folder above or below the one that was named."""
    from pathlib import Path  # most trees are kernels

    for folder in Path(source.root).parents:
        if all((folder / mark).is_file() for mark in (*_TREE_MARKS, "arch/Kconfig")):
            return f"it lies inside of one: try {folder}"
    for name in source.list_dir(""):
        if all(source.is_file(f"{name}/{mark}") for mark in _TREE_MARKS):
            return f"there is one below it: try {os.path.join(source.name, name)}"
    return "expected its top directory, with the files Makefile and Kconfig and the folder arch/"
