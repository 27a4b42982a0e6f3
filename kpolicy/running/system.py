# SPDX-License-Identifier: GPL-2.0-or-later
"""What was read from a system: its release, its config, its command line and its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from kpolicy.frozen import dataclass, field
from kpolicy.location import Location
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.config.command_line import CommandLine
    from kpolicy.config.model import Config

Trouble: TypeAlias = Literal["missing", "not mounted", "not permitted", "not harmless", "unreadable"]


class Wanted(NamedTuple):
    """A file that is to be read, the first that exists of some paths.

    `only_presence`: that it exists says everything, and nothing of it is read.  `harmless_since` is the first release
    in which reading it is known to change nothing; (0, 0) where it never did.
    """

    paths: tuple[str, ...]
    only_presence: bool = False
    harmless_since: tuple[int, int] = (0, 0)


class Reading(NamedTuple):
    """What came of reading a file: its text, or what the trouble is, and in words why.

    Of a file of which only the presence counts the text is "y" or "n".
    """

    location: Location
    text: str | None
    trouble: Trouble | None = None
    why: str = ""


class LogLine(NamedTuple):
    """A line of the kernel log."""

    location: Location
    text: str


class Log(NamedTuple):
    """The kernel log: its lines, or why it could not be read."""

    lines: tuple[LogLine, ...] = ()
    unread: Reading | None = None


class Stated(NamedTuple):
    """A value that a file of sysctl.d sets."""

    location: Location
    value: str


@dataclass(frozen=True, slots=True)
class System:
    """A running kernel, or what was collected of one.

    `release` is that of the kernel, as `uname -r` has it, and `machine` its `uname -m`; "" where nothing says so.
    `config` is None where none can be found, `tried` says where it was looked for, and what came of that.
    `command_line` is None where it cannot be read.  `readings` are by the first path of what was wanted.
    `sysctl_files` has the lines that set sysctls at boot, by their names.
    """

    name: str
    release: str
    machine: str
    config: Config | None
    tried: tuple[tuple[str, str], ...]
    command_line: CommandLine | None
    readings: Mapping[str, Reading] = field(default_factory=dict)
    log: Log = Log()
    sysctl_files: Mapping[str, Stated] = field(default_factory=dict)
