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
    for condition, members in candidates.conditional.items():
        if values.node_value(condition):
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

    `conditional` are bools and tristates by the node of a condition without which they are not on: of selected ones
    that somebody selects them, of others their direct dependency.  `free` are those with no such condition.  `texts`
    are numbers and strings.
    """

    free: list[int]
    conditional: dict[int, list[int]]
    texts: list[int]


def _by_itself(core: Core) -> _Candidates:
    found = _Candidates([], {}, [])
    parts = _Parts(core)
    for node in core.symbols.values():
        record = core.records[node]
        if record is None or not record[TYPE] or record[FLAGS] & IS_CHOICE:
            continue
        is_selected = record[REVERSE] != NO and record[CHOICE] < 0
        needs_more = record[DEFAULTS] or record[CHOICE] >= 0 or record[IMPLIED] != NO
        if record[TYPE] not in (BOOL, TRISTATE):
            found.texts.append(node)
        elif is_selected and not needs_more:
            found.conditional.setdefault(record[REVERSE], []).append(node)
        elif is_selected or (record[CHOICE] < 0 and not parts.rest_on_dependency(record)):
            found.free.append(node)
        elif needs_more:
            found.conditional.setdefault(record[DIRECT], []).append(node)
    return found


class _Parts:
    """The parts of conjunctions, each worked out once: many symbols share theirs."""

    def __init__(self, core: Core) -> None:
        self._nodes = core.nodes
        self._known: dict[int, frozenset[int]] = {}

    def rest_on_dependency(self, record: list[Any]) -> bool:
        """Whether everything that can turn a symbol on holds only while its direct dependency does.

        Of a symbol that is defined in several places one may have a dependency and the others none.
        """
        needed = record[DIRECT]
        conditions = {record[VISIBILITY], *(condition for _, condition in record[DEFAULTS])}
        return all(one in (NO, needed) or self._of(needed) <= self._of(one) for one in conditions)

    def _of(self, node: int) -> frozenset[int]:
        known = self._known.get(node)
        if known is None:
            compound = self._nodes[node]
            if compound is not None and compound[0] == AND:
                known = frozenset[int]().union(*map(self._of, compound[1:]))
            else:
                known = frozenset((node,) if node != YES else ())
            self._known[node] = known
        return known
