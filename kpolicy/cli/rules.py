# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy rules`: what the rules are, and whether they do as they say."""

from __future__ import annotations

import click

from kpolicy.cli import status
from kpolicy.cli.console import Console
from kpolicy.errors import UsageError
from kpolicy.policy.catalogue import shipped_catalogue
from kpolicy.policy.examples import demo_models, run_examples
from kpolicy.policy.rule import Rule
from kpolicy.report.rules import failure, rule_list, rule_page


@click.group("rules")
def command() -> None:
    """Look at the rules, and run their examples."""


@command.command("list")
@click.argument("families", metavar="[FAMILY]...", nargs=-1)
@click.pass_obj
def list_rules(console: Console, /, families: tuple[str, ...]) -> int:
    """One line a rule: id, severity, the roles it is for, title.

    \b
    Example:
      kpolicy rules list kmemleak stackdepot
    """
    console.payload("\n".join(rule_list(_chosen(families))) + "\n")
    return status.CLEAN


@command.command("show")
@click.argument("rules", metavar="RULE...", nargs=-1, required=True)
@click.pass_obj
def show(console: Console, /, rules: tuple[str, ...]) -> int:
    """What a RULE is about: condition, grounds, cost, remedy, examples.

    \b
    Example:
      kpolicy rules show debug-vm/in-production
    """
    pages = [rule_page(rule, console.style()) for rule in _chosen(rules)]
    console.payload("\n\n".join("\n".join(page) for page in pages) + "\n")
    return status.CLEAN


@command.command("test")
@click.argument("rules", metavar="[RULE]...", nargs=-1)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing when all is well.")
@click.pass_obj
def test(console: Console, /, rules: tuple[str, ...], quiet: bool) -> int:
    """Run the examples of the rules (or of the named rules and families) on the demonstration tree.

    Exit status 1 when an example does not come out as its rule says.

    \b
    Example:
      kpolicy rules test stackdepot
    """
    chosen = _chosen(rules)
    results = list(run_examples(chosen, demo_models()))
    failed = [result for result in results if not result.passed]
    lines = [line for result in failed for line in failure(result)]
    if failed or not quiet:
        lines.append(f"{len(chosen)} rules, {len(results)} examples: {len(failed)} failed")
    if lines:
        console.payload("\n".join(lines) + "\n")
    return status.FINDINGS if failed else status.CLEAN


def _chosen(words: tuple[str, ...]) -> list[Rule]:
    """The rules of some families, ids or aliases; all without any."""
    catalogue = shipped_catalogue()
    if not words:
        return list(catalogue)
    chosen: dict[str, Rule] = {}
    for word in words:
        found = [rule for rule in catalogue if rule.family == word] if "/" not in word else [catalogue.rule(word)]
        if not found:
            raise UsageError(f"there is no family '{word}'", hint=f"there are {', '.join(catalogue.families)}")
        chosen.update((rule.id, rule) for rule in found)
    return list(chosen.values())
