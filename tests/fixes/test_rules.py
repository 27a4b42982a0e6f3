# SPDX-License-Identifier: GPL-2.0-or-later
"""The example of every rule that has a remedy is fixed, and by no more lines than its remedy and what that needs."""

from __future__ import annotations

import pytest

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.policy.fixes.lines import Document
from kpolicy.policy.fixes.plan import Task
from kpolicy.policy.fixes.planner import make_plan
from kpolicy.policy.judging.check import fires, judge
from kpolicy.policy.judging.standard import Assessment
from kpolicy.policy.roles.role import RoleVerdict
from kpolicy.policy.rules.catalogue import shipped_catalogue
from tests.policy.support import models

_PATH = "example.config"
_RULES = {rule.id: rule for rule in shipped_catalogue() if rule.remedy}


@pytest.mark.parametrize("name", _RULES)
def test_the_examples_of_rules(name: str) -> None:
    rule = _RULES[name]
    for example in (item for item in rule.examples if item.fires):
        content = example.config.encode()
        model = models()(example.architecture)
        values = evaluate(model, parse_config(_PATH, content), "defconfig")
        role = example.role

        def assess(found: Values, role: str = role) -> Assessment:
            return Assessment(RoleVerdict(role, "", ()), judge(found, [rule], role), ())

        assert values.config is not None
        document = Document(values.config, _PATH, content, model)
        plan = make_plan(Task(values, document, assess(values).findings, assess, lambda _finding: True, [rule], ()))
        if plan.hopeless and "CONFIG_CMDLINE=" in example.config:
            assert [item.reason for item in plan.hopeless] == [
                "it depends on a boot parameter in CONFIG_CMDLINE=" + example.config.split("CMDLINE=")[1].strip()
            ]
            continue
        assert not plan.hopeless, [item.reason for item in plan.hopeless]
        assert not fires(evaluate(model, parse_config(_PATH, plan.text), "defconfig"), rule, role)
        assert len(plan.edits) <= len(rule.remedy)
