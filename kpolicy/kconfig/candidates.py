# SPDX-License-Identifier: GPL-2.0-or-later
"""The symbols that can be on in a config, found by those that are on already.

Most symbols of a kernel are n, and need not be examined: nothing that they depend on is on.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from kpolicy.kconfig.kinds import is_quiet
from kpolicy.kconfig.nodes import AND, NO, OR, YES
from kpolicy.kconfig.payload import (
    CHOICE,
    DEFAULTS,
    DIRECT,
    FLAGS,
    IMPLIED,
    IS_CHOICE,
    REVERSE,
    TRISTATE,
    TYPE,
    Table,
)

Alarm: TypeAlias = "tuple[int, ...] | None"
"""Symbols of which one is on whenever something else is, after how often they are heard; None where none are known."""
_NEVER: Final = (0,)
# Of which there is but one.
_FORGOTTEN: Final[Alarm] = (-1,)


class Candidates:
    """The symbols that can be on though no line of the config names them, of one architecture after the other.

    `woken` has, by the node of a symbol that is on when they are, maybe others in its place, the nodes of bools and
    tristates; `free` are those of which no such symbol is known.
    """

    def __init__(self) -> None:
        self.woken: dict[int, list[int]] = {}
        self._free: set[int] = set()
        self._alarms = _Alarms([], [])
        # Those that are not `_NEVER`.
        self._of: dict[int, Alarm] = {}

    @property
    def free(self) -> list[int]:
        """Sorted."""
        return sorted(self._free)

    def update(self, nodes: Table, records: Table, changed: set[int]) -> set[int]:
        """Take the next architecture, of which some symbols have other records; those whose `woken` have changed.

        `records` are the parts of a core that say what values are made of.
        """
        alarms = self._alarms
        alarms.nodes, alarms.records = nodes, records
        gone: dict[int, set[int]] = {}
        new: dict[int, list[int]] = {}
        for node in sorted(changed | alarms.forget(changed)):
            record = records[node]
            is_logical = record is not None and 0 < record[TYPE] <= TRISTATE and not record[FLAGS] & IS_CHOICE
            alarm = alarms.of_symbol(record, node if node in changed else None) if is_logical else _NEVER
            before = self._of.get(node, _NEVER)
            if alarm == before:
                continue
            for other in (before or ())[1:]:
                gone.setdefault(other, set()).add(node)
            for other in (alarm or ())[1:]:
                new.setdefault(other, []).append(node)
            self._of[node] = alarm
            if alarm is None:
                self._free.add(node)
            elif before is None:
                self._free.discard(node)
        for other in gone.keys() | new.keys():
            without = gone.get(other, ())
            row = [node for node in self.woken.get(other, ()) if node not in without] + new.get(other, [])
            self.woken[other] = sorted(row)
        return {*gone, *new}


def woken_by(nodes: Table, records: Table, record: list[Any]) -> tuple[int, ...] | None:
    """The symbols of which one is on whenever a bool or tristate is that no line sets; None where none is known."""
    alarm = _Alarms(nodes, records).of_symbol(record)
    return None if alarm is None else alarm[1:]


class _Users:
    """Numbers by number, in arrays: as lists they would take four times as much memory."""

    def __init__(self) -> None:
        # The place of the last one of each number in the other two, and what came before it there; -1 for none.
        self._last = array("i")
        self._before = array("i")
        self._users = array("i")

    def add(self, node: int, user: int) -> None:
        """Add a user of a node."""
        if node >= len(self._last):
            self._last.extend([-1] * (node + 1000 - len(self._last)))
        self._before.append(self._last[node])
        self._last[node] = len(self._users)
        self._users.append(user)

    def of(self, node: int) -> list[int]:
        """The users of a node."""
        found = []
        place = self._last[node] if node < len(self._last) else -1
        while place >= 0:
            found.append(self._users[place])
            place = self._before[place]
        return found


class _Alarms:
    """What has to be on for something to be on; that of each expression is computed once."""

    def __init__(self, nodes: Table, records: Table) -> None:
        self.nodes = nodes
        self.records = records
        self._known: dict[int, Alarm] = {}
        # The expressions with an alarm that is made of that of a node, and the symbols, as ~node.
        self._users = _Users()

    def of_symbol(self, record: list[Any], user: int | None = None) -> Alarm:
        """The alarm of a bool or tristate that no line sets; `user` is its node if its record is new."""
        if record[CHOICE] >= 0:
            ways: list[tuple[int, ...]] = [(record[DIRECT],)]
        else:
            ways = [(value, condition) for value, condition in record[DEFAULTS]]
            if record[IMPLIED] != NO:
                ways.append((record[DIRECT], record[IMPLIED]))
            if record[REVERSE] != NO:
                ways.append((record[REVERSE],))
        if user is not None:
            for way in ways:
                for node in way:
                    self._users.add(node, ~user)
        return _any([self._all(way) for way in ways]) if ways else _NEVER

    def forget(self, changed: Iterable[int]) -> set[int]:
        """Forget the alarms that are made of those of symbols with another record; the symbols that had them."""
        known, users = self._known, self._users
        symbols: set[int] = set()
        waiting: list[int] = []
        for node in changed:
            if node in known and known[node] != (now := self._of_leaf(node)):
                known[node] = now
                waiting += users.of(node)
        while waiting:
            user = waiting.pop()
            if user < 0:
                symbols.add(~user)
            elif known[user] is not _FORGOTTEN:
                known[user] = _FORGOTTEN
                waiting += users.of(user)
        return symbols

    def _of(self, node: int) -> Alarm:
        found = self._known.get(node, _FORGOTTEN)
        if found is _FORGOTTEN:
            found = self._known[node] = self._work_out(node)
        return found

    def _work_out(self, node: int) -> Alarm:
        compound = self.nodes[node]
        if compound is None:
            return self._of_leaf(node)
        operator, *operands = compound
        if operator not in (AND, OR):
            return None
        if node not in self._known:
            for operand in operands:
                self._users.add(operand, node)
        return self._all(operands) if operator == AND else self._one(operands)

    def _of_leaf(self, node: int) -> Alarm:
        if node <= YES:
            return None if node else _NEVER
        record = self.records[node]
        # What is undefined, a number or a text is n as a condition.
        if record is None or not 0 < record[TYPE] <= TRISTATE:
            return _NEVER
        # A choice has no line of its own.  What only a line can set is off in most configs.
        return None if record[FLAGS] & IS_CHOICE else (1 if is_quiet(record) else 8, node)

    def _all(self, operands: Iterable[int]) -> Alarm:
        """That of a conjunction: of those of its operands, which all hold, the one that is heard least."""
        best: Alarm = None
        for operand in operands:
            alarm = self._of(operand)
            if alarm is not None and (best is None or alarm[0] < best[0]):
                best = alarm
        return best

    def _one(self, operands: Iterable[int]) -> Alarm:
        return _any([self._of(operand) for operand in operands])


def _any(alarms: list[Alarm]) -> Alarm:
    """One that is heard whenever one of several is."""
    if len(alarms) == 1:
        return alarms[0]
    often, found = 0, dict[int, None]()
    for alarm in alarms:
        if alarm is None:
            return None
        often += alarm[0]
        found.update(dict.fromkeys(alarm[1:]))
    return (often, *found)
