# SPDX-License-Identifier: GPL-2.0-or-later
"""Which files of the user kpolicy may edit in their places."""

from __future__ import annotations

import os
import shlex
import stat

from kpolicy.errors import InputError


def check_is_editable(path: str, instead: str = "copy the file first") -> None:
    """Refuse to edit what is no file, a file that its owner has protected, and one that has further names.

    The new content is a new file, so that no reader meets half of it: other names would keep the old one.  `instead` is
    what to do about these.
    """
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot write {path}: {reason}") from None
    if not stat.S_ISREG(status.st_mode):
        kind = "a directory" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
        raise InputError(f"cannot edit {path}: it is {kind}", hint="name the file itself")
    if not status.st_mode & 0o222 or not os.access(path, os.W_OK):
        mode = f"{status.st_mode & 0o7777:04o}"
        raise InputError(f"{path} is read-only (mode {mode})", hint=f"chmod u+w {shlex.quote(path)}")
    if status.st_nlink > 1:
        raise InputError(f"{path} has {status.st_nlink} hard links", hint=instead)
