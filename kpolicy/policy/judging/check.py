# SPDX-License-Identifier: GPL-2.0-or-later
"""Judging: values and rules in, findings out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.policy.rules.rule import Rule


def judge(
    values: Values, rules: Iterable[Rule], role: str, *, tree: str = "", complete: bool = True, remedies: bool = True
) -> tuple[Finding, ...]:
    """What the rules for a role have to say about a config, in the order of the rules.

    `tree` is the name of the tree for the findings; architecture and config are those of `values`.  `complete` says
    that the model has the symbols and dependencies of the tree, not only what a .config states.  Without `remedies` the
    findings have none: trying their lines takes longer than all the rest.
    """
    chosen = [rule for rule in rules if fires(values, rule, role)]
    if not chosen:
        return ()
    from kpolicy.policy.judging.rule_finding import finding  # for many configs no rule has anything to say

    return tuple(finding(values, rule, role, tree=tree, complete=complete, remedies=remedies) for rule in chosen)


def fires(values: Values, rule: Rule, role: str) -> bool:
    """Whether a rule is for the role, makes sense in this tree, and its condition holds."""
    return rule.is_for(role) and rule.when.holds(values) and rule.requires.holds(values)
