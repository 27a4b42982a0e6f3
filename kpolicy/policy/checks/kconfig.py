# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Kconfig text of one architecture proves about single lines: `kconfig/*`.

Each claim is proved from the expressions alone, so that it holds for every configuration of the
architecture.  `kpolicy.policy.checks.tree` derives from those of all architectures what holds for the tree.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kpolicy.kconfig.kinds import CHOICE as CHOICE_KIND
from kpolicy.kconfig.kinds import DEFINED, EXPRESSION
from kpolicy.kconfig.nodes import AND, EQUAL, MOD, NO, NOT, OR, UNEQUAL, YES
from kpolicy.kconfig.payload import BOOL, CHOICE, FLAGS, TRANSITIONAL, TRISTATE, TYPE
from kpolicy.location import Location
from kpolicy.policy.checks.claims import Claim, Claims
from kpolicy.tuples import NamedTuple
from kpolicy.wording import first_few

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.payload import Record, Table

_RECURSION_LIMIT = 20_000
_LONGEST_WAY = 6
# Where a symbol's properties are in `Details.symbols`.
_DEFINITIONS, _DEFAULTS, _SELECTS, _DEPENDS = 0, 2, 3, 6


class Looked(NamedTuple):
    """The claims about some symbols of a model; those that there are any about, and the idle lines of each, by node."""

    claims: Claims
    about: frozenset[int]
    idle: Mapping[int, tuple[Location, ...]]


def check_kconfig(model: Model, *, redundant: bool = True) -> Claims:
    """What the checks have to say about the Kconfig text of an architecture, symbol by symbol.

    Redundant selects take most of the time, and are looked for only if `redundant`.
    """
    return look_through(model, redundant=redundant).claims


def look_through(model: Model, only: Collection[int] | None = None, *, redundant: bool) -> Looked:
    """The same, for some symbols `only`, by node, if they are given."""
    # Expressions nest deeply, see kpolicy.kconfig.load.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION_LIMIT))
    return _Checker(model).looked(only, redundant=redundant)


def is_lifted(record: Record | None) -> bool:
    """Whether a select of a symbol has an effect on it."""
    return (
        record is not None
        and BOOL <= record[TYPE] <= TRISTATE
        and record[CHOICE] < 0
        and not record[FLAGS] & TRANSITIONAL
    )


class _Edge(NamedTuple):
    """A select: from symbol to symbol, by nodes, under a condition."""

    source: int
    target: int
    condition: int
    place: tuple[int, int]


