# SPDX-License-Identifier: GPL-2.0-or-later
"""What `audit`, `check`, `kconfig` and `report` share: from targets to a report, its delivery and the exit status."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from kpolicy.cli import status
from kpolicy.cli.acceptance import accept
from kpolicy.cli.console import Console
from kpolicy.cli.examine import Examiner, Plan, Target, chosen_toolchain
from kpolicy.cli.line_hashes import hashes_of_lines
from kpolicy.cli.machine import stated_machine
from kpolicy.cli.outputs import Outputs, check_outputs, deliver_outputs
from kpolicy.cli.policies import PolicyWords, Standards
from kpolicy.cli.pool import examine_all, processors
from kpolicy.cli.setup import check_output, plan_for
from kpolicy.errors import KpolicyError, UsageError
from kpolicy.kernel.source import KernelTree
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.kernel.version import read_version
from kpolicy.policy.census import tally
from kpolicy.policy.policy_file import Threshold
from kpolicy.report.formats import FORMATS
from kpolicy.report.records import ConfigReport, Report, TreeReport
from kpolicy.report.remark import Remark
from kpolicy.report.rule_notes import notes_for

if TYPE_CHECKING:
    from kpolicy.cli.since import Before
    from kpolicy.costing.bill import Machine
    from kpolicy.policy.baseline import Baseline, Known


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `report_options`, `toolchain_options`, `policy_options` and `acceptance_options`.

    `outputs` are those of a report; `output` is the one file of any other result.  `machine` is the one of
    `machine_options` that costs are worked out for, None where no format shows costs.
    """

    outputs: Outputs
    fail_on: Threshold | None
    output: str | None
    force: bool
    quiet: bool
    jobs: int
    toolchain: str | None
    no_cache: bool
    policy: PolicyWords
    machine: Machine | None = None

    @classmethod
    def of(cls, words: Mapping[str, object]) -> Options:
        """From click's keywords."""
        outputs = Outputs.of(words)
        return cls(
            outputs=outputs,
            fail_on=cast("Threshold | None", words.get("fail_on")),
            output=cast("str | None", words.get("output")),
            force=bool(words.get("force")),
            quiet=bool(words["quiet"]),
            jobs=cast("int | None", words["jobs"]) or processors(),
            toolchain=cast("str | None", words["toolchain"]),
            no_cache=bool(words["no_cache"]),
            policy=PolicyWords.of(words),
            machine=_machine(words, outputs) if "ram" in words else None,
        )


def _machine(words: Mapping[str, object], outputs: Outputs) -> Machine | None:
    ram, cpus = cast("str | None", words["ram"]), cast("int | None", words["cpus"])
    if outputs.costs:
        return stated_machine(ram, cpus)
    if ram is not None or cpus is not None:
        names = ", ".join(name for name, form in FORMATS.items() if form.costs)
        hint = f"those that do: {names}; `kpolicy cost` tells them for one config"
        raise UsageError("--ram and --cpus are for costs, which no chosen format shows", hint=hint)
    return None


@dataclass(frozen=True, slots=True)
class Run:
    """What a command is about to do: the command's name, the plan, the configs, and those that cannot be had.

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


def make_plan(console: Console, source: KernelTree, options: Options) -> Plan:
    """The plan of a run, without standards; raises UsageError early for a toolchain or output that cannot be."""
    check_output(options.output, force=options.force)
    check_outputs(console, options.outputs)
    plan = plan_for(console, source, options.toolchain, no_cache=options.no_cache)
    return replace(plan, machine=options.machine)


def known_findings(options: Options, standards: Standards) -> Baseline | None:
    """The baseline that the command line names, with today's ids of the rules."""
    path = options.policy.baseline
    if path is None:
        return None
    from kpolicy.policy.baseline import read_baseline  # most runs have none

    return read_baseline(path, standards.all[0].policy.vocabulary.canonical)


def examine(console: Console, run: Run, jobs: int) -> tuple[Run, tuple[ConfigReport, ...], tuple[Remark, ...]]:
    """Look at all targets: the run with what went wrong, the reports, and remarks about the Kconfig files."""
    outcomes, remarks = examine_all(run.plan, run.targets, jobs, console.progress) if run.targets else ([], [])
    failed = [*run.failed, *(item for item in outcomes if isinstance(item, KpolicyError))]
    if run.tree_checks:
        # Only here: `check` does without.
        from kpolicy.cli.tree_findings import look_at_tree, only_below

        about, errors, further = look_at_tree(run.plan, run.archs, run.tree_checks, jobs, console.progress)
        run = replace(run, about=only_below(about, run.paths))
        # What is wrong with an architecture was met with its configs already.
        failed += [error for error in errors if error not in failed]
        told = {item.place for item in about.findings if item.rule == "kconfig/refused-by-conf"}
        remarks = [item for item in dict.fromkeys([*remarks, *further]) if item.location not in told]
    console.clear_progress()
    configs = tuple(item for item in outcomes if isinstance(item, ConfigReport))
    return replace(run, failed=tuple(failed)), configs, tuple(remarks)


