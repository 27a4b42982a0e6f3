# SPDX-License-Identifier: GPL-2.0-or-later
"""The minimal config: what `conf --savedefconfig` would write (scripts/kconfig/confdata.c: conf_write_defconfig)."""

from __future__ import annotations

from collections.abc import Iterator

from kpolicy.evaluate.values import Values
from kpolicy.kconfig.payload import IS_CHOICE


def minimal_config(values: Values) -> tuple[str, ...]:
    """The lines of a defconfig that gives the same values, in the order of the menus."""
    return tuple(line for _name, line in _needed(values))


def needed_symbols(values: Values) -> frozenset[str]:
    """The symbols that a minimal config has to name."""
    return frozenset(name for name, _line in _needed(values))


def _needed(values: Values) -> Iterator[tuple[str, str]]:
    model = values.model
    names = model.names_by_node
    seen: set[int] = set()
    for node in model.details.menu:
        if not isinstance(node, int) or node < 0 or node in seen:
            continue
        seen.add(node)
        name = names[node]
        line = values.line(node, name)
        if line is None or model.flags_of(node) & IS_CHOICE:
            continue
        if not values.is_changeable(node) or values.text(name) == values.default_text(node):
            continue
        if not values.is_choice_default(node):
            yield name, line
