# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines of a full .config that its `conf` cannot have written: a person added them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.kconfig.menus import menu_order
from kpolicy.policy.checks.heirs import heirs

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.evaluate.values import Values


def is_out_of_order(values: Values, line: Assignment) -> bool:
    """Whether a line stands after one that `conf` writes later: most often it is at the end of the file."""
    config = values.config
    assert config is not None
    order = values.derived("menu order", lambda: menu_order(values.model))
    before = config.assignments[: config.assignments.index(line)]
    places = (order[item.name] for item in reversed(before) if item.name in order)
    return next(places, -1) > order.get(line.name, -1)


def has_no_source(values: Values, line: Assignment) -> bool:
    """Whether a line asks for what only the members of a choice give, and none of them is asked for."""
    found, symbol = heirs(values.model, line.name), values.model.symbol(line.name)
    if found is None or found.kind != "choice" or symbol is None:
        return False
    return not any(values.asked(edge.source) for edge in symbol.selected_by)
