# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel log: of the running kernel, or as sos and init scripts keep it."""

from __future__ import annotations

import errno
import os
from typing import Final

from kpolicy.files import OPEN_FLAGS
from kpolicy.location import Location
from kpolicy.running.root import Root
from kpolicy.running.system import Log, LogLine, Reading
from kpolicy.running.trouble import unread

_LIVE: Final = "/dev/kmsg"
_KEPT: Final = ("/sos_commands/kernel/dmesg", "/var/log/dmesg")
_LONGEST_RECORD: Final = 8192
"""A read of /dev/kmsg returns a record of at most PRINTK_MESSAGE_MAX, 2048 bytes, or fails (kernel/printk)."""
_MOST_RECORDS: Final = 200_000
_MOST_LINES: Final = 200_000


def read_log(root: Root) -> Log:
    """The lines of the log that are still there, or why it cannot be read."""
    if root.is_live:
        return _live(root)
    troubles: list[Reading] = []
    for path in _KEPT:
        try:
            text = root.read(path).decode("utf-8", "replace")
        except OSError as error:
            troubles.append(unread(root, path, error))
            continue
        shown, lines = root.shown(path), text.split("\n")[:_MOST_LINES]
        return Log(tuple(LogLine(Location(shown, number), line) for number, line in enumerate(lines, 1) if line))
    return Log((), next((item for item in troubles if item.trouble != "missing"), troubles[0]))


def _live(root: Root) -> Log:
    """Each process has its own position in /dev/kmsg: to read it takes nothing away (Documentation/ABI/testing)."""
    try:
        descriptor = os.open(_LIVE, OPEN_FLAGS)
    except OSError as error:
        return Log((), unread(root, _LIVE, error))
    found: list[LogLine] = []
    try:
        for _ in range(_MOST_RECORDS):
            try:
                record = os.read(descriptor, _LONGEST_RECORD)
            except OSError as error:
                if error.errno == errno.EPIPE:
                    # Records were overwritten meanwhile; the next read is at the oldest that is left.
                    continue
                if error.errno != errno.EAGAIN:
                    return Log((), unread(root, _LIVE, error))
                # These were all.
                break
            if not record:
                break
            text = record.decode("utf-8", "replace").partition(";")[2].partition("\n")[0]
            found.append(LogLine(Location(_LIVE, 0), text))
    finally:
        os.close(descriptor)
    return Log(tuple(found))
