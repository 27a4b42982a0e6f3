# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules checked against a whole tree: their footing, and their examples there."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING

from kpolicy.frozen import dataclass
from kpolicy.policy.roles.role import Role
from kpolicy.policy.rule_tests.elsewhere import Elsewhere, run_elsewhere
from kpolicy.policy.rule_tests.examples import Models
from kpolicy.policy.rule_tests.firing import Firing, firing_of
from kpolicy.policy.rule_tests.footing import Footing, Ground, footing, ground, role_faults
from kpolicy.policy.rules.rule import Rule

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


@dataclass(frozen=True, slots=True)
class Survey:
    """What came of rules in a tree, in the order of the rules.

    `examples` are those of rules applicable and of architectures that were looked at; `passed_over` counts
    the others.  `roles` says what makes no sense in the definitions of roles, `firing` which rules some
    configuration fires (None without a solver).
    """

    architectures: tuple[str, ...]
    footings: tuple[Footing, ...]
    examples: tuple[Elsewhere, ...]
    passed_over: int
    roles: tuple[str, ...] = ()
    firing: Firing | None = None

    @property
    def faults(self) -> int:
        """How many things make no sense."""
        of_rules = sum(len(item.faults) for item in self.footings)
        return len(self.roles) + of_rules + sum(len(item.faults) for item in self.examples)


def survey(
    rules: Sequence[Rule],
    defaults: Iterable[Values],
    home: Models,
    *,
    roles: Sequence[Role] = (),
    known: Container[str] | None = None,
) -> Survey:
    """Hold rules against a tree; `defaults` are the values of each architecture's default config.

    One architecture after the other is asked for, and none is kept.  `home` gives the models of the
    demonstration tree.  `roles` are tested in the tree too; `known` are the symbols that its Kconfig files define;
    without them negated symbols are not looked at.
    """
    grounds: list[Ground] = []
    outcomes: dict[tuple[str, int], Elsewhere] = {}
    firing = firing_of(rules)
    for values in defaults:
        if firing is not None:
            firing.examine(values.model)
        grounds.append(ground(values, rules))
        for rule in rules:
            for number, example in enumerate(rule.examples):
                if example.architecture == values.model.architecture:
                    at_home = home(example.architecture)
                    outcomes[rule.id, number] = run_elsewhere(rule, example, values.model, at_home)
    footings = tuple(footing(rule, grounds, known) for rule in rules)
    wanted = [
        (item.rule.id, number) for item in footings if not item.lacking for number in range(len(item.rule.examples))
    ]
    examples = tuple(outcomes[key] for key in wanted if key in outcomes)
    return Survey(
        architectures=tuple(item.architecture for item in grounds),
        footings=footings,
        examples=examples,
        passed_over=sum(len(rule.examples) for rule in rules) - len(examples),
        roles=tuple(role_faults(roles, known, grounds[0].release)) if grounds and known is not None else (),
        firing=firing,
    )
