# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether some configuration of a tree fires a rule: one was found, or there is a proof that there is none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kpolicy.errors import UsageError
from kpolicy.policy.expressions.expression import And
from kpolicy.policy.expressions.propositional import Condition, check_provable
from kpolicy.prove.proof import possible
from kpolicy.prove.solver import NoSolverError, require_solver

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.policy.rules.rule import Rule


class Firing:
    """What is known of some rules, after one architecture after the other was examined.

    `able` are the ids of rules that a configuration fires, `never` of those that none fires on any architecture
    examined, `textual` of those that ask about lines or boot parameters, which no proof is about.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._asked: dict[str, Condition] = {}
        self.able: set[str] = set()
        self.textual: set[str] = set()
        self._open: set[str] = set()
        for rule in rules:
            condition = And((rule.requires, rule.when))
            try:
                check_provable(condition)
            except UsageError:
                self.textual.add(rule.id)
            else:
                self._asked[rule.id] = Condition(condition)

    @property
    def never(self) -> frozenset[str]:
        """The rules that no configuration fires."""
        return frozenset(self._asked) - self.able - self._open

    @property
    def undecided(self) -> frozenset[str]:
        """The rules of which nothing is known."""
        return frozenset(self._open) - self.able

    def examine(self, model: Model) -> None:
        """Ask an architecture about the rules that no earlier one fires."""
        asked = {rule: condition for rule, condition in self._asked.items() if rule not in self.able}
        for rule, answer in zip(asked, possible(model, list(asked.values())), strict=True):
            if answer:
                self.able.add(rule)
            elif answer is None:
                self._open.add(rule)


def firing_of(rules: Iterable[Rule]) -> Firing | None:
    """What will find out which rules can fire; None without a solver."""
    try:
        require_solver()
    except NoSolverError:
        return None
    return Firing(rules)
