# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy baseline`: the findings that are known."""

from __future__ import annotations

import os
from dataclasses import replace

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.acceptance import accept, judged
from kpolicy.cli.audit import audit_of
from kpolicy.cli.check import check_of
from kpolicy.cli.console import Console
from kpolicy.cli.options import arch_option, policy_options, run_options, toolchain_options, tree_option
from kpolicy.cli.reporting import Options, examine, today
from kpolicy.cli.setup import deliver
from kpolicy.cli.trees import find_tree
from kpolicy.errors import UsageError
from kpolicy.policy.baseline import Baseline, read_baseline, subtract, update


@click.group("baseline")
def command() -> None:
    """Keep the findings that are known, so that `audit` and `check` fail for new ones only."""


@command.command("update")
@click.argument("configs", metavar="[CONFIG]...", nargs=-1, type=click.Path(), shell_complete=candidates.configs)
@click.option("--baseline", metavar="FILE", required=True, type=click.Path(), help="The file that holds them.")
@click.option("--grow", is_flag=True, help="Add what is new, too; make the file when there is none.")
@tree_option
@arch_option(multiple=True)
@policy_options
@toolchain_options
@run_options
@click.pass_obj
def update_baseline(
    console: Console,
    /,
    configs: tuple[str, ...],
    baseline: str,
    grow: bool,
    tree: str | None,
    archs: tuple[str, ...],
    **words: object,
) -> int:
    """Take out of a baseline what is no longer found; of all defconfigs of the tree, or of some CONFIGs.

    What was not looked at stays.  New findings are counted, and added only with --grow.  Waived findings
    are not new.

    \b
    Examples:
      kpolicy baseline update --baseline known.json --tree ~/linux --grow
      kpolicy baseline update --baseline known.json --tree ~/linux x86_64_defconfig
    """
    options = Options.of(words)
    console.quiet = options.quiet
    source = find_tree(console, tree)
    if source is None:
        raise UsageError("a baseline is of the configs of a kernel tree", hint="name the tree: --tree DIR")
    if grow and not os.path.lexists(baseline):
        before = Baseline()
    else:
        before = read_baseline(baseline)
    if configs:
        if len(archs) > 1:
            raise UsageError("CONFIGs are for one architecture", hint="name one --arch, or none")
        run = check_of(console, source, configs, archs[0] if archs else None, options)
    else:
        run = audit_of(console, source, archs, options)
    run, reports, _ = examine(console, run, options.jobs)
    for error in run.failed:
        console.error(error)
    standards = run.plan.standards
    if standards:
        canonical = standards[0].policy.vocabulary.canonical
        before = Baseline(tuple(replace(item, rule=canonical(item.rule)) for item in before.known))
    accepted = accept(reports, standards, None, today(), about=run.about)
    judgements = [*accepted.configs, *([accepted.about] if accepted.about is not None else ())]
    findings = [item for judgement in judgements for item in judgement.findings]
    scope = judged(judgements, run.unmade)
    changes = subtract(findings, before, scope)
    after = update(before, findings, scope, grow=grow)
    if after.text() != before.text() or not os.path.lexists(baseline):
        deliver(console, after.text(), baseline, force=True)
    gone, total = (sum(item.count for item in known) for known in (changes.gone, after.known))
    new = f"{len(changes.new)} new" + ("" if grow or not changes.new else ", not added (--grow adds them)")
    if not options.quiet:
        console.payload(f"{baseline}: {total} known; {gone} gone, {new}\n")
    return status.FAILURE if run.failed else status.CLEAN
