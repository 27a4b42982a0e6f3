# SPDX-License-Identifier: GPL-2.0-or-later
"""The remedy of a rule for one config: the lines that change something there.

A rule file lists what may have to be edited.  Of these lines a config needs some: others say what holds already, name
what its architecture or its tree does not have, or depend on what is off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kpolicy.config.read import parse_lines
from kpolicy.explain.cause import shown
from kpolicy.policy.decisive import decisive
from kpolicy.policy.rule import Rule

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values


def remedy_for(values: Values, rule: Rule, *, complete: bool = True) -> tuple[str, ...]:
    """The lines of a rule's remedy that a config lacks and can have, none where they do not help.

    Without `complete` the model has no dependencies, as that of a .config without its tree: then what a line would do
    is not known, and only those that hold already are left out.
    """
    lines = tuple(line for line in remedy_lines(rule) if shown(values, line.name) != line.value)
    if not complete or values.config is None:
        return tuple(line.text for line in lines)
    after = _with(values, lines)
    lines = tuple(line for line in lines if after.visibility(line.name) and shown(after, line.name) == line.value)
    if not _helps(rule, values, after):
        return ()
    return tuple(line.text for line in _needed(values, rule, lines))


def remedy_lines(rule: Rule) -> tuple[Assignment, ...]:
    """The lines of a rule's remedy, as a config has them."""
    text = "".join(f"{line}\n" for line in rule.remedy)
    return parse_lines(rule.id, text.encode("utf-8", "surrogateescape")).assignments


def _with(values: Values, lines: Sequence[Assignment]) -> Values:
    """The values of the config with lines behind its own."""
    config = values.config
    assert config is not None
    return values.with_config(replace(config, assignments=(*config.assignments, *lines)))


def _helps(rule: Rule, values: Values, after: Values) -> bool:
    """Whether the rule falls silent, or a symbol that made it speak has changed."""
    if not rule.when.holds(after):
        return True
    return any(shown(values, name) != shown(after, name) for name in decisive(rule.when, values))


def _needed(values: Values, rule: Rule, lines: tuple[Assignment, ...]) -> tuple[Assignment, ...]:
    """The lines without those that take something away to no avail: an option, or the chosen member of a choice."""
    if rule.when.holds(_with(values, lines)):
        return lines
    for line in lines:
        others = tuple(other for other in lines if other is not line)
        if others and _takes_away(values, line) and not rule.when.holds(_with(values, others)):
            lines = others
    return lines


def _takes_away(values: Values, line: Assignment) -> bool:
    symbol = values.model.symbol(line.name)
    return line.value == "n" or (symbol is not None and symbol.choice is not None)
