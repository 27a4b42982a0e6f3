# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line that the boot loader passes, as the user states it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kpolicy.cli.options import Command
from kpolicy.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kpolicy.cli.console import Console
    from kpolicy.config.command_line import CommandLine

_STDIN = "-"


def cmdline_option(command: Command) -> Command:
    """--cmdline: what the kernel is booted with."""
    text = (
        "Judge the kernel as booted with this command line: words, or a file (of GRUB, syslinux, systemd-boot,"
        " /proc/cmdline, a rcutorture .boot; - is standard input). Repeat it for a bootconfig. CONFIG_CMDLINE is added"
        " as the kernel does."
        " [default: only CONFIG_CMDLINE is known]"
    )
    return click.option("--cmdline", metavar="TEXT|FILE", multiple=True, help=text)(command)


def stated_command_line(console: Console, specs: Sequence[str], *configs: str) -> CommandLine | None:
    """The command line that --cmdline states; raises as `read_command_lines` does.

    `configs` are those of the same command: standard input is read only once.
    """
    if not specs:
        return None
    readers = [*specs, *(word for config in configs for word in config.split("+"))]
    if _STDIN in specs and readers.count(_STDIN) > 1:
        raise UsageError("standard input can be read only once")
    # Only here: most runs state none.
    import sys

    from kpolicy.config.boot_files import read_command_lines

    line = read_command_lines(specs, getattr(sys.stdin, "buffer", None))
    for remark in line.remarks:
        console.note(remark)
    return line
