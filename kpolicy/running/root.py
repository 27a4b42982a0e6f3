# SPDX-License-Identifier: GPL-2.0-or-later
"""Files below a folder that stands for the root of a system: the real one, or a copy.

A copy may come from anywhere.  Nothing outside of it is opened, whatever its symbolic links say, and nothing is opened
that is not a regular file: a FIFO never ends, and opening a device can have an effect.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import Final

from kpolicy.files import OPEN_FLAGS, read_descriptor

MAX_SIZE: Final = 4 << 20
"""The largest file that is read: /proc/dynamic_debug/control has some hundred kB, a config 300 kB."""
_MOST_LINKS: Final = 40
"""As in the kernel: MAXSYMLINKS (include/linux/namei.h)."""
_FOLDER: Final = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Root:
    """A folder; a path that begins with `/` means a file below it, also where a symbolic link has it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    @property
    def is_live(self) -> bool:
        """Whether it is the root of the running system."""
        return self.folder == "/"

    def shown(self, path: str) -> str:
        """A path as people know it."""
        return path if self.is_live else os.path.join(self.folder, path.lstrip("/"))

    def read(self, path: str, limit: int = MAX_SIZE) -> bytes:
        """The content of a regular file; raises OSError, with a `strerror` for people, and never waits."""
        held, name = self._walk(path)
        try:
            if not stat.S_ISREG(os.stat(name, dir_fd=held, follow_symlinks=False).st_mode):
                raise OSError(errno.EINVAL, "not a regular file")
            descriptor = os.open(name, OPEN_FLAGS | os.O_NOFOLLOW, dir_fd=held)
        finally:
            os.close(held)
        try:
            return read_descriptor(descriptor, limit)
        finally:
            os.close(descriptor)

    def is_copy(self, path: str) -> bool:
        """Whether there is a file or folder with a content on a disk: those of /proc and debugfs have the size 0.

        Nothing is mounted by asking: stat() does not follow automounts (fs/stat.c: vfs_fstatat()).  Raises OSError.
        """
        held, name = self._walk(path)
        try:
            return os.stat(name, dir_fd=held, follow_symlinks=False).st_size > 0
        finally:
            os.close(held)

    def exists(self, path: str) -> bool:
        """Whether there is a file, of which nothing is read; raises OSError where that cannot be told."""
        try:
            held, name = self._walk(path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        try:
            os.stat(name, dir_fd=held, follow_symlinks=False)
            return True
        except FileNotFoundError:
            return False
        finally:
            os.close(held)

    def names(self, path: str, most: int = 1000) -> tuple[str, ...]:
        """The names in a folder, not more than some; raises OSError."""
        held, name = self._walk(path)
        try:
            folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=held)
        finally:
            os.close(held)
        try:
            with os.scandir(folder) as entries:
                return tuple(sorted(entry.name for _, entry in zip(range(most), entries, strict=False)))
        finally:
            os.close(folder)

    def _walk(self, path: str) -> tuple[int, str]:
        """The folder that a file is in, opened, and its name there, which is no symbolic link."""
        todo = _parts(path)
        held = [os.open(self.folder, _FOLDER & ~os.O_NOFOLLOW)]
        links = 0
        try:
            while todo:
                name = todo.pop()
                if name == "..":
                    if len(held) > 1:
                        os.close(held.pop())
                    continue
                target = _link(name, held[-1])
                if target is not None:
                    links += 1
                    if links > _MOST_LINKS:
                        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
                    while target.startswith("/") and len(held) > 1:
                        os.close(held.pop())
                    todo += _parts(target)
                elif todo:
                    held.append(os.open(name, _FOLDER, dir_fd=held[-1]))
                else:
                    return held.pop(), name
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        finally:
            for descriptor in held:
                os.close(descriptor)


def _parts(path: str) -> list[str]:
    """The parts of a path, the first one at the end."""
    if "\0" in path:
        raise OSError(errno.EINVAL, "embedded null byte")
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]


def _link(name: str, folder: int) -> str | None:
    """Where a symbolic link leads; None for anything else."""
    try:
        return os.readlink(name, dir_fd=folder)
    except OSError as error:
        # EINVAL: not a symbolic link.
        if error.errno == errno.EINVAL:
            return None
        raise
