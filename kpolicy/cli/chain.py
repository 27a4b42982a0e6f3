# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy chain`: what a symbol enables, what can enable it, and the ways between two symbols."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.options import arch_option, output_options, toolchain_options, tree_option
from kpolicy.errors import UsageError
from kpolicy.explain.edges import KINDS
from kpolicy.run.chain import DEPTH_IN, MOST_EDGES, Direction

if TYPE_CHECKING:
    from kpolicy.explain.edges import Kind
    from kpolicy.report.text.style import Style
    from kpolicy.report.views.chain import ChainReport


@click.command("chain")
@click.argument("symbol", required=False, shell_complete=candidates.symbols)
@click.option(
    "--from",
    "start",
    metavar="SYMBOL",
    shell_complete=candidates.symbols,
    help="With --to: show the paths from this symbol.",
)
@click.option(
    "--to",
    "goal",
    metavar="SYMBOL",
    shell_complete=candidates.symbols,
    help="With --from: show the paths to this symbol.",
)
@tree_option
@arch_option()
@click.option(
    "--config",
    metavar="CONFIG",
    shell_complete=candidates.configs,
    help="Mark what is in effect in this config, named as for `kpolicy check`.",
)
@click.option("--in-force", is_flag=True, help="With --config: show only what is in effect.")
@click.option(
    "--direction",
    type=click.Choice(["out", "in", "both"]),
    default="both",
    show_default=True,
    help="Show what SYMBOL enables (out), what can enable it (in), or both.",
)
@click.option(
    "--by", metavar="KINDS", default=",".join(KINDS), show_default=True, help="Follow only these kinds of lines."
)
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    help=f"Follow this many steps. [default: all of what SYMBOL enables, {DEPTH_IN} of what can enable it]",
)
@click.option(
    "--all", "everything", is_flag=True, help=f"Show all lines of a symbol, not only {MOST_EDGES}, and all paths."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "dot", "mermaid", "json", "svg"]),
    default="text",
    show_default=True,
)
@toolchain_options
@output_options
@click.option("-q", "--quiet", is_flag=True, help="Suppress warnings and notes.")
@click.pass_obj
def command(
    console: Console,
    symbol: str | None,
    start: str | None,
    goal: str | None,
    tree: str | None,
    arch: str | None,
    config: str | None,
    in_force: bool,
    direction: str,
    by: str,
    depth: int | None,
    everything: bool,
    form: str,
    toolchain: str | None,
    no_cache: bool,
    output: str | None,
    force: bool,
    quiet: bool,
) -> int:
    """Show what SYMBOL enables and what can enable it, by select, imply and default, with file and line.

    A default is followed if it depends on another symbol: `default A`, `default y if A`.  The architecture is
    that of --arch or --config, else x86, or the first that defines the symbol if x86 does not.

    \b
    Examples:
      kpolicy chain --tree ~/linux KASAN
      kpolicy chain --tree ~/linux --from KASAN --to STACKTRACE
      kpolicy chain --tree ~/linux STACKDEPOT --direction in --by select --config x86_64_defconfig
      kpolicy chain --tree ~/linux PROVE_LOCKING --direction out --format svg -o chain.svg
    """
    from kpolicy.cli.setup import context_for
    from kpolicy.cli.writing import check_output, deliver
    from kpolicy.report.text.style import Style
    from kpolicy.run.chain import ChainRequest, chain
    from kpolicy.run.trees import needed_tree

    console.quiet = quiet
    asked = _asked(symbol, start, goal)
    kinds = _kinds(by)
    if in_force and config is None:
        raise UsageError("--in-force needs a config", hint="pass --config (for example --config x86_64_defconfig)")
    check_output(output, force=force)
    request = ChainRequest(
        source=needed_tree(tree, console.environment),
        symbols=asked,
        arch=arch,
        config=config,
        in_force=in_force,
        direction=cast("Direction", direction),
        kinds=kinds,
        depth=depth,
        # Programs read all of it.
        everything=everything or (form == "json" and len(asked) == 1),
        toolchain=toolchain,
    )
    report = chain(request, context_for(console, no_cache=no_cache))
    style = console.style() if output is None else Style()
    deliver(console, _rendered(report, form, style), output, force=force)
    return status.CLEAN


def _asked(symbol: str | None, start: str | None, goal: str | None) -> tuple[str, ...]:
    """The symbols of the question: one, or where the ways begin and end."""
    given = tuple(word is not None for word in (symbol, start, goal))
    if given not in ((True, False, False), (False, True, True)):
        raise UsageError("pass either a SYMBOL or both --from and --to", hint="for example: kpolicy chain KASAN")
    return tuple(word.removeprefix("CONFIG_") for word in (symbol, start, goal) if word is not None)


def _kinds(by: str) -> tuple[Kind, ...]:
    from kpolicy.errors import did_you_mean

    words = by.split(",")
    for word in words:
        if word not in KINDS:
            raise UsageError(f"--by: unknown kind {word!r}", hint=did_you_mean(word, KINDS))
    return tuple(kind for kind in KINDS if kind in words)


def _rendered(report: ChainReport, form: str, style: Style) -> str:
    from kpolicy.report.views.chain import chain_document, chain_lines

    if form == "json":
        return json.dumps(chain_document(report), indent=2) + "\n"
    if form == "text":
        return "\n".join(chain_lines(report, style)) + "\n"
    from kpolicy.report.drawings.drawing import dot_lines, drawing, mermaid_lines

    picture = drawing(report)
    if form == "svg":
        from kpolicy.report.drawings.svg import svg_lines

        return "\n".join(svg_lines(picture)) + "\n"
    return "\n".join(dot_lines(picture) if form == "dot" else mermaid_lines(picture)) + "\n"
