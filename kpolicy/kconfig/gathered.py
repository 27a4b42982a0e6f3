# SPDX-License-Identifier: GPL-2.0-or-later
"""What a definition of a symbol or a choice adds to a model, by the numbers of the tree's tables."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from kpolicy.kconfig.menu_tree import Entry, Property
from kpolicy.kconfig.nodes import AND, YES
from kpolicy.kconfig.syntax import CONST, Ast
from kpolicy.kconfig.syntax import YES as ALWAYS
from kpolicy.kconfig.tables import Tables
from kpolicy.tuples import NamedTuple

# Most lists are empty, and none is changed once it is made.
NOTHING: list[Any] = []
# The `depends on` lines of an entry, with their expressions.
Own: TypeAlias = "list[tuple[int, Property]]"
_ROWS = {"prompt": 1, "default": 2, "select": 3, "imply": 4, "range": 5}
_OWN = 6
PARENTS: Final = 7
"""Where the rows of a symbol have, for each definition outside of a choice, what it inherits (for `make_delta`)."""


class Facts:
    """What the definitions of a symbol or a choice say of it, one of them or all together.

    `rows` are its details, see `kpolicy.kconfig.payload.Details`.  `visible` and `direct` are the conditions of its
    prompts and of its definitions.  None of that is changed.  The `record` is that of the last architecture that
    was laid out.
    """

    __slots__ = ("direct", "probed", "record", "rows", "visible")

    def __init__(
        self, rows: list[list[Any]], visible: tuple[int, ...], direct: tuple[int, ...], *, probed: bool
    ) -> None:
        # Copied, since a list that grew keeps room for more.
        self.rows = [row[:] if row else NOTHING for row in rows]
        self.visible = visible
        self.direct = direct
        self.probed = probed
        self.record: list[Any] = NOTHING

    def joined(self, other: Facts) -> Facts:
        """With what a further definition says."""
        rows = [own + more for own, more in zip(self.rows, other.rows, strict=True)]
        return Facts(rows, self.visible + other.visible, self.direct + other.direct, probed=self.probed or other.probed)


class Edge(NamedTuple):
    """A select, or an imply: its target, and the symbol and the condition together."""

    target: int
    is_select: bool
    condition: int


class Gathered(NamedTuple):
    """What one definition adds; `named` are the nodes of what it names, in the order in which it does."""

    node: int
    facts: Facts
    edges: tuple[Edge, ...]
    named: tuple[int, ...]


class Gatherer:
    """Gathers definitions of one architecture; `modules` is the node of the symbol that says whether there are some."""

    def __init__(self, tables: Tables, modules: int) -> None:
        self._tables = tables
        self._table = tables.expressions
        self._modules = modules

    def own(self, entry: Entry) -> Own:
        """The `depends on` lines of an entry."""
        return [
            (self._table.expression(item.operands[0], self._modules), item)
            for item in entry.properties
            if item.kind == "depends"
        ]

    def dependency(self, parent: int | None, own: Own) -> int | None:
        """What holds where lines hold below what is inherited, None for no dependency at all."""
        if not own:
            return parent
        return self._table.all_of(YES if parent is None else parent, *[expression for expression, _ in own])

    def scope(self, outer: int, own: Own) -> int:
        """The scope of what is below lines."""
        for expression, item in own:
            outer = self._tables.scope(outer, expression, item.location)
        return outer

    def symbol(self, entry: Entry, parent: int | None, scope: int, *, is_in_choice: bool = False) -> Gathered:
        """The definition of a symbol that is no member of a choice, though it may be `is_in_choice`."""
        shared = entry.shared
        if shared is None or is_in_choice:
            found = self._symbol(entry, parent, scope)
            if is_in_choice:
                # It is checked with the members.
                found.facts.rows[PARENTS] = NOTHING
            return found
        table = self._table
        types = table.types
        key = (parent, scope, self._modules, *[types.get(name) for name in shared.asked])
        if shared.key != key:
            outer, table.named = table.named, []
            found = self._symbol(entry, parent, scope)
            shared.key, shared.gathered = key, found._replace(named=tuple(dict.fromkeys(table.named)))
            table.named = outer
        gathered: Gathered = shared.gathered
        return gathered

    def _symbol(self, entry: Entry, parent: int | None, scope: int) -> Gathered:
        own = self.own(entry)
        dependency = self.dependency(parent, own)
        direct = () if dependency is None else (dependency,)
        scope = self.scope(scope, own)
        node = self._table.symbol(entry.name or "")
        found = self.definition(entry, node, YES if dependency is None else dependency, direct, own, scope)
        found.facts.rows[PARENTS] = [YES if parent is None else parent]
        return found

    def definition(
        self, entry: Entry, node: int, dependency: int, direct: tuple[int, ...], own: Own, scope: int
    ) -> Gathered:
        """The definition of the symbol or choice at a node, whose properties have a dependency."""
        place = self._tables.place
        file, line = place(entry.location)
        rows: list[list[Any]] = [[[file, line, scope]], [], [], [], [], [], [], []]
        visible: list[int] = []
        edges: list[Edge] = []
        probed = False
        for item in entry.properties:
            if item.kind == "depends":
                continue
            row = self._property(entry, node, item, dependency, visible, edges)
            if row is not None:
                rows[_ROWS[item.kind]].append(row)
            if item.kind in ("prompt", "default"):
                probed = probed or item.probed
        for expression, item in own:
            file, line = place(item.location)
            rows[_OWN].append([expression, file, line])
            probed = probed or item.probed
        return Gathered(node, Facts(rows, tuple(visible), direct, probed=probed), tuple(edges), ())

    def _property(
        self, entry: Entry, node: int, item: Property, dependency: int, visible: list[int], edges: list[Edge]
    ) -> list[Any] | None:
        """The row of a property; None for a prompt that a later one replaces."""
        table = self._table
        written = item.operands[-1]
        condition = (
            dependency if written is ALWAYS else table.all_of(dependency, table.expression(written, self._modules))
        )
        file, line = self._tables.place(item.location)
        if item.kind == "prompt":
            visible.append(condition)
            return [item.operands[0], condition, file, line] if item is entry.prompt else None
        if item.kind == "default":
            return [self._default(entry, item.operands[0]), condition, file, line]
        if item.kind in ("select", "imply"):
            target = table.symbol(item.operands[0])
            edges.append(Edge(target, item.kind == "select", table.all_of(node, condition)))
            return [target, condition, file, line]
        low, high = (table.expression(operand) for operand in item.operands[:2])
        return [low, high, condition, file, line]

    def _default(self, entry: Entry, value: Ast) -> int:
        """The node of a default; of a number or string nothing but a single word is a value (prop_get_symbol)."""
        table = self._table
        index = table.expression(value)
        is_logical = table.types.get(entry.name or "") in ("bool", "tristate", None)
        if is_logical or isinstance(value, str) or value[0] == CONST or table.nodes[index] is not None:
            return index
        return table.intern(AND, index, index)