class _Checker:
    """Works on the plain data of a model, since it looks at every line of it."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._nodes = model.core.nodes
        self._records = model.core.records
        # What can be told by the kind of a node needs no record, of which there would be one to read for each symbol.
        self._kinds = model.core.kinds
        self._members = frozenset(member for choice in model.core.choices for member in choice[2])
        self._names = model.names_by_node
        self._details = model.details.symbols
        self._edges_of: dict[int, list[_Edge]] = {}
        self._targets = _Targets(self._details)
        self._reached_from: dict[int, set[int]] = {}
        self._parts_of: dict[int, frozenset[int]] = {}
        self._constant = _Constants(self._nodes, self._kinds)

    def looked(self, only: Collection[int] | None, *, redundant: bool) -> Looked:
        found = [Claim("kconfig/refused-by-conf", symbol, text, place) for place, symbol, text in self._model.refused]
        idle: dict[int, tuple[Location, ...]] = {}
        symbols: set[int] = set()
        kinds, constant, details = self._kinds, self._constant, self._details
        if only is None:
            only = [node for node in self._model.core.symbols.values() if kinds[node] in DEFINED]
        for node in sorted(only):
            item = details[node]
            if item is None:
                continue
            defaults, selects = item[_DEFAULTS], item[_SELECTS]
            # Of most symbols there are none, or a single line.
            has_more = len(defaults) > 1 or len(selects) > 1 or (selects and selects[0][0] in self._members)
            if has_more and kinds[node] != CHOICE_KIND:
                about = list(self._of_symbol(node, item, redundant=redundant))
                symbols.update([node] if about else ())
                found += about
            for rows in (defaults, selects):
                for row in rows:
                    if constant[row[1]] == NO:
                        idle[node] = (*idle.get(node, ()), self._place(row[2:]))
        claims = Claims(
            architecture=self._model.srcarch,
            claims=tuple(found),
            files=frozenset(self._model.details.files),
            idle=frozenset(place for places in idle.values() for place in places),
        )
        return Looked(claims, frozenset(symbols), idle)

    def _of_symbol(self, node: int, item: list[Any], *, redundant: bool) -> Iterator[Claim]:
        if len(item[_DEFAULTS]) > 1:
            yield from self._dead_defaults(node, item[_DEFAULTS])
        targets = self._targets[node]
        candidates = self._candidates(targets) if redundant and len(targets) > 1 else ()
        # There is nothing to say about most selects.
        for edge in self._edges(node) if candidates or not self._members.isdisjoint(targets) else ():
            if edge.target in self._members:
                yield self._selected_member(edge)
            elif edge.target in candidates and self._constant[edge.condition] != NO:
                yield from self._redundant_select(edge)

    # The lines.

    def _redundant_select(self, edge: _Edge) -> Iterator[Claim]:
        """A select of what another select of the same symbol selects whenever it matters."""
        given = self._parts(edge.condition) | {edge.source}
        path = self._other_way(edge, given)
        if not path or self._comes_back(edge.source, path):
            return
        name, target = self._names[edge.source], self._names[edge.target]
        place = self._place(path[-1].place)
        if len(path) == 1:
            message = f"{name} selects {target} already at {place}"
        else:
            way = [self._names[step.source] for step in path[1:]]
            by = f" through {first_few(way[1:], _LONGEST_WAY - 1)}" if way[1:] else ""
            message = f"{name} selects {target}, which {way[0]} selects as well{by} ({place})"
        yield self._claim("redundant-select", edge.source, message, edge.place, path)

    def _comes_back(self, source: int, path: Iterable[_Edge]) -> bool:
        """Whether a path goes round in a circle, as conf of 4.x lets it: each select would make another redundant."""
        waiting = [step.target for step in path]
        seen = set(waiting)
        while waiting:
            for step in self._edges(waiting.pop()):
                if step.target == source:
                    return True
                if step.target not in seen:
                    seen.add(step.target)
                    waiting.append(step.target)
        return False

    def _other_way(self, edge: _Edge, given: frozenset[int]) -> list[_Edge]:
        """The steps to an edge's target by other selects, whose conditions all follow from `given`."""
        ways: list[list[_Edge]] = []
        for other in self._edges(edge.source):
            if other.target == edge.target:
                # Of two that say the same the first one counts.
                same = self._parts(other.condition) == self._parts(edge.condition)
                if (other.place < edge.place if same else other is not edge) and self._follows(other.condition, given):
                    return [other]
            elif self._follows(other.condition, given):
                ways.append([other])
        seen = {edge.source}
        while ways:
            longer: list[list[_Edge]] = []
            for way in ways:
                end = way[-1].target
                if end in seen or not is_lifted(self._records[end]):
                    continue
                seen.add(end)
                holding = given | {end}
                for step in self._edges(end):
                    if self._follows(step.condition, holding):
                        if step.target == edge.target:
                            return [*way, step]
                        longer.append([*way, step])
            ways = longer
        return []

    def _selected_member(self, edge: _Edge) -> Claim:
        name, target = self._names[edge.source], self._names[edge.target]
        file, line, _scope = self._details[edge.target][_DEFINITIONS][0]
        message = f"{name} selects {target}, a choice member ({self._place((file, line))}): the select has no effect"
        return self._claim("select-of-choice-member", edge.source, message, edge.place)

    def _dead_defaults(self, node: int, defaults: list[Any]) -> Iterator[Claim]:
        for index, (value, condition, file, line) in enumerate(defaults):
            if self._constant[condition] == NO:
                continue
            given = self._parts(condition)
            for first, earlier, *place in defaults[:index]:
                if place == [file, line]:
                    # The file is sourced more than once: the line that is reached is this one.
                    break
                if self._follows(earlier, given):
                    text, other = str(self._model.expression(value)), str(self._model.expression(first))
                    where = self._place((place[0], place[1]))
                    why = f"the same default is at {where}" if text == other else f"{other} at {where} comes first"
                    message = f"the default {text} of {self._names[node]} is never reached: {why}"
                    edge = _Edge(node, node, earlier, (place[0], place[1]))
                    yield self._claim("dead-default", node, message, (file, line), [edge])
                    break

    def _claim(
        self, check: str, node: int, message: str, place: tuple[int, int], steps: list[_Edge] | None = None
    ) -> Claim:
        steps = steps or []
        rests_on = [step.place for step in steps]
        for symbol in dict.fromkeys([node, *(step.source for step in steps)]):
            rests_on += [(file, line) for _, file, line in self._details[symbol][_DEPENDS]]
        return Claim(
            f"kconfig/{check}",
            self._names[node],
            message,
            self._place(place),
            tuple(dict.fromkeys(map(self._place, rests_on))),
        )

    def _place(self, place: Sequence[int]) -> Location:
        return Location(self._model.details.files[place[0]], place[1])

    # The symbols.

    def _edges(self, node: int) -> list[_Edge]:
        """The selects of a symbol, without those that are never in effect: they could even lead round in a circle."""
        known = self._edges_of.get(node)
        if known is None:
            item = self._details[node]
            known = self._edges_of[node] = [
                _Edge(node, target, condition, (file, line))
                for target, condition, file, line in (item[_SELECTS] if item is not None else ())
                if condition != NO
            ]
        return known

    def _candidates(self, targets: list[int]) -> set[int]:
        """The targets among those of some selects that there is another way to, whatever the conditions."""
        leading = list(filter(self._targets.__getitem__, targets))
        is_twice = len(set(targets)) < len(targets)
        if not leading and not is_twice:
            return set()
        found = {target for target, times in Counter(targets).items() if times > 1} if is_twice else set[int]()
        found.update(*(self._reached(target) for target in leading if is_lifted(self._records[target])))
        return {target for target in found.intersection(targets) if is_lifted(self._records[target])}

    def _reached(self, node: int) -> set[int]:
        """The targets of all selects that a select of a symbol leads to."""
        found = self._reached_from.get(node)
        if found is None:
            found = self._reached_from[node] = set()
            waiting = [*self._targets[node]]
            while waiting:
                target = waiting.pop()
                if target not in found:
                    found.add(target)
                    waiting += self._targets[target]
        return found

    # The conditions.

    def _parts(self, node: int) -> frozenset[int]:
        """The conditions that must all hold: more parts are a stronger condition."""
        known = self._parts_of.get(node)
        if known is None:
            inner = self._nodes[node]
            known = frozenset() if node == YES else frozenset({node})
            if inner is not None and inner[0] == AND:
                known = frozenset()
                for operand in inner[1:]:
                    known |= self._parts(operand)
            self._parts_of[node] = known
        return known

    def _follows(self, condition: int, given: frozenset[int]) -> bool:
        """Whether a condition is worth at least as much as the least of the given ones, in every configuration."""
        if condition == YES or condition in given:
            return True
        inner = self._nodes[condition]
        if inner is None:
            return False
        if inner[0] not in (AND, OR):
            return False
        one_is_enough = bool(inner[0] == OR)
        for operand in inner[1:]:
            if self._follows(operand, given) == one_is_enough:
                return one_is_enough
        return not one_is_enough


