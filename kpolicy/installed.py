# SPDX-License-Identifier: GPL-2.0-or-later
"""Which kpolicy runs: names for its code and data, by which what one has cached is not taken for that of another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from kpolicy import __version__
from kpolicy.digests import blake2b

_ROOT: Final = os.path.dirname(__file__)
_RECORD: Final = f"kpolicy-{__version__}.dist-info"
_UNREAD: Final = "__pycache__"


@cache
def contents(folders: tuple[str, ...]) -> str:
    """A name for the content of some folders and files of kpolicy; where pip installed it, for that of all of it."""
    return recorded(_ROOT) or read_contents(folders)


@cache
def state(folders: tuple[str, ...] = ("",)) -> str | None:
    """A name for the state of kpolicy, or of some of its folders: path, size and time of change of each file.

    Where pip installed it, that for its content. None where there are no files: in an archive.
    """
    known = recorded(_ROOT)
    if known is not None:
        return known
    try:
        files = [_files(os.path.join(_ROOT, folder)) for folder in folders]
    except OSError:
        return None
    return _digest(f"{__version__} {files}".encode("utf-8", "surrogateescape"))


@cache
def recorded(root: str) -> str | None:
    """A name for the digests of all files of the package at `root`, as pip recorded them; None where it did not.

    Whoever changes an installed file by hand has to remove what is cached: https://packaging.python.org, "Recording
    installed projects".
    """
    above, name = os.path.split(root)
    try:
        with open(os.path.join(above, _RECORD, "RECORD"), "rb") as stream:
            lines = b"\n" + stream.read() + b"\n"
    except OSError:
        return None
    # Sorted by pip, they stand together; the script's line is another one for each place.
    start = b"\n" + os.fsencode(name) + b"/"
    first, last = lines.find(start), lines.rfind(start)
    # Of a work tree that is installed as such pip knows none.
    return _digest(lines[first : lines.find(b"\n", last + 1)]) if first >= 0 else None


def data_text(path: str) -> str:
    """The text of a data file of kpolicy, in an archive too: importlib.resources takes longer to import than to use."""
    found: Any = __spec__
    content: bytes = found.loader.get_data(os.path.join(_ROOT, *path.split("/")))
    return content.decode("utf-8")


def read_contents(folders: tuple[str, ...]) -> str:
    """A name for the content of some folders and files of kpolicy, which are read."""
    from pathlib import Path  # kpolicy is installed by pip, or its files are looked at without being read

    hasher = blake2b(__version__.encode(), digest_size=16)
    for place in folders:
        top = Path(_ROOT, place)
        for path in (top, *sorted(top.rglob("*"))):
            if path.is_file() and path.parent.name != _UNREAD:
                hasher.update(path.read_bytes())
    return hasher.hexdigest()


@cache
def _files(folder: str) -> str:
    return f"{sorted(_walk(folder))}"


def _walk(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != _UNREAD:
                    yield from _walk(entry.path)
            else:
                status = entry.stat()
                yield entry.path, status.st_size, status.st_mtime_ns


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
