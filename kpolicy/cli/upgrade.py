# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy upgrade`: what another kernel makes of a config."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.command_line import cmdline_option
from kpolicy.cli.console import Console
from kpolicy.cli.options import (
    THRESHOLDS,
    arch_option,
    output_options,
    policy_options,
    run_options,
    scheduler_option,
    toolchain_options,
)
from kpolicy.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpolicy.kernel.source import KernelTree
    from kpolicy.report.text.style import Style
    from kpolicy.report.views.upgrade_records import TreeUpgrade, UpgradeReport
    from kpolicy.run.upgrade import Result
    from kpolicy.run.upgraded import Form

_REPORTS = ("text", "markdown", "json", "html")
_CONFIGS = ("diff", "minimal", "config")


@click.command("upgrade")
@click.argument("config", required=False, type=click.Path(allow_dash=True), shell_complete=candidates.configs)
@click.option(
    "--to",
    "after",
    metavar="TREE",
    required=True,
    type=click.Path(),
    shell_complete=candidates.folders,
    help="The kernel to upgrade to: a directory, or a revision (DIR@REV).",
)
@click.option(
    "--from",
    "tree",
    metavar="TREE",
    type=click.Path(),
    shell_complete=candidates.folders,
    help="The kernel that CONFIG is for. [default: the current directory, if it is one; a full .config needs none]",
)
@arch_option(multiple=True)
@cmdline_option
@policy_options
@click.option("--no-waivers", is_flag=True, help="Show waived findings.")
@click.option(
    "--fail-on",
    type=click.Choice(THRESHOLDS),
    help="Exit with status 1 if a gained finding has at least this severity; no edit causes one."
    " [default: what the policy says, else warning]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice((*_REPORTS, *_CONFIGS)),
    default="text",
    show_default=True,
    help="A report; or the upgraded config: a patch for git apply, a minimal defconfig, or the whole .config.",
)
@click.option("--full", is_flag=True, help="List everything: each request, value and question.")
@toolchain_options
@output_options
@run_options
@scheduler_option
@click.pass_obj
def command(
    console: Console,
    /,
    config: str | None,
    after: str,
    tree: str | None,
    archs: tuple[str, ...],
    form: str,
    full: bool,
    **words: object,
) -> int:
    """Show what another kernel makes of CONFIG, and write the upgraded config.

    The report has the requests that are lost, each with the edit that keeps it if there is one; values that new
    defaults change; protections, checks and findings lost and gained; and the questions of make oldconfig: prompts
    that are visible and that CONFIG has no line for.  Of these it shows default, help, what y selects, and what rules
    and policy say about the answer.  The summary has at most 60 lines, unless more protections are lost or findings
    gained.

    A defconfig is read as make reads it; its new questions are those about the .config that it gives on the kernel
    before.  The upgraded config is CONFIG with the fewest edits that keep what can be kept, proved by evaluation on the
    new kernel.  Without CONFIG, all defconfigs that both trees have are summed up in a table.

    Exit status: 1 if a request or a protection is lost for which no edit was found, or a finding at or above
    --fail-on is gained.

    \b
    Examples:
      kpolicy upgrade /boot/config-6.12.48-amd64 --to ~/linux-7.3
      kpolicy upgrade .config --to ~/linux-7.3 --format config -o new.config
      kpolicy upgrade x86_64_defconfig --from ~/linux@v6.1 --to ~/linux@v6.12 --format diff
      kpolicy upgrade --from ~/linux@v6.12 --to ~/linux --arch arm64
    """
    from kpolicy.cli.reporting import Options
    from kpolicy.cli.writing import deliver
    from kpolicy.report.text.style import Style
    from kpolicy.run.trees import tree_named

    options = Options.of(words)
    console.quiet = options.quiet
    options.check_outputs(console)
    new = tree_named(after, console.environment)
    old = _before(tree, new, console)
    context = options.context(console)
    terms = options.booted_terms(console, *([config] if config is not None else []))
    style = console.style() if options.output is None else Style()
    if config is None:
        from kpolicy.run.upgrade import TreeRequest, upgrade_tree

        if old is None or form in _CONFIGS:
            raise UsageError("CONFIG is missing", hint="without it pass --from, and the --format of a report")
        table = upgrade_tree(TreeRequest(old, new, archs, terms), context)
        for error in table.errors:
            console.error(error)
        deliver(console, _table(table, form, style), options.output, force=options.force)
        return status.FAILURE if table.errors else status.FINDINGS if table.fails else status.CLEAN
    from kpolicy.run.upgrade import UpgradeRequest, upgrade

    if len(archs) > 1:
        raise UsageError("a config is for one architecture", hint="pass one --arch, or none")
    result = upgrade(UpgradeRequest(old, new, config, archs[0] if archs else None, terms), context)
    content = _config(console, result, form) if form in _CONFIGS else _report(result.report, form, style, full=full)
    deliver(console, content, options.output, force=options.force)
    return status.FINDINGS if result.report.fails else status.CLEAN


def _before(named: str | None, after: KernelTree, console: Console) -> KernelTree | None:
    """The tree of the kernel before: the current directory where none is named, if it is another tree."""
    from kpolicy.run.trees import find_tree

    found = find_tree(named, console.environment)
    if named is None and found is not None and found.root == after.root and after.revision is None:
        return None
    return found


def _report(report: UpgradeReport, form: str, style: Style, *, full: bool) -> str:
    if form == "json":
        from kpolicy.report.views.upgrade_json import upgrade_document

        return json.dumps(upgrade_document(report), indent=2) + "\n"
    if form == "html":
        from kpolicy.report.page.upgrade import upgrade_page

        return upgrade_page(report)
    from kpolicy.report.views.upgrade_text import upgrade_lines, upgrade_markdown

    if form == "markdown":
        return _joined(upgrade_markdown(report, full=full))
    return _joined(upgrade_lines(report, style, full=full))


def _table(report: TreeUpgrade, form: str, style: Style) -> str:
    if form == "json":
        from kpolicy.report.views.upgrade_json import tree_document

        return json.dumps(tree_document(report), indent=2) + "\n"
    if form == "html":
        from kpolicy.report.page.upgrade import tree_page

        return tree_page(report)
    from kpolicy.report.views.upgrade_text import tree_lines, tree_markdown

    return _joined(tree_markdown(report) if form == "markdown" else tree_lines(report, style))


def _config(console: Console, result: Result, form: str) -> bytes:
    """The upgraded config; beside it, on stderr, what becomes of the config."""
    from kpolicy.report.views.fix import FixReport, patch
    from kpolicy.report.views.upgrade import edited, summary
    from kpolicy.run.upgraded import upgraded

    if form == "diff":
        result.check_is_a_file()
    content = upgraded(result.moved, cast("Form", form))
    upgrade, report = result.moved.upgrade, result.report
    console.note(f"{summary(upgrade)}; {edited(upgrade)}")
    for item in upgrade.lost:
        console.warning(item.lost.line.location, f"lost: {item.lost.line.text}: {item.lost.reason}")
    if form != "diff":
        return content
    return patch(FixReport(report.config, report.architecture, result.name, result.moved.plan))


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
