# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy cost`: what the options of a config cost."""

from __future__ import annotations

import json

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.command_line import cmdline_option, stated_command_line
from kpolicy.cli.console import Console
from kpolicy.cli.machine import machine_options, stated_machine
from kpolicy.cli.options import arch_option, output_options, release_option, toolchain_options, tree_option


@click.command("cost")
@click.argument(
    "configs",
    metavar="CONFIG...",
    nargs=-1,
    required=True,
    type=click.Path(allow_dash=True),
    shell_complete=candidates.configs,
)
@tree_option
@arch_option()
@release_option
@cmdline_option
@machine_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@toolchain_options
@output_options
@click.option("-q", "--quiet", is_flag=True, help="Suppress warnings.")
@click.pass_obj
def command(
    console: Console,
    /,
    configs: tuple[str, ...],
    tree: str | None,
    arch: str | None,
    release: str | None,
    cmdline: tuple[str, ...],
    ram: str | None,
    cpus: int | None,
    form: str,
    toolchain: str | None,
    no_cache: bool,
    output: str | None,
    force: bool,
    quiet: bool,
) -> int:
    """Show what the debug options of a config cost: memory, size, slow-down, boot time.

    Each figure has its source, and its formula with the numbers of the config.  Costs without a source are
    listed as unknown; figures of different certainty are not added up.  Figures that depend on the machine
    need --ram and --cpus.  Figures measured on small kernels are shown beside them, and are in no sum.
    CONFIG is named as for `kpolicy check`.

    \b
    Examples:
      kpolicy cost .config --ram 16G --cpus 64
      kpolicy cost --tree ~/linux --arch x86 x86_64_defconfig+debug.config --ram 16G
    """
    from kpolicy.cli.setup import context_for
    from kpolicy.cli.writing import check_output, deliver
    from kpolicy.report.views.cost import cost_document, cost_lines
    from kpolicy.run.cost import CostRequest, costs
    from kpolicy.run.trees import find_tree

    console.quiet = quiet
    check_output(output, force=force)
    machine = stated_machine(ram, cpus)
    source = find_tree(tree, console.environment)
    loader = stated_command_line(console, cmdline, *configs)
    request = CostRequest(source, configs, machine, arch, release, toolchain, loader)
    reports, failed = costs(request, context_for(console, no_cache=no_cache))
    for error in failed:
        console.error(error)
    if form == "json":
        text = json.dumps([cost_document(report) for report in reports], indent=2) + "\n"
    else:
        style = console.style() if output is None else None
        text = "\n\n".join("\n".join(cost_lines(report, style)) for report in reports) + "\n"
    deliver(console, text, output, force=force)
    return status.FAILURE if failed else status.CLEAN
