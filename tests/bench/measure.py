# SPDX-License-Identifier: GPL-2.0-or-later
"""What one run of a command costs, and the medians of several, taken by turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor time (user and system, children included) and of the clock; MB of the largest process."""

    cpu: float
    wall: float
    megabytes: float = 0.0


def measured(command: Sequence[str], environment: Mapping[str, str], allowed: Sequence[int] = (0,)) -> Cost:
    """Run a command with its output in a file, as most peers are used."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in allowed:
            errors.seek(0)
            said = errors.read().decode(errors="replace")
            raise SystemExit(f"{' '.join(command)}: exit status {process.returncode}\n{said}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def medians(runs: Sequence[Cost]) -> Cost:
    """The median of each time; the most memory of all."""
    return Cost(
        statistics.median(run.cpu for run in runs),
        statistics.median(run.wall for run in runs),
        max(run.megabytes for run in runs),
    )


def alternating(times: int, *actions: Callable[[], Cost]) -> tuple[Cost, ...]:
    """The medians of some actions that are run by turns: processors are now faster, now slower."""
    rounds = [[action() for action in actions] for _ in range(times)]
    return tuple(medians(column) for column in zip(*rounds, strict=True))
