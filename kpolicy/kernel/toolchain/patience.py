# SPDX-License-Identifier: GPL-2.0-or-later
"""A limit for the time that a probe of a hostile tree may take: some patterns match for years."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

from kpolicy.kernel.toolchain.shell.streams import Exhausted

_AGAIN: Final = 1.0


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise Exhausted out of the block when it has used so much processor time.

    Python's matcher of patterns looks for signals while it works.  Only the main thread receives them: in any
    other there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> NoReturn:
        raise Exhausted(f"takes more than {seconds:g} s of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    # Again and again: an exception that meets a destructor is lost.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