class _Targets(dict[int, list[int]]):
    """The symbols that a symbol selects, without those that it never does."""

    def __init__(self, details: Table) -> None:
        self._details = details

    def __missing__(self, node: int) -> list[int]:
        item = self._details[node]
        selects = item[_SELECTS] if item is not None else ()
        found = self[node] = [line[0] for line in selects if line[1] != NO]
        return found


class _Constants(dict[int, "int | None"]):
    """The values of conditions that are the same in every configuration, None for others; each is worked out once."""

    def __init__(self, nodes: Table, kinds: str) -> None:
        super().__init__({NO: NO, MOD: MOD, YES: YES})
        self._nodes = nodes
        self._kinds = kinds

    def __missing__(self, node: int) -> int | None:
        found = self[node] = self._work_out(node)
        return found

    def _work_out(self, node: int) -> int | None:
        kinds = self._kinds
        inner = self._nodes[node] if kinds[node] == EXPRESSION else None
        if inner is None:
            return None if kinds[node] in DEFINED else NO
        operator, *operands = inner
        if operator in (AND, OR):
            # Most operands are symbols that can have any value.
            values = [None if kinds[operand] in DEFINED else self[operand] for operand in operands]
            settled = NO if operator == AND else YES
            if settled in values:
                return settled
            return None if None in values else MOD if MOD in values else YES - settled
        if operator == NOT:
            value = self[operands[0]]
            return None if value is None else YES - value
        # Two names that nothing defines, or constants, are compared as texts.
        if operator not in (EQUAL, UNEQUAL) or any(kinds[operand] in DEFINED for operand in operands):
            return None
        return YES if (operands[0] == operands[1]) == (operator == EQUAL) else NO
