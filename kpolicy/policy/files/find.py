# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the policy file of a config or a tree is."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from typing import Final

FILE_NAME: Final = "kpolicy.toml"
_GIT: Final = ".git"


def find_policy(start: str | os.PathLike[str]) -> str | None:
    """The nearest `kpolicy.toml` in the folder of `start` (a file or a folder) or above it.

    The search ends at the top of the git work tree, `.git` being a folder or, in a linked work
    tree, a file; and where another file system begins.  None when there is none.

    Whatever has that name is returned, a link that leads nowhere too: reading it says what is wrong.
    """
    folder = os.path.abspath(_without_parents(os.fspath(start)))
    found = _status(os.stat, folder)
    if found is None or not stat.S_ISDIR(found.st_mode):
        folder = os.path.dirname(folder)
        found = _status(os.stat, folder)
    device = found.st_dev if found is not None else None
    while found is not None and found.st_dev == device:
        path = os.path.join(folder, FILE_NAME)
        if _status(os.lstat, path) is not None:
            return path
        above = os.path.dirname(folder)
        if _status(os.stat, os.path.join(folder, _GIT)) is not None or folder == above:
            return None
        folder = above
        found = _status(os.stat, folder)
    return None


def _without_parents(path: str) -> str:
    """The same path without `..`, which leads to another folder after a link than its text says."""
    if "/../" not in f"/{path}/" or "\0" in path:
        return path
    folder, name = os.path.split(path)
    # A config may itself be a link.
    return os.path.join(os.path.realpath(folder), name) if name not in ("", "..") else os.path.realpath(path)


def _status(ask: Callable[[str], os.stat_result], path: str) -> os.stat_result | None:
    """The status of the file at a path, None if there is none."""
    try:
        return ask(path)
    except (OSError, ValueError):
        return None
