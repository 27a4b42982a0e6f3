# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy check`: some configs.

What the command does is imported where it is done: --help needs none of it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

import click

from kpolicy.cli import candidates
from kpolicy.cli.console import Console
from kpolicy.cli.machine import machine_options
from kpolicy.cli.options import (
    acceptance_options,
    arch_option,
    policy_options,
    release_option,
    report_options,
    since_option,
    toolchain_options,
    tree_option,
)
from kpolicy.errors import KpolicyError, UsageError

if TYPE_CHECKING:
    from kpolicy.cli.examine import Target
    from kpolicy.cli.reporting import Options, Run
    from kpolicy.kernel.source import KernelTree
    from kpolicy.report.records import ConfigReport


@click.command("check")
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
@policy_options
@acceptance_options
@since_option
@toolchain_options
@report_options
@machine_options
@click.pass_obj
def command(
    console: Console,
    /,
    configs: tuple[str, ...],
    tree: str | None,
    arch: str | None,
    release: str | None,
    **words: object,
) -> int:
    """Judge configs: files, config files of the tree by the names that make has for them, or - for stdin.

    a+b+c is one config, later lines winning.  .gz, .xz and .bz2 are unpacked.  Without a tree only a
    full .config can be judged, and only by what it states itself.

    \b
    Examples:
      kpolicy check .config
      kpolicy check /proc/config.gz --fail-on error
      kpolicy check --tree ~/linux x86_64_defconfig i386_defconfig
      kpolicy check --tree ~/linux --arch arm64 defconfig+debug.config
      kpolicy check --tree ~/linux --arch x86 .config --require kernel/configs/hardening.config
      kpolicy check .config -o text -o sarif:check.sarif
    """
    from kpolicy.cli.reporting import Options, conclude
    from kpolicy.cli.setup import check_release
    from kpolicy.cli.trees import find_tree

    options = Options.of(words)
    console.quiet = options.quiet
    if configs.count("-") > 1:
        raise UsageError("standard input can be read only once")
    source = find_tree(console, tree)
    check_release(release, has_tree=source is not None)
    if source is None:
        return _bare(console, configs, arch, release, options)
    run = check_of(console, source, configs, arch, options)
    if run.failed and not run.targets:
        return _all_failed(console, run.failed)
    return conclude(console, run, source, options, census=False, details=True)


def check_of(console: Console, source: KernelTree, configs: Sequence[str], arch: str | None, options: Options) -> Run:
    """The run over some configs of a tree."""
    from kpolicy.cli.policies import Standards
    from kpolicy.cli.reporting import Run, known_findings, make_plan
    from kpolicy.cli.selection import policy_start, read_target

    plan = make_plan(console, source, options)
    standards = Standards(console, options.policy, source)
    targets: list[Target] = []
    failed: list[KpolicyError] = []
    for spec in configs:
        try:
            target = read_target(spec, source, arch, _stdin())
        except KpolicyError as error:
            failed.append(error.kept())
            continue
        targets.append(replace(target, standard=standards.number_for(policy_start(target, source))))
    baseline = known_findings(options, standards) if targets else None
    plan = replace(plan, standards=tuple(standards.all))
    return Run("check", plan, tuple(targets), tuple(failed), baseline=baseline)


def _bare(console: Console, configs: tuple[str, ...], arch: str | None, release: str | None, options: Options) -> int:
    from kpolicy.cli.bare import bare_report, bare_values
    from kpolicy.cli.examine import Plan
    from kpolicy.cli.outputs import check_outputs
    from kpolicy.cli.policies import Standards
    from kpolicy.cli.reporting import Run, finish, known_findings
    from kpolicy.cli.setup import cache_folder
    from kpolicy.config.read import read_config
    from kpolicy.report.records import Report

    check_outputs(console, options.outputs)
    if options.policy.since is not None:
        raise UsageError("--since looks at a revision of the kernel tree", hint="name the tree with --tree")
    if options.toolchain is not None:
        raise UsageError("--toolchain answers the probes of Kconfig files", hint="name their tree with --tree")
    standards = Standards(console, options.policy, None)
    cache = cache_folder(console.environment, disabled=options.no_cache)
    reports: list[ConfigReport] = []
    failed: list[KpolicyError] = []
    for spec in configs:
        try:
            config = read_config(spec, _stdin())
        except KpolicyError as error:
            failed.append(error.kept())
            continue
        number = standards.number_for(spec if spec != "-" else None)
        try:
            values = bare_values(config, arch, release)
            reports.append(bare_report(values, standards.all[number], number, options.machine, cache))
        except KpolicyError as error:
            failed.append(error.kept())
    if failed and not reports:
        return _all_failed(console, failed)
    for item in reports:
        if item.unjudged:
            rules = len(standards.all[item.standard].policy.rules)
            console.note(
                f"{item.config}: judged by itself, without Kconfig files: {len(item.unjudged)} of {rules} rules cannot"
                f" be judged that way ({', '.join(item.unjudged)}); --tree names the kernel's source"
            )
    plan = Plan(tree="", name="", toolchain=None, cache=None, standards=tuple(standards.all))
    run = Run("check", plan, (), tuple(failed), baseline=known_findings(options, standards))
    report = Report(
        command="check",
        tree="",
        version="",
        toolchain=reports[0].toolchain,
        rules=len(standards.all[0].policy.rules),
        roles=standards.all[0].policy.vocabulary.role_names,
        configs=tuple(reports),
        census=None,
        remarks=(),
        errors=tuple(failed),
        unread=len(failed),
    )
    return finish(console, run, report, options, None, details=True)


def _all_failed(console: Console, errors: Sequence[KpolicyError]) -> int:
    for error in errors:
        console.error(error)
    return max(error.exit_status for error in errors)


def _stdin() -> BinaryIO:
    return sys.stdin.buffer
