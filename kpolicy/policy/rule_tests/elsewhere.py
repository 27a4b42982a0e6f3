# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples of rules on another tree than the one that they are written for.

Examples are written for the demonstration tree, which has the names and relations of a real kernel but
few of its symbols.  On a real one defaults differ, dependencies are missing, the compiler lacks a
feature: an example that comes out otherwise there says something about the tree, and what differs is
named.  A remedy is another matter: where the example does fire, the remedy has to fix it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpolicy.explain.shown import shown
from kpolicy.frozen import dataclass
from kpolicy.policy.expressions.expression import And, Boot, Compare, Expression, Not, Or, Predicate, Release, Symbol
from kpolicy.policy.judging.check import fires
from kpolicy.policy.rule_tests.examples import remedy_faults, values_of_example
from kpolicy.policy.rules.rule import Example, Rule

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Model


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What came of an example on another tree.

    `difference` is "" when it comes out as the rule says, else what is otherwise there; `faults` are
    what is wrong with the remedy.
    """

    rule: Rule
    example: Example
    difference: str
    faults: tuple[str, ...]


def run_elsewhere(rule: Rule, example: Example, model: Model, home: Model) -> Elsewhere:
    """Run an example on a model of another tree; `home` is that of the demonstration tree."""
    values = values_of_example(rule, example.config, model)
    fired = fires(values, rule, example.role)
    faults = tuple(remedy_faults(values, rule, example)) if fired and example.fires and rule.remedy else ()
    if fired == example.fires:
        return Elsewhere(rule, example, "", faults)
    reasons = _differences(rule, values, values_of_example(rule, example.config, home))
    said = "fires" if fired else "does not fire"
    return Elsewhere(rule, example, f"{said}: {', '.join(reasons)}" if any(reasons) else said, faults)


def _differences(rule: Rule, values: Values, at_home: Values) -> tuple[str, ...]:
    """What is otherwise in the other tree: the lines of the example first, then what the conditions ask."""
    assert values.config is not None
    found: dict[str, None] = {}
    for name in (item.name for item in values.config.assignments):
        found.update(_value_differs(name, values, at_home))
    for leaf in (*_leaves(rule.requires), *_leaves(rule.when)):
        if leaf.holds(values) == leaf.holds(at_home):
            continue
        if isinstance(leaf, Symbol):
            found.update(_value_differs(leaf.name, values, at_home))
        else:
            found[f"{leaf} is {_TRUTH[leaf.holds(values)]}"] = None
    return tuple(found)


_TRUTH = {True: "true", False: "false"}


def _value_differs(name: str, values: Values, at_home: Values) -> dict[str, None]:
    here, there = shown(values, name), shown(at_home, name)
    return {f"{name}={here} instead of {there}": None} if here != there else {}


def _leaves(expression: Expression) -> Iterator[Symbol | Boot | Compare | Predicate | Release]:
    match expression:
        case Not(operand):
            yield from _leaves(operand)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from _leaves(operand)
        case Symbol() | Boot() | Compare() | Predicate() | Release():
            yield expression
