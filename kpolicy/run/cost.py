# SPDX-License-Identifier: GPL-2.0-or-later
"""What the options of configs cost."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kpolicy.config.read import read_config
from kpolicy.costing.bill import Bill, Machine, make_bill
from kpolicy.costing.catalogue import shipped_costs
from kpolicy.costing.measured import measured_for
from kpolicy.errors import KpolicyError, UsageError, together
from kpolicy.evaluate.values import Values
from kpolicy.frozen import dataclass, replace
from kpolicy.kernel.source import KernelTree
from kpolicy.report.remark import Remark
from kpolicy.report.views.cost import CostReport
from kpolicy.run.attempt import attempt_each
from kpolicy.run.bare import bare_values, truth
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.plan import plan_for
from kpolicy.run.remarks import origin_remarks, remarks
from kpolicy.run.request import check_release, check_toolchain
from kpolicy.run.selection import read_target

if TYPE_CHECKING:
    from kpolicy.config.command_line import CommandLine


@dataclass(frozen=True, slots=True)
class CostRequest:
    """Configs of a tree, or full .config files without one, and the machine that costs are computed for.

    `loader` is the command line that the boot loader passes, None where that is not stated.
    """

    source: KernelTree | None
    configs: tuple[str, ...]
    machine: Machine
    arch: str | None = None
    release: str | None = None
    toolchain: str | None = None
    loader: CommandLine | None = None


def costs(request: CostRequest, context: Context) -> tuple[tuple[CostReport, ...], tuple[KpolicyError, ...]]:
    """A report for each config, and errors; raises KpolicyError when there is no report."""
    if request.configs.count("-") > 1:
        raise UsageError("standard input can be read only once")
    check_release(request.release, has_tree=request.source is not None)
    check_toolchain(request.toolchain, has_tree=request.source is not None)
    source = request.source
    examiner = None
    if source is not None:
        plan = replace(plan_for(source, request.toolchain, context), loader=request.loader)
        examiner = Examiner(plan, source)
    work = partial(_report, examiner, request, context)
    reports, failed = attempt_each(work, request.configs, context.listener)
    for remark in examiner.kconfig_remarks() if examiner is not None else ():
        context.listener.warning(remark.location, remark.text)
    if failed and not reports:
        raise together(failed)
    return tuple(reports), tuple(failed)


def _report(
    examiner: Examiner | None, request: CostRequest, context: Context, spec: str
) -> tuple[CostReport, tuple[Remark, ...]]:
    """The costs of a config, and remarks about its lines."""
    if examiner is None:
        config = read_config(spec, context.stdin)
        values = bare_values(config, request.arch, request.release).booted(request.loader)
        bill = make_bill(values, shipped_costs(context.cache), request.machine, truth)
        return _of(values, config.name, bill), tuple(origin_remarks(values))
    values = examiner.values(read_target(spec, examiner.source, request.arch, context.stdin))
    name = values.config.name if values.config is not None else spec
    bill = make_bill(values, shipped_costs(context.cache), request.machine)
    return _of(values, name, bill), tuple(remarks(values))


def _of(values: Values, name: str, bill: Bill) -> CostReport:
    return CostReport(name, values.model.architecture, values.model.version, bill, measured_for(values))
