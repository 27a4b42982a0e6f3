# SPDX-License-Identifier: GPL-2.0-or-later
"""What a configuration comes to: the symbols that are on, and the numbers and texts that are there.

That is what the kernel build reads, include/config/auto.conf (scripts/kconfig/confdata.c: conf_write_autoconf): a
symbol that is n and one that has no line at all are the same there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kpolicy.kconfig.nodes import AND, NO, YES
from kpolicy.kconfig.payload import (
    BOOL,
    CHOICE,
    DEFAULTS,
    DIRECT,
    FLAGS,
    IMPLIED,
    IS_CHOICE,
    REVERSE,
    TRISTATE,
    TYPE,
    VISIBILITY,
    Core,
)

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


def effect(values: Values) -> dict[str, str]:
    """The value of every symbol that auto.conf has a line for: y, m, or the text of a number or string."""
    candidates = values.model.derived("by itself", _by_itself)
    bools, others = list(candidates.free), list(candidates.texts)
    for dependency, members in candidates.dependent.items():
        if values.node_value(dependency):
            bools += members
    # Anything else is on only when something says so.
    for node in values.stated_nodes():
        (bools if values.is_bool(node) else others).append(node)
    names = values.model.names_by_node
    found = {names[node]: "nmy"[values.node_value(node)] for node in values.on(bools)}
    for node in others:
        text = values.written_text(node)
        if text is not None:
            found[names[node]] = text
    return found


class _Candidates(NamedTuple):
    """The symbols that can have a line in auto.conf though no line of the config names them.

    `dependent` are bools and tristates by the node of their direct dependency: while that is n, none of them is on.
    `free` are those that can be on all the same: selected ones, and some that are defined in several places, of
    which only one has a dependency.  `texts` are numbers and strings.
    """

    free: list[int]
    dependent: dict[int, list[int]]
    texts: list[int]


def _by_itself(core: Core) -> _Candidates:
    found = _Candidates([], {}, [])
    for node in core.symbols.values():
        record = core.records[node]
        if record is None or not record[TYPE] or record[FLAGS] & IS_CHOICE:
            continue
        if record[TYPE] not in (BOOL, TRISTATE):
            found.texts.append(node)
        elif record[REVERSE] != NO or (record[CHOICE] < 0 and not _needs_dependency(core, record)):
            found.free.append(node)
        elif record[DEFAULTS] or record[CHOICE] >= 0 or record[IMPLIED] != NO:
            found.dependent.setdefault(record[DIRECT], []).append(node)
    return found


def _needs_dependency(core: Core, record: list[Any]) -> bool:
    """Whether everything that can turn a symbol on holds only while its direct dependency does."""
    needed = _parts(core, record[DIRECT])
    conditions = [record[VISIBILITY], *(condition for _, condition in record[DEFAULTS])]
    return all(condition == NO or needed <= _parts(core, condition) for condition in conditions)


def _parts(core: Core, node: int) -> set[int]:
    """The parts of a conjunction, y left out."""
    parts: set[int] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        compound = core.nodes[one]
        if compound is not None and compound[0] == AND:
            waiting += compound[1:]
        elif one != YES:
            parts.add(one)
    return parts
