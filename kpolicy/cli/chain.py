# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy chain`: what a symbol brings in, what can bring it in, and the ways between two symbols."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.examine import Examiner, remarks
from kpolicy.cli.options import arch_option, output_options, toolchain_options, tree_option
from kpolicy.cli.selection import read_target
from kpolicy.cli.setup import check_output, deliver, plan_for
from kpolicy.cli.trees import needed_tree
from kpolicy.errors import UsageError
from kpolicy.explain.chain import Paths, Reach, paths, reach
from kpolicy.explain.edges import KINDS, Graph, Kind
from kpolicy.kernel.architecture import architectures, resolve_architecture
from kpolicy.kernel.source import KernelTree
from kpolicy.policy.toml_file import did_you_mean
from kpolicy.report.chain import ChainReport, Note, chain_document, chain_lines
from kpolicy.report.style import Style

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Model

_USUAL = "x86"
# What can bring a symbol in grows fast: without --depth only so far.
_DEPTH_IN = 2
_MOST_EDGES = 30
_MOST_PATHS = 10
# However many are asked for: between some symbols there are millions.
_MOST_PATHS_EVER = 1000


@click.command("chain")
@click.argument("symbol", required=False, shell_complete=candidates.symbols)
@click.option(
    "--from", "start", metavar="SYMBOL", shell_complete=candidates.symbols, help="With --to: the ways from this symbol."
)
@click.option(
    "--to", "goal", metavar="SYMBOL", shell_complete=candidates.symbols, help="With --from: the ways to this symbol."
)
@tree_option
@arch_option()
@click.option(
    "--config",
    metavar="CONFIG",
    shell_complete=candidates.configs,
    help="Tell what is in force with this config, named as for `kpolicy check`.",
)
@click.option("--in-force", is_flag=True, help="With --config: only what is in force.")
@click.option(
    "--direction",
    type=click.Choice(["out", "in", "both"]),
    default="both",
    show_default=True,
    help="What SYMBOL brings in, what can bring it in, or both.",
)
@click.option("--by", metavar="KINDS", default=",".join(KINDS), show_default=True, help="Only these kinds of lines.")
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    help=f"So many steps. [default: all that SYMBOL brings in, {_DEPTH_IN} of what can bring it in]",
)
@click.option("--all", "everything", is_flag=True, help=f"All lines of a symbol, not {_MOST_EDGES}; all ways.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "dot", "mermaid", "json", "svg"]),
    default="text",
    show_default=True,
)
@toolchain_options
@output_options
@click.option("-q", "--quiet", is_flag=True, help="No warnings or notes.")
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
    """Show what SYMBOL brings in and what can bring it in, by select, imply and default, with file and line.

    A default counts where it rests on another symbol: `default A`, `default y if A`.  The architecture is that of
    --arch or of --config, else x86, or the first that has the symbol where x86 has none.

    \b
    Examples:
      kpolicy chain --tree ~/linux KASAN
      kpolicy chain --tree ~/linux --from KASAN --to STACKTRACE
      kpolicy chain --tree ~/linux STACKDEPOT --direction in --by select --config x86_64_defconfig
      kpolicy chain --tree ~/linux PROVE_LOCKING --direction out --format svg -o chain.svg
    """
    console.quiet = quiet
    asked = _asked(symbol, start, goal)
    kinds = _kinds(by)
    if in_force and config is None:
        raise UsageError("--in-force asks for a config", hint="name one: --config x86_64_defconfig")
    check_output(output, force=force)
    source = needed_tree(console, tree)
    examiner = Examiner(plan_for(console, source, toolchain, no_cache=no_cache), source)
    values: Values | None = None
    if config is not None:
        target = read_target(config, source, arch, sys.stdin.buffer)
        values = examiner.values(target)
        for remark in remarks(values):
            console.warning(remark.location, remark.text)
        model = values.model
    else:
        model = _model(console, examiner, source, arch, asked)
    for name in asked:
        if not model.is_defined(name):
            # Only for errors.
            from kpolicy.cli.unknown import unknown_symbol

            raise unknown_symbol(examiner, model, name)
    graph = Graph(model, kinds, values, in_force=in_force)
    if len(asked) == 2:
        most = _MOST_PATHS_EVER if everything else _MOST_PATHS
        found = paths(graph, asked[0], asked[1], depth=depth, most=most)
        report = _report(model, values, kinds, _names_of(found), ways=found)
    else:
        most_edges = None if everything or form == "json" else _MOST_EDGES
        reaches = []
        if direction != "in":
            reaches.append(reach(graph, asked[0], "out", depth=depth, most=most_edges))
        if direction != "out":
            reaches.append(reach(graph, asked[0], "in", depth=depth or _DEPTH_IN, most=most_edges))
        names = [name for item in reaches for name in item.distances]
        report = _report(model, values, kinds, names, reaches=tuple(reaches))
    style = console.style() if output is None else Style()
    deliver(console, _rendered(report, form, style), output, force=force)
    return status.CLEAN


