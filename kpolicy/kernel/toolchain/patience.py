# SPDX-License-Identifier: GPL-2.0-or-later
"""The limits of what a hostile tree may make the emulation do: processor time, and text that is made.

One clock for everything: each step of the shell, each write, each record that a program reads checks it.  Only
Python's matcher of patterns cannot look itself, since some patterns match for years; a timer interrupts that.
"""

from __future__ import annotations

import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, NoReturn, TypeVar

# All text that one probe may make, in characters: variables, output, files.  Those of a kernel make some thousands.
MOST_TEXT: Final = 32_000_000
# With blanks and zeros around it.
_LONGEST_INTEGER: Final = 1000
LONGEST_PATTERN: Final = 10_000
Result = TypeVar("Result")


class Exhausted(Exception):
    """A command takes more steps, text or depth than any probe has need of."""


class OutOfTime(Exhausted):
    """A command takes more processor time than any probe has need of."""


@dataclass(slots=True)
class _Run:
    """The probe that runs: when it has to end, and the characters that it has made."""

    deadline: float
    words: str
    made: int = 0


_current: ContextVar[_Run | None] = ContextVar("_current", default=None)


class Clock:
    """The processor time, in seconds, that one probe may take, and all probes of a tree together."""

    def __init__(self, each: float, together: float) -> None:
        self._each = each
        self._together = together
        self._left = together

    @property
    def has_run_out(self) -> bool:
        """Whether the probes of the tree have taken all the time that there is for them."""
        return self._left <= 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run a probe: `look` raises OutOfTime, inside, when its time is over."""
        start = time.process_time()
        if self._left < self._each:
            words = f"the probes of this tree take more than {self._together:g} s of processor time"
        else:
            words = f"takes more than {self._each:g} s of processor time"
        token = _current.set(_Run(start + min(self._each, self._left), words))
        try:
            yield
        finally:
            _current.reset(token)
            self._left -= time.process_time() - start


def look(made: int = 0) -> None:
    """Look at the clock, and count characters that are made; raises Exhausted when either is over its limit."""
    run = _current.get()
    if run is None:
        return
    run.made += made
    if run.made > MOST_TEXT:
        raise Exhausted(f"makes more than {MOST_TEXT} characters of text")
    if time.process_time() > run.deadline:
        raise OutOfTime(run.words)


def integer(text: str, base: int = 10) -> int:
    """`int(text, base)`; raises Exhausted for more than 64 bits hold, which programs take differently."""
    if len(text) > _LONGEST_INTEGER or abs(number := int(text, base)) >= 1 << 64:
        raise Exhausted("a number of more than 64 bits")
    return number


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern that a tree has written.

    Its methods are those of `re.Pattern`; they raise OutOfTime when the probe has no time left.
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


def compiled(pattern: str, flags: int = 0) -> Pattern:
    """A pattern compiled; raises `re.error` for what is none, Exhausted for one that no probe has need of."""
    if len(pattern) > LONGEST_PATTERN:
        raise Exhausted(f"a pattern of more than {LONGEST_PATTERN} characters")
    return Pattern(re.compile(pattern, flags))


def _limited(match: Callable[[], Result]) -> Result:
    """What a match returns.

    The timer runs while the matcher does, and never elsewhere: an exception out of nowhere would leave locked what
    other code has just locked.  Only the main thread receives signals: in any other there is no limit.
    """
    look()
    run = _current.get()
    if run is None or threading.current_thread() is not threading.main_thread():
        return match()
    words = run.words

    def stop(_number: int, _frame: object) -> NoReturn:
        raise OutOfTime(words)

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        # Nothing left would be no limit.
        signal.setitimer(signal.ITIMER_VIRTUAL, max(run.deadline - time.process_time(), 0.001))
        return match()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
