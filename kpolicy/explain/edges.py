# SPDX-License-Identifier: GPL-2.0-or-later
"""What enables a symbol, line by line: the selects, implies and defaults of a model as edges.

A default is an edge only where it depends on another symbol that is on: `default A`, `default y if A && B`.  What a
symbol depends on anyway is no edge, nor is `default y if !A`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias

from kpolicy.frozen import dataclass
from kpolicy.kconfig.expressions import Expr
from kpolicy.kconfig.nodes import AND, EQUAL, MOD, NO, OR, UNEQUAL, YES
from kpolicy.kconfig.payload import BOOL, CHOICE, DEFAULTS, DIRECT, FLAGS, IS_CHOICE, TRISTATE, TYPE, VISIBILITY

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.payload import Core
    from kpolicy.kconfig.symbols import Default, Select, Symbol
    from kpolicy.location import Location

Kind: TypeAlias = Literal["select", "imply", "default"]
KINDS: tuple[Kind, ...] = ("select", "imply", "default")


@dataclass(frozen=True, slots=True)
class Edge:
    """A line by which `source` enables `target`.

    `condition` is the one that the line itself states ("" for none), `value` what a default gives ("" for selects
    and implies).  `in_force` is None where there is no config to ask.
    """

    kind: Kind
    source: str
    target: str
    value: str
    condition: str
    location: Location
    in_force: bool | None = None

    @property
    def statement(self) -> str:
        """What the line says, without its target: `select if X86`, `default y if A && B`."""
        value = f" {self.value}" if self.value else ""
        condition = f" if {self.condition}" if self.condition else ""
        return f"{self.kind}{value}{condition}"


class Graph:
    """The edges of a model, of some kinds, computed as they are requested.

    With `values` every edge is either in force or not, and with `in_force` only those are there that are.
    """

    def __init__(
        self, model: Model, kinds: Collection[Kind] = KINDS, values: Values | None = None, *, in_force: bool = False
    ) -> None:
        self.model = model
        self._kinds = frozenset(kinds)
        self._values = values
        self._in_force = in_force
        self._out: dict[str, tuple[Edge, ...]] = {}
        self._into: dict[str, tuple[Edge, ...]] = {}

    def out(self, name: str) -> tuple[Edge, ...]:
        """The edges from a symbol: what it enables, selects first."""
        if name not in self._out:
            self._out[name] = self._kept(self._edges_out(name))
        return self._out[name]

    def into(self, name: str) -> tuple[Edge, ...]:
        """The edges to a symbol: what can enable it, selects first."""
        if name not in self._into:
            self._into[name] = self._kept(self._edges_into(name))
        return self._into[name]

    def _kept(self, edges: Iterator[Edge]) -> tuple[Edge, ...]:
        # No symbol enables itself, whatever a file says.
        return tuple(edge for edge in edges if edge.source != edge.target and (edge.in_force or not self._in_force))

    def _edges_out(self, name: str) -> Iterator[Edge]:
        symbol = self.model.symbol(name)
        if symbol is None:
            return
        yield from self._selects("select", symbol.selects)
        yield from self._selects("imply", symbol.implies)
        if "default" not in self._kinds:
            return
        followers = self.model.derived("followers", _followers)
        for target_node, number in followers.get(self.model.core.symbols[name], ()):
            target = self.model.symbol(self.model.names_by_node[target_node])
            if target is not None:
                yield self._default(name, target, target.defaults[number])

    def _edges_into(self, name: str) -> Iterator[Edge]:
        symbol = self.model.symbol(name)
        if symbol is None:
            return
        yield from self._selects("select", symbol.selected_by)
        yield from self._selects("imply", symbol.implied_by)
        if "default" not in self._kinds or symbol.type not in ("bool", "tristate"):
            return
        core, names = self.model.core, self.model.names_by_node
        for default in symbol.defaults:
            for node in _rests_on(core, core.symbols[name], default.value.node, default.condition.node):
                yield self._default(names[node], symbol, default)

    def _selects(self, kind: Kind, selects: tuple[Select, ...]) -> Iterator[Edge]:
        if kind not in self._kinds:
            return
        for item in selects:
            source = self.model.symbol(item.source)
            condition = self._own(source, item.condition)
            yield Edge(kind, item.source, item.target, "", condition, item.location, self._is_in_force(item))

    def _default(self, source: str, target: Symbol, default: Default) -> Edge:
        condition = self._own(target, default.condition)
        in_force = self._gives(source, target, default)
        return Edge("default", source, target.name, str(default.value), condition, default.location, in_force)

    def _own(self, symbol: Symbol | None, condition: Expr) -> str:
        """The condition that a line of a symbol states itself."""
        core = self.model.core
        node = own_condition(core, core.symbols[symbol.name], condition.node) if symbol is not None else condition.node
        return "" if node == YES else str(self.model.expression(node))

    def _is_in_force(self, item: Select) -> bool | None:
        values = self._values
        return None if values is None else bool(values.tristate(item.source) and values.evaluate(item.condition))

    def _gives(self, source: str, target: Symbol, default: Default) -> bool | None:
        """Whether it is this default that the target follows, and this source that is on for it."""
        values = self._values
        if values is None:
            return None
        if values.assignment(target.name) is not None and values.visibility(target.name):
            return False
        return bool(
            values.default(target.name) is default and values.tristate(source) and values.evaluate(default.value)
        )


def own_condition(core: Core, symbol: int, condition: int) -> int:
    """What a line of a symbol states itself, of a condition that has the symbol's dependencies before it."""
    inherited = _inherited(core, symbol)
    if condition in inherited:
        return YES
    node = core.nodes[condition]
    if node is not None and node[0] == AND and len(node) == 3 and node[1] in inherited:
        return int(node[2])
    return condition