def _asked(symbol: str | None, start: str | None, goal: str | None) -> tuple[str, ...]:
    """The symbols of the question: one, or where the ways begin and end."""
    given = tuple(word is not None for word in (symbol, start, goal))
    if given not in ((True, False, False), (False, True, True)):
        raise UsageError("either a SYMBOL or both --from and --to", hint="for example: kpolicy chain KASAN")
    return tuple(word.removeprefix("CONFIG_") for word in (symbol, start, goal) if word is not None)


def _kinds(by: str) -> tuple[Kind, ...]:
    words = by.split(",")
    for word in words:
        if word not in KINDS:
            raise UsageError(f"--by: there is no kind {word!r}", hint=did_you_mean(word, KINDS))
    return tuple(kind for kind in KINDS if kind in words)


def _model(console: Console, examiner: Examiner, source: KernelTree, arch: str | None, asked: Iterable[str]) -> Model:
    """The model of the architecture that is meant."""
    folders = architectures(source)
    if not folders:
        raise UsageError(f"{source.name} has no arch/*/Kconfig")
    usual = _USUAL if _USUAL in folders else folders[0]
    model = examiner.model(resolve_architecture(source, arch or usual), examiner.toolchain)
    if arch is not None or all(model.is_defined(name) for name in asked):
        return model
    names = examiner.tree.names
    for folder in folders:
        if all(folder in names.having(name) for name in asked):
            console.note(f"{usual} has no {' and '.join(asked)}: this is {folder}, see --arch")
            return examiner.model(resolve_architecture(source, folder), examiner.toolchain)
    return model


def _names_of(found: Paths) -> Iterator[str]:
    yield found.start
    yield from (name for pair in found.edges for name in pair)
    yield found.goal


def _report(
    model: Model,
    values: Values | None,
    kinds: tuple[Kind, ...],
    names: Iterable[str],
    *,
    reaches: tuple[Reach, ...] = (),
    ways: Paths | None = None,
) -> ChainReport:
    config = values.config.name if values is not None and values.config is not None else None
    notes = {name: _note(model, values, name) for name in dict.fromkeys(names)}
    return ChainReport(model.architecture, model.version, config, kinds, notes, reaches, ways)


def _note(model: Model, values: Values | None, name: str) -> Note:
    symbol = model.symbol(name)
    value = None
    if values is not None:
        # With a config much more is loaded anyway.
        from kpolicy.explain.cause import shown

        value = shown(values, name)
    return Note(value, symbol.definitions[0] if symbol is not None else None)


def _rendered(report: ChainReport, form: str, style: Style) -> str:
    if form == "json":
        return json.dumps(chain_document(report), indent=2) + "\n"
    if form == "text":
        return "\n".join(chain_lines(report, style)) + "\n"
    from kpolicy.report.drawing import dot_lines, drawing, mermaid_lines

    picture = drawing(report)
    if form == "svg":
        from kpolicy.report.svg import svg_lines

        return "\n".join(svg_lines(picture)) + "\n"
    return "\n".join(dot_lines(picture) if form == "dot" else mermaid_lines(picture)) + "\n"
