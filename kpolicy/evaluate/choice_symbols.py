# SPDX-License-Identifier: GPL-2.0-or-later
"""Choices as kernels before 6.11 know them: symbols with a value of their own.

Such a choice is bool or tristate.  At y it picks exactly one member; at m (only a tristate
one) its members may be m side by side; an `optional` one may be n.  What a user assigned to
the members adds up to the user value of the choice (confdata.c: conf_read_simple), which is
dropped when a visible member was not assigned (symbol.c: sym_calc_choice).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kpolicy.evaluate.calculation import Calculation
from kpolicy.evaluate.template import Template
from kpolicy.evaluate.user import ChoiceInput
from kpolicy.frozen import replace
from kpolicy.kconfig.nodes import NO, YES
from kpolicy.kconfig.payload import CHOICE, FLAGS, IS_CHOICE, NO_WRITE, TRISTATE, TYPE, Core


class ChoiceSymbolCalculation(Calculation):
    """A calculation in the dialect of kernels before 6.11."""

    def __init__(
        self,
        core: Core,
        template: Template,
        user: Mapping[int, int | str],
        order: tuple[int, ...],
        recorded: Mapping[int, int | str | None],
        inputs: Mapping[int, ChoiceInput],
        modules_on: int = 0,
    ) -> None:
        self.inputs = dict(inputs)
        self._picked: dict[int, int | None] = {}
        super().__init__(core, template, user, order, recorded, modules_on)

    def _own_value(self, index: int, visible: int) -> int:
        given = self.inputs.get(index)
        if given is None:
            return super()._own_value(index, visible)
        return min(given.mode, visible) if given.given else -1

    def _member_visibility(self, record: list[Any], visible: int) -> int:
        # A tristate member that can only be m is not visible while its choice is y.
        if visible == 1 and record[TYPE] == TRISTATE:
            choice = self.core.choices[record[CHOICE]][0]
            if self._records[choice] is not record and self.value(choice) == YES:
                return NO
        return visible

    def _choice_value(self, index: int, record: list[Any]) -> int | None:
        if record[FLAGS] & IS_CHOICE or self._visibility(index, record) != YES:
            return None
        choice = self.core.choices[record[CHOICE]][0]
        self.value(choice)
        value = YES if self._picked.get(choice) == index else NO
        self.memo[index] = value
        self.written[index] = not record[FLAGS] & NO_WRITE
        return value

    def _choice_symbol(self, index: int, record: list[Any], value: int) -> int:
        if value != YES:
            return value
        choice = self.core.choices[record[CHOICE]]
        shown = [member for member in choice[2] if self.visibility(member)]
        given = self.inputs.get(index, ChoiceInput(given=False))
        if given.given and any(member not in self.user for member in shown):
            self.inputs[index] = replace(given, given=False)
        picked = given.member if given.member in shown else self.choice_default(choice, shown)
        self._picked[index] = picked
        if picked is not None:
            return value
        # Expressions that were computed while the choice was y would keep that.
        self.forget(())
        self.memo[index] = NO
        return NO
