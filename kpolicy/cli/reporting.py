# SPDX-License-Identifier: GPL-2.0-or-later
"""What commands with a report share: their options, the delivery of the report, and the exit status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from kpolicy.cli import status
from kpolicy.cli.command_line import stated_command_line
from kpolicy.cli.console import Console
from kpolicy.cli.outputs import Outputs, check_outputs, deliver_outputs
from kpolicy.cli.setup import context_for, on_cluster
from kpolicy.cli.view_options import chosen_findings
from kpolicy.cli.writing import check_output
from kpolicy.errors import UsageError
from kpolicy.frozen import dataclass, replace
from kpolicy.policy.files.policy_file import Threshold
from kpolicy.report.formats import FORMATS
from kpolicy.report.records import Report
from kpolicy.run.context import Context, processors
from kpolicy.run.policies import PolicyChoice
from kpolicy.run.request import Terms

if TYPE_CHECKING:
    from kpolicy.costing.bill import Machine


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `report_options`, `toolchain_options`, `policy_options` and `acceptance_options`.

    `outputs` are those of a report; `output` is the one file of any other result.  `machine` is the one of
    `machine_options` that costs are computed for, None where no format shows costs; `cmdline` is that of
    `cmdline_option`, `scheduler` that of `scheduler_option`.
    """

    outputs: Outputs
    fail_on: Threshold | None
    output: str | None
    force: bool
    quiet: bool
    jobs: int
    toolchain: str | None
    no_cache: bool
    policy: PolicyChoice
    machine: Machine | None = None
    color: str = "auto"
    cmdline: tuple[str, ...] = ()
    scheduler: str | None = None

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
            policy=_policy(words),
            machine=_machine(words, outputs) if "ram" in words else None,
            color=cast("str", words.get("color") or "auto"),
            cmdline=cast("tuple[str, ...]", words.get("cmdline") or ()),
            scheduler=_scheduler(words),
        )

    @property
    def terms(self) -> Terms:
        """By what configs are judged, and what the report shows."""
        return Terms(self.policy, self.toolchain, self.machine, self.fail_on, self.outputs.line_hashes)

    def booted_terms(self, console: Console, *configs: str) -> Terms:
        """The same with the command line that the boot loader passes; `configs` as for `stated_command_line`."""
        return replace(self.terms, loader=stated_command_line(console, self.cmdline, *configs))

    def prepare(self, console: Console) -> None:
        """Say to the console how much is to be said, and in which colours."""
        console.quiet, console.color = self.quiet, self.color

    def context(self, console: Console) -> Context:
        """The surroundings of a run; raises as `on_cluster` does."""
        context = context_for(console, no_cache=self.no_cache, jobs=self.jobs)
        return on_cluster(context, self.scheduler) if self.scheduler is not None else context

    def check_outputs(self, console: Console) -> None:
        """Refuse, before any work is done, what could not be written in the end."""
        check_output(self.output, force=self.force)
        check_outputs(console, self.outputs)


def _scheduler(words: Mapping[str, object]) -> str | None:
    scheduler = cast("str | None", words.get("scheduler"))
    if scheduler is not None and words["jobs"] is not None:
        raise UsageError("--scheduler and --jobs exclude each other", hint="the cluster has as many jobs as workers")
    return scheduler


def _policy(words: Mapping[str, object]) -> PolicyChoice:
    return PolicyChoice(
        policy=cast("str | None", words["policy"]),
        require=cast("tuple[str, ...]", words["require"]),
        waivers=not words.get("no_waivers"),
        baseline=cast("str | None", words.get("baseline")),
        since=cast("str | None", words.get("since")),
        findings=chosen_findings(words),
    )


def _machine(words: Mapping[str, object], outputs: Outputs) -> Machine | None:
    ram, cpus = cast("str | None", words["ram"]), cast("int | None", words["cpus"])
    if outputs.costs:
        from kpolicy.cli.machine import stated_machine  # few formats show costs

        return stated_machine(ram, cpus)
    if ram is not None or cpus is not None:
        names = ", ".join(name for name, form in FORMATS.items() if form.costs)
        hint = f"formats with costs: {names}; `kpolicy cost` shows those of one config"
        raise UsageError("--ram and --cpus need a format that shows costs", hint=hint)
    return None


def show(console: Console, report: Report, outputs: Outputs) -> int:
    """Say on stderr what went wrong, deliver a report, and return the exit status."""
    for error in report.errors:
        console.error(error)
    for remark in (*report.remarks, *(item for config in report.configs for item in config.remarks)):
        console.warning(remark.location, remark.text)
    deliver_outputs(console, report, outputs)
    if report.unread:
        # What a policy gets wrong may show with a config only.
        return max((error.exit_status for error in report.errors), default=status.FAILURE)
    return status.FINDINGS if report.fails else status.CLEAN
