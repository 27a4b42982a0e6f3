# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules, configs and their fixes on a few lines of Kconfig."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from kpolicy.config.lines import parse_lines
from kpolicy.config.model import Config
from kpolicy.config.read import stack
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kconfig.model import Model
from kpolicy.location import Location
from kpolicy.policy.checks.config_lines import check_lines
from kpolicy.policy.checks.registry import DEFAULT_CHECKS
from kpolicy.policy.expressions.expression import Constant, symbols
from kpolicy.policy.expressions.syntax import parse
from kpolicy.policy.fixes.lines import Document
from kpolicy.policy.fixes.plan import Plan, Task
from kpolicy.policy.fixes.planner import make_plan
from kpolicy.policy.judging.check import judge
from kpolicy.policy.judging.required import judge_requirements
from kpolicy.policy.judging.requirements import requirements_of
from kpolicy.policy.judging.standard import Assessment
from kpolicy.policy.roles.role import RoleVerdict
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import Rule, grounds_of
from tests.kconfig.small import load, make_tree

PATH = "my_defconfig"


def rule(when: str, *remedy: str, name: str = "own/rule") -> Rule:
    """A rule that fires when a condition holds."""
    condition = parse(when)
    return Rule(
        id=name,
        title=when,
        kind="cost",
        severity="warning",
        roles=("any",),
        symbols=symbols(condition) or ("X",),
        requires=Constant("y"),
        when=condition,
        message=when,
        grounds=grounds_of("", ()),
        remedy=remedy,
        cost=None,
        examples=(),
        aliases=(),
        location=Location("rule.toml", 1),
    )


class Small:
    """A small tree and rules to hold its configs against."""

    def __init__(
        self, folder: Path, kconfig: str, rules: Sequence[Rule] = (), *, required: str = "", kernel: Path | None = None
    ) -> None:
        self.model: Model = load(make_tree(folder, {"Kconfig": kconfig}, kernel))
        self.rules = rules
        self.requirements = requirements_of(parse_lines("site.config", required.encode()))
        self.checks: Collection[str] = DEFAULT_CHECKS

    def values(self, text: str | bytes) -> Values:
        """The values of a config."""
        return evaluate(self.model, self.config(text), "olddefconfig")

    def config(self, text: str | bytes, path: str = PATH) -> Config:
        """A config of its text."""
        return parse_lines(path, text.encode() if isinstance(text, str) else text)

    def judge(self, values: Values) -> Assessment:
        """All findings."""
        findings = [
            *judge(values, self.rules, "any"),
            *check_lines(values, "any", wanted=self.checks),
            *judge_requirements(values, self.requirements),
        ]
        return Assessment(RoleVerdict("any", "", ()), tuple(findings), ())

    def fix(
        self, text: str | bytes, *below: str, only: str = "", alternatives: bool = False, unsafe: bool = False
    ) -> Plan:
        """The fix of a config, the last of a stack; of the findings of one rule, or of all."""
        content = text.encode() if isinstance(text, str) else text
        parts = [*(self.config(item, f"below{number}") for number, item in enumerate(below)), self.config(content)]
        config = stack("a stack", parts)
        values = evaluate(self.model, config, "olddefconfig")
        findings = [item for item in self.judge(values).findings if not only or item.rule == only]
        task = Task(
            values=values,
            document=Document(config, PATH, content, self.model),
            findings=findings,
            judge=self.judge,
            counts=counts,
            rules=self.rules,
            requirements=self.requirements,
            unsafe=unsafe,
        )
        return make_plan(task, alternatives=alternatives)


def counts(finding: Finding) -> bool:
    """Whether a finding counts: notes do not."""
    return finding.severity != "note"


def given(plan: Plan) -> list[str]:
    """The requests that a plan gives up."""
    return [item.text for item in plan.given_up]


def edits(plan: Plan) -> list[str]:
    """The edits of a plan in words."""
    return [str(edit) for edit in plan.edits]
