# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy checkpatch`: what a patch brings that is not applied."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import replace

import click

from kpolicy.cli.audit import audit_of
from kpolicy.cli.console import Console
from kpolicy.cli.examine import Examiner
from kpolicy.cli.options import (
    acceptance_options,
    arch_option,
    policy_options,
    report_options,
    toolchain_options,
    tree_option,
)
from kpolicy.cli.reporting import Options, conclude
from kpolicy.cli.since import open_before
from kpolicy.cli.trees import needed_tree
from kpolicy.errors import InputError
from kpolicy.files import read_file, read_stream
from kpolicy.kernel.git import ask, resolve
from kpolicy.kernel.patch import apply_patch, base_of, patch_text
from kpolicy.kernel.revision import tree_at
from kpolicy.location import Location


@click.command("checkpatch")
@click.argument("patch", default="-", type=click.Path(allow_dash=True))
@tree_option
@arch_option(multiple=True)
@policy_options
@acceptance_options
@toolchain_options
@report_options
@click.option("-v", "--verbose", is_flag=True, help="Also the causes and the remedy of each finding, and each role.")
@click.pass_obj
def command(
    console: Console, /, patch: str, tree: str | None, archs: tuple[str, ...], verbose: bool, **words: object
) -> int:
    """Judge a PATCH, a file or standard input, by the findings that it brings to the defconfigs of a tree.

    It is the output of git format-patch or git diff, or a mail with such.  The tree is one in a git repository,
    or a revision of it (--tree DIR@REV); HEAD without.  The patch is applied in memory: to the newest commit
    that has the files as the patch knows them, so that it may be a commit of the branch already, else to the
    revision itself.  Work tree, index and repository are only read.

    \b
    Examples:
      git diff | kpolicy checkpatch
      git format-patch -1 --stdout | kpolicy checkpatch -q --terse
      kpolicy checkpatch --tree ~/linux@v6.12 0001-x86-defconfig.patch
    """
    options = Options.of(words)
    console.quiet = options.quiet
    environment = console.environment
    named = needed_tree(console, tree)
    tip = named.revision or resolve(os.fspath(named.root), "HEAD", environment)
    with tempfile.TemporaryDirectory(prefix="kpolicy-") as scratch:
        text = patch_text(_content(patch), patch)
        base = base_of(tip, text, scratch, environment)
        after = apply_patch(base, text, scratch, environment)
        short = ask(base.folder, environment, "rev-parse", "--short=12", base.commit)
        if base.commit != tip.commit:
            console.note(f"the patch is judged on top of {short}, where its files are as it knows them")
        source = tree_at(after, f"{named.name} with the patch", environment)
        options = replace(options, policy=replace(options.policy, since=short))
        run = audit_of(console, source, archs, options)
        run = replace(run, command="checkpatch", complete=False)
        today = Examiner(run.plan, source)
        run = replace(run, targets=open_before(console, run.plan, short).touched(today, run.targets))
        return conclude(console, run, source, options, census=False, details=verbose)


def _content(patch: str) -> bytes:
    try:
        return read_stream(sys.stdin.buffer) if patch == "-" else read_file(patch)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot read the patch: {reason}", Location(patch, 0)) from None
