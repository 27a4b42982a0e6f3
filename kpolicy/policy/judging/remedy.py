# SPDX-License-Identifier: GPL-2.0-or-later
"""The remedy of a rule for one config: the lines that change something there.

A rule file lists what may have to be edited.  Of these lines a config needs some: others say what holds already, name
what its architecture or its tree does not have, or depend on what is off.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kpolicy.config.lines import parse_lines
from kpolicy.explain.shown import assignment_of, shown
from kpolicy.policy.expressions.decisive import decisive
from kpolicy.policy.rules.rule import Rule

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values


def remedy_for(values: Values, rule: Rule, *, complete: bool = True) -> tuple[str, ...]:
    """The lines of a rule's remedy that change something in a config, none where they do not help.

    Without `complete` the model has no dependencies, as that of a .config without its tree.  What a line would do is
    not known then: left out are lines that hold already and that no other line could undo.
    """
    stated = remedy_lines(rule)
    lacking = tuple(line for line in stated if shown(values, line.name) != line.value)
    if not lacking:
        return ()
    if not complete or values.config is None:
        off = any(line.value == "n" for line in lacking)
        # What is on may be so because of what is to be switched off.
        return tuple(line.text for line in stated if line in lacking or (off and line.value != "n"))
    after = values.with_lines(lacking)
    lines = tuple(line for line in stated if line in lacking or shown(after, line.name) != line.value)
    if lines != lacking:
        after = values.with_lines(lines)
    lines = tuple(line for line in lines if after.visibility(line.name) and shown(after, line.name) == line.value)
    if not _helps(rule, values, after):
        return ()
    return tuple(line.text for line in _needed(values, rule, lines, after))


def remedy_lines(rule: Rule) -> tuple[Assignment, ...]:
    """The lines of a rule's remedy, as a config has them."""
    return _parsed(rule.id, rule.remedy)


@lru_cache(maxsize=128)
def _parsed(name: str, remedy: tuple[str, ...]) -> tuple[Assignment, ...]:
    # The same rules fire for one config after the other.
    text = "".join(f"{line}\n" for line in remedy)
    return tuple(parse_lines(name, text.encode("utf-8", "surrogateescape")).assignments)


def _helps(rule: Rule, values: Values, after: Values) -> bool:
    """Whether the rule does not fire any more, or a symbol that made it fire has changed."""
    if not rule.when.holds(after):
        return True
    return any(shown(values, name) != shown(after, name) for name in decisive(rule.when, values))


def _needed(values: Values, rule: Rule, lines: tuple[Assignment, ...], after: Values) -> tuple[Assignment, ...]:
    """The lines without those that others imply, or that turn something off without effect.

    To no avail goes what is off, or another member of a choice, although the rule falls silent without that.  An option
    that another one of the lines selected, and that a config line keeps on, is part of what is turned off.
    """
    silent = not rule.when.holds(after)
    for line in lines if len(lines) > 1 else ():
        others = tuple(other for other in lines if other is not line)
        without = values.with_lines(others)
        follows = shown(without, line.name) == line.value
        needless = silent and _takes_away(values, line) and not rule.when.holds(without)
        if others and (follows or (needless and not _is_left(values, line, others))):
            lines = others
    return lines


def _is_left(values: Values, line: Assignment, others: tuple[Assignment, ...]) -> bool:
    """Whether a symbol that one of the others selected stays on without it, by a config line."""
    off = {other.name for other in others if other.value == "n"}
    by = {select.source for select in values.selectors(line.name)}
    return line.value == "n" and bool(off & by) and assignment_of(values, line.name) is not None


def _takes_away(values: Values, line: Assignment) -> bool:
    symbol = values.model.symbol(line.name)
    return line.value == "n" or (symbol is not None and symbol.choice is not None)
