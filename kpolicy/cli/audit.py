# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy audit`: every defconfig of a tree."""

from __future__ import annotations

from dataclasses import replace

import click

from kpolicy.cli import candidates
from kpolicy.cli.console import Console
from kpolicy.cli.machine import machine_options
from kpolicy.cli.options import (
    acceptance_options,
    arch_option,
    policy_options,
    report_options,
    since_option,
    toolchain_options,
)
from kpolicy.cli.policies import Standards
from kpolicy.cli.reporting import Options, Run, conclude, known_findings, make_plan
from kpolicy.cli.selection import defconfig_targets
from kpolicy.cli.trees import find_tree
from kpolicy.demo import demo_tree
from kpolicy.errors import UsageError
from kpolicy.kernel.source import DirectorySource, KernelTree, open_tree
from kpolicy.policy.checks.config_lines import SLOW_CHECKS
from kpolicy.policy.checks.registry import TREE_CHECKS


@click.command("audit")
@click.argument("tree", required=False, type=click.Path(), shell_complete=candidates.folders)
@click.option("--demo", is_flag=True, help="Audit the small demonstration tree that comes with kpolicy.")
@arch_option(multiple=True)
@policy_options
@acceptance_options
@since_option
@toolchain_options
@report_options
@machine_options
@click.option("-v", "--verbose", is_flag=True, help="Also the causes and the remedy of each finding, and each role.")
@click.pass_obj
def command(
    console: Console, /, tree: str | None, demo: bool, archs: tuple[str, ...], verbose: bool, **words: object
) -> int:
    """Audit every defconfig of a kernel TREE, for all architectures.

    Without TREE: the current directory, which must be a kernel tree.

    \b
    Examples:
      kpolicy audit ~/linux
      kpolicy audit --demo
      kpolicy audit ~/linux --arch arm64 --arch riscv -v
      kpolicy audit ~/linux --policy upstream --baseline known.json
      kpolicy audit ~/linux -o text -o json:audit.json -o sarif:audit.sarif --fail-on error
    """
    options = Options.of(words)
    console.quiet = options.quiet
    if demo and tree is not None:
        raise UsageError("--demo audits the demonstration tree", hint=f"leave out --demo to audit {tree}")
    source = _demonstration() if demo else find_tree(console, tree)
    if source is None:
        hint = "name the kernel source tree: kpolicy audit DIR\nor audit the demonstration tree: kpolicy audit --demo"
        raise UsageError("the current directory is not a kernel source tree", hint=hint)
    run = audit_of(console, source, archs, options, own_policy=not demo)
    return conclude(console, run, source, options, census=True, details=verbose)


def _demonstration() -> KernelTree:
    return DirectorySource(open_tree(str(demo_tree())).root, "the demonstration tree")


def audit_of(
    console: Console, source: KernelTree, archs: tuple[str, ...], options: Options, *, own_policy: bool = True
) -> Run:
    """The run over every defconfig of a tree; without `own_policy` no kpolicy.toml is looked for beside it."""
    standards = Standards(console, options.policy, source, quiet=SLOW_CHECKS)
    if own_policy:
        standards.number_for(source.root)
    else:
        standards.by_default()
    targets = defconfig_targets(source, archs)
    if not targets:
        of = f" for {' '.join(archs)}" if archs else ""
        raise UsageError(f"{source.name}: there are no defconfigs{of}", hint="they are looked for in arch/*/configs")
    plan = replace(make_plan(console, source, options), standards=tuple(standards.all))
    return Run(
        command="audit",
        plan=plan,
        targets=tuple(targets),
        complete=not archs,
        unmade=SLOW_CHECKS,
        tree_checks=standards.all[0].policy.settings("").checks & TREE_CHECKS,
        archs=archs,
        baseline=known_findings(options, standards),
    )
