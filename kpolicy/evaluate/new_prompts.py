# SPDX-License-Identifier: GPL-2.0-or-later
"""What `make oldconfig` would ask: the output of `conf --listnewconfig` (scripts/kconfig/conf.c: check_conf)."""

from __future__ import annotations

from kpolicy.evaluate.values import Values
from kpolicy.kconfig.payload import CHOICE, DEFAULTS, HAS_PROMPT, IS_CHOICE, TRANSITIONAL

# Of the details of a symbol.
_PROMPTS = 1


def new_prompts(values: Values) -> bytes:
    """A line for each symbol that could be set and that no config line sets, in the order of their first definition.

    The value is the one that it has without an answer.
    """
    lines = (default_line(values, name) for name in new_symbols(values))
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


def new_symbols(values: Values) -> tuple[str, ...]:
    """The names of those symbols."""
    names, flags_of = values.model.names_by_node, values.model.flags_of
    nodes = dict.fromkeys(node for node in values.model.details.menu if isinstance(node, int) and node >= 0)
    asked = (node for node in nodes if flags_of(node) & (HAS_PROMPT | IS_CHOICE) == HAS_PROMPT)
    return tuple(names[node] for node in asked if _is_new(values, node))


def default_line(values: Values, name: str) -> str:
    """The line that `conf` lists for a symbol: with n where .config would have "is not set"."""
    line = values.line(values.model.core.symbols[name], name)
    return f"CONFIG_{name}=n" if line is None or line.startswith("#") else line


def _is_new(values: Values, node: int) -> bool:
    return (
        values.is_changeable(node)
        and values.own_value(node) is None
        and not _is_in_hidden_choice(values, node)
        and not _has_line_under_old_name(values, node)
    )


def _is_in_hidden_choice(values: Values, node: int) -> bool:
    """Whether it is a member, without another prompt, of a choice whose own prompt is not visible.

    `make oldconfig` does not ask for it, though a line for it takes effect: since 6.11 what hides the prompt of a
    choice does not hide its members (menu.c: menu_is_visible).
    """
    model = values.model
    choice = model.core.records[node][CHOICE]
    if choice < 0 or model.dialect.choice_symbols or len(model.details.symbols[node][_PROMPTS]) > 1:
        return False
    return not values.node_visibility(model.core.choices[choice][0])


def _has_line_under_old_name(values: Values, node: int) -> bool:
    """Whether the default in force is a transitional symbol with a line (symbol.c: sym_calc_value, since 6.18)."""
    model = values.model
    defaults = model.core.records[node][DEFAULTS]
    value = next((value for value, condition in defaults if values.node_value(condition)), None)
    if value is None or not model.flags_of(value) & TRANSITIONAL:
        return False
    return values.assignment(model.names_by_node[value]) is not None
