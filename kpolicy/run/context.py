# SPDX-License-Identifier: GPL-2.0-or-later
"""The environment of a run, given by the caller: nothing here reads os.environ or sys.stdin."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kpolicy.frozen import dataclass, field

if TYPE_CHECKING:
    import datetime as dt
    from typing import BinaryIO, Protocol

    from kpolicy.location import Location
    from kpolicy.run.executors import Executor

    class Listener(Protocol):
        """Receives the events of a run."""

        def progress(self, done: int, total: int) -> None:
            """So many of the configs or architectures of this step are done."""

        def note(self, text: str) -> None:
            """Something that a person would want to know, and no part of the result."""

        def warning(self, location: Location | None, text: str) -> None:
            """Something odd about the input, and no part of the result."""


class Silent:
    """A listener that does nothing."""

    def progress(self, done: int, total: int) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def warning(self, location: Location | None, text: str) -> None:
        """Nothing."""


def today() -> dt.date:
    """The day by which waivers expire: that of the user's clock."""
    import datetime as dt  # most policies waive nothing

    return dt.datetime.now().astimezone().date()


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of a run.

    `environment` is what git and executed probes see, `cache` the folder of what is remembered (None: nothing is),
    `jobs` how many processes work at once, `cluster` what works instead of processes of this machine, `stdin` what a
    config named `-` is read from, and `today` tells the day by which waivers expire.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    cache: str | None = None
    jobs: int = 1
    cluster: Executor | None = None
    listener: Listener = field(default_factory=Silent)
    stdin: BinaryIO | None = None
    today: Callable[[], dt.date] = today
