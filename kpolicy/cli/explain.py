# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy explain`: why a symbol has its value in a config, or what a tree says of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.command_line import cmdline_option, stated_command_line
from kpolicy.cli.console import Console
from kpolicy.cli.options import arch_option, run_options, toolchain_options, tree_option
from kpolicy.errors import UsageError

if TYPE_CHECKING:
    from kpolicy.run.context import Context
    from kpolicy.run.explain import Explained
    from kpolicy.run.symbols import SymbolsRequest


@click.command("explain")
@click.argument("symbols", metavar="SYMBOL...", nargs=-1, required=True, shell_complete=candidates.symbols)
@click.option(
    "--config",
    "spec",
    metavar="CONFIG",
    type=click.Path(allow_dash=True),
    shell_complete=candidates.configs,
    help="Explain the value in this config, named as for `kpolicy check`; a+b+c is a stack."
    " [default: explain the symbol itself, over all architectures and defconfigs]",
)
@tree_option
@arch_option(multiple=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@toolchain_options
@cmdline_option
@click.option("-v", "--verbose", is_flag=True, help="Without --config: show all lines and defconfigs.")
@run_options
@click.pass_obj
def command(
    console: Console,
    symbols: tuple[str, ...],
    spec: str | None,
    tree: str | None,
    archs: tuple[str, ...],
    form: str,
    toolchain: str | None,
    cmdline: tuple[str, ...],
    no_cache: bool,
    verbose: bool,
    quiet: bool,
    jobs: int | None,
) -> int:
    """Explain why a SYMBOL has its value in a config, or what the tree says about it.

    With --config: all causes, as a tree.  Each has its file and line, and what decided it: a person (a config line),
    the tree, the architecture, the toolchain, or the environment.  For a symbol that is off the causes are what keeps
    it off.  The deciding lines are tested by evaluation: only them, each of them changed, and lines that would change
    the value.  With --cmdline also: what the parameters on it do at boot to what the option builds in.

    Without --config: the Kconfig lines of the symbol, what can set it on each architecture, the architectures on
    which no config can, and the defconfigs that set it.

    \b
    Examples:
      kpolicy explain STACKDEPOT --tree ~/linux --config x86_64_defconfig
      kpolicy explain PROVE_RCU_LIST --tree ~/linux --arch arm64 --config defconfig+debug.config
      kpolicy explain DEBUG_KMEMLEAK --tree ~/linux --config .config --cmdline /proc/cmdline
      kpolicy explain KASAN --tree ~/linux
    """
    from kpolicy.cli.setup import context_for
    from kpolicy.run.context import processors
    from kpolicy.run.expand import ValuesRequest
    from kpolicy.run.explain import explain_symbols
    from kpolicy.run.trees import needed_tree

    console.quiet = quiet
    source = needed_tree(tree, console.environment)
    context = context_for(console, no_cache=no_cache, jobs=jobs or processors())
    if spec is None:
        if cmdline:
            raise UsageError("--cmdline is about a config", hint="pass --config")
        from kpolicy.run.symbols import SymbolsRequest  # with a config nothing of it is needed

        return _in_tree(console, SymbolsRequest(source, symbols, archs, toolchain), context, form, verbose=verbose)
    if len(archs) > 1:
        raise UsageError("a config is for one architecture", hint="pass one --arch, or none")
    request = ValuesRequest(source, spec, archs[0] if archs else None, toolchain=toolchain)
    loader = stated_command_line(console, cmdline, spec)
    return _in_config(console, explain_symbols(request, symbols, context, loader), form)


def _in_config(console: Console, found: Explained, form: str) -> int:
    from kpolicy.report.views.explain import explain_document, explain_lines

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


def _in_tree(console: Console, request: SymbolsRequest, context: Context, form: str, *, verbose: bool) -> int:
    from kpolicy.report.views.symbol import symbol_document, symbol_lines
    from kpolicy.run.symbols import symbols_of

    reports, errors = symbols_of(request, context)
    for error in errors:
        console.error(error)
    if form == "json" and reports:
        console.payload(json.dumps([symbol_document(report) for report in reports], indent=2) + "\n")
    elif reports:
        texts = ("\n".join(symbol_lines(report, console.style(), everything=verbose)) for report in reports)
        console.payload("\n\n".join(texts) + "\n")
    return max((error.exit_status for error in errors), default=status.CLEAN)
