# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy diff`: what differs in effect, between two configs or two trees."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import click

from kpolicy.cli import candidates, status
from kpolicy.cli.acceptance import accept
from kpolicy.cli.compare import Batch, Compared, Pairing, compare_all, compare_bare
from kpolicy.cli.console import Console
from kpolicy.cli.examine import Plan, Target
from kpolicy.cli.options import (
    THRESHOLDS,
    arch_option,
    output_options,
    policy_options,
    release_option,
    run_options,
    toolchain_options,
    tree_option,
)
from kpolicy.cli.policies import Standards
from kpolicy.cli.reporting import Options, make_plan, today
from kpolicy.cli.selection import defconfig_targets, policy_start, read_target
from kpolicy.cli.setup import check_output, check_release, deliver
from kpolicy.cli.trees import find_tree, names_tree, tree_named
from kpolicy.errors import UsageError
from kpolicy.kernel.source import KernelTree
from kpolicy.kernel.version import read_version
from kpolicy.policy.finding import Finding
from kpolicy.policy.standard import Standard
from kpolicy.report.diff import DiffReport, Effect, Side, diff_document, diff_lines
from kpolicy.report.records import ConfigReport, reaches
from kpolicy.report.style import Style


@click.command("diff")
@click.argument("before", metavar="A", type=click.Path(allow_dash=True), shell_complete=candidates.configs)
@click.argument("after", metavar="B", type=click.Path(allow_dash=True), shell_complete=candidates.configs)
@tree_option
@click.option(
    "--config",
    "configs",
    metavar="CONFIG",
    multiple=True,
    shell_complete=candidates.configs,
    help="With two trees: only this config, named as for `kpolicy check` (may be repeated). [default: every defconfig]",
)
@arch_option(multiple=True)
@release_option
@policy_options
@click.option("--no-waivers", is_flag=True, help="Let waived findings stand.")
@click.option(
    "--fail-on",
    type=click.Choice(THRESHOLDS),
    help="The least severity of a gained finding that makes the exit status 1."
    " [default: what the policy says, else warning]",
)
@toolchain_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="With many configs: also the changes that follow from others.")
@output_options
@run_options
@click.pass_obj
def command(
    console: Console,
    /,
    before: str,
    after: str,
    tree: str | None,
    configs: tuple[str, ...],
    archs: tuple[str, ...],
    release: str | None,
    form: str,
    verbose: bool,
    **words: object,
) -> int:
    """Show what differs in effect between A and B, each change with its cause, and the findings gained and lost.

    A and B are two configs of one tree, two full .config files without any, or two trees: directories, or
    revisions of a git repository, REV or DIR@REV, which are read without touching the work tree.  Of two trees
    every defconfig that both have is compared.  In effect means as the kernel build sees it: a symbol that is n
    and one that has no line are the same.

    \b
    Examples:
      kpolicy diff --tree ~/linux --arch x86 x86_64_defconfig x86_64_defconfig+debug.config
      kpolicy diff /boot/config-6.1.0-44-amd64 /boot/config-6.12.48-amd64
      kpolicy diff v6.11 v6.12
      kpolicy diff ~/linux@HEAD~10 ~/linux --arch arm64 --config defconfig
    """
    options = Options.of(words)
    console.quiet = options.quiet
    if before == after == "-":
        raise UsageError("standard input can be read only once")
    are_trees = tree is None and names_tree(console, before) and names_tree(console, after)
    if are_trees:
        check_release(release, has_tree=True)
        report, standards = _trees(console, before, after, configs, archs, options)
    else:
        if configs:
            raise UsageError("--config goes with two trees", hint="name two trees, or two configs")
        if len(archs) > 1:
            raise UsageError("two configs are for one architecture", hint="name one --arch, or none")
        source = find_tree(console, tree)
        check_release(release, has_tree=source is not None)
        if source is not None:
            report, standards = _configs(console, before, after, source, archs, options)
        else:
            report, standards = _bare(console, before, after, archs[0] if archs else None, release, options)
    for error in report.errors:
        console.error(error)
    style = console.style() if options.output is None else Style()
    if form == "json":
        content = json.dumps(diff_document(report), indent=2) + "\n"
    else:
        content = "\n".join(diff_lines(report, style, everything=verbose)) + "\n"
    if not (options.quiet and form == "text" and not report.effects and not report.gained):
        deliver(console, content, options.output, force=options.force)
    if report.errors:
        return status.FAILURE
    return status.FINDINGS if _fails(report, standards, options) else status.CLEAN


def _trees(
    console: Console, before: str, after: str, configs: Sequence[str], archs: Sequence[str], options: Options
) -> tuple[DiffReport, Sequence[Standard]]:
    sources = tree_named(console, before), tree_named(console, after)
    standards = Standards(console, options.policy, sources[1])
    standards.number_for(sources[1].root)
    plans = [replace(make_plan(console, source, options), standards=tuple(standards.all)) for source in sources]
    if configs:
        pairings = [_one_config(spec, *sources, archs) for spec in configs]
        only: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    else:
        old, new = (_defconfigs(source, archs) for source in sources)
        both = [key for key in new if key in old]
        times = Counter(name for name, _ in both)
        # One file can be looked at for two ARCH words of its folder.
        names = {key: key[0] if times[key[0]] == 1 else f"{key[0]} ({key[1]})" for key in both}
        pairings = [Pairing(names[key], old[key], new[key]) for key in both]
        only = _names(old.keys() - new.keys()), _names(new.keys() - old.keys())
    if not pairings and not any(only):
        raise UsageError("the two trees have no defconfigs", hint="they are looked for in arch/*/configs")
    report = _report(console, plans, sources, pairings, options)
    return replace(report, only_before=only[0], only_after=only[1]), standards.all


