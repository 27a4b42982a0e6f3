# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy rules test`: whether rules do as they say, and have a footing in a tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.options import arch_option, toolchain_options
from kpolicy.errors import UsageError

if TYPE_CHECKING:
    from kpolicy.policy.rules.rule import Rule
    from kpolicy.run.defaults import Defaults


@click.command("test")
@click.argument("rules", metavar="[FAMILY|RULE]...", nargs=-1, shell_complete=candidates.rules)
@click.option(
    "--tree",
    metavar="DIR",
    type=click.Path(),
    shell_complete=candidates.folders,
    help="Also test the rules against this kernel source tree.",
)
@arch_option(multiple=True)
@toolchain_options
@click.option("-q", "--quiet", is_flag=True, help="Print nothing if all tests pass.")
@click.pass_obj
def command(
    console: Console,
    /,
    rules: tuple[str, ...],
    tree: str | None,
    archs: tuple[str, ...],
    toolchain: str | None,
    no_cache: bool,
    quiet: bool,
) -> int:
    """Run the examples of the rules (or of the named rules and families) on the demonstration tree.

    With --tree the rules are also tested against a real tree: which do not apply to it, which name symbols that
    it does not define, which examples have another result there, and, with python-sat, which fire in some
    configuration and which provably in none.

    The exit status is 1 if an example has another result than its rule states, or if a rule is wrong for the tree:
    the tree meets its requirements, but the rule can never fire, always fires, names a symbol that no architecture
    defines, negates one without stating what that means, or has a remedy without effect. A rule that does not
    apply is no fault.

    \b
    Examples:
      kpolicy rules test stackdepot
      kpolicy rules test --tree ~/linux
      kpolicy rules test --tree ~/linux --arch x86 --toolchain clang-19.1 kmsan
    """
    from kpolicy.cli.rules import choose
    from kpolicy.policy.roles.shipped import shipped_roles
    from kpolicy.policy.rule_tests.examples import demo_models, run_examples
    from kpolicy.policy.rule_tests.survey import survey
    from kpolicy.policy.rules.chosen import Wish
    from kpolicy.report.views.survey import example_lines, survey_lines

    console.quiet = quiet
    chosen = choose(Wish(rules))
    if tree is None and archs:
        raise UsageError("--arch needs a tree", hint="pass --tree")
    defaults = _defaults(console, tree, archs, chosen, toolchain, no_cache=no_cache)
    results = list(run_examples(chosen, demo_models()))
    failed = not all(result.passed for result in results)
    lines = list(example_lines(results, len(chosen)))
    if defaults is not None:
        # Roles are no rules: who names some rules does not ask about them.
        roles = () if rules else shipped_roles()
        found = survey(chosen, defaults, demo_models(), roles=roles, known=defaults.known)
        console.clear_progress()
        # Where nothing could be read the errors say it all.
        lines += survey_lines(found, defaults.title) if found.architectures else ()
        failed = failed or found.faults > 0
        for error in defaults.errors:
            console.error(error)
    if failed or not quiet:
        console.payload("\n".join(lines) + "\n")
    if defaults is not None and defaults.errors:
        return status.FAILURE
    return status.FINDINGS if failed else status.CLEAN


def _defaults(
    console: Console,
    tree: str | None,
    archs: Sequence[str],
    rules: Sequence[Rule],
    toolchain: str | None,
    *,
    no_cache: bool,
) -> Defaults | None:
    from kpolicy.cli.setup import context_for
    from kpolicy.run.defaults import Defaults
    from kpolicy.run.trees import tree_named

    if tree is None:
        return None
    source = tree_named(tree, console.environment)
    return Defaults(source, archs, rules, toolchain, context_for(console, no_cache=no_cache))
