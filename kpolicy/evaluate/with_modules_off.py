# SPDX-License-Identifier: GPL-2.0-or-later
"""What `conf` computes before it knows whether there are modules (scripts/kconfig/symbol.c: sym_calc_value).

The symbol with `modules` is computed first, and everything that its value asks for is computed on the way, as if there
were no modules: a tristate that would be m is y, and remains so.  `conf` asks for all operands of an expression, and
for all conditions of a symbol before its value; an evaluation that stops where the result is known asks for fewer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.kconfig.nodes import YES
from kpolicy.kconfig.payload import (
    CHOICE,
    DEFAULTS,
    DIRECT,
    FLAGS,
    IMPLIED,
    IS_CHOICE,
    RANGES,
    REVERSE,
    TRISTATE,
    TYPE,
    VISIBILITY,
    Core,
)

if TYPE_CHECKING:
    from kpolicy.evaluate.calculation import Calculation


def is_plain(core: Core) -> bool:
    """Whether the value of the symbol with `modules` depends on nothing but its line, as in Linux 5.10 to 7.3."""
    if core.modules <= YES:
        return True
    record = core.records[core.modules]
    conditions = (record[VISIBILITY], record[DIRECT], record[REVERSE], record[IMPLIED])
    return max(conditions) <= YES and all(max(item) <= YES for item in record[DEFAULTS])


def compute_with_modules_off(calculation: Calculation, before: int) -> bool:
    """Compute what the symbol with `modules` asks for; returns whether a tristate was among it.

    `before` is what the symbol was in an earlier pass, which a loop through it sees.
    """
    modules, memo = calculation.core.modules, calculation.memo
    known, memo[modules] = memo[modules], before
    early = Complete(calculation)
    early.compute(modules)
    memo[modules] = known
    return early.found_tristate


class Complete:
    """Computes everything that a symbol's value asks for; `found_tristate` is whether a tristate was among it.

    `first` is the member that a choice was computed for, by choice: the first of them.
    """

    def __init__(self, calculation: Calculation) -> None:
        self._calculation = calculation
        self._core = calculation.core
        self._seen: set[int] = {self._core.modules}
        self.found_tristate = False
        self.first: dict[int, int] = {}

    def compute(self, symbol: int) -> None:
        """Compute what a symbol asks for, without the symbol."""
        record = self._core.records[symbol]
        if record is None:
            return
        conditions = [record[VISIBILITY]]
        if record[CHOICE] < 0 or record[FLAGS] & IS_CHOICE:
            conditions += [record[DIRECT], record[REVERSE], record[IMPLIED]]
        else:
            choice = self._core.choices[record[CHOICE]][0]
            self.first.setdefault(choice, symbol)
            self.enter(choice)
        for condition in conditions:
            self.enter(condition)
        if not (symbol in self._calculation.user and self._calculation.visibility(symbol)):
            for default, condition in record[DEFAULTS]:
                self.enter(condition)
                if self._calculation.value(condition):
                    self.enter(default)
                    break
        for low, high, condition in record[RANGES]:
            self.enter(condition)
            if self._calculation.value(condition):
                self.enter(low)
                self.enter(high)
                break

    def enter(self, node: int) -> None:
        """Compute a symbol, or all symbols of an expression."""
        if node <= YES or node in self._seen:
            return
        self._seen.add(node)
        operands = self._core.nodes[node]
        if operands is not None:
            for operand in operands[1:]:
                self.enter(operand)
        elif self._core.records[node] is not None:
            self.compute(node)
            self._calculation.value(node)
            self.found_tristate = self.found_tristate or self._core.records[node][TYPE] == TRISTATE
