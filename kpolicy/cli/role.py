# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy role`: what a kernel is for, and what would make it another."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.bare import bare_values
from kpolicy.cli.console import Console
from kpolicy.cli.examine import Examiner, origin_remarks
from kpolicy.cli.options import arch_option, policy_options, release_option, run_options, toolchain_options, tree_option
from kpolicy.cli.policies import Standards
from kpolicy.cli.reporting import Options, make_plan
from kpolicy.cli.selection import policy_start, read_target
from kpolicy.cli.setup import check_release
from kpolicy.cli.trees import find_tree
from kpolicy.config.read import parse_config, read_config, stack
from kpolicy.errors import KpolicyError, UsageError
from kpolicy.evaluate.values import Values
from kpolicy.kernel.source import KernelTree
from kpolicy.policy.alternatives import Retry, alternatives
from kpolicy.policy.roles import Role, reading_of, role_of
from kpolicy.policy.settings import verdict
from kpolicy.policy.standard import Standard
from kpolicy.policy.toml_file import did_you_mean
from kpolicy.report.role import RoleReport, role_document, role_lines


@click.command("role", short_help="Tell what a kernel is for, and why.")
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
@click.option(
    "--reading",
    "words",
    metavar="ROLE=READING",
    shell_complete=candidates.readings,
    multiple=True,
    help="Another way to tell a role, for example debug=release-candidate (may be repeated).",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@policy_options
@toolchain_options
@run_options
@click.pass_obj
def command(
    console: Console,
    /,
    configs: tuple[str, ...],
    tree: str | None,
    arch: str | None,
    release: str | None,
    words: tuple[str, ...],
    form: str,
    **others: object,
) -> int:
    """Tell what a kernel is for, what that rests on, and what would make it another.

    The lines that would give it another role are tried before they are shown.  CONFIG is named as for
    `kpolicy check`; the roles are defined in docs/rules/roles.md, or a policy file states them.

    \b
    Examples:
      kpolicy role .config
      kpolicy role --tree ~/linux --arch x86 x86_64_defconfig
      kpolicy role --tree ~/linux x86_64_defconfig --reading debug=release-candidate
    """
    options = Options.of(others)
    console.quiet = options.quiet
    if configs.count("-") > 1:
        raise UsageError("standard input can be read only once")
    source = find_tree(console, tree)
    check_release(release, has_tree=source is not None)
    standards = Standards(console, options.policy, source)
    reports: list[RoleReport] = []
    failed: list[KpolicyError] = []

    def told(values: Values) -> Values:
        for remark in origin_remarks(values):
            console.warning(remark.location, remark.text)
        return values

    def in_tree(spec: str, source: KernelTree) -> RoleReport:
        target = read_target(spec, source, arch, sys.stdin.buffer)
        number = standards.number_for(policy_start(target, source))
        plan = replace(make_plan(console, source, options), standards=tuple(standards.all))
        values = Examiner(plan, source).values(replace(target, standard=number))
        name = values.config.name if values.config is not None else spec
        return _report(told(values), name, standards.all[number], words, _retry(values))

    def bare(spec: str) -> RoleReport:
        config = read_config(spec, sys.stdin.buffer)
        standard = standards.all[standards.number_for(spec if spec != "-" else None)]
        return _report(told(bare_values(config, arch, release)), config.name, standard, words, None)

    for spec in configs:
        try:
            reports.append(in_tree(spec, source) if source is not None else bare(spec))
        except KpolicyError as error:
            failed.append(error.kept())
    for item in failed:
        console.error(item)
    if failed and not reports:
        return max(item.exit_status for item in failed)
    if form == "json":
        console.payload(json.dumps([role_document(report) for report in reports], indent=2) + "\n")
    else:
        lines = ["\n".join(role_lines(report, console.style())) for report in reports]
        console.payload("\n\n".join(lines) + "\n")
    return status.FAILURE if failed else status.CLEAN


def _retry(values: Values) -> Retry | None:
    config = values.config
    if config is None:
        return None

    def retry(lines: Sequence[str]) -> Values:
        more = parse_config(config.name, "".join(f"{line}\n" for line in lines).encode())
        return values.again(stack(config.name, [config, more]))

    return retry


def _report(values: Values, name: str, standard: Standard, words: Sequence[str], retry: Retry | None) -> RoleReport:
    roles = standard.policy.vocabulary.roles
    stated = {role: reading.value for role, reading in standard.policy.readings.items()}
    readings = {**stated, **_readings(words, roles)}
    settings = standard.policy.settings(name)
    found = role_of(values, roles, readings) if settings.role is None or words else verdict(values, settings)
    others = {
        (role.name, reading.name): role_of(values, roles, {**readings, role.name: reading.name}).role
        for role in roles
        for reading in role.readings
        if reading != reading_of(role, readings.get(role.name))
    }
    # A role that the policy states is not told from values: no line would change it.
    possible = alternatives(values, found.role, roles, readings, retry) if settings.role is None or words else ()
    title = next((role.title for role in roles if role.name == found.role), "")
    return RoleReport(name, values.model.architecture, values.model.version, title, found, possible, others)


def _readings(words: Sequence[str], roles: Sequence[Role]) -> Mapping[str, str]:
    """The readings that --reading chooses; raises UsageError for a role or a reading that there is not."""
    chosen: dict[str, str] = {}
    for word in words:
        name, _, reading = word.partition("=")
        role = next((role for role in roles if role.name == name), None)
        if role is None:
            hint = did_you_mean(name, [role.name for role in roles if role.readings])
            raise UsageError(f"there is no role {name!r}", hint=hint)
        reading_of(role, reading)
        chosen[name] = reading
    return chosen
