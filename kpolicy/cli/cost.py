# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy cost`: what the options of a config cost."""

from __future__ import annotations

import json
import sys

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.bare import bare_values, truth
from kpolicy.cli.console import Console
from kpolicy.cli.examine import Examiner, origin_remarks, remarks
from kpolicy.cli.machine import machine_options, stated_machine
from kpolicy.cli.options import arch_option, output_options, release_option, toolchain_options, tree_option
from kpolicy.cli.selection import read_target
from kpolicy.cli.setup import check_output, check_release, deliver, plan_for
from kpolicy.cli.trees import find_tree
from kpolicy.config.read import read_config
from kpolicy.costing.bill import Bill, Machine, make_bill
from kpolicy.costing.catalogue import shipped_costs
from kpolicy.errors import KpolicyError, UsageError
from kpolicy.evaluate.values import Values
from kpolicy.report.cost import CostReport, cost_document, cost_lines


@click.command("cost", short_help="Tell what the debug options of a config cost.")
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
@machine_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@toolchain_options
@output_options
@click.option("-q", "--quiet", is_flag=True, help="No warnings.")
@click.pass_obj
def command(
    console: Console,
    /,
    configs: tuple[str, ...],
    tree: str | None,
    arch: str | None,
    release: str | None,
    ram: str | None,
    cpus: int | None,
    form: str,
    toolchain: str | None,
    no_cache: bool,
    output: str | None,
    force: bool,
    quiet: bool,
) -> int:
    """Tell what the debug options of a config cost: memory, size, slow-down, time to boot.

    Every figure names its source, and its formula with the config's numbers in it.  What no source tells is
    listed as not known; unlike figures are not added.  What depends on the machine wants --ram and --cpus.
    CONFIG is named as for `kpolicy check`.

    \b
    Examples:
      kpolicy cost .config --ram 16G --cpus 64
      kpolicy cost --tree ~/linux --arch x86 x86_64_defconfig+debug.config --ram 16G
    """
    console.quiet = quiet
    if configs.count("-") > 1:
        raise UsageError("standard input can be read only once")
    check_output(output, force=force)
    machine = stated_machine(ram, cpus)
    source = find_tree(console, tree)
    check_release(release, has_tree=source is not None)
    examiner = None
    if source is not None:
        examiner = Examiner(plan_for(console, source, toolchain, no_cache=no_cache), source)
    elif toolchain is not None:
        raise UsageError("--toolchain answers the probes of Kconfig files", hint="name their tree with --tree")
    reports: list[CostReport] = []
    failed: list[KpolicyError] = []
    for spec in configs:
        try:
            reports.append(_report(console, spec, examiner, arch, release, machine))
        except KpolicyError as error:
            failed.append(error.kept())
    for remark in examiner.kconfig_remarks() if examiner is not None else ():
        console.warning(remark.location, remark.text)
    for item in failed:
        console.error(item)
    if failed and not reports:
        return max(item.exit_status for item in failed)
    if form == "json":
        text = json.dumps([cost_document(report) for report in reports], indent=2) + "\n"
    else:
        style = console.style() if output is None else None
        text = "\n\n".join("\n".join(cost_lines(report, style)) for report in reports) + "\n"
    deliver(console, text, output, force=force)
    return status.FAILURE if failed else status.CLEAN


def _report(
    console: Console, spec: str, examiner: Examiner | None, arch: str | None, release: str | None, machine: Machine
) -> CostReport:
    if examiner is None:
        config = read_config(spec, sys.stdin.buffer)
        values = bare_values(config, arch, release)
        for remark in origin_remarks(values):
            console.warning(remark.location, remark.text)
        return _of(values, config.name, make_bill(values, shipped_costs(), machine, truth))
    values = examiner.values(read_target(spec, examiner.source, arch, sys.stdin.buffer))
    for remark in remarks(values):
        console.warning(remark.location, remark.text)
    name = values.config.name if values.config is not None else spec
    return _of(values, name, make_bill(values, shipped_costs(), machine))


def _of(values: Values, name: str, bill: Bill) -> CostReport:
    return CostReport(name, values.model.architecture, values.model.version, bill)
