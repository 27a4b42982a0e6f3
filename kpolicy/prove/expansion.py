# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a config expands to the same .config in two models: only the lines are computed that can differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, TypeAlias

from kpolicy.kconfig.menus import shown
from kpolicy.prove.formula import below
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.payload import Core


Lines: TypeAlias = "tuple[str, str]"


class Title(NamedTuple):
    """A title in .config, with its conditions in two models."""

    text: str
    before: tuple[int, ...]
    after: tuple[int, ...]


class Dependants:
    """Which nodes of a model the value of a node is used for."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._users: list[list[int]] = [[] for _ in core.nodes]
        for node, inner in enumerate(core.nodes):
            if inner is not None or core.records[node] is not None:
                for operand in below(core, node):
                    self._users[operand].append(node)

    def of(self, changed: Collection[int], after: Core) -> frozenset[int]:
        """The symbols whose values can differ in a later model of the same tables, whose `changed` symbols differ."""
        more: dict[int, list[int]] = {}
        count = len(self._users)
        for node in (*changed, *range(count, len(after.nodes))):
            for operand in below(after, node):
                more.setdefault(operand, []).append(node)
        waiting = list(changed)
        seen = set(waiting)
        while waiting:
            node = waiting.pop()
            for user in (*(self._users[node] if node < count else ()), *more.get(node, ())):
                if user not in seen:
                    seen.add(user)
                    waiting.append(user)
        # What a tristate can be depends on the modules, without a condition that names them.
        if after.modules in seen:
            seen.update(node for node, record in enumerate(after.records) if record is not None)
        return frozenset(seen)


def titles(before: Model, after: Model, nodes: frozenset[int]) -> tuple[Title, ...]:
    """The titles of menus and comments that can come or go, where `nodes` are those whose values can differ."""
    found = []
    for one, other in zip(shown(before.details.menu), shown(after.details.menu), strict=True):
        if not isinstance(one, int):
            was, is_now = tuple(one[2:4]), tuple(other[2:4])
            if was != is_now or not nodes.isdisjoint(was):
                found.append(Title(one[1], was, is_now))
    return tuple(found)


def changed_line(before: Values, after: Values, nodes: Iterable[int], among: Iterable[Title] = ()) -> Lines | None:
    """The first line of .config, among those of some symbols and titles, that differs: as it was, and as it is."""
    names, records = before.model.names_by_node, before.model.core.records
    for node in nodes:
        if node < len(records) and records[node] is not None and node in names:
            was, is_now = before.line(node, names[node]), after.line(node, names[node])
            if was != is_now:
                return was or f"no line for {names[node]}", is_now or f"no line for {names[node]}"
    for title in among:
        shown = [all(map(values.node_value, nodes)) for values, nodes in ((before, title.before), (after, title.after))]
        if shown[0] != shown[1]:
            absent = f"no title {title.text}"
            return (f"# {title.text}", absent) if shown[0] else (absent, f"# {title.text}")
    return None