def _one_config(spec: str, before: KernelTree, after: KernelTree, archs: Sequence[str]) -> Pairing:
    arch = archs[0] if archs else None
    old, new = (read_target(spec, source, arch, sys.stdin.buffer) for source in (before, after))
    return Pairing(new.config.name if new.config is not None else spec, old, new)


def _defconfigs(source: KernelTree, archs: Sequence[str]) -> dict[tuple[str, str], Target]:
    return {(target.name, target.arch): target for target in defconfig_targets(source, archs)}


def _names(keys: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted(name for name, _ in keys))


def _configs(
    console: Console, before: str, after: str, source: KernelTree, archs: Sequence[str], options: Options
) -> tuple[DiffReport, Sequence[Standard]]:
    arch = archs[0] if archs else None
    old, new = (read_target(spec, source, arch, sys.stdin.buffer) for spec in (before, after))
    standards = Standards(console, options.policy, source)
    targets = [replace(item, standard=standards.number_for(policy_start(item, source))) for item in (old, new)]
    plan = replace(make_plan(console, source, options), standards=tuple(standards.all))
    name = new.config.name if new.config is not None else after
    report = _report(console, (plan, plan), (source, source), [Pairing(name, *targets)], options)
    version = report.after.version
    return replace(report, before=Side(before, version), after=Side(after, version)), standards.all


def _bare(
    console: Console, before: str, after: str, arch: str | None, release: str | None, options: Options
) -> tuple[DiffReport, Sequence[Standard]]:
    """Two full .config files by what they say themselves."""
    check_output(options.output, force=options.force)
    for spec in (before, after):
        if spec != "-" and not os.path.lexists(spec):
            hint = (
                "A and B are two trees (DIR, DIR@REV, REV of the repository here) or two configs (files, or of --tree)"
            )
            raise UsageError(f"{spec}: neither a config nor a tree", hint=hint)
    if options.toolchain is not None:
        raise UsageError("--toolchain answers the probes of Kconfig files", hint="name their tree with --tree")
    standards = Standards(console, options.policy, None)
    number = standards.number_for(after if after != "-" else None)
    compared, changes = compare_bare(before, after, arch, release, standards.all[number], sys.stdin.buffer)
    console.note("compared by themselves, without Kconfig files: what differs is told, not why; --tree names them")
    gained, lost = _findings([compared], standards.all, waivers=not options.policy.no_waivers)
    effects = tuple(Effect(change, (after,)) for change in changes)
    return DiffReport(Side(before, ""), Side(after, ""), (after,), effects, gained, lost), standards.all


def _report(
    console: Console,
    plans: Sequence[Plan],
    sources: Sequence[KernelTree],
    pairings: Sequence[Pairing],
    options: Options,
) -> DiffReport:
    batches = compare_all(plans[0], plans[1], pairings, options.jobs, console.progress) if pairings else []
    console.clear_progress()
    pairs = [pair for batch in batches for pair in batch.pairs]
    standards = plans[1].standards
    gained, lost = _findings(pairs, standards, waivers=not options.policy.no_waivers)
    sides = [Side(source.name, str(read_version(source))) for source in sources]
    return DiffReport(
        before=sides[0],
        after=sides[1],
        configs=tuple(pair.pairing.name for pair in pairs),
        effects=_effects(batches),
        gained=gained,
        lost=lost,
        errors=tuple({pair.error.render(): pair.error for pair in pairs if pair.error is not None}.values()),
    )


def _effects(batches: Sequence[Batch]) -> tuple[Effect, ...]:
    """The changes of all batches, each once, with all pairs in which it is to be seen; sorted by symbol."""
    found: dict[object, Effect] = {}
    for batch in batches:
        for number, change in enumerate(batch.changes):
            names = tuple(pair.pairing.name for pair in batch.pairs if number in pair.changes)
            known = found.get(change)
            found[change] = Effect(change, (*(known.configs if known is not None else ()), *names))
    return tuple(sorted(found.values(), key=lambda item: (item.change.symbol, item.configs)))


def _findings(
    pairs: Sequence[Compared], standards: Sequence[Standard], *, waivers: bool
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that only the configs after have, and those that only the ones before have."""

    def standing(report: ConfigReport) -> tuple[Finding, ...]:
        return accept((report,), standards, None, today(), waivers=waivers).configs[0].findings

    gained: list[Finding] = []
    lost: list[Finding] = []
    for pair in pairs:
        if pair.before is not None and pair.after is not None:
            old, new = standing(pair.before), standing(pair.after)
            gained += _beyond(new, old)
            lost += _beyond(old, new)
    return tuple(gained), tuple(lost)


def _beyond(findings: Sequence[Finding], others: Sequence[Finding]) -> list[Finding]:
    """The findings that the others do not have; the config may be another one, so that its name does not count."""
    left = Counter((item.rule, item.symbol) for item in others)
    found: list[Finding] = []
    for item in findings:
        key = (item.rule, item.symbol)
        if left[key] > 0:
            left[key] -= 1
        else:
            found.append(item)
    return found


def _fails(report: DiffReport, standards: Sequence[Standard], options: Options) -> bool:
    threshold = options.fail_on or standards[-1].policy.fail_on.value
    return any(reaches(item, threshold) for item in report.gained)
