# SPDX-License-Identifier: GPL-2.0-or-later
"""From what the run layer reports to results, by way of the documents that the JSON is written from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kpolicy.api import results
from kpolicy.api.decode import decode
from kpolicy.api.results import CostReport, RoleReport
from kpolicy.kernel.source import KernelTree
from kpolicy.report.json.document import document
from kpolicy.run.context import Context
from kpolicy.run.request import Terms

if TYPE_CHECKING:
    from kpolicy.report.records import Report
    from kpolicy.report.views.diff import DiffReport
    from kpolicy.report.views.explain import ExplainReport
    from kpolicy.report.views.fix import FixReport
    from kpolicy.report.views.history_records import HistoryReport
    from kpolicy.report.views.upgrade_records import UpgradeReport


def report_result(report: Report) -> results.Report:
    """A report, each finding with its tree, architecture, config and role."""
    found = document(report)
    configs = []
    for config in found["configs"]:
        usual = {
            "tree": report.tree,
            "architecture": config["architecture"],
            "config": config["config"],
            "role": config["role"]["name"],
        }
        configs.append(_complete(config, usual))
    about = found["about_tree"]
    complete = {
        **found,
        "configs": configs,
        "about_tree": _complete(about, {"tree": report.tree}) if about is not None else None,
        "failed": report.fails,
    }
    return decode(results.Report, complete)


def _complete(judged: Mapping[str, Any], usual: Mapping[str, str]) -> dict[str, Any]:
    kinds = ("findings", "waived", "known", "folded")
    return {**judged, **{kind: [{**usual, **item} for item in judged[kind]] for kind in kinds}}


def explanation(report: ExplainReport) -> results.Explanation:
    """An explanation."""
    from kpolicy.report.views.explain import explain_document

    return decode(results.Explanation, explain_document(report))


def fix_result(report: FixReport) -> results.Fix:
    """The edits that were found."""
    from kpolicy.report.views.fix import fix_document

    return decode(results.Fix, fix_document(report))


def upgrade_result(report: UpgradeReport) -> results.Upgrade:
    """A config on another kernel."""
    from kpolicy.report.views.upgrade_json import upgrade_document

    return decode(results.Upgrade, upgrade_document(report))


def difference(report: DiffReport) -> results.Difference:
    """A comparison."""
    from kpolicy.report.views.diff import diff_document

    return decode(results.Difference, diff_document(report))


def history_result(report: HistoryReport) -> results.History:
    """A history."""
    from kpolicy.report.views.history_json import history_document

    return decode(results.History, history_document(report))


def cost_result(
    source: KernelTree | None,
    config: str,
    arch: str | None,
    release: str | None,
    ram: int | None,
    cpus: int | None,
    toolchain: str | None,
    context: Context,
) -> CostReport:
    """What the options of a config cost."""
    from kpolicy.costing.bill import Machine
    from kpolicy.report.views.cost import cost_document
    from kpolicy.run.cost import CostRequest, costs

    request = CostRequest(source, (config,), Machine(ram=ram, cpus=cpus), arch, release, toolchain)
    return decode(CostReport, cost_document(costs(request, context)[0][0]))


def role_result(
    source: KernelTree | None,
    config: str,
    arch: str | None,
    release: str | None,
    terms: Terms,
    context: Context,
) -> RoleReport:
    """What a config is for."""
    from kpolicy.report.views.role import role_document
    from kpolicy.run.role import RoleRequest, roles

    request = RoleRequest(source, (config,), arch, release, (), terms)
    return decode(RoleReport, role_document(roles(request, context)[0][0]))
