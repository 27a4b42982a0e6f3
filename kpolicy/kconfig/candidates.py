# SPDX-License-Identifier: GPL-2.0-or-later
"""The symbols that can be on in a config, found by those that are on already.

Most symbols of a kernel are n, and need not be examined: nothing that they depend on is on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, TypeAlias

from kpolicy.kconfig.nodes import AND, NO, OR, YES
from kpolicy.kconfig.payload import (
    CHOICE,
    DEFAULTS,
    DIRECT,
    FLAGS,
    IMPLIED,
    IS_CHOICE,
    NO_WRITE,
    REVERSE,
    TRANSITIONAL,
    TRISTATE,
    TYPE,
    Table,
)

Alarm: TypeAlias = "tuple[int, ...] | None"
"""Symbols of which one is on whenever something else is, after how often they are heard; None where none are known."""
_NEVER: Final = (0,)


class Candidates(NamedTuple):
    """The symbols that can be on, or have a text, though no line of the config names them.

    `woken` has, by the node of a symbol that is on when they are, maybe others in its place, the nodes of bools and
    tristates, and None for no such symbol; `free` are those of which none is known.  `texts` are numbers and strings.
    """

    free: list[int]
    woken: list[Any]
    texts: list[int]


def candidates(nodes: Table, symbols: Iterable[int], records: Table) -> Candidates:
    """Those of a model, from the parts of its core that say what values are made of."""
    found = Candidates([], [None] * len(nodes), [])
    alarms = _Alarms(nodes, records)
    for node in symbols:
        record = records[node]
        if record is None or not record[TYPE] or record[FLAGS] & IS_CHOICE:
            continue
        if record[TYPE] > TRISTATE:
            found.texts.append(node)
            continue
        alarm = alarms.of_symbol(record)
        if alarm is None:
            found.free.append(node)
            continue
        for other in alarm[1:]:
            woken = found.woken[other] = found.woken[other] or []
            woken.append(node)
    return found


def woken_by(nodes: Table, records: Table, record: list[Any]) -> tuple[int, ...] | None:
    """The symbols of which one is on whenever a bool or tristate is that no line sets; None where none is known."""
    alarm = _Alarms(nodes, records).of_symbol(record)
    return None if alarm is None else alarm[1:]


def is_quiet(record: list[Any]) -> bool:
    """Whether a symbol is a bool or tristate that nothing but a line of the config can set."""
    type_code, _visibility, _direct, reverse, implied, defaults, _ranges, choice, flags = record
    plain = type_code <= TRISTATE and not flags & (NO_WRITE | TRANSITIONAL | IS_CHOICE)
    return plain and choice < 0 and reverse == NO and implied == NO and not defaults


class _Alarms:
    """What has to be on for something to be on; that of each expression is computed once."""

    def __init__(self, nodes: Table, records: Table) -> None:
        self._nodes = nodes
        self._records = records
        self._known: dict[int, Alarm] = {}

    def of_symbol(self, record: list[Any]) -> Alarm:
        """The alarm of a bool or tristate that no line sets."""
        if record[CHOICE] >= 0:
            return self._of(record[DIRECT])
        ways = [self._all((value, condition)) for value, condition in record[DEFAULTS]]
        if record[IMPLIED] != NO:
            ways.append(self._all((record[DIRECT], record[IMPLIED])))
        if record[REVERSE] != NO:
            ways.append(self._of(record[REVERSE]))
        return _any(ways) if ways else _NEVER

    def _of(self, node: int) -> Alarm:
        known = self._known
        if node not in known:
            known[node] = self._work_out(node)
        return known[node]

    def _work_out(self, node: int) -> Alarm:
        compound = self._nodes[node]
        if compound is not None:
            operator, *operands = compound
            return self._all(operands) if operator == AND else self._one(operands) if operator == OR else None
        if node <= YES:
            return None if node else _NEVER
        record = self._records[node]
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
