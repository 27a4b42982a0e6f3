# SPDX-License-Identifier: GPL-2.0-or-later
"""Places, and what there is to say about the input."""

from __future__ import annotations

from kpolicy.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A line of a file; lines count from 1, 0 stands for the whole file."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Place:
    """Something to say about the input, and where; `location` is None for what has none."""

    location: Location | None
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something could not be examined; `status` is the exit status that it means."""

    location: Location | None
    message: str
    hint: str | None
    source_line: str | None
    column: int | None
    status: int
