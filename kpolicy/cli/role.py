# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy role`: what a kernel is for, and what would make it another."""

from __future__ import annotations

import json

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.command_line import cmdline_option
from kpolicy.cli.console import Console
from kpolicy.cli.options import arch_option, policy_options, release_option, run_options, toolchain_options, tree_option


@click.command("role")
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
    help="Use another reading of a role, for example debug=release-candidate (may be repeated).",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@cmdline_option
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
    """Show the role of a kernel, the evidence for it, and what would change it.

    The lines that would change the role are tested before they are shown.  CONFIG is named as for
    `kpolicy check`; the roles are defined in docs/rules/roles.md, or a policy file states them.

    \b
    Examples:
      kpolicy role .config
      kpolicy role --tree ~/linux --arch x86 x86_64_defconfig
      kpolicy role --tree ~/linux x86_64_defconfig --reading debug=release-candidate
    """
    from kpolicy.cli.reporting import Options
    from kpolicy.report.views.role import role_document, role_lines
    from kpolicy.run.role import RoleRequest, roles
    from kpolicy.run.trees import find_tree

    options = Options.of(others)
    console.quiet = options.quiet
    source = find_tree(tree, console.environment)
    terms = options.booted_terms(console, *configs)
    request = RoleRequest(source, configs, arch, release, words, terms)
    reports, failed = roles(request, options.context(console))
    for error in failed:
        console.error(error)
    if form == "json":
        console.payload(json.dumps([role_document(report) for report in reports], indent=2) + "\n")
    else:
        lines = ["\n".join(role_lines(report, console.style())) for report in reports]
        console.payload("\n\n".join(lines) + "\n")
    return status.FAILURE if failed else status.CLEAN
