# SPDX-License-Identifier: GPL-2.0-or-later
"""What would follow if some conditions held: a consequence is no cause of its own."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Final

from kpolicy.kconfig.nodes import AND, NO, NOT, OR, YES
from kpolicy.kconfig.payload import CHOICE, DEFAULTS, DIRECT, IMPLIED, REVERSE, TRISTATE, TYPE, VISIBILITY

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

# Through so many symbols a consequence is followed.
_DEEPEST: Final = 6


def follows(values: Values, node: int, given: AbstractSet[int], least: int) -> bool:
    """Whether an expression would be at least `least` if every other of the `given` ones were y."""
    return _Assumed(values, given, node).worth(node, _DEEPEST) >= least


class _Assumed:
    """Values under the assumption that some expressions are y; what else changes by that is followed upwards only."""

    def __init__(self, values: Values, given: AbstractSet[int], but: int) -> None:
        self._values = values
        self._core = values.model.core
        self._given = given
        self._but = but
        self._known: dict[int, int] = {}

    def worth(self, node: int, depth: int) -> int:
        if node in self._given and node != self._but:
            return YES
        if node not in self._known:
            # What leads back to itself stays as it is.
            now = self._known[node] = self._values.node_value(node)
            self._known[node] = max(now, self._raised(node, depth)) if now < YES and depth else now
        return self._known[node]

    def _raised(self, node: int, depth: int) -> int:
        expression = self._core.nodes[node]
        if expression is None:
            return self._symbol(node, depth - 1)
        operator, operands = expression[0], expression[1:]
        if operator in (AND, OR):
            found = YES if operator == AND else NO
            settled = YES - found
            for operand in operands:
                value = self.worth(operand, depth)
                found = min(found, value) if operator == AND else max(found, value)
                if found == settled:
                    break
            return found
        return NO if operator != NOT else self._values.node_value(node)

    def _symbol(self, node: int, depth: int) -> int:
        """What a symbol would be by its line, its defaults, and what selects or implies it."""
        record = self._core.records[node]
        if record is None or not 0 < record[TYPE] <= TRISTATE or record[CHOICE] >= 0 or self._values.is_recorded(node):
            return NO
        line = self._values.assignment(self._values.model.names_by_node[node])
        visible = self.worth(record[VISIBILITY], depth)
        if line is not None and visible:
            own = min(visible, "nmy".find(line.value[:1]))
        else:
            own = self._default(record[DEFAULTS], depth)
            own = max(own, min(self.worth(record[IMPLIED], depth), self.worth(record[DIRECT], depth)))
        found = max(own, self.worth(record[REVERSE], depth))
        return YES if found and record[TYPE] < TRISTATE else found

    def _default(self, defaults: list[list[int]], depth: int) -> int:
        for value, condition in defaults:
            holds = self.worth(condition, depth)
            if holds:
                return min(holds, self.worth(value, depth))
        return NO
