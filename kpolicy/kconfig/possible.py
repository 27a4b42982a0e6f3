# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be on in some configuration of a model, and what can be on in none.

The answer is conservative: what it calls impossible is impossible in every configuration; some of what it calls
possible may be impossible too, where conditions contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterator

from kpolicy.kconfig.nodes import AND, EQUAL, NOT, OR, UNEQUAL, YES
from kpolicy.kconfig.payload import (
    DEFAULTS,
    DIRECT,
    FLAGS,
    HAS_PROMPT,
    IMPLIED,
    REVERSE,
    TRANSITIONAL,
    TRISTATE,
    TYPE,
    VISIBILITY,
    Core,
)


class Possible:
    """Asks what symbols and expressions of a model can be, each with all that it depends on.

    A symbol can be on when one of its prompts can be visible, a default can apply, or something that can be on selects
    or implies it; the least solution of that is found by repetition.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._on: set[int] = set()
        self._settled: set[int] = set()

    def can_be_on(self, node: int) -> bool:
        """Whether a symbol or an expression is y or m in some configuration, as far as that can be decided."""
        self._settle(node)
        return self._holds(node)

    def _settle(self, node: int) -> None:
        """Find out about all symbols that a node depends on."""
        cone = [item for item in self._reached(node) if self._core.nodes[item] is None]
        self._settled.update(cone)
        waiting = [item for item in cone if item not in self._on and self._core.records[item] is not None]
        while True:
            found = [item for item in waiting if self._symbol(item)]
            if not found:
                return
            self._on.update(found)
            waiting = [item for item in waiting if item not in self._on]

    def _reached(self, node: int) -> list[int]:
        """A node and everything below it, but for symbols that are settled."""
        seen = {node} - self._settled
        waiting = list(seen)
        for item in waiting:
            for other in self._below(item):
                if other > YES and other not in seen and other not in self._settled:
                    seen.add(other)
                    waiting.append(other)
        return waiting

    def _below(self, node: int) -> Iterator[int]:
        compound = self._core.nodes[node]
        if compound is not None:
            yield from compound[1:]
            return
        record = self._core.records[node]
        if record is not None:
            yield from (record[VISIBILITY], record[DIRECT], record[REVERSE], record[IMPLIED])
            for default in record[DEFAULTS]:
                yield from default

    def _symbol(self, node: int) -> bool:
        record = self._core.records[node]
        if not 0 < record[TYPE] <= TRISTATE:
            return False
        return (
            # A line sets an old name, which has no prompt.
            bool(record[FLAGS] & TRANSITIONAL)
            or (bool(record[FLAGS] & HAS_PROMPT) and self._holds(record[VISIBILITY]))
            or self._holds(record[REVERSE])
            or (self._holds(record[IMPLIED]) and self._holds(record[DIRECT]))
            or any(self._holds(value) and self._holds(condition) for value, condition in record[DEFAULTS])
        )

    def _holds(self, node: int) -> bool:
        if node <= YES:
            return node > 0
        compound = self._core.nodes[node]
        if compound is None:
            return node in self._on
        operator, *operands = compound
        if operator == AND:
            return all(map(self._holds, operands))
        if operator == OR:
            return any(map(self._holds, operands))
        if operator in (EQUAL, UNEQUAL) and not any(map(self._is_defined, operands)):
            # Constants, and names that nothing defines, are compared as texts.
            return bool((operands[0] == operands[1]) == (operator == EQUAL))
        # Everything may be n; nothing is said of numbers and texts.
        return operator != NOT or bool(operands[0] != YES)

    def _is_defined(self, node: int) -> bool:
        return node > YES and self._core.records[node] is not None
