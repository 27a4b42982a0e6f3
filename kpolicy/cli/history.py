# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy history`: the debug options and findings of defconfigs over releases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.options import (
    arch_option,
    output_options,
    policy_options,
    run_options,
    scheduler_option,
    toolchain_options,
)

if TYPE_CHECKING:
    from kpolicy.report.text.style import Style
    from kpolicy.report.views.history_records import HistoryReport


@click.command("history")
@click.argument("releases", metavar="RELEASE...", nargs=-1, type=click.Path(), shell_complete=candidates.folders)
@click.option(
    "--config",
    "configs",
    metavar="CONFIG",
    multiple=True,
    shell_complete=candidates.configs,
    help="Look only at the defconfigs of this name or path (may be repeated). [default: every defconfig]",
)
@arch_option(multiple=True)
@click.option(
    "--symbol",
    "symbols",
    metavar="SYMBOL",
    multiple=True,
    shell_complete=candidates.symbols,
    help="Show this symbol (may be repeated). [default: every symbol that rules and roles name]",
)
@policy_options
@click.option("--no-waivers", is_flag=True, help="Show waived findings.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "csv", "json", "html")),
    default="text",
    show_default=True,
    help="Text, CSV with a row for each event, JSON, or an HTML page with pictures.",
)
@click.option("--full", is_flag=True, help="List everything: each rule, option, cause and config.")
@toolchain_options
@output_options
@run_options
@scheduler_option
@click.pass_obj
def command(
    console: Console,
    /,
    releases: tuple[str, ...],
    configs: tuple[str, ...],
    archs: tuple[str, ...],
    symbols: tuple[str, ...],
    form: str,
    full: bool,
    **words: object,
) -> int:
    """Show how findings and debug options of the defconfigs change from release to release, and through what.

    A RELEASE is a kernel tree: a directory, or a revision of a git repository, REV or DIR@REV, which is read without
    touching the work tree.  Each release is compared with the one named before it.  Unpack a source package before.

    The text begins with the rules that have more or fewer findings.  Then come the options that were turned on or off,
    each cause once: a line of the defconfig, a select or default of the Kconfig files, or another option that the
    change follows.  An option that was renamed is one option.  The policy is that of the last release.

    Results of each release are cached by content: only a release that has changed is evaluated again.

    \b
    Examples:
      kpolicy history v6.1 v6.6 v6.12
      kpolicy history ~/linux-6.1 ~/linux-6.12 --arch arm64 --full
      kpolicy history ~/linux@v6.1 ~/linux@v6.12 ~/linux --symbol KASAN --symbol DEBUG_INFO
      kpolicy history v6.1 v6.6 v6.12 --format html -o history.html
      kpolicy history v6.1 v6.12 --config x86_64_defconfig --format csv
    """
    from kpolicy.cli.reporting import Options
    from kpolicy.cli.writing import deliver
    from kpolicy.report.text.style import Style
    from kpolicy.run.history import HistoryRequest, history
    from kpolicy.run.trees import tree_named

    options = Options.of(words)
    console.quiet = options.quiet
    options.check_outputs(console)
    trees = tuple(tree_named(word, console.environment) for word in releases)
    report = history(HistoryRequest(trees, configs, archs, symbols, options.terms), options.context(console))
    for error in report.errors:
        console.error(error)
    style = console.style() if options.output is None else Style()
    deliver(console, _rendered(report, form, style, full=full), options.output, force=options.force)
    return status.FAILURE if report.errors else status.CLEAN


def _rendered(report: HistoryReport, form: str, style: Style, *, full: bool) -> str:
    if form == "json":
        from kpolicy.report.views.history_json import history_document

        return json.dumps(history_document(report), indent=2) + "\n"
    if form == "csv":
        from kpolicy.report.views.history_csv import history_csv

        return history_csv(report)
    if form == "html":
        from kpolicy.report.page.history import history_page

        return history_page(report)
    from kpolicy.report.views.history_text import history_lines

    return "".join(f"{text}\n" for text in history_lines(report, style, full=full))
