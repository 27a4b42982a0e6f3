# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line that the boot loader passes, as the user states it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kpolicy.cli.options import Command
from kpolicy.errors import UsageError

if TYPE_CHECKING:
    from kpolicy.cli.console import Console
    from kpolicy.config.command_line import CommandLine

_STDIN = "-"


def cmdline_option(command: Command) -> Command:
    """--cmdline: what the kernel is booted with."""
    text = (
        "Judge the kernel as booted with this command line: words, or a file (of GRUB, syslinux, systemd-boot,"
        " /proc/cmdline, a rcutorture .boot; - is standard input). CONFIG_CMDLINE is added as the kernel does."
        " [default: only CONFIG_CMDLINE is known]"
    )
    return click.option("--cmdline", metavar="TEXT|FILE", help=text)(command)


def stated_command_line(console: Console, spec: str | None, *configs: str) -> CommandLine | None:
    """The command line that --cmdline states; raises as `read_command_line` does.

    `configs` are those of the same command: standard input is read only once.
    """
    if spec is None:
        return None
    if spec == _STDIN and any(_STDIN in config.split("+") for config in configs):
        raise UsageError("standard input can be read only once")
    # Only here: most runs state none.
    import sys

    from kpolicy.config.boot_files import read_command_line

    line = read_command_line(spec, getattr(sys.stdin, "buffer", None))
    for remark in line.remarks:
        console.note(f"{spec if spec != _STDIN else '<stdin>'}: {remark}")
    return line
