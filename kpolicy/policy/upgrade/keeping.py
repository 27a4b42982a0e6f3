# SPDX-License-Identifier: GPL-2.0-or-later
"""The edits that keep requests which another kernel would lose: the planner of `fix`, with nothing else to clear."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.frozen import replace
from kpolicy.policy.checks.config_lines import check_lines
from kpolicy.policy.checks.effects import asked_value, is_value
from kpolicy.policy.checks.old_names import holds
from kpolicy.policy.checks.registry import RENAMED
from kpolicy.policy.fixes.plan import Plan, Task
from kpolicy.policy.fixes.planner import make_plan
from kpolicy.policy.upgrade.records import LostRequest

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.checks.reasons import Names
    from kpolicy.policy.fixes.lines import Document
    from kpolicy.policy.judging.standard import Assessment
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.policy.rules.rule import Rule
    from kpolicy.policy.upgrade.lost import Lost

CHECKS: Final = frozenset(
    {
        "config/unknown-symbol",
        "config/dropped-request",
        "config/overridden-by-select",
        "config/choice-conflict",
        "config/out-of-range",
        "config/wrong-type",
        RENAMED,
    }
)
"""The checks that name what becomes of a line; whatever a policy says, they are made here."""


def keeping(
    values: Values,
    document: Document,
    lost: Sequence[Lost],
    judge: Callable[[Values], Assessment],
    counts: Callable[[Finding], bool],
    rules: Collection[Rule],
    names: Names | None,
) -> Plan:
    """The edits that keep the lost requests that can be kept, and take the lines away that name nothing any more.

    `judge` is the whole policy: no edit causes a finding of it that `counts`.
    """

    def judged(found: Values) -> Assessment:
        assessment = judge(found)
        others = tuple(item for item in assessment.findings if item.rule not in CHECKS)
        lines = check_lines(found, assessment.verdict.role, wanted=CHECKS, names=names)
        return replace(assessment, findings=(*others, *lines))

    places = {item.line.location for item in lost}
    found = [item for item in judged(values).findings if item.rule in CHECKS]
    findings = [item for item in found if item.rule == RENAMED or item.place in places or _names_nothing(item)]
    return make_plan(Task(values, document, findings, judged, counts, rules, (), stated=True))


def _names_nothing(finding: Finding) -> bool:
    return finding.rule == "config/unknown-symbol"


def requests(lost: Sequence[Lost], plan: Plan, after: Values) -> tuple[LostRequest, ...]:
    """The lost requests with their edits; `after` are the values of the edited config."""
    edits = {fix.finding.place: fix.edits for fix in plan.fixes}
    return tuple(LostRequest(item, edits.get(item.line.location, ()), _is_kept(after, item)) for item in lost)


def _is_kept(values: Values, lost: Lost) -> bool:
    """Whether the edited config has what a line asked for, under its name or that of its successors."""
    line, kind = lost.line, values.model.type_of(lost.symbol)
    if values.model.is_defined(lost.symbol) and not values.model.is_transitional(lost.symbol):
        return is_value(kind, line.value) and values.result(lost.symbol) == asked_value(kind, line.value)
    return holds(values, line) is True
