# SPDX-License-Identifier: GPL-2.0-or-later
"""Choices since 6.11: each picks one of its visible members, and nothing reads a value of its own."""

from __future__ import annotations

from typing import Any

from kpolicy.evaluate.calculation import Calculation
from kpolicy.kconfig.nodes import NO, YES
from kpolicy.kconfig.payload import CHOICE, FLAGS, IS_CHOICE


class ChoiceCalculation(Calculation):
    """A calculation in the dialect of today's kernels."""

    def _member_visibility(self, record: list[Any], visible: int) -> int:  # noqa: ARG002 - the same for all members
        return visible

    def _choice_value(self, index: int, record: list[Any]) -> int | None:
        if record[FLAGS] & IS_CHOICE:
            return None
        self._pick(self.core.choices[record[CHOICE]])
        return self.memo[index]

    def _pick(self, choice: list[Any]) -> None:
        """Mirrors sym_calc_choice(): set the values of all members."""
        members: list[int] = choice[2]
        visible = [member for member in members if self.visibility(member)]
        picked = self._member(choice, visible)
        memo = self.memo
        for member in members:
            memo[member] = 0
        for member in visible:
            memo[member] = YES if member == picked else NO
            self.written[member] = 1

    def _member(self, choice: list[Any], visible: list[int]) -> int | None:
        """The member that a choice takes among the visible ones."""
        members: list[int] = choice[2]
        # The last assigned member has the highest priority, the unassigned follow in order.
        latest = [member for member in reversed(self.order) if member in members]
        priority = list(dict.fromkeys([*latest, *members]))
        user = self.user
        for member in priority:
            if member in visible and user.get(member) == YES:
                return member
        picked = self.choice_default(choice, visible)
        if picked is not None and user.get(picked) != NO:
            return picked
        for member in members:
            if member in visible and member not in user:
                return member
        for member in reversed(priority):
            if member in visible:
                return member
        return None

    def _choice_symbol(self, index: int, record: list[Any], value: int) -> int:  # noqa: ARG002 - nothing to do
        return value
