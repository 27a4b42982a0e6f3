# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy explain`: why a symbol has its value, and who decided that."""

from __future__ import annotations

import json
import sys

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.examine import Examiner
from kpolicy.cli.options import arch_option, toolchain_options, tree_option
from kpolicy.cli.selection import read_target
from kpolicy.cli.setup import plan_for
from kpolicy.cli.trees import needed_tree
from kpolicy.errors import KpolicyError
from kpolicy.explain.explanation import explain
from kpolicy.policy.checks.unreadable import unreadable_lines
from kpolicy.report.explain import ExplainReport, explain_document, explain_lines


@click.command("explain")
@click.argument("symbols", metavar="SYMBOL...", nargs=-1, required=True, shell_complete=candidates.symbols)
@click.option(
    "--config",
    "spec",
    metavar="CONFIG",
    required=True,
    type=click.Path(allow_dash=True),
    shell_complete=candidates.configs,
    help="The config, named as for `kpolicy check`; a+b+c is a stack.",
)
@tree_option
@arch_option()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@toolchain_options
@click.option("-q", "--quiet", is_flag=True, help="No warnings.")
@click.pass_obj
def command(
    console: Console,
    symbols: tuple[str, ...],
    spec: str,
    tree: str | None,
    arch: str | None,
    form: str,
    toolchain: str | None,
    no_cache: bool,
    quiet: bool,
) -> int:
    """Tell why a SYMBOL has its value in a config: the complete cause, as a tree of reasons.

    Each reason has its file and line, and says who decided it: a person (a config line), the tree, the
    architecture, the toolchain, or the environment.  For a symbol that is off it tells what keeps it off.
    The lines that decided the value are tried: they alone, the opposite of each, and what would change it.

    \b
    Examples:
      kpolicy explain STACKDEPOT --tree ~/linux --config x86_64_defconfig
      kpolicy explain PROVE_RCU_LIST --tree ~/linux --arch arm64 --config defconfig+debug.config
    """
    console.quiet = quiet
    source = needed_tree(console, tree)
    examiner = Examiner(plan_for(console, source, toolchain, no_cache=no_cache), source)
    values = examiner.values(read_target(spec, source, arch, sys.stdin.buffer))
    model = values.model
    asked = dict.fromkeys(word.removeprefix("CONFIG_") for word in symbols)
    for line in unreadable_lines(values):
        if line.symbol in asked:
            console.warning(line.location, line.message)
    name = values.config.name if values.config is not None else spec
    reports: list[ExplainReport] = []
    failed: list[KpolicyError] = []
    for symbol in asked:
        if model.is_defined(symbol):
            reports.append(ExplainReport(name, model.architecture, model.version, explain(values, symbol)))
        else:
            # Only for errors.
            from kpolicy.cli.unknown import unknown_symbol

            failed.append(unknown_symbol(examiner, model, symbol))
    for error in failed:
        console.error(error)
    if not reports:
        return status.USAGE
    if form == "json":
        console.payload(json.dumps([explain_document(report) for report in reports], indent=2) + "\n")
    else:
        console.payload("\n\n".join("\n".join(explain_lines(report, console.style())) for report in reports) + "\n")
    return status.USAGE if failed else status.CLEAN
