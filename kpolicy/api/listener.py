# SPDX-License-Identifier: GPL-2.0-or-later
"""The listener that long work reports its progress to."""

from __future__ import annotations

from collections.abc import Callable

from kpolicy.frozen import dataclass
from kpolicy.location import Location

Progress = Callable[[int, int], None]
"""Told how many configs or architectures are done, and of how many."""
Message = Callable[[str], None]
"""Told what a person would want to know, and is no part of a result."""


@dataclass(frozen=True, slots=True)
class Told:
    """A listener that hands on to functions, where there are any."""

    progress_to: Progress | None
    message_to: Message | None

    def progress(self, done: int, total: int) -> None:
        """So much is done."""
        if self.progress_to is not None:
            self.progress_to(done, total)

    def note(self, text: str) -> None:
        """Something that a person would want to know."""
        if self.message_to is not None:
            self.message_to(text)

    def warning(self, location: Location | None, text: str) -> None:
        """Something odd about the input."""
        self.note(f"{location}: {text}" if location is not None else text)
