# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading files that a user or a tree names: never waiting for a writer, never more than a limit.

What is wrong is an OSError whose `strerror` is for people, as for any file that cannot be read.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import IO, Final

MAX_SIZE: Final = 64 << 20
"""The largest file that is read, unless a reader has a lower limit."""
# O_NONBLOCK: opening a FIFO must not wait for a process that writes to it.
OPEN_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_CHUNK: Final = 1 << 20
_PAGE: Final = 4096


def read_file(path: str | os.PathLike[str], limit: int = MAX_SIZE, *, pipes: bool = True) -> bytes:
    """The content of a regular file, or of a pipe that a process writes to, as a shell's `<(command)` is.

    Raises OSError or ValueError for anything else, and for more than `limit` bytes.
    """
    if "\0" in os.fsdecode(path):
        # In the same words by every Python.
        raise ValueError("embedded null byte")
    descriptor = os.open(path, OPEN_FLAGS)
    try:
        return read_descriptor(descriptor, limit, pipes=pipes)
    finally:
        os.close(descriptor)


def read_descriptor(descriptor: int, limit: int = MAX_SIZE, *, pipes: bool = False) -> bytes:
    """The content of a file that was opened with `OPEN_FLAGS`; raises OSError as `read_file` does."""
    status = os.fstat(descriptor)
    if stat.S_ISFIFO(status.st_mode) and pipes:
        return _read_pipe(descriptor, limit)
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    if status.st_size > limit:
        # Not even a part of it is read: a sparse file may have terabytes.
        raise _too_large(limit)
    # A second piece only where the file changed meanwhile, or does not tell its size, as those of /proc.  A value of
    # /proc/sys comes with the first read or not at all (kernel/sysctl.c: proc_dointvec() with a position).
    content = os.read(descriptor, max(status.st_size + 1, _PAGE))
    return content if len(content) == status.st_size else content + _rest(descriptor, limit - len(content))


def why_unreadable(path: str | os.PathLike[str], error: OSError | ValueError) -> str:
    """Why a file cannot be read; of a link to a file that does not exist, where it leads: the link itself is there."""
    if isinstance(error, OSError) and error.errno == errno.ENOENT:
        with suppress(OSError, ValueError):
            return f"a symbolic link to {os.readlink(path)}, which does not exist"
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def tidy(path: str) -> str:
    """A path without `.` and `..`, unless `..` comes after a link and leads to another folder than its text says."""
    normal = os.path.normpath(path)
    if ".." in path and normal != path and "\0" not in path and os.path.realpath(normal) != os.path.realpath(path):
        return path
    return normal


def read_stream(stream: IO[bytes], limit: int = MAX_SIZE) -> bytes:
    """All of a stream; raises OSError for more than `limit` bytes."""
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise _too_large(limit)
    return content


def too_large(limit: int) -> str:
    """How a file of more than `limit` bytes is refused."""
    return f"larger than {limit >> 20} MiB" if limit >= 1 << 20 else f"larger than {limit} bytes"


def _too_large(limit: int) -> OSError:
    return OSError(errno.EFBIG, too_large(limit))


def _rest(descriptor: int, limit: int) -> bytes:
    parts: list[bytes] = []
    left = limit + 1
    while left > 0:
        part = os.read(descriptor, min(left, _CHUNK))
        if not part:
            return b"".join(parts)
        parts.append(part)
        left -= len(part)
    raise _too_large(limit)


def _read_pipe(descriptor: int, limit: int) -> bytes:
    # Without a writer a read returns nothing; with one that has not written yet it fails.
    try:
        first = os.read(descriptor, 1)
        if not first:
            raise OSError(errno.EPIPE, "a pipe that no process writes to")
    except BlockingIOError:
        first = b""
    os.set_blocking(descriptor, True)
    return first + _rest(descriptor, limit - len(first))
