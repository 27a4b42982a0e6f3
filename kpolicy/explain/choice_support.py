# SPDX-License-Identifier: GPL-2.0-or-later
"""What the pick of a choice depends on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from kpolicy.explain.facts import Fact, Way
from kpolicy.kconfig.nodes import MOD, NO, YES
from kpolicy.kconfig.payload import CHOICE, TRISTATE, VISIBILITY, Core

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


class Supports(Protocol):
    """What knows of facts about some values whether they hold, and what is behind them."""

    values: Values
    core: Core

    def holds(self, fact: Fact) -> bool:
        """Whether a fact about a tristate value holds."""

    def easiest(self, facts: list[Fact]) -> Fact:
        """Of several facts one that holds, with as few config lines behind it as can be."""


def ways_of_choice(supports: Supports, node: int, fact: Fact) -> Iterator[Way]:
    """The ways in which a choice, or a member of one, is what it is."""
    choice = supports.core.choices[supports.core.records[node][CHOICE]]
    if choice[0] == node or (supports.values.model.dialect.choice_symbols and (choice[1] == TRISTATE or choice[4])):
        yield _altogether(supports, node)
    elif fact.bound == "least":
        yield from _picked(supports, node)
    elif not supports.values.node_visibility(node):
        yield Way("unset", (_hidden(supports, node),))
    else:
        for other in _members(supports, node):
            if other != node and supports.values.node_value(other) == YES:
                yield Way("choice", (Fact(other, "least", YES),), by=other)
                return


def _altogether(supports: Supports, node: int) -> Way:
    """For a choice that has a value of its own, before 6.11: the lines of all its members have a part in it."""
    values = supports.values
    members = _members(supports, node)
    lines = tuple(member for member in members if values.assignment(values.model.names_by_node[member]) is not None)
    needs: list[Fact] = []
    for symbol in (node,) if node not in members else members:
        visibility = supports.core.records[symbol][VISIBILITY]
        level = values.node_value(visibility)
        needs += [Fact(visibility, "least", level), Fact(visibility, "most", level)]
    return Way("choice", tuple(needs), lines, by=node)


def _picked(supports: Supports, node: int) -> Iterator[Way]:
    values = supports.values
    members = _members(supports, node)
    others = [member for member in members if member != node]
    shown = _shown(supports, node)
    visible = [member for member in members if values.node_visibility(member)]
    if values.own_value(node) == YES:
        yield Way("assigned", (shown,), (node,))
        if visible == [node]:
            yield Way("choice", (shown, *_all_hidden(supports, others)))
        return
    taken, needs = _by_itself(supports, node)
    refused = taken is not None and values.own_value(taken) == NO and not values.model.dialect.choice_symbols
    if not refused:
        yield Way("choice", needs, by=node, is_open=len(visible) > 1)
    elif values.own_value(node) is None:
        before = members[: members.index(node)]
        lines = tuple(member for member in {*before, taken} if member in visible and member is not None)
        needs = (shown, *needs, *_all_hidden(supports, before))
        yield Way("choice", needs, lines, by=node, is_open=len(visible) > 1)
    else:
        # Every visible member was refused; then the order of the lines decides.
        yield Way("choice", (shown, *needs, *_all_hidden(supports, others)), tuple(visible))


def _by_itself(supports: Supports, node: int) -> tuple[int | None, tuple[Fact, ...]]:
    """The member that the choice takes without any line, and why (symbol.c: sym_choice_default)."""
    values = supports.values
    choice = supports.core.choices[supports.core.records[node][CHOICE]]
    members: list[int] = choice[2]
    needs: list[Fact] = []
    for default, condition in choice[3]:
        is_visible = default in members and values.node_visibility(default) > 0
        if values.node_value(condition) and is_visible:
            return default, (*needs, Fact(condition, "least", MOD), _shown(supports, default))
        facts = [Fact(condition, "most", NO)]
        if default in members:
            facts.append(_hidden(supports, default))
        if any(supports.holds(fact) for fact in facts):
            needs.append(supports.easiest(facts))
    for member in members:
        if values.node_visibility(member):
            return member, (*needs, _shown(supports, member))
        needs.append(_hidden(supports, member))
    return None, tuple(needs)


def _members(supports: Supports, node: int) -> list[int]:
    members: list[int] = supports.core.choices[supports.core.records[node][CHOICE]][2]
    return members


def _shown(supports: Supports, node: int) -> Fact:
    return Fact(supports.core.records[node][VISIBILITY], "least", MOD)


def _hidden(supports: Supports, node: int) -> Fact:
    return Fact(supports.core.records[node][VISIBILITY], "most", NO)


def _all_hidden(supports: Supports, nodes: list[int]) -> Iterator[Fact]:
    return (_hidden(supports, node) for node in nodes if not supports.values.node_visibility(node))
