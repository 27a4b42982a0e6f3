# SPDX-License-Identifier: GPL-2.0-or-later
"""From the values of a config to the report on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kpolicy.collection import no_collection
from kpolicy.patterns import lazy
from kpolicy.policy.checks.registry import UNREADABLE
from kpolicy.policy.judging.census import observe
from kpolicy.policy.judging.standard import Boot, Standard, assess
from kpolicy.policy.roles.earlier import EarlierRole
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import Rule
from kpolicy.report.records import ConfigReport
from kpolicy.report.remark import Remark
from kpolicy.run.remarks import conf_remarks, nothing_required, origin_remarks

if TYPE_CHECKING:
    from kpolicy.costing.bill import Machine, Truth
    from kpolicy.costing.summary import CostSummary
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Model
    from kpolicy.policy.boot.words import Known
    from kpolicy.policy.checks.reasons import Names
    from kpolicy.run.examine import Examiner
    from kpolicy.run.plan import Target
    from kpolicy.running.system import System

_OVERRIDE = lazy(r"override: (?:reassigning to symbol )?([\w-]+)", re.ASCII)


def judge(examiner: Examiner, target: Target) -> ConfigReport:
    """Findings and remarks about a target; raises KpolicyError when it cannot be analysed."""
    with no_collection():
        return judge_values(examiner, target, examiner.values(target))


def judge_values(
    examiner: Examiner, target: Target, values: Values, *, census: bool = True, earlier: EarlierRole | None = None
) -> ConfigReport:
    """The values of a target checked against its standard; without a `census` nothing is counted.

    An `earlier` role judges instead of the one that the values give.
    """
    plan = examiner.plan
    standard = plan.standards[target.standard]
    return report_on(
        values,
        values.config.name if values.config is not None else target.name,
        standard,
        standard.policy.vocabulary.counted if census else (),
        tree=plan.name,
        number=target.standard,
        names=examiner.names,
        machine=plan.machine,
        cache=plan.cache,
        earlier=earlier,
        known=examiner.known_parameters(values.model.srcarch),
        system=plan.system,
    )


def report_on(
    values: Values,
    name: str,
    standard: Standard,
    counts: tuple[str, ...],
    *,
    tree: str = "",
    number: int = 0,
    answer: Callable[[Rule], bool | None] | None = None,
    names: Names | None = None,
    machine: Machine | None = None,
    truth: Truth | None = None,
    cache: str | None = None,
    earlier: EarlierRole | None = None,
    known: Known | None = None,
    system: System | None = None,
) -> ConfigReport:
    """Values checked against a standard, whose `number` is noted; for the rest see `assess` and `Boot`.

    With a `machine` the report says what the options cost on it; `truth` as for `make_bill`, `cache` as for
    `shipped_costs`.
    """
    boot = Boot(known, cache, system, truth)
    assessment = assess(values, name, standard, tree=tree, answer=answer, names=names, earlier=earlier, boot=boot)
    model = values.model
    told = _told(values, assessment.findings)
    remarks = (
        *(item for item in conf_remarks(values) if not told(item)),
        *origin_remarks(values),
        *nothing_required(values, name, standard),
    )
    return ConfigReport(
        config=name,
        architecture=model.architecture,
        srcarch=model.srcarch,
        toolchain=model.toolchain_identity,
        verdict=assessment.verdict,
        findings=assessment.findings,
        remarks=remarks,
        observation=observe(values, counts),
        unjudged=assessment.unjudged,
        standard=number,
        cost=_costs(values, machine, truth, cache) if machine is not None else None,
    )


def _told(values: Values, findings: Sequence[Finding]) -> Callable[[Remark], bool]:
    """Whether a finding says what a remark says in the words of conf."""
    about_lines = [finding for finding in findings if finding.rule.startswith("config/")]
    places = {finding.place for finding in about_lines}
    symbols = {finding.symbol for finding in about_lines}
    if values.config is not None and any(finding.rule == UNREADABLE for finding in about_lines):
        # One finding can be about several lines.
        places.update(line.location for line in values.config.unread)

    def told(remark: Remark) -> bool:
        # conf names the later of two lines, a finding the one that does not count.
        override = _OVERRIDE.match(remark.text)
        others = _with_its_choice(values.model, override.group(1)) if override is not None else ()
        return remark.location in places or not symbols.isdisjoint(others)

    return told


def _with_its_choice(model: Model, name: str) -> tuple[str, ...]:
    symbol = model.symbol(name)
    choice = symbol.choice if symbol is not None else None
    return (name, *(model.choices[choice].members if choice is not None else ()))


def _costs(values: Values, machine: Machine, truth: Truth | None, cache: str | None) -> CostSummary:
    # Only here: most runs do not ask for it.
    from kpolicy.costing.bill import holds, make_bill
    from kpolicy.costing.catalogue import shipped_costs
    from kpolicy.costing.summary import summary

    return summary(make_bill(values, shipped_costs(cache), machine, truth or holds))
