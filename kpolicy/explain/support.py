# SPDX-License-Identifier: GPL-2.0-or-later
"""What a value depends on: facts, and the facts and config lines that support them.

A fact says that a symbol or an expression is at least, or at most, so much.  It has one or more ways
in which it comes about; each way alone suffices, by what it needs: other facts, config lines, and that
there is no line where there is none.  So whatever else is taken out of the config, the fact remains:
that is what makes the lines which support a value sufficient for it.

For "at least" all ways are reported, since all of them would have to go; but where one depends on nothing
that a config could change, the others do not matter.  For "at most" one way is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpolicy.explain.choice_support import ways_of_choice
from kpolicy.explain.facts import Fact, Kind, Support, Way
from kpolicy.kconfig.nodes import AND, MOD, NO, NOT, OR, YES
from kpolicy.kconfig.payload import (
    BOOL,
    CHOICE,
    DEFAULTS,
    DIRECT,
    FLAGS,
    HEX,
    IMPLIED,
    INT,
    PROBED,
    RANGES,
    REVERSE,
    TRANSITIONAL,
    TRISTATE,
    TYPE,
    VISIBILITY,
    Record,
)

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

_IN_THE_MAKING = Support((), frozenset(), is_open=True)


class Supports:
    """The support of every fact about some values, computed when it is requested."""

    def __init__(self, values: Values) -> None:
        self.values = values
        core = values.model.core
        self.core = core
        self._nodes = core.nodes
        self._records = core.records
        self._known: dict[Fact, Support] = {}
        self._modules = values.node_value(core.modules)

    def of(self, fact: Fact) -> Support:
        """The support of a fact that holds."""
        known = self._known.get(fact)
        if known is None:
            self._known[fact] = _IN_THE_MAKING
            known = self._known[fact] = self._gathered(self._ways(fact))
        return known

    def value_facts(self, node: int) -> tuple[Fact, ...]:
        """The facts that say what value a symbol has."""
        record = self._records[node]
        if record is None or record[TYPE] > TRISTATE:
            return (Fact(node, "same"),)
        value = self.values.node_value(node)
        facts = []
        if value:
            facts.append(Fact(node, "least", value))
        if value < YES and not (value and record[TYPE] == BOOL):
            facts.append(Fact(node, "most", value))
        return tuple(facts)

    def _gathered(self, ways: Iterator[Way]) -> Support:
        kept: list[Way] = []
        lines: set[int] = set()
        is_open = False
        for way in ways:
            own, opened = set(way.lines), way.is_open
            circular = False
            for need in way.needs:
                support = self.of(need)
                # What is on only because of itself would not be on.
                circular = circular or (support is _IN_THE_MAKING and need.bound == "least")
                own |= support.lines
                opened = opened or support.is_open
            if circular:
                continue
            if not own and not opened:
                return Support((way,), frozenset(), is_open=False)
            kept.append(way)
            lines |= own
            is_open = is_open or opened
        return Support(tuple(kept), frozenset(lines), is_open)

    def _ways(self, fact: Fact) -> Iterator[Way]:
        node, bound, level = fact
        if (bound == "least" and not level) or (bound == "most" and level == YES):
            return
        expression = self._nodes[node]
        if expression is not None:
            yield from self._expression(expression, fact)
            return
        record = self._records[node]
        if record is None or not record[TYPE]:
            return
        if self.values.is_recorded(node):
            yield Way("toolchain")
        elif bound == "same":
            yield from self._text(node, record)
        elif record[CHOICE] >= 0:
            yield from ways_of_choice(self, node, fact)
        elif bound == "least":
            yield from self._least(node, record, level)
        else:
            yield self._most(node, record, level)

    # Expressions.

    def _expression(self, expression: tuple[int, ...], fact: Fact) -> Iterator[Way]:
        operator, operands = expression[0], expression[1:]
        _, bound, level = fact
        value = self.values.node_value
        if operator == NOT:
            yield Way("expression", (Fact(operands[0], "most" if bound == "least" else "least", YES - level),))
        elif operator not in (AND, OR):
            yield Way("expression", self.texts(operands))
        elif (operator == AND) == (bound == "least"):
            yield Way("expression", tuple(Fact(operand, bound, level) for operand in operands))
        elif bound == "least":
            for operand in operands:
                if value(operand) >= level:
                    yield Way("expression", (Fact(operand, bound, level),))
        else:
            yield Way("expression", (self.easiest([Fact(item, bound, level) for item in operands]),))

    def texts(self, nodes: tuple[int, ...]) -> tuple[Fact, ...]:
        """The facts that keep the sides of a comparison as they are."""
        return tuple(fact for node in nodes if self._nodes[node] is None for fact in self.value_facts(node))

    def holds(self, fact: Fact) -> bool:
        """Whether a fact about a tristate value holds."""
        value = self.values.node_value(fact.node)
        return value >= fact.level if fact.bound == "least" else value <= fact.level

    def easiest(self, facts: list[Fact]) -> Fact:
        """Of several facts one that holds, with as few config lines behind it as can be."""
        # None holds where a loop in the Kconfig files was cut somewhere else.
        holding = [fact for fact in facts if self.holds(fact)] or facts
        best, least = holding[0], -1
        for fact in holding:
            support = self.of(fact)
            count = len(support.lines)
            if least < 0 or count < least:
                best, least = fact, count
            if not count:
                break
        return best

    # Bools and tristates.

    def _least(self, node: int, record: Record, level: int) -> Iterator[Way]:
        boolean = record[TYPE] == BOOL or not self._modules
        # To a bool m is as good as y; to a tristate without modules too, as long as there are none.
        enough = MOD if boolean else level
        values = self.values
        more = (Fact(self.core.modules, "most", NO),) if boolean and record[TYPE] == TRISTATE and level == YES else ()
        own = values.own_value(node)
        if own is not None:
            if int(own) >= enough:
                yield Way("assigned", (*self.visible(record, enough), *more), (node,))
        else:
            is_open = values.node_visibility(node) > 0
            yield from self._default_ways(record, enough, more, is_open)
            if record[CHOICE] < 0:
                direct = MOD if values.model.dialect.strong_imply else enough
                for source, condition in self.edges(record[IMPLIED], enough):
                    needs = (*_both(source, condition, enough), Fact(record[DIRECT], "least", direct), *more)
                    yield Way("implied", needs, by=source, condition=condition, is_open=is_open)
        if record[CHOICE] < 0 and not record[FLAGS] & TRANSITIONAL:
            for source, condition in self.edges(record[REVERSE], enough):
                yield Way("selected", (*_both(source, condition, enough), *more), by=source, condition=condition)

    def visible(self, record: Record, level: int) -> tuple[Fact, ...]:
        """The fact that the prompt is to be seen."""
        return () if record[FLAGS] & TRANSITIONAL else (Fact(record[VISIBILITY], "least", level),)

    def edges(self, node: int, level: int) -> Iterator[tuple[int, int]]:
        """The selects or implies that lift to `level`, as (source, condition), from their common expression."""
        if node == NO or self.values.node_value(node) < level:
            return
        expression = self._nodes[node]
        for edge in expression[1:] if expression is not None and expression[0] == OR else (node,):
            if self.values.node_value(edge) >= level:
                inner = self._nodes[edge]
                yield (edge, YES) if inner is None else (inner[1], inner[2])

    def _default_ways(self, record: Record, enough: int, more: tuple[Fact, ...], is_open: bool) -> Iterator[Way]:
        """The defaults that give enough, where those before them do not come in between."""
        kind: Kind = "toolchain" if record[FLAGS] & PROBED else "default"
        before: list[Fact] = []
        for number, (default, condition) in enumerate(record[DEFAULTS]):
            given = min(self.values.node_value(default), self.values.node_value(condition))
            if given >= enough:
                needs = (*before, Fact(condition, "least", enough), Fact(default, "least", enough), *more)
                yield Way(kind, needs, by=number, is_open=is_open)
            if default == YES and enough == MOD:
                continue
            if self.values.node_value(condition):
                return
            before.append(Fact(condition, "most", NO))

    def _most(self, node: int, record: Record, level: int) -> Way:
        boolean = record[TYPE] == BOOL or not self._modules
        allowed = NO if boolean else level
        needs: list[Fact] = []
        if not boolean and level == MOD:
            needs.append(Fact(self.core.modules, "least", MOD))
        if record[CHOICE] < 0 and not record[FLAGS] & TRANSITIONAL and record[REVERSE] != NO:
            needs.append(Fact(record[REVERSE], "most", allowed))
        own = self.values.own_value(node)
        if own is not None:
            if int(own) > allowed:
                needs.append(Fact(record[VISIBILITY], "most", allowed))
            if record[DEFAULTS] or record[IMPLIED] != NO:
                # Out of sight the line would count for nothing, and something else for it.
                needs += self.visible(record, MOD)
            return Way("assigned", tuple(needs), (node,))
        needs += self._defaults_at_most(record, allowed)
        if record[IMPLIED] != NO and record[CHOICE] < 0:
            needs.append(self.easiest([Fact(record[IMPLIED], "most", allowed), Fact(record[DIRECT], "most", allowed)]))
        return Way("unset", tuple(needs), is_open=self.values.node_visibility(node) > 0)

    def _defaults_at_most(self, record: Record, allowed: int) -> Iterator[Fact]:
        defaults = record[DEFAULTS]
        for number, (default, condition) in enumerate(defaults):
            if default <= allowed:
                if self.values.node_value(condition) and any(later[0] > allowed for later in defaults[number + 1 :]):
                    yield Fact(condition, "least", MOD)
                    return
                continue
            facts = [Fact(condition, "most", allowed), Fact(default, "most", allowed)]
            if not self.values.node_value(condition):
                yield self.easiest(facts) if self.holds(facts[1]) else facts[0]
                continue
            yield self.easiest(facts)
            if number + 1 < len(defaults):
                yield Fact(condition, "least", MOD)
            return

    # Numbers and texts.

    def _text(self, node: int, record: Record) -> Iterator[Way]:
        if record[TYPE] <= TRISTATE:
            yield Way("expression", self.value_facts(node))
            return
        bounds = tuple(self._range(record)) if record[TYPE] in (INT, HEX) else ()
        if self.values.own_value(node) is not None:
            yield Way("assigned", (*self.visible(record, MOD), *bounds), (node,))
            return
        is_open = self.values.node_visibility(node) > 0
        kind: Kind = "toolchain" if record[FLAGS] & PROBED else "default"
        needs: list[Fact] = []
        for number, (default, condition) in enumerate(record[DEFAULTS]):
            if self.values.node_value(condition):
                needs += [Fact(condition, "least", MOD), *self.texts((default,)), *bounds]
                yield Way(kind, tuple(needs), by=number, is_open=is_open)
                return
            needs.append(Fact(condition, "most", NO))
        # Without a value of its own it is written only where it is to be seen.
        seen = Fact(record[VISIBILITY], "least", MOD) if is_open else Fact(record[VISIBILITY], "most", NO)
        yield Way("unset", (*needs, seen, *bounds), is_open=is_open)

    def _range(self, record: Record) -> Iterator[Fact]:
        """That the range in force is the one that it is."""
        for low, high, condition in record[RANGES]:
            if self.values.node_value(condition):
                yield Fact(condition, "least", MOD)
                yield from self.texts((low, high))
                return
            yield Fact(condition, "most", NO)


def _both(source: int, condition: int, level: int) -> tuple[Fact, ...]:
    needed = (source,) if condition == YES else (source, condition)
    return tuple(Fact(node, "least", level) for node in needed)
