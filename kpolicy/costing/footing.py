# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether costs say what they mean in a tree that does not define a symbol that they take for off."""

from __future__ import annotations

from collections.abc import Container, Iterator

from kpolicy.costing.cost import Cost
from kpolicy.costing.formula import VARIABLES, boot_parameter, names
from kpolicy.policy.expressions.expression import And
from kpolicy.policy.expressions.partial import NEVER, released, remains
from kpolicy.policy.rule_tests.footing import unstated_negations


def absence_faults(cost: Cost, known: Container[str], release: str) -> Iterator[str]:
    """What a cost leaves unsaid in a tree of a release that defines the `known` symbols.

    A condition that negates a symbol holds where the tree does not define it, and a formula takes such a symbol for 0.
    Figures that cannot hold in such a tree are left out.
    """
    found: dict[str, None] = {}
    stated = {item.symbol for item in cost.absent}
    for figure in cost.figures:
        both = And((cost.when, figure.when))
        if remains(released(both, release), known) == NEVER:
            continue
        found.update(dict.fromkeys(unstated_negations(both, cost.absent, known, release)))
        found.update(dict.fromkeys(unstated_negations(figure.unless, cost.absent, known, release)))
        for name in names(figure.formula) if figure.formula is not None else ():
            if name not in VARIABLES and boot_parameter(name) is None and name not in known and name not in stated:
                found[f"a formula takes {name} for 0, and no architecture defines it: state in 'absent' why"] = None
    yield from found
