# SPDX-License-Identifier: GPL-2.0-or-later
"""Which of the kernel's own file systems are mounted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kpolicy.running.root import Root

PLACES: Final = {
    "/sys/kernel/debug/tracing": "tracefs",
    "/sys/kernel/debug": "debugfs",
    "/sys/kernel/tracing": "tracefs",
    "/sys/kernel/security": "securityfs",
}
"""Where they are mounted by convention, what is inside of another before that."""
AUTOMOUNT: Final = "/sys/kernel/debug/tracing"
"""To look into it mounts tracefs there (fs/tracefs, kernel/trace/trace.c: trace_automount)."""


def mounted(root: Root) -> frozenset[tuple[str, str]] | None:
    """Where each file system is mounted; None where that is not known."""
    for path in ("/proc/self/mounts", "/proc/mounts"):
        try:
            text = root.read(path).decode("utf-8", "surrogateescape")
        except OSError:
            continue
        return frozenset(_entries(text))
    return None


def unmounted(path: str, mounts: frozenset[tuple[str, str]] | None) -> str:
    """Why a file of such a file system is not there, in words; "" where that is not why."""
    if mounts is None:
        return ""
    for place, kind in PLACES.items():
        if path.startswith(f"{place}/"):
            return "" if (place, kind) in mounts else f"{kind} is not mounted at {place}"
    return ""


def is_automounted(path: str, mounts: frozenset[tuple[str, str]] | None) -> bool:
    """Whether to look at a file of a kernel that runs would mount something."""
    return path.startswith(f"{AUTOMOUNT}/") and (mounts is None or (AUTOMOUNT, PLACES[AUTOMOUNT]) not in mounts)


def _entries(text: str) -> Iterator[tuple[str, str]]:
    for line in text.split("\n"):
        words = line.split(" ")
        if len(words) >= 3:
            yield words[1], words[2]