def _inherited(core: Core, symbol: int) -> set[int]:
    """What the definitions of a symbol depend on, each on its own."""
    record = core.records[symbol]
    direct = record[DIRECT]
    if direct == YES and record[CHOICE] >= 0:
        # Today's conf has no dependency for the member of a choice: that is part of its visibility.
        direct = record[VISIBILITY]
        node = core.nodes[direct]
        return {direct, node[1]} if node is not None and node[0] == AND else {direct}
    node = core.nodes[direct]
    return {direct, *node[1:]} if node is not None and node[0] == OR else {direct}


def _followers(core: Core) -> dict[int, list[tuple[int, int]]]:
    """For every symbol the defaults that depend on it: the symbol that has the default, and its number there."""
    found: dict[int, list[tuple[int, int]]] = {}
    # In the order of the menus: numbers depend on which architectures were read before.
    for target in core.symbols.values():
        record = core.records[target]
        if record is None or record[TYPE] not in (BOOL, TRISTATE) or record[FLAGS] & IS_CHOICE:
            continue
        for number, (value, condition) in enumerate(record[DEFAULTS]):
            for source in _rests_on(core, target, value, condition):
                found.setdefault(source, []).append((target, number))
    return found


def _rests_on(core: Core, symbol: int, value: int, condition: int) -> tuple[int, ...]:
    """The symbols that a default of a symbol wants on."""
    if value == NO or (value <= YES and condition == core.records[symbol][DIRECT]):
        return ()
    parts = (value, own_condition(core, symbol, condition))
    return tuple(dict.fromkeys(node for part in parts for node in _wanted(core, part)))


def _wanted(core: Core, node: int) -> Iterator[int]:
    """The symbols whose being on helps an expression to be y."""
    item = core.nodes[node]
    if item is None:
        # A constant has no record; nor has a name that nothing defines, which is never on.
        if core.records[node] is not None:
            yield node
    elif item[0] in (AND, OR):
        for operand in item[1:]:
            yield from _wanted(core, operand)
    elif (item[0] == EQUAL and item[2] in (MOD, YES)) or (item[0] == UNEQUAL and item[2] == NO):
        yield from _wanted(core, item[1])
