# SPDX-License-Identifier: GPL-2.0-or-later
"""What `audit` and `check` share: from targets to a report, its delivery and the exit status."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from kpolicy.cli import status
from kpolicy.cli.console import Console
from kpolicy.cli.examine import EXECUTE, Plan, Target, chosen_toolchain
from kpolicy.cli.pool import examine_all, processors
from kpolicy.cli.setup import cache_folder, check_output, deliver_report
from kpolicy.errors import KpolicyError
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.kernel.version import read_version
from kpolicy.policy.catalogue import shipped_catalogue
from kpolicy.policy.census import tally
from kpolicy.policy.roles import role_names
from kpolicy.policy.rule import SEVERITIES, Severity
from kpolicy.report.records import ConfigReport, Remark, Report


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `report_options` and `toolchain_options`."""

    form: str
    fail_on: str
    output: str | None
    force: bool
    quiet: bool
    jobs: int
    toolchain: str | None
    no_cache: bool

    @classmethod
    def of(cls, words: Mapping[str, object]) -> Options:
        """From click's keywords."""
        return cls(
            form=str(words["form"]),
            fail_on=str(words["fail_on"]),
            output=cast("str | None", words["output"]),
            force=bool(words["force"]),
            quiet=bool(words["quiet"]),
            jobs=cast("int | None", words["jobs"]) or processors(),
            toolchain=cast("str | None", words["toolchain"]),
            no_cache=bool(words["no_cache"]),
        )

    @property
    def threshold(self) -> Severity | None:
        """--fail-on; None for never."""
        return next((severity for severity in SEVERITIES if severity == self.fail_on), None)


def make_plan(console: Console, source: DirectorySource, options: Options) -> Plan:
    """The plan of a run; raises UsageError early for a toolchain or an output file that cannot be."""
    check_output(options.output, force=options.force)
    chosen_toolchain(options.toolchain)
    return Plan(
        tree=os.fspath(source.root),
        name=source.name,
        toolchain=options.toolchain,
        cache=cache_folder(console.environment, disabled=options.no_cache),
        environment=dict(console.environment) if options.toolchain == EXECUTE else {},
    )


def conclude(
    console: Console,
    command: str,
    plan: Plan,
    source: DirectorySource,
    targets: Sequence[Target],
    options: Options,
    *,
    census: bool,
    details: bool,
    failed: Sequence[KpolicyError] = (),
) -> int:
    """Examine all targets, deliver the report, and return the exit status.

    `failed` are the errors of configs that did not become targets.
    """
    # Before the workers start, which then have them; a rule file that is wrong is found once.
    rules, roles = shipped_catalogue(examples=False), role_names()
    outcomes, remarks = examine_all(plan, targets, options.jobs, console.progress)
    configs = tuple(item for item in outcomes if isinstance(item, ConfigReport))
    return finish(
        console,
        Report(
            command=command,
            tree=source.name,
            version=str(read_version(source)),
            toolchain=_toolchains(configs) or (chosen_toolchain(plan.toolchain) or Toolchain.dummy()).identity,
            rules=len(rules),
            roles=roles,
            configs=configs,
            census=tally(item.observation for item in configs) if census else None,
            remarks=tuple(remarks),
            errors=_once([*failed, *(item for item in outcomes if isinstance(item, KpolicyError))]),
            unread=len(failed) + len(outcomes) - len(configs),
        ),
        options,
        details=details,
    )


def finish(console: Console, report: Report, options: Options, *, details: bool) -> int:
    """Say on stderr what went wrong, deliver the report, and return the exit status."""
    console.clear_progress()
    for error in report.errors:
        console.error(error)
    for remark in (*report.remarks, *(item for config in report.configs for item in config.remarks)):
        _warn(console, remark)
    deliver_report(console, report, options.form, options.output, force=options.force, details=details)
    if report.unread:
        return status.FAILURE
    return status.FINDINGS if report.reaches(options.threshold) else status.CLEAN


def _toolchains(configs: Iterable[ConfigReport]) -> str:
    """What answered the probes, where it was the same for all."""
    found = {config.toolchain for config in configs}
    return found.pop() if len(found) == 1 else ""


def _warn(console: Console, remark: Remark) -> None:
    console.warning(remark.location, remark.text)


def _once(errors: Iterable[KpolicyError]) -> tuple[KpolicyError, ...]:
    """Each error once: what is wrong with a Kconfig file is met again with every config."""
    return tuple({error.render(): error for error in errors}.values())
