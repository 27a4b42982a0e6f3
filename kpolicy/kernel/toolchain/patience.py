# SPDX-License-Identifier: GPL-2.0-or-later
"""A limit for the time that the patterns of a hostile tree may take: some match for years.

Everything else that a probe does is counted in steps; Python's matcher of patterns can only be interrupted.
"""

from __future__ import annotations

import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from kpolicy.kernel.toolchain.shell.streams import Exhausted

Result = TypeVar("Result")


@dataclass(slots=True)
class _Budget:
    seconds: float
    left: float


_budget: ContextVar[_Budget | None] = ContextVar("_budget", default=None)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Within the block all matches of `Pattern` together may use so much processor time."""
    token = _budget.set(_Budget(seconds, seconds))
    try:
        yield
    finally:
        _budget.reset(token)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern that a tree has written.

    Its methods are those of `re.Pattern`; they raise Exhausted when the time of the surrounding `at_most` is used up.
    """

    compiled: re.Pattern[str]

    def search(self, text: str) -> re.Match[str] | None:
        """The first place in a text that matches."""
        return _limited(lambda: self.compiled.search(text))

    def fullmatch(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """The match of a part of a text."""
        return _limited(lambda: self.compiled.fullmatch(text, start, end))

    def all(self, text: str) -> list[re.Match[str]]:
        """All places in a text that match."""
        return _limited(lambda: list(self.compiled.finditer(text)))

    def split(self, text: str) -> list[str]:
        """The pieces of a text between the places that match."""
        return _limited(lambda: self.compiled.split(text))


def _limited(match: Callable[[], Result]) -> Result:
    """What a match returns.

    The timer runs while the matcher does, and never elsewhere: an exception out of nowhere would leave locked what
    other code has just locked.  Only the main thread receives signals: in any other there is no limit.
    """
    budget = _budget.get()
    if budget is None or threading.current_thread() is not threading.main_thread():
        return match()

    def stop(_number: int, _frame: object) -> NoReturn:
        raise Exhausted(f"takes more than {budget.seconds:g} s of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, budget.left)
        return match()
    finally:
        # Nothing left would be no limit.
        budget.left = max(signal.setitimer(signal.ITIMER_VIRTUAL, 0)[0], 0.001)
        signal.signal(signal.SIGVTALRM, before)
