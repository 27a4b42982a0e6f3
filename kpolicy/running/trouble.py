# SPDX-License-Identifier: GPL-2.0-or-later
"""What an error says about a file that was to be read."""

from __future__ import annotations

import errno
from typing import Final

from kpolicy.location import Location
from kpolicy.running.root import Root
from kpolicy.running.system import Reading

_REFUSED: Final = (errno.EACCES, errno.EPERM)


def unread(root: Root, path: str, error: OSError) -> Reading:
    """The reading of a file that cannot be read."""
    place = Location(root.shown(path), 0)
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        # What a copy lacks may not have been collected.
        why = "no such file" if root.is_live else "the copy does not have them"
        return Reading(place, None, "missing", why)
    if error.errno in _REFUSED:
        return Reading(place, None, "not permitted", "permission denied")
    return Reading(place, None, "unreadable", error.strerror or str(error))
