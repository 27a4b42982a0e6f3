# SPDX-License-Identifier: GPL-2.0-or-later
"""The files in the cache folder: which are ours, how much room they take, and removing them.

A file is ours by its name and by how it begins; no other file is ever removed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from typing import Any, Final

from kpolicy.files import OPEN_FLAGS
from kpolicy.patterns import lazy
from kpolicy.tuples import NamedTuple

MAX_TOTAL: Final = 1 << 30
"""So many bytes are kept at most: a model takes about 5 MB, and a tree has some 22 architectures."""
UNFINISHED: Final = "unfinished"
"""The kind of what a run was writing when it was killed."""
KINDS: Final = ("model", "result", "data", "trail", UNFINISHED)

_NAME: Final = lazy(r"[0-9a-f]{32}\.(model|result|data|trail)\Z")
_TEMPORARY: Final = lazy(r"\.[a-z0-9_]{8}\.tmp\Z")
_DIGEST: Final = lazy(rb"[0-9a-f]{32}[ \n]")
_HEAD: Final = 33


class Entry(NamedTuple):
    """A file of the cache: its kind, its size in bytes, and when it was written, in seconds since 1970."""

    path: str
    kind: str
    size: int
    written: float


def is_ours(status: os.stat_result, is_kind: Any) -> bool:
    """Whether only this user can have written a file or folder."""
    return bool(is_kind(status.st_mode)) and status.st_uid == os.getuid() and not status.st_mode & 0o022


def entries(folder: str | os.PathLike[str]) -> list[Entry]:
    """The files of a cache folder that are ours by their names, the oldest first; none in a folder that is not ours."""
    try:
        if not is_ours(os.lstat(folder), stat.S_ISDIR):
            return []
        with os.scandir(folder) as found:
            return sorted(_entries(found), key=lambda entry: (entry.written, entry.path))
    except OSError:
        return []


def beyond(found: Iterable[Entry], most: int) -> Iterator[Entry]:
    """The oldest of some files, which have to go so that no more than `most` bytes remain."""
    listed = list(found)
    total = sum(entry.size for entry in listed)
    for entry in listed:
        if total <= most:
            return
        total -= entry.size
        yield entry


def remove(entry: Entry) -> bool:
    """Remove a file that is ours, and tell whether it is gone; raises OSError where that is refused."""
    try:
        if not _has_form(entry):
            return False
        os.unlink(entry.path)
    except FileNotFoundError:
        # Another run was first.
        pass
    return True


def has_name(name: str) -> bool:
    """Whether a file of the cache can have a name."""
    return _NAME.match(name) is not None


def _entries(found: Iterable[os.DirEntry[str]]) -> Iterator[Entry]:
    for item in found:
        name = _NAME.match(item.name)
        if name is None and not _TEMPORARY.match(item.name):
            continue
        try:
            status = item.stat(follow_symlinks=False)
        except OSError:
            continue
        if is_ours(status, stat.S_ISREG):
            yield Entry(item.path, name.group(1) if name is not None else UNFINISHED, status.st_size, status.st_mtime)


def _has_form(entry: Entry) -> bool:
    """Whether a file begins as what is kept does; what a run was writing may have no beginning yet."""
    descriptor = os.open(entry.path, OPEN_FLAGS | os.O_NOFOLLOW)
    try:
        head = os.read(descriptor, _HEAD)
    finally:
        os.close(descriptor)
    if entry.kind == UNFINISHED:
        return not head or head.startswith(b"[") or _DIGEST.match(head) is not None
    return head.startswith(b"[") if entry.kind == "trail" else _DIGEST.match(head) is not None
