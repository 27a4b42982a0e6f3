# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy audit`: every defconfig of a tree."""

from __future__ import annotations

from dataclasses import replace

import click

from kpolicy.cli.console import Console
from kpolicy.cli.examine import Target
from kpolicy.cli.options import arch_option, report_options, toolchain_options
from kpolicy.cli.reporting import Options, conclude, make_plan
from kpolicy.cli.selection import find_tree, target_of
from kpolicy.demo import demo_tree
from kpolicy.errors import UsageError
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.config_files import config_files
from kpolicy.kernel.source import DirectorySource, open_tree
from kpolicy.policy.checks.config_lines import QUICK_CHECKS


@click.command("audit")
@click.argument("tree", required=False, type=click.Path())
@arch_option(multiple=True)
@toolchain_options
@report_options
@click.option("-v", "--verbose", is_flag=True, help="Also the causes and the remedy of each finding, and each role.")
@click.pass_obj
def command(console: Console, /, tree: str | None, archs: tuple[str, ...], verbose: bool, **words: object) -> int:
    """Audit every defconfig of a kernel TREE, for all architectures.

    Without TREE: the current directory when it is a kernel tree, else the small demonstration tree
    that comes with kpolicy.

    \b
    Examples:
      kpolicy audit ~/linux
      kpolicy audit ~/linux --arch arm64 --arch riscv -v
      kpolicy audit ~/linux --format json -o audit.json --fail-on error
    """
    options = Options.of(words)
    console.quiet = options.quiet
    source = find_tree(tree)
    if source is None:
        source = open_tree(str(demo_tree()))
        console.note("not in a kernel tree: this is the audit of the demonstration tree that comes with kpolicy")
        source = DirectorySource(source.root, "the demonstration tree")
    targets = _targets(source, archs)
    if not targets:
        of = f" for {' '.join(archs)}" if archs else ""
        raise UsageError(f"{source.name}: there are no defconfigs{of}", hint="they are looked for in arch/*/configs")
    plan = replace(make_plan(console, source, options), checks=QUICK_CHECKS)
    return conclude(console, "audit", plan, source, targets, options, census=True, details=verbose)


def _targets(source: DirectorySource, archs: tuple[str, ...]) -> list[Target]:
    files = [file for file in config_files(source) if file.kind == "defconfig"]
    if not archs:
        return [target_of(file, file.srcarch) for file in files if file.srcarch is not None]
    chosen = [resolve_architecture(source, word) for word in dict.fromkeys(archs)]
    return [target_of(file, item.arch) for item in chosen for file in files if file.srcarch == item.srcarch]
