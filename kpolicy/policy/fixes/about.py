# SPDX-License-Identifier: GPL-2.0-or-later
"""What a finding is about: the symbols whose lines an edit for it may change without taking a request back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.fixes.honour import ASKED
from kpolicy.policy.fixes.requests import rests_on
from kpolicy.policy.judging.known_as import known_as
from kpolicy.policy.judging.remedy import remedy_lines

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.files.requirement import Requirement
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.policy.rules.rule import Rule


def about(
    values: Values, finding: Finding, rules: Collection[Rule], requirements: Iterable[Requirement]
) -> frozenset[str]:
    """The symbols that a finding is about: those that it names, and what turns them on."""
    if finding.rule in ASKED:
        return frozenset((finding.symbol,))
    named = {finding.symbol, *(item.symbol for item in finding.symbols), *(link.symbol for link in finding.causes)}
    rule = next((item for item in rules if item.id == finding.rule), None)
    if rule is not None:
        named.update(symbols(rule.when), symbols(rule.requires), (line.name for line in remedy_lines(rule)))
    named.update(known_as(values.model, item).symbol for item in requirements if item.id == finding.rule)
    named.update(_root(values, finding))
    for name in tuple(named):
        symbol = values.model.symbol(name)
        if symbol is not None and symbol.choice is not None:
            # One member is on, so that another's line gives way.
            named.update(values.model.choices[symbol.choice].members)
    return frozenset((*named, *_turning_on(values, named)))


def remedied(finding: Finding, rules: Collection[Rule]) -> frozenset[str]:
    """The symbols that only the remedy of a finding's rule names: the finding itself is about others."""
    rule = next((item for item in rules if item.id == finding.rule), None)
    if rule is None:
        return frozenset()
    own = {finding.symbol, *(item.symbol for item in finding.symbols), *(link.symbol for link in finding.causes)}
    own.update(symbols(rule.when))
    return frozenset(line.name for line in remedy_lines(rule)) - own


def _root(values: Values, finding: Finding) -> Iterator[str]:
    """The symbol of the line that a finding names, where what is on depends on it."""
    for item in values.config.assignments if values.config is not None and values.is_on(finding.symbol) else ():
        if item.location == finding.place and rests_on(values, finding.symbol, (item.name,)):
            yield item.name


def _turning_on(values: Values, names: Iterable[str]) -> Iterator[str]:
    """What selects some symbols, directly or not."""
    waiting, seen = list(names), set(names)
    for name in waiting:
        for edge in values.selectors(name) if values.is_on(name) else ():
            if edge.source not in seen:
                seen.add(edge.source)
                waiting.append(edge.source)
                yield edge.source
