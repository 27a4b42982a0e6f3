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
    """
    folder = os.path.abspath(start)
    device = _stat(folder, lambda found: found.st_dev)
    if device is None or _stat(folder, lambda found: not stat.S_ISDIR(found.st_mode)):
        folder = os.path.dirname(folder)
        device = _stat(folder, lambda found: found.st_dev)
    while device is not None and _stat(folder, lambda found: found.st_dev) == device:
        path = os.path.join(folder, FILE_NAME)
        if _stat(path, lambda found: stat.S_ISREG(found.st_mode)):
            return path
        above = os.path.dirname(folder)
        if _stat(os.path.join(folder, _GIT), lambda found: True) or folder == above:  # noqa: ARG005 - being there is all
            return None
        folder = above
    return None


def _stat(path: str, question: Callable[[os.stat_result], int]) -> int | None:
    """The answer about the file at a path, None if there is none."""
    try:
        return question(os.stat(path))
    except (OSError, ValueError):
        return None
