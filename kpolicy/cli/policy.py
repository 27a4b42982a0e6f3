# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy policy`: what is in force."""

from __future__ import annotations

import json

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.options import arch_option, policy_options, tree_option
from kpolicy.errors import UsageError


@click.group("policy")
def command() -> None:
    """Show the policy that applies to configs."""


@command.command("show")
@click.argument("config", required=False, type=click.Path(allow_dash=True), shell_complete=candidates.configs)
@tree_option
@arch_option()
@policy_options
@click.option("--all", "everything", is_flag=True, help="Also show settings that no policy file sets.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def show(
    console: Console,
    /,
    config: str | None,
    tree: str | None,
    arch: str | None,
    policy: str | None,
    require: tuple[str, ...],
    everything: bool,
    form: str,
) -> int:
    """Show the settings for a CONFIG, each with the policy file line that sets it.

    Without CONFIG: show what applies to every config, by the policy of the tree or of the current directory.

    \b
    Examples:
      kpolicy policy show --tree ~/linux x86_64_defconfig
      kpolicy policy show --tree ~/linux --arch arm64 defconfig
      kpolicy policy show --policy hardening --all
    """
    from kpolicy.cli.setup import context_for
    from kpolicy.report.views.policy import policy_document, policy_lines
    from kpolicy.run.policies import PolicyChoice, Standards
    from kpolicy.run.selection import name_of_config
    from kpolicy.run.trees import find_tree

    source = find_tree(tree, console.environment)
    if arch is not None and (source is None or config is None):
        raise UsageError("--arch needs a CONFIG of a kernel tree", hint="pass both (for example --tree DIR defconfig)")
    standards = Standards(PolicyChoice(policy, require), source, context_for(console))
    start: str | None
    if config is not None:
        name, start = name_of_config(config, source, arch)
    else:
        name, start = "", str(source.root) if source is not None else "."
    standard = standards.all[standards.number_for(start)]
    if form == "json":
        document = policy_document(standard, name, everything=everything)
        console.payload(json.dumps(document, indent=2) + "\n")
    else:
        lines = policy_lines(standard, name, console.style(), everything=everything)
        console.payload("\n".join(lines) + "\n")
    return status.CLEAN
