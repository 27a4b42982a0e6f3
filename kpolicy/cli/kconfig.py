# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy kconfig`: the Kconfig files and fragments of a tree."""

from __future__ import annotations

import click

from kpolicy.cli import candidates
from kpolicy.cli.console import Console
from kpolicy.cli.options import (
    acceptance_options,
    arch_option,
    policy_options,
    report_options,
    scheduler_option,
    since_option,
    toolchain_options,
)
from kpolicy.errors import UsageError


@click.command("kconfig")
@click.argument("tree", required=False, type=click.Path(), shell_complete=candidates.folders)
@arch_option(multiple=True)
@click.option(
    "--check",
    "checks",
    metavar="CHECK",
    multiple=True,
    shell_complete=candidates.checks_of_trees,
    help="Run only this check (may be repeated).",
)
@click.option(
    "--path",
    "paths",
    metavar="PATH",
    multiple=True,
    shell_complete=candidates.paths_of_tree,
    help="Report only lines of this file, or of files in this directory.",
)
@click.option(
    "--patches",
    "folder",
    metavar="DIR",
    type=click.Path(),
    shell_complete=candidates.folders,
    help="Write a patch for git am into DIR, new or empty, for each finding that can be cleared without a decision.",
)
@click.option("--signoff", is_flag=True, help="Add Signed-off-by to the patches, by user.name and user.email of git.")
@policy_options
@acceptance_options
@since_option
@toolchain_options
@report_options
@scheduler_option
@click.pass_obj
def command(
    console: Console,
    /,
    tree: str | None,
    archs: tuple[str, ...],
    checks: tuple[str, ...],
    paths: tuple[str, ...],
    folder: str | None,
    signoff: bool,
    **words: object,
) -> int:
    """Check the Kconfig files and config fragments of a kernel TREE, over all architectures.

    A line is reported once, if the finding holds on all architectures that use it: selects of choice members,
    defaults that are never reached, symbols that no architecture defines, repeated lines, and fragment lines that
    are not honoured.

    --check proofs asks about all configurations, which takes minutes: selects that can break a dependency, with a
    config that shows it, prompts that are never visible or cannot be answered n, choice members that cannot be
    chosen.  Proofs need python-sat: pip install 'kpolicy[prove]'.  Only --check NAME runs redundant-select,
    redundant-depends, inherited-depends, constant-condition and select-of-prompt, which find hundreds of harmless
    lines.

    --check fragments lays config fragments on what they are for and reports the lines that are not honoured, with
    lines that would help: those in kernel/configs and arch/*/configs, which are always checked, and those of the
    kernel's own tests: tools/testing/selftests, alone and all together, .kunitconfig, and the scenarios of rcutorture.

    --patches writes patches for duplicate lines, defaults and ranges that are never reached, conditions that are
    constant, and redundant dependencies and selects.  Each is proved to change no configuration of any architecture
    that reads the file, and every defconfig and preset is expanded with and without it.  What is not proved gets no
    patch; for a select that can break a dependency the usual remedies are tried and printed.

    Paths are relative to the tree.

    \b
    Examples:
      kpolicy kconfig ~/linux
      kpolicy kconfig ~/linux --path mm --path lib/Kconfig.debug
      kpolicy kconfig ~/linux --check undefined-reference --fail-on note
      kpolicy kconfig ~/linux --check proofs --arch x86
      kpolicy kconfig ~/linux --check duplicate-line --patches outgoing --signoff
      kpolicy kconfig ~/linux --check fragments --path kernel/configs/debug.config
      kpolicy kconfig ~/linux --check fragments --arch x86 --path tools/testing/selftests/mm
    """
    from kpolicy.cli.patches import prepare_patches, write_patches
    from kpolicy.cli.reporting import Options, show
    from kpolicy.run.kconfig import KconfigRequest, check_tree
    from kpolicy.run.patches import PatchesRequest
    from kpolicy.run.plan import EXECUTE
    from kpolicy.run.trees import find_tree

    options = Options.of(words)
    options.prepare(console)
    source = find_tree(tree, console.environment)
    if source is None:
        raise UsageError("not in a kernel tree", hint="pass one: kpolicy kconfig DIR")
    options.check_outputs(console)
    if signoff and folder is None:
        raise UsageError("--signoff is about patches", hint="add --patches DIR")
    if folder is not None and options.toolchain == EXECUTE:
        raise UsageError(
            "--toolchain exec is not for patches", hint="they are proved for every toolchain: leave it out"
        )
    author = prepare_patches(console, source, folder, sign_off=signoff) if folder is not None else None
    request = KconfigRequest(source, archs, checks, paths, options.terms)
    context = options.context(console)
    report = check_tree(request, context)
    result = show(console, report, options.outputs)
    if folder is not None and author is not None:
        findings = report.about.findings if report.about is not None else ()
        write_patches(console, PatchesRequest(source, findings, author, signoff, options.toolchain), context, folder)
    return result