def conclude(console: Console, run: Run, source: KernelTree, options: Options, *, census: bool, details: bool) -> int:
    """Examine all targets, deliver the report, and return the exit status."""
    since: Before | None = None
    if options.policy.since is not None:
        # Only here: most runs compare with nothing.
        from kpolicy.cli.since import open_before

        since = open_before(console, run.plan, options.policy.since)
    run, configs, remarks = examine(console, run, options.jobs)
    if since is not None:
        looking = Examiner(run.plan, run.plan.open())
        known = since.findings(console, looking, run.targets, configs, run.tree_checks, run.archs, options.jobs)
        run = replace(run, since=since.name, before=known.findings)
        configs = tuple(known.news(item) for item in configs)
        remarks = tuple(item for item in remarks if known.is_news(item))
    plan = run.plan
    return finish(
        console,
        run,
        Report(
            command=run.command,
            tree=source.name,
            version=str(read_version(source)),
            toolchain=_toolchains(configs) or (chosen_toolchain(plan.toolchain) or Toolchain.dummy()).identity,
            rules=len(plan.standards[0].policy.rules),
            roles=plan.standards[0].policy.vocabulary.role_names,
            configs=configs,
            census=tally(item.observation for item in configs) if census else None,
            remarks=remarks,
            errors=_once(run.failed),
            unread=len(run.failed),
        ),
        options,
        source,
        details=details,
    )


def finish(
    console: Console, run: Run, report: Report, options: Options, source: KernelTree | None, *, details: bool
) -> int:
    """Sort out what is accepted, deliver the report, and return the exit status; `source` is the tree, if any."""
    baseline = run.baseline
    if run.before is not None:
        from kpolicy.policy.baseline import Baseline, union  # most runs have none

        baseline = union(baseline or Baseline(), run.before)
    accepted = accept(
        report.configs,
        run.plan.standards,
        baseline,
        today(),
        about=run.about,
        waivers=not options.policy.no_waivers,
        complete=run.complete and not report.unread,
        unmade=run.unmade,
    )
    report = replace(
        report,
        configs=accepted.configs,
        about=accepted.about,
        policies=accepted.policies,
        fail_on=options.fail_on,
        since=run.since,
    )
    report = replace(report, notes=notes_for(report, run.plan.standards))
    if options.outputs.line_hashes:
        report = replace(report, line_hashes=hashes_of_lines(report, source))
    _tell_gone(console, run, accepted.gone, options)
    return show(console, report, options.outputs, details=details)


def show(console: Console, report: Report, outputs: Outputs, *, details: bool) -> int:
    """Say on stderr what went wrong, deliver a report, and return the exit status."""
    for error in report.errors:
        console.error(error)
    for remark in (*report.remarks, *(item for config in report.configs for item in config.remarks)):
        console.warning(remark.location, remark.text)
    deliver_outputs(console, report, outputs, details=details)
    if report.unread:
        # What a policy gets wrong may show with a config only.
        return max((error.exit_status for error in report.errors), default=status.FAILURE)
    return status.FINDINGS if report.fails else status.CLEAN


def _tell_gone(console: Console, run: Run, gone: Sequence[Known], options: Options) -> None:
    of_baseline = {item.fingerprint for item in run.baseline.known} if run.baseline is not None else set()
    count = sum(item.count for item in gone if item.fingerprint in of_baseline)
    if count:
        console.note(f"{count} of the findings in {options.policy.baseline} are gone: `kpolicy baseline update`")
    count = sum(item.count for item in gone if item.fingerprint not in of_baseline)
    if count:
        console.note(f"{count} of the findings of {run.since} are gone")


def today() -> dt.date:
    """The day by which waivers expire: that of the user's clock."""
    return dt.datetime.now().astimezone().date()


def _toolchains(configs: Iterable[ConfigReport]) -> str:
    """What answered the probes, where it was the same for all."""
    found = {config.toolchain for config in configs}
    return found.pop() if len(found) == 1 else ""


def _once(errors: Sequence[KpolicyError]) -> tuple[KpolicyError, ...]:
    """Each error once: what is wrong with a Kconfig file is met again with every config."""
    return tuple({error.render(): error for error in errors}.values())
