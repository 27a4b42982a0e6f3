# SPDX-License-Identifier: GPL-2.0-or-later
"""Standard streams that the parent process has closed."""

from __future__ import annotations

import os
import sys


def open_closed() -> None:
    """Open what is closed of the standard streams, so that no other file gets its number.

    Standard input and output are opened the wrong way round: to use them is the error that it would be anyway.
    What would go to standard error is lost.
    """
    # As a closed descriptor is the lowest that is free, each opening takes the place of one.
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - for as long as the process lives
    if sys.stdout is None:
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", closefd=False, errors="backslashreplace")  # noqa: SIM115
