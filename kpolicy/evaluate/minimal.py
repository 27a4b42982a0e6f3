# SPDX-License-Identifier: GPL-2.0-or-later
"""The minimal config: what `conf --savedefconfig` would write (scripts/kconfig/confdata.c: conf_write_defconfig)."""

from __future__ import annotations

from collections.abc import Iterable

from kpolicy.evaluate.values import Values
from kpolicy.kconfig.payload import IS_CHOICE


def minimal_config(values: Values) -> tuple[str, ...]:
    """The lines of a defconfig that gives the same values, in the order of the menus."""
    names = values.model.names_by_node
    nodes = dict.fromkeys(node for node in values.model.details.menu if isinstance(node, int) and node >= 0)
    lines = (_needed_line(values, node, names[node]) for node in nodes)
    return tuple(line for line in lines if line is not None)


def needed_symbols(values: Values, names: Iterable[str]) -> frozenset[str]:
    """Those of some symbols that a minimal config has to name."""
    nodes = values.model.core.symbols
    return frozenset(name for name in names if name in nodes and _needed_line(values, nodes[name], name) is not None)


def _needed_line(values: Values, node: int, name: str) -> str | None:
    """The line of a symbol in the minimal config, None where it goes without saying."""
    model = values.model
    if model.core.records[node] is None or model.flags_of(node) & IS_CHOICE:
        return None
    line = values.line(node, name)
    if line is None or not values.is_changeable(node) or values.text(name) == values.default_text(node):
        return None
    return None if values.is_choice_default(node) else line
