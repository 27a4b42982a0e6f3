# SPDX-License-Identifier: GPL-2.0-or-later
"""From targets to a report: look at each, sort out what is accepted, and put it all together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from kpolicy.errors import KpolicyError, UsageError
from kpolicy.frozen import dataclass, replace
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.kernel.version import read_version
from kpolicy.policy.roles.earlier import EarlierRole, differs
from kpolicy.report.chosen import chosen
from kpolicy.report.records import ConfigReport, Report, TreeReport
from kpolicy.report.remark import Remark
from kpolicy.report.rule_notes import notes_for
from kpolicy.report.text.lines import number
from kpolicy.run.acceptance import accept
from kpolicy.run.context import Context
from kpolicy.run.plan import Plan, Target, chosen_toolchain, plan_for
from kpolicy.run.request import Terms

if TYPE_CHECKING:
    from kpolicy.kernel.source import KernelTree
    from kpolicy.policy.judging.baseline import Baseline, Known
    from kpolicy.run.examine import Examiner


Explain: TypeAlias = "Callable[[tuple[ConfigReport, ...]], tuple[ConfigReport, ...]]"
"""Findings that count, with the change that caused them."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done: the command's name, the plan, the configs, and those that cannot be had.

    `complete` says that the targets are all configs of the tree; `unmade` are checks that this command
    makes only when it is asked to; `baseline` holds the findings that are known.  `tree_checks` are the
    checks of the tree itself that are to be made, for some `archs` and `paths` of it where any are
    named; `about` is what they found.  `before` are the findings of the tree at the revision `since`.
    """

    command: str
    plan: Plan
    targets: tuple[Target, ...]
    failed: tuple[KpolicyError, ...] = ()
    complete: bool = False
    unmade: frozenset[str] = frozenset()
    baseline: Baseline | None = None
    tree_checks: frozenset[str] = frozenset()
    archs: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    about: TreeReport | None = None
    since: str = ""
    before: Baseline | None = None


def plan_by(source: KernelTree, terms: Terms, context: Context) -> Plan:
    """The plan of a run by some terms, without standards; raises UsageError for a toolchain that there is not."""
    if context.cluster is not None and (terms.loader is not None or terms.system is not None):
        # Their boot parameters are looked up in all C files of the tree.
        raise UsageError("--cmdline and --running are judged on this machine", hint="leave out --scheduler")
    return replace(
        plan_for(source, terms.toolchain, context), machine=terms.machine, loader=terms.loader, system=terms.system
    )


def examine(
    work: Work, looking: Examiner, context: Context
) -> tuple[Work, tuple[ConfigReport, ...], tuple[Remark, ...]]:
    """Look at all targets: the work with what went wrong, the reports, and remarks about the Kconfig files.

    `looking` looks at the tree in this process.
    """
    # Only here: without a tree there is none of this.
    from kpolicy.run.batches import examine_all

    survey = None
    if work.tree_checks:
        # Only here: `check` does without.
        from kpolicy.run.tree_findings import Survey, only_below

        survey = Survey(looking, work.archs, work.tree_checks)
    examined = examine_all(work.plan, work.targets, context, looking, survey.tasks if survey is not None else {})
    outcomes, remarks = examined.outcomes, examined.remarks
    failed = [*work.failed, *(item for item in outcomes if isinstance(item, KpolicyError))]
    if survey is not None:
        about, errors, further = survey.report(examined.beside)
        work = replace(work, about=only_below(about, work.paths))
        # What is wrong with an architecture was met with its configs already.
        failed += [error for error in errors if error not in failed]
        told = {item.place for item in about.findings if item.rule == "kconfig/refused-by-conf"}
        remarks = tuple(item for item in dict.fromkeys([*remarks, *further]) if item.location not in told)
    configs = tuple(item for item in outcomes if isinstance(item, ConfigReport))
    return replace(work, failed=tuple(failed)), configs, remarks


def conclude(work: Work, source: KernelTree, terms: Terms, context: Context, *, census: bool) -> Report:
    """Examine all targets, and report on them; with a `census` where all configs of the tree are looked at."""
    # Only here: without a tree there is none of this.
    from kpolicy.policy.judging.census import tally
    from kpolicy.run.examine import Examiner

    before = None
    if terms.policy.since is not None:
        # Only here: most runs compare with nothing.
        from kpolicy.run.since import open_before

        before = open_before(work.plan, terms.policy.since, context.environment)
    looking = Examiner(work.plan, work.plan.open())
    work, configs, remarks = examine(work, looking, context)
    roles = dict(work.baseline.earlier_roles()) if work.baseline is not None else {}
    if before is not None:
        known = before.findings(context, looking, work.targets, configs, work.tree_checks, work.archs)
        work = replace(work, since=before.name, before=known.findings)
        roles |= known.roles
        configs = tuple(known.news(item) for item in configs)
        remarks = tuple(item for item in remarks if known.is_news(item))
    configs = keep_roles(configs, roles, work, looking)
    if work.command == "audit" and any(item.requirements for item in work.plan.standards):
        # Only here: most runs require nothing.
        from kpolicy.run.remarks import said_once

        configs = said_once(configs)
    tell_roleless(work, terms, context)
    plan = work.plan
    report = Report(
        command=work.command,
        tree=source.name,
        version=str(read_version(source)),
        toolchain=_toolchains(configs) or (chosen_toolchain(plan.toolchain) or Toolchain.dummy()).identity,
        rules=len(plan.standards[0].policy.rules),
        roles=plan.standards[0].policy.vocabulary.role_names,
        configs=configs,
        census=tally(item.observation for item in configs if item.touched) if census else None,
        remarks=remarks,
        errors=_once(work.failed),
        unread=len(work.failed),
    )
    explain = partial(before.told, context, looking, work.targets) if before is not None else None
    return finish(work, report, source, terms, context, explain)


def keep_roles(
    reports: Iterable[ConfigReport], roles: Mapping[tuple[str, str], EarlierRole], work: Work, looking: Examiner
) -> tuple[ConfigReport, ...]:
    """The reports, judged again where a config had another role before; `roles` are those by config and ARCH word."""
    return tuple(_kept_role(item, roles, work, looking) for item in reports)


def _kept_role(
    report: ConfigReport, roles: Mapping[tuple[str, str], EarlierRole], work: Work, looking: Examiner
) -> ConfigReport:
    """A report by the role that the config had before, where that is another one than now."""
    earlier = roles.get((report.config, report.architecture))
    if not differs(report.verdict, earlier):
        return report
    for target in work.targets:
        name = target.config.name if target.config is not None else target.name
        if (name, target.arch) == (report.config, report.architecture):
            # Only here: judging takes more imports than results that are remembered.
            from kpolicy.run.judging import judge_values

            again = judge_values(looking, target, looking.values(target), census=False, earlier=earlier)
            return replace(report, verdict=again.verdict, findings=again.findings, unjudged=again.unjudged)
    return report


def finish(
    work: Work,
    report: Report,
    source: KernelTree | None,
    terms: Terms,
    context: Context,
    explain: Explain | None = None,
) -> Report:
    """A report with what is accepted sorted out; `source` is the tree, if any, and `explain` explains what changed."""
    baseline = work.baseline
    if work.before is not None:
        # Only here: most runs have none.
        from kpolicy.policy.judging.baseline import Baseline, union

        baseline = union(baseline or Baseline(), work.before)
    accepted = accept(
        report.configs,
        work.plan.standards,
        baseline,
        context.today,
        about=work.about,
        waivers=terms.policy.waivers,
        complete=work.complete and not report.unread,
        unmade=work.unmade,
    )
    report = replace(
        report,
        configs=accepted.configs,
        about=accepted.about,
        policies=accepted.policies,
        fail_on=terms.fail_on,
        since=work.since,
    )
    _tell_gone(work, accepted.gone, terms, context)
    report = replace(report, notes=notes_for(report, work.plan.standards))
    report = chosen(report, terms.policy.findings.by(work.plan.standards[0].policy.vocabulary.canonical))
    if explain is not None:
        report = replace(report, configs=explain(report.configs))
    if terms.line_hashes and terms.system is None:
        # Only here: few formats show them.  The files of a system are read once, and with more care than others.
        from kpolicy.run.line_hashes import hashes_of_lines

        report = replace(report, line_hashes=hashes_of_lines(report, source))
    return report


def tell_roleless(work: Work, terms: Terms, context: Context) -> None:
    """Say that a baseline does not know the roles that its configs had."""
    if work.baseline is not None and work.baseline.known and not work.baseline.roles:
        name = terms.policy.baseline
        context.listener.note(
            f"{name} has no roles: each config is judged by its role now; `kpolicy baseline update` adds them"
        )


def _tell_gone(work: Work, gone: Sequence[Known], terms: Terms, context: Context) -> None:
    of_baseline = {item.fingerprint for item in work.baseline.known} if work.baseline is not None else set()
    count = sum(item.count for item in gone if item.fingerprint in of_baseline)
    if count:
        name = terms.policy.baseline
        context.listener.note(
            f"{number(count, 'finding')} in {name} no longer occur{_s(count)}: `kpolicy baseline update`"
        )
    count = sum(item.count for item in gone if item.fingerprint not in of_baseline)
    if count:
        context.listener.note(f"{number(count, 'finding')} of {work.since} no longer occur{_s(count)}")


def _s(count: int) -> str:
    return "s" if count == 1 else ""


def _toolchains(configs: Iterable[ConfigReport]) -> str:
    """What answered the probes, where it was the same for all."""
    found = {config.toolchain for config in configs}
    return found.pop() if len(found) == 1 else ""


def _once(errors: Sequence[KpolicyError]) -> tuple[KpolicyError, ...]:
    """Each error once: what is wrong with a Kconfig file is met again with every config."""
    return tuple({error.render(): error for error in errors}.values())
