# SPDX-License-Identifier: GPL-2.0-or-later
"""The costs that are documented for a symbol, for readers without a config that they could be computed for."""

from __future__ import annotations

from collections.abc import Iterable

from kpolicy.costing.cost import Cost, Figure
from kpolicy.costing.formula import names
from kpolicy.policy.expressions.expression import And, Expression
from kpolicy.policy.expressions.partial import ALWAYS


def paid_for(cost: Cost) -> frozenset[str]:
    """The symbols that a cost is about: what is paid for, and what a formula computes it from."""
    formulas = (figure.formula for figure in cost.figures if figure.formula is not None)
    return frozenset(cost.symbols).union(*map(names, formulas))


def documented(symbol: str, costs: Iterable[Cost]) -> tuple[Cost, ...]:
    """The costs that are about a symbol; those of what it selects are not known without Kconfig files."""
    return tuple(cost for cost in costs if symbol in paid_for(cost))


def condition(cost: Cost, figure: Figure) -> Expression:
    """When a figure of a cost is the one that is paid, if no earlier one is."""
    if figure.when == ALWAYS or cost.when == figure.when:
        return cost.when
    return And((cost.when, figure.when))
