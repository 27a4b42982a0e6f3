# SPDX-License-Identifier: GPL-2.0-or-later
"""The running kernel, or a copy of its files, as the user states it."""

from __future__ import annotations

import click

from kpolicy.cli import candidates
from kpolicy.cli.options import Command
from kpolicy.errors import UsageError


def running_options(command: Command) -> Command:
    """--running and --root: a kernel that runs, and where its files are."""
    running = click.option(
        "--running",
        is_flag=True,
        help="Check the running kernel: its config (or CONFIG), its command line, and what was changed at run time."
        " Files are only read.",
    )
    root = click.option(
        "--root",
        metavar="DIR",
        type=click.Path(),
        shell_complete=candidates.folders,
        help="With --running: read a copy of the files of a system, such as an unpacked sos report, below DIR.",
    )
    return running(root(command))


def stated_root(configs: tuple[str, ...], *, running: bool, root: str | None) -> str | None:
    """Where the files of the running kernel are; None where configs are checked.

    Raises UsageError for options that do not go together, InputError for a DIR that is none.
    """
    if not running:
        if root is not None:
            raise UsageError("--root is for --running")
        if not configs:
            raise click.UsageError("Missing argument 'CONFIG...'.")
        return None
    if len(configs) > 1:
        raise UsageError("--running checks one kernel, which has one CONFIG")
    # Only here: most runs check files.
    from kpolicy.run.running import root_folder

    return root_folder(root or "/")
