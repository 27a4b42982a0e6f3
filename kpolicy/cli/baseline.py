# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy baseline`: the findings that are known."""

from __future__ import annotations

import os

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.command_line import cmdline_option
from kpolicy.cli.console import Console
from kpolicy.cli.options import arch_option, policy_options, run_options, toolchain_options, tree_option
from kpolicy.errors import UsageError


@click.group("baseline")
def command() -> None:
    """Maintain a baseline, so that `audit` and `check` report only new findings."""


@command.command("update", short_help="Remove findings that no longer occur.")
@click.argument("configs", metavar="[CONFIG]...", nargs=-1, type=click.Path(), shell_complete=candidates.configs)
@click.option("--baseline", metavar="FILE", required=True, type=click.Path(), help="Baseline file to update.")
@click.option("--grow", is_flag=True, help="Also add new findings; create FILE if it does not exist.")
@tree_option
@arch_option(multiple=True)
@cmdline_option
@policy_options
@toolchain_options
@run_options
@click.pass_obj
def update_baseline(
    console: Console,
    /,
    configs: tuple[str, ...],
    baseline: str,
    grow: bool,
    tree: str | None,
    archs: tuple[str, ...],
    **words: object,
) -> int:
    """Remove findings that no longer occur from a baseline, for all defconfigs of the tree or for some CONFIGs.

    Entries of other configs stay.  New findings are counted, and added only with --grow.  Waived findings
    are not new.

    \b
    Examples:
      kpolicy baseline update --baseline known.json --tree ~/linux --grow
      kpolicy baseline update --baseline known.json --tree ~/linux x86_64_defconfig
    """
    from kpolicy.cli.reporting import Options
    from kpolicy.cli.writing import check_output, deliver
    from kpolicy.run.baseline import UpdateRequest, update
    from kpolicy.run.editable import check_is_editable
    from kpolicy.run.trees import find_tree

    options = Options.of(words)
    console.quiet = options.quiet
    source = find_tree(tree, console.environment)
    if source is None:
        raise UsageError("a baseline needs a kernel tree", hint="pass --tree DIR")
    check_output(baseline, force=True)
    if os.path.exists(baseline):
        check_is_editable(baseline)
    request = UpdateRequest(source, baseline, configs, archs, grow, options.booted_terms(console))
    result = update(request, options.context(console))
    for error in result.errors:
        console.error(error)
    if result.changed:
        deliver(console, result.text, baseline, force=True)
    new = f"{result.new} new" + ("" if grow or not result.new else ", not added (--grow adds them)")
    if not options.quiet:
        console.say(f"{baseline}: {result.known} known; {result.gone} removed, {new}")
    return status.FAILURE if result.errors else status.CLEAN
