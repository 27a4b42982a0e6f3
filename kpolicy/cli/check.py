# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy check`: some configs."""

from __future__ import annotations

import sys
from typing import BinaryIO

import click

from kpolicy.cli.bare import bare_report
from kpolicy.cli.console import Console
from kpolicy.cli.examine import Target
from kpolicy.cli.options import arch_option, report_options, toolchain_options, tree_option
from kpolicy.cli.reporting import Options, conclude, finish, make_plan
from kpolicy.cli.selection import find_tree, read_target
from kpolicy.cli.setup import check_output
from kpolicy.config.read import read_config
from kpolicy.errors import KpolicyError, UsageError
from kpolicy.policy.catalogue import shipped_catalogue
from kpolicy.policy.roles import role_names
from kpolicy.report.records import ConfigReport, Report


@click.command("check")
@click.argument("configs", metavar="CONFIG...", nargs=-1, required=True, type=click.Path(allow_dash=True))
@tree_option
@arch_option()
@toolchain_options
@report_options
@click.pass_obj
def command(console: Console, /, configs: tuple[str, ...], tree: str | None, arch: str | None, **words: object) -> int:
    """Judge configs: files, config files of the tree by the names that make has for them, or - for stdin.

    a+b+c is one config, later lines winning.  .gz, .xz and .bz2 are unpacked.  Without a tree only a
    full .config can be judged, and only by what it states itself.

    \b
    Examples:
      kpolicy check .config
      kpolicy check /proc/config.gz --fail-on error
      kpolicy check --tree ~/linux x86_64_defconfig i386_defconfig
      kpolicy check --tree ~/linux --arch arm64 defconfig+debug.config
    """
    options = Options.of(words)
    console.quiet = options.quiet
    if configs.count("-") > 1:
        raise UsageError("standard input can be read only once")
    source = find_tree(tree)
    if source is None:
        return _bare(console, configs, arch, options)
    plan = make_plan(console, source, options)
    targets: list[Target] = []
    failed: list[KpolicyError] = []
    for spec in configs:
        try:
            targets.append(read_target(spec, source, arch, _stdin()))
        except KpolicyError as error:
            failed.append(error)
    if failed and not targets:
        return _all_failed(console, failed)
    return conclude(console, "check", plan, source, targets, options, census=False, details=True, failed=failed)


def _bare(console: Console, configs: tuple[str, ...], arch: str | None, options: Options) -> int:
    check_output(options.output, force=options.force)
    if options.toolchain is not None:
        raise UsageError("--toolchain answers the probes of Kconfig files", hint="name their tree with --tree")
    reports: list[ConfigReport] = []
    failed: list[KpolicyError] = []
    for spec in configs:
        try:
            reports.append(bare_report(read_config(spec, _stdin()), arch))
        except KpolicyError as error:
            failed.append(error)
    if failed and not reports:
        return _all_failed(console, failed)
    rules = len(shipped_catalogue(examples=False))
    for item in reports:
        if item.unjudged:
            console.note(
                f"{item.config}: judged by itself, without Kconfig files: {len(item.unjudged)} of {rules} rules cannot"
                f" be judged that way ({', '.join(item.unjudged)}); --tree names the kernel's source"
            )
    report = Report(
        command="check",
        tree="",
        version="",
        toolchain=reports[0].toolchain,
        rules=rules,
        roles=role_names(),
        configs=tuple(reports),
        census=None,
        remarks=(),
        errors=tuple(failed),
        unread=len(failed),
    )
    return finish(console, report, options, details=True)


def _all_failed(console: Console, errors: list[KpolicyError]) -> int:
    for error in errors:
        console.error(error)
    return max(error.exit_status for error in errors)


def _stdin() -> BinaryIO:
    return sys.stdin.buffer
