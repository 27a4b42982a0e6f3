# SPDX-License-Identifier: GPL-2.0-or-later
"""Conditions of requirements that mention a symbol which the tree does not define.

Such a symbol counts as n, so that the requirement would be for no config, or for every one, and nothing would show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kpolicy.frozen import replace
from kpolicy.policy.checks.reasons import is_foreign
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.judging.known_as import known_as, under_names_here

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.policy.checks.reasons import Names
    from kpolicy.policy.expressions.expression import Expression
    from kpolicy.policy.files.requirement import Requirement


def unknown_in_conditions(
    values: Values, requirements: Iterable[Requirement], config: str, names: Names | None
) -> Iterator[tuple[str, Requirement]]:
    """The names that conditions mention and no architecture has, each with the first requirement it decides about.

    Not in policies of other tools, whose conditions are for many releases, and not where the requirement is for other
    configs anyway, or for kernels that have its symbol and this one has not.
    """
    told: set[tuple[Expression, str]] = set()
    for item in requirements:
        when = item.scope.when
        if when is None or item.origin == "foreign":
            continue
        if not replace(item.scope, when=None).covers(values, config):
            continue
        if item.if_exists and not values.model.is_defined(known_as(values.model, item).symbol):
            continue
        for name in symbols(under_names_here(values.model, when)):
            is_meant = f"exists({name})" in str(when)
            if values.model.is_defined(name) or is_meant or is_foreign(name, names) or (when, name) in told:
                continue
            told.add((when, name))
            yield name, item
