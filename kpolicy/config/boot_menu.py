# SPDX-License-Identifier: GPL-2.0-or-later
"""The entries of a boot loader's file, and which of them is booted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from kpolicy.config.command_line import CommandLine, Placed, command_line
from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.location import Location

EXPECTED: Final = (
    "expected grub.cfg, /etc/default/grub, syslinux, extlinux, systemd-boot, a bootconfig, a rcutorture .boot,"
    " or only words"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A command line in a file with several: the title of its menu entry, its line, and what is not known of it."""

    title: str
    line: int
    placed: Placed
    unknown: tuple[str, ...] = ()


def chosen(path: str, entries: Sequence[Entry], default: int, remarks: Iterable[str] = ()) -> CommandLine:
    """The default of several entries, with a remark that says which it is."""
    entry = entries[default]
    said = list(remarks)
    if len(entries) > 1:
        title = f" ({entry.title})" if entry.title else ""
        said.append(f"{len(entries)} command lines: that of line {entry.line}{title} is used; pass another one as text")
    return command_line(path, entry.placed, [*said, *entry.unknown])


def not_in_file(default: str) -> str:
    """What is said about a default entry that is not found."""
    return f"the default entry {default!r} is not in this file"


def blank_after(placed: Placed) -> Placed:
    """A blank before what is added to a command line; it has the line of what it follows."""
    return [(" ", placed[-1][1])] if placed else []


def no_command_line(path: str, hint: str = EXPECTED) -> InputError:
    """The error for a file without a command line."""
    return InputError("no command line in this file", Location(path, 0), hint=hint)
