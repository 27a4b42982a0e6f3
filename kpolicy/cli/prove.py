# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy prove`: whether conditions hold in every configuration of a tree."""

from __future__ import annotations

import json
from functools import partial

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.options import arch_option, run_options, toolchain_options, tree_option
from kpolicy.errors import UsageError


@click.command("prove")
@click.argument("words", metavar="[TREE] CONDITION...", nargs=-1, shell_complete=candidates.folders)
@tree_option
@arch_option(multiple=True)
@click.option(
    "--given",
    "givens",
    multiple=True,
    metavar="CONFIG",
    type=click.Path(allow_dash=True),
    shell_complete=candidates.configs,
    help="Take the values in the lines of this config or fragment for granted; without a CONDITION, ask whether the"
    " lines can hold together.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@partial(toolchain_options, default="dummy")
@run_options
@click.pass_obj
def command(
    console: Console,
    words: tuple[str, ...],
    tree: str | None,
    archs: tuple[str, ...],
    givens: tuple[str, ...],
    form: str,
    toolchain: str | None,
    no_cache: bool,
    quiet: bool,
    jobs: int | None,
) -> int:
    """Prove each CONDITION for all configurations, or show one in which it is false.

    All configurations are those that `make olddefconfig` can produce.  Conditions are those of rules, with A -> B
    for "A implies B".  The answer, for each architecture, is a proof with the Kconfig lines that it needs, or the
    fewest config lines with which the condition is false, tested by evaluation, or "not decided" if it depends on
    comparisons that are not modelled.  Needs python-sat: pip install 'kpolicy[prove]'.

    \b
    Exit status: 0 all hold, 1 one does not or is not decided.

    \b
    Examples:
      kpolicy prove ~/linux 'KASAN -> STACKDEPOT_ALWAYS_INIT'
      kpolicy prove --tree ~/linux --arch x86 --arch arm64 '!(KASAN && KCSAN)'
      kpolicy prove ~/linux 'SMP -> NR_CPUS > 1' --given arch/arm64/configs/defconfig
      kpolicy prove ~/linux --arch arm64 --given debug.config
    """
    from kpolicy.cli.setup import context_for
    from kpolicy.report.views.prove import proof_document, proof_lines
    from kpolicy.run.executors import processors
    from kpolicy.run.prove import ProveRequest, prove
    from kpolicy.run.trees import names_tree, needed_tree

    console.quiet = quiet
    if words and names_tree(words[0], console.environment):
        if tree is not None:
            raise UsageError("two kernel trees", hint="pass the tree as the first word or with --tree")
        tree, words = words[0], words[1:]
        if words and names_tree(words[0], console.environment):
            raise UsageError("two kernel trees", hint="a condition is about one tree")
    if len(givens) > 1:
        raise UsageError("--given is repeated", hint=f"pass the configs as a stack: --given {'+'.join(givens)}")
    source = needed_tree(tree, console.environment)
    context = context_for(console, no_cache=no_cache, jobs=jobs or processors())
    report, errors = prove(ProveRequest(source, words, archs, givens[0] if givens else None, toolchain), context)
    for error in errors:
        console.error(error)
    if form == "json":
        console.payload(json.dumps(proof_document(report), indent=2) + "\n")
    elif report.verdicts:
        console.payload("\n".join(proof_lines(report, console.style())) + "\n")
    if errors:
        return max(error.exit_status for error in errors)
    return status.CLEAN if report.all_hold else status.FINDINGS
