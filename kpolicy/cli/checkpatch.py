# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy checkpatch`: findings that a patch adds, without applying it."""

from __future__ import annotations

import sys

import click

from kpolicy.cli.console import Console
from kpolicy.cli.options import (
    acceptance_options,
    arch_option,
    policy_options,
    report_options,
    toolchain_options,
    tree_option,
)
from kpolicy.errors import InputError
from kpolicy.location import Location


@click.command("checkpatch")
@click.argument("patch", default="-", type=click.Path(allow_dash=True))
@tree_option
@arch_option(multiple=True)
@policy_options
@acceptance_options
@toolchain_options
@report_options
@click.pass_obj
def command(console: Console, /, patch: str, tree: str | None, archs: tuple[str, ...], **words: object) -> int:
    """Report the findings that a PATCH (a file or standard input) adds to the defconfigs of a tree.

    PATCH is the output of git format-patch or git diff, or a mail with it.  The tree is in a git repository, or a
    revision of one (--tree DIR@REV; default HEAD).  The patch is applied in memory, to the newest commit whose
    files match it, so it may already be in the branch; if there is none, to the revision itself.  Work tree, index
    and repository are only read.

    \b
    Examples:
      git diff | kpolicy checkpatch
      git format-patch -1 --stdout | kpolicy checkpatch -q --terse
      kpolicy checkpatch --tree ~/linux@v6.12 0001-x86-defconfig.patch
    """
    from kpolicy.cli.reporting import Options, show
    from kpolicy.run.checkpatch import PatchRequest, checkpatch
    from kpolicy.run.trees import needed_tree

    options = Options.of(words)
    options.prepare(console)
    options.check_outputs(console)
    source = needed_tree(tree, console.environment)
    request = PatchRequest(source, _content(patch), patch, archs, options.terms)
    return show(console, checkpatch(request, options.context(console)), options.outputs)


def _content(patch: str) -> bytes:
    from kpolicy.files import read_file, read_stream

    try:
        return read_stream(sys.stdin.buffer) if patch == "-" else read_file(patch)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot read the patch: {reason}", Location(patch, 0)) from None
