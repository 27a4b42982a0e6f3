# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy explain`: why a symbol has its value, and who decided that."""

from __future__ import annotations

import json

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.options import arch_option, toolchain_options, tree_option


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
    from kpolicy.cli.setup import context_for
    from kpolicy.report.views.explain import explain_document, explain_lines
    from kpolicy.run.expand import ValuesRequest
    from kpolicy.run.explain import explain_symbols
    from kpolicy.run.trees import needed_tree

    console.quiet = quiet
    source = needed_tree(tree, console.environment)
    request = ValuesRequest(source, spec, arch, toolchain=toolchain)
    found = explain_symbols(request, symbols, context_for(console, no_cache=no_cache))
    for remark in found.remarks:
        console.warning(remark.location, remark.text)
    for error in found.errors:
        console.error(error)
    if not found.reports:
        return status.USAGE
    if form == "json":
        console.payload(json.dumps([explain_document(report) for report in found.reports], indent=2) + "\n")
    else:
        texts = ("\n".join(explain_lines(report, console.style())) for report in found.reports)
        console.payload("\n\n".join(texts) + "\n")
    return status.USAGE if found.errors else status.CLEAN
