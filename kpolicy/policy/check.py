# SPDX-License-Identifier: GPL-2.0-or-later
"""Judging: values and rules in, findings out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kpolicy.explain.cause import cause, head, shown
from kpolicy.policy.finding import Finding, SymbolValue
from kpolicy.policy.message import fill
from kpolicy.policy.rule import Rule

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


def judge(values: Values, rules: Iterable[Rule], role: str, *, tree: str = "") -> tuple[Finding, ...]:
    """What the rules for a role have to say about a config, in the order of the rules.

    `tree` is the name of the tree for the findings; architecture and config are those of `values`.
    """
    return tuple(finding(values, rule, role, tree=tree) for rule in rules if fires(values, rule, role))


def fires(values: Values, rule: Rule, role: str) -> bool:
    """Whether a rule is for the role, makes sense in this tree, and its condition holds."""
    return rule.is_for(role) and rule.requires.holds(values) and rule.when.holds(values)


def finding(values: Values, rule: Rule, role: str, *, tree: str = "") -> Finding:
    """The finding of a rule that fires."""
    symbol = _subject(values, rule)
    causes = cause(values, symbol)
    root = causes[-1].location
    message = fill(
        rule.message,
        # What this tree does not have is not off: nobody could turn it on.
        [name for name in rule.symbols if values.model.is_defined(name)] or rule.symbols,
        lambda name: shown(values, name),
        lambda name: _in_words(values, name),
    )
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        tree=tree,
        architecture=values.model.architecture,
        config=values.config.name if values.config is not None else "",
        role=role,
        symbol=symbol,
        symbols=tuple(SymbolValue(name, shown(values, name)) for name in rule.symbols),
        message=message,
        causes=causes,
        place=root or head(values),
        remedy=rule.remedy,
    )


def _subject(values: Values, rule: Rule) -> str:
    """The symbol that a finding is about: the first that is there, the first of all when none is."""
    if rule.kind == "missing":
        return rule.symbols[0]
    return next((name for name in rule.symbols if shown(values, name) != "n"), rule.symbols[0])


def _in_words(values: Values, name: str) -> str:
    link = cause(values, name)[0]
    if link.kind == "assigned":
        return f"set to {link.value} at {link.location}"
    return f"{link.text} at {link.location}" if link.location is not None else link.text
