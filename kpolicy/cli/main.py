# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the command starts.  Imports next to nothing, so that `kpolicy --version` is quick."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Without asking `typing` itself: to import that takes as long as Python takes to start.
    from typing import NoReturn


def main(arguments: list[str] | None = None) -> int:
    """Run kpolicy and return its exit status (see `kpolicy.cli.status`)."""
    words = sys.argv[1:] if arguments is None else arguments
    if words in (["--version"], ["-V"]):
        from kpolicy import __version__

        sys.stdout.write(f"kpolicy {__version__}\n")
        return 0
    from kpolicy.cli.later import import_click

    # Before anything else imports it.
    import_click()
    from kpolicy.cli.app import run

    return run(words)


def entry() -> NoReturn:
    """Entry point of the process.

    Ends without taking the models apart, piece by piece, which would take as long as a whole check.
    """
    # What is imported and read stays to the end, and models are freed without the cycle collector: to look for garbage
    # takes longer than to judge a config.
    gc.disable()
    if None in (sys.stdin, sys.stdout, sys.stderr):
        from kpolicy.cli.streams import open_closed

        open_closed()
    status = 0
    try:
        status = main()
        sys.stdout.flush()
    except OSError as error:
        # The last of the output did not get out: run() itself raises nothing.
        from kpolicy.cli.status import FAILURE, NO_READER

        if isinstance(error, BrokenPipeError):
            status = NO_READER
        elif status != FAILURE:
            status = FAILURE
            _say(f"error: cannot write the output: {error.strerror}\n")
    _say("")
    os._exit(status)


def _say(text: str) -> None:
    """Write to stderr what can be written: there is no other place to complain."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        return
