# SPDX-License-Identifier: GPL-2.0-or-later
"""Where something is: the `file:line` that every layer points at."""

from __future__ import annotations

from kpolicy.tuples import NamedTuple


class Location(NamedTuple):
    """A line of a file, or a whole file.

    `path` is the path as people know it: relative to the kernel tree for its own files,
    as given on the command line for others.  `line` counts from 1; 0 is the file as a whole.
    """

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path
