# SPDX-License-Identifier: GPL-2.0-or-later
"""Exit statuses, the same for every command and format."""

from __future__ import annotations

from typing import Final

CLEAN: Final = 0
"""No finding at or above --fail-on."""
FINDINGS: Final = 1
"""Findings at or above --fail-on."""
USAGE: Final = 2
"""The command line, a policy or a rule file is wrong."""
FAILURE: Final = 3
"""Some input could not be analysed, or kpolicy itself failed."""
NO_READER: Final = 141
"""The reader of the output exited (SIGPIPE, numbered as in shells)."""


def ended_by(signal: int) -> int:
    """A signal ended the run, as shells count it: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP."""
    return 128 + signal
