# SPDX-License-Identifier: GPL-2.0-or-later
"""What ends a run from outside: a signal, and for a worker process the end of its parent."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals by which terminals, schedulers and lost connections end a process."""


class EndedError(BaseException):
    """A signal asks this process to end.

    No Exception, as KeyboardInterrupt is none: nothing that deals with errors may swallow it.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Within the block SIGTERM and SIGHUP raise EndedError, so that what Ctrl-C cleans up is cleaned up then too.

    A signal that the parent process ignores (nohup) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught = [number for number in SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    for number in caught:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in caught:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, _frame: object) -> NoReturn:
    raise EndedError(number)


@contextmanager
def signals_later() -> Iterator[None]:
    """Within the block no signal ends this process; what arrives meanwhile does so afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent() -> None:
    """Make a worker process end with its parent, whatever ends that, and by signals at once.

    Signals reach all processes of a terminal: workers end without a word, and the parent cleans up.
    """
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    threading.Thread(target=_watch_parent, name="parent", daemon=True).start()


def _watch_parent() -> None:
    # Only here: a process without workers does without it.
    import multiprocessing

    # The parent's end of a pipe is closed with the parent, and was open before this process began: no end is missed.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
