# SPDX-License-Identifier: GPL-2.0-or-later
"""Where results go: each file is written whole or not at all, and nothing is overwritten unasked."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress

from kpolicy.cli.console import Console
from kpolicy.errors import InputError, UsageError


def check_output(path: str | None, *, force: bool) -> None:
    """Refuse what could not be written in the end, before any work is done.

    Raises UsageError for an empty name and for a file that is there and not to be overwritten, InputError for a folder,
    for a disk, and for a file in a folder that does not exist.
    """
    if path is None or is_stream(path):
        return
    if not path:
        raise UsageError("the name of the output file is empty", hint="name a file")
    if os.path.isdir(path):
        raise InputError(f"cannot write {path}: it is a directory")
    if _has_type(path, stat.S_ISBLK):
        raise InputError(f"cannot write {path}: it is a disk")
    folder = os.path.dirname(os.path.realpath(path) if os.path.islink(path) else path) or "."
    if not os.path.isdir(folder):
        raise InputError(f"cannot write {path}: no such directory: {folder}")
    if not force and os.path.lexists(path):
        raise UsageError(f"{path} exists", hint="pass another file to -o, or --force to overwrite it")


def deliver(console: Console, content: str | bytes, path: str | None, *, force: bool) -> None:
    """Write a result to a file, whole or not at all, or to stdout."""
    if path is None:
        if isinstance(content, bytes):
            console.payload_bytes(content)
        else:
            console.payload(content)
        return
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    try:
        if is_stream(path):
            # Behind what is there: /dev/stdout may be a file that others write to.
            with open(path, "ab") as stream:
                stream.write(data)
        elif force:
            replace_file(path, data)
        else:
            _new_file(path, data)
    except FileExistsError:
        check_output(path, force=force)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot write {path}: {reason}") from None


def is_stream(path: str) -> bool:
    """Whether what is written there overwrites nothing: a device, a pipe, standard output."""
    descriptor = path.startswith(("/dev/std", "/dev/fd/", "/proc/self/fd/")) and os.path.exists(path)
    return descriptor or _has_type(path, stat.S_ISCHR) or _has_type(path, stat.S_ISFIFO)


def _has_type(path: str, question: Callable[[int], bool]) -> bool:
    try:
        return question(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def replace_file(path: str, data: bytes) -> None:
    """Put a new content in the place of a file's, whole or not at all.

    Its permissions stay, and its owner where this process may give files away; a symbolic link stays a link.
    """
    target = os.path.realpath(path)
    try:
        status: os.stat_result | None = os.stat(target)
    except FileNotFoundError:
        status = None
    name = _scratch(target, data)
    try:
        if status is not None:
            _make_like(name, status)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _new_file(path: str, data: bytes) -> None:
    """Make a file, whole or not at all; raises FileExistsError also where it came into being meanwhile."""
    name = _scratch(path, data)
    try:
        os.link(name, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without hard links.
        with open(path, "xb"):
            pass
        os.replace(name, path)
        return
    finally:
        if os.path.lexists(name):
            os.unlink(name)


def _make_like(name: str, status: os.stat_result) -> None:
    """Give a file the owner and the permissions of another one."""
    if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        # Only root gives files away, and a user only to groups of his own.
        with suppress(PermissionError):
            os.chown(name, status.st_uid, status.st_gid)
    # Afterwards: a change of the owner takes the set-user-ID bit away.
    os.chmod(name, status.st_mode & 0o7777)


def _scratch(path: str, data: bytes) -> str:
    """A file beside another one, with what is to be in that; returns its name."""

    import tempfile  # most results go to standard output

    handle, name = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=".kpolicy-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            # After a crash of the machine there is the old content or the new one, never an empty file.
            os.fsync(stream.fileno())
        # mkstemp is private to the user; a result should be as readable as any other new file.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
    except BaseException:
        os.unlink(name)
        raise
    return name
