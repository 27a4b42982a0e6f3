# SPDX-License-Identifier: GPL-2.0-or-later
"""The symbols that can be on in a config, found by those that are on already.

Most symbols of a kernel are n, and need not be looked at: nothing that they rest on is on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple, TypeAlias

from kpolicy.evaluate.template import is_quiet
from kpolicy.kconfig.nodes import AND, NO, OR, YES
from kpolicy.kconfig.payload import CHOICE, DEFAULTS, DIRECT, FLAGS, IMPLIED, IS_CHOICE, REVERSE, TRISTATE, TYPE, Core

Alarm: TypeAlias = "tuple[int, ...] | None"
"""Symbols of which one is on whenever something else is, after how often they are heard; None where none are known."""
_NEVER: Final = (0,)


class Candidates(NamedTuple):
    """The symbols that can be on, or have a text, though no line of the config names them.

    `woken` are bools and tristates by a symbol that is on when they are, maybe others in its place: thousands need
    not be looked at, since nothing that they rest on is on.  `free` are those of which no such symbol is known.
    `texts` are numbers and strings.
    """

    free: list[int]
    woken: dict[int, list[int]]
    texts: list[int]


def candidates_of(core: Core) -> Candidates:
    """Those of a model."""
    found = Candidates([], {}, [])
    alarms = _Alarms(core)
    for node in core.symbols.values():
        record = core.records[node]
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
            found.woken.setdefault(other, []).append(node)
    return found


class _Alarms:
    """What has to be on for something to be on; that of each expression is worked out once."""

    def __init__(self, core: Core) -> None:
        self._nodes = core.nodes
        self._records = core.records
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
