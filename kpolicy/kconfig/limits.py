# SPDX-License-Identifier: GPL-2.0-or-later
"""Limits of what the Kconfig files of one architecture may ask for; generous, so that only hostile ones meet them.

The Kconfig files of an architecture of Linux 6.12 expand 1,000 macros, are 1,700, and have 80,000 statements.
"""

from __future__ import annotations

from typing import Final

from kpolicy.errors import InputError
from kpolicy.files import too_large
from kpolicy.location import Location

# The largest Kconfig file of Linux has 110 kB.
MAX_SIZE: Final = 4 << 20
# The files that conf is built from, of which the largest has 20 kB: reading them takes quadratic time.
MAX_GRAMMAR: Final = 48 << 10
LONGEST_EXPANSION: Final = 1 << 20
MOST_EXPANSIONS: Final = 1_000_000
# Characters of all expansions, and of all lines that are copied for them.
MOST_EXPANDED: Final = 64 << 20
MOST_COPIED: Final = 1 << 28
MOST_FILES: Final = 100_000
MOST_STATEMENTS: Final = 1_000_000
# Menus, choices and ifs in each other: the bison parser of conf gives up at some thousands.
MOST_BLOCKS: Final = 1000
MOST_NEGATIONS: Final = 200
# Of one choice: whether they go in circles takes time by the square of them.
MOST_MEMBERS: Final = 2000


def check_size(path: str, content: bytes) -> None:
    """Raise InputError for what is too large for a Kconfig file."""
    if len(content) > MAX_SIZE:
        raise InputError(f"{too_large(MAX_SIZE)}: not a Kconfig file", Location(path, 0))


class Limits:
    """What has been requested so far.  Its methods raise InputError, at the place that they are given."""

    def __init__(self) -> None:
        self._expansions = 0
        self._expanded = 0
        self._copied = 0
        self._files = 0
        self._statements = 0

    def expand(self, line: str, place: Location) -> None:
        """A macro of a line is about to be expanded."""
        self._expansions += 1
        self._copied += len(line)
        if self._expansions > MOST_EXPANSIONS:
            raise InputError(f"more than {MOST_EXPANSIONS} expansions of macros", place)
        if self._copied > MOST_COPIED:
            raise InputError("the macros take too long to expand", place)

    def expanded(self, text: str, place: Location) -> None:
        """A macro was expanded."""
        self._expanded += len(text)
        if len(text) > LONGEST_EXPANSION:
            raise InputError(f"a macro that expands to more than {LONGEST_EXPANSION} characters", place)
        if self._expanded > MOST_EXPANDED:
            raise InputError(f"macros that expand to more than {MOST_EXPANDED} characters", place)

    def source(self, statements: int, place: Location, files: int = 1) -> None:
        """A file with so many statements was read, or several that have as many together."""
        self._files += files
        self._statements += statements
        if self._files > MOST_FILES:
            raise InputError(f"more than {MOST_FILES} files are sourced", place)
        if self._statements > MOST_STATEMENTS:
            raise InputError(f"more than {MOST_STATEMENTS} statements", place)
