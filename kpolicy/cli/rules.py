# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy rules`: what the rules are, and whether they do as they say."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console

if TYPE_CHECKING:
    from kpolicy.policy.rules.chosen import Wish
    from kpolicy.policy.rules.rule import Rule


# Imported only when they are used: they build models, or write pages.
_OTHERS = {"test": "kpolicy.cli.rules_test", "pages": "kpolicy.cli.rules_pages"}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands."""
        return [*super().list_commands(ctx), *_OTHERS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        module = _OTHERS.get(cmd_name)
        if module is None:
            return super().get_command(ctx, cmd_name)
        command: click.Command = importlib.import_module(module).command
        return command


@click.group("rules", cls=_Commands)
def command() -> None:
    """List and show the rules, run their examples, write their pages."""


@command.command("list")
@click.argument("words", metavar="[FAMILY|RULE]...", nargs=-1, shell_complete=candidates.rules)
@click.option(
    "--family",
    "families",
    metavar="FAMILY",
    multiple=True,
    shell_complete=candidates.families,
    help="List rules of this family.",
)
@click.option(
    "--role",
    "roles",
    metavar="ROLE",
    multiple=True,
    shell_complete=candidates.roles,
    help="List rules that apply to kernels of this role.",
)
@click.option(
    "--kind",
    "kinds",
    metavar="KIND",
    multiple=True,
    shell_complete=candidates.kinds,
    help="List rules of this kind, such as cost or missing.",
)
@click.option(
    "--severity",
    "severities",
    metavar="WORD",
    multiple=True,
    shell_complete=candidates.words("error", "warning", "note"),
    help="List rules of this severity: error, warning or note.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def list_rules(
    console: Console,
    /,
    words: tuple[str, ...],
    families: tuple[str, ...],
    roles: tuple[str, ...],
    kinds: tuple[str, ...],
    severities: tuple[str, ...],
    form: str,
) -> int:
    """List the rules, one per line: id, severity, kind, roles, title.

    Options may be repeated: a rule is listed if it matches one value of each option.

    \b
    Examples:
      kpolicy rules list kmemleak stackdepot
      kpolicy rules list --role production --severity error --severity warning
    """
    from kpolicy.policy.rules.chosen import Wish
    from kpolicy.report.views.rules import rule_json, rule_list

    found = choose(Wish((*words, *families), roles, kinds, severities))
    if form == "json":
        console.payload(rule_json(found))
    elif found:
        console.payload("\n".join(rule_list(found)) + "\n")
    if not found:
        console.note("no rule matches all options")
    return status.CLEAN


@command.command("show")
@click.argument("rules", metavar="RULE...", nargs=-1, required=True, shell_complete=candidates.rule_ids)
@click.pass_obj
def show(console: Console, /, rules: tuple[str, ...]) -> int:
    """Show a RULE: condition, rationale, cost, fix, references, examples.

    \b
    Example:
      kpolicy rules show debug-vm/in-production
    """
    from kpolicy.policy.rules.chosen import Wish
    from kpolicy.report.views.rules import rule_page

    pages = [rule_page(rule, console.style()) for rule in choose(Wish(rules))]
    console.payload("\n\n".join("\n".join(page) for page in pages) + "\n")
    return status.CLEAN


def choose(wish: Wish) -> tuple[Rule, ...]:
    """The shipped rules that are wished for."""
    from kpolicy.policy.roles.shipped import role_names
    from kpolicy.policy.rules.catalogue import shipped_catalogue
    from kpolicy.policy.rules.chosen import chosen

    return chosen(shipped_catalogue(), wish, role_names())
