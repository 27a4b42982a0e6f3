# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy prove`: whether conditions hold in every configuration of a tree."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.console import Console
from kpolicy.cli.options import arch_option, run_options, toolchain_options, tree_option
from kpolicy.errors import UsageError

_HEAD: Final = "HEAD"


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

    The first word is TREE if it is a directory or a revision, else a CONDITION.  With --tree all words are conditions.

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
    from kpolicy.run.context import processors
    from kpolicy.run.prove import ProveRequest, is_condition, prove
    from kpolicy.run.trees import names_tree, needed_tree

    console.quiet = quiet
    if tree is None and words and _is_tree(words, bool(givens), console.environment):
        tree, words = words[0], words[1:]
    elif tree is None and words and os.sep in words[0] and not is_condition(words[0]):
        raise UsageError(f"{words[0]}: no such directory", hint="the first word is the kernel tree, or pass --tree DIR")
    for word in words:
        if not is_condition(word) and names_tree(word, console.environment):
            raise UsageError(f"two kernel trees: {word} is one, too", hint="a condition is about one tree")
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


def _is_tree(words: Sequence[str], has_given: bool, environment: Mapping[str, str]) -> bool:
    """Whether the first word is the tree; raises UsageError for what may be a revision or a condition."""
    from kpolicy.run.prove import is_condition
    from kpolicy.run.trees import names_tree

    word = words[0]
    if not names_tree(word, environment):
        return False
    # git's own HEAD is no symbol of any kernel.
    if os.path.isdir(word) or word == _HEAD or not is_condition(word):
        return True
    if len(words) == 1 and not has_given:
        # A tree alone is no question.
        return False
    hint = f"pass --tree {word} for the revision, --tree . for the condition"
    raise UsageError(f"{word} is both a revision and a condition", hint=hint)
