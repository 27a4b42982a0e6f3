# SPDX-License-Identifier: GPL-2.0-or-later
"""The finding of a rule that fires: what it says, where, why, and what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.explain.cause import cause, config_line
from kpolicy.explain.shown import shown
from kpolicy.policy.expressions.decisive import decisive, passed_words
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.judging.remedy import remedy_for
from kpolicy.policy.rules.finding import Finding, SymbolValue
from kpolicy.policy.rules.message import fill
from kpolicy.policy.rules.rule import Rule

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.location import Location


def finding(
    values: Values, rule: Rule, role: str, *, tree: str = "", complete: bool = True, remedies: bool = True
) -> Finding:
    """The finding of a rule that fires."""
    symbol = _subject(values, rule)
    words = passed_words(rule.when, values)
    # Of several words for a parameter the last one counts.
    place = words[-1].location if words else config_line(values, symbol, *rule.symbols)
    message = _message(values, rule, place, complete=complete)
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        tree=tree,
        architecture=values.model.architecture,
        config=values.config.name if values.config is not None else "",
        role=role,
        symbol=symbol,
        symbols=tuple(SymbolValue(name, shown(values, name)) for name in rule.symbols),
        message=f"{message} (boot parameter {' '.join(word.text for word in words)})" if words else message,
        causes=cause(values, symbol),
        place=place,
        remedy=remedy_for(values, rule, complete=complete) if remedies else (),
    )


def _message(values: Values, rule: Rule, place: Location, *, complete: bool) -> str:
    # A list names what the finding rests on, and nothing that this tree does not have: it cannot be turned on.
    asked, deciding = symbols(rule.when), decisive(rule.when, values)
    listed = [name for name in rule.symbols if name in deciding or name not in asked]
    if complete:
        listed = [name for name in listed if values.model.is_defined(name)]
    return fill(
        rule.message,
        listed,
        lambda name: shown(values, name),
        lambda name: _in_words(values, name, place),
    )


def _subject(values: Values, rule: Rule) -> str:
    """The symbol that a finding is about: the first that is there, the first of all when none is.

    That of a `missing` or `stale` rule is the first, which is off or unknown to the tree.
    """
    if rule.kind in ("missing", "stale"):
        return rule.symbols[0]
    return next((name for name in rule.symbols if shown(values, name) != "n"), rule.symbols[0])


def _in_words(values: Values, name: str, place: Location) -> str:
    """The cause of a value, with its line unless that is the `place` of the finding."""
    link = cause(values, name)[0]
    text = f"set to {link.value}" if link.kind == "assigned" else link.text
    return text if link.location in (None, place) else f"{text} at {link.location}"
