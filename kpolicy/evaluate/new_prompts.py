# SPDX-License-Identifier: GPL-2.0-or-later
"""What `make oldconfig` would ask: the output of `conf --listnewconfig` (scripts/kconfig/conf.c: check_conf)."""

from __future__ import annotations

from kpolicy.evaluate.values import Values
from kpolicy.kconfig.menu_nodes import MenuNode, MenuTree
from kpolicy.kconfig.payload import DEFAULTS, HAS_PROMPT, IS_CHOICE, TRANSITIONAL


def new_prompts(values: Values) -> bytes:
    """A line for each symbol that is asked for, in the order in which that is done first.

    The value is the one that it has without an answer.
    """
    lines = (default_line(values, name) for name in new_symbols(values))
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


def new_symbols(values: Values) -> tuple[str, ...]:
    """The names of those symbols: they could be set, no config line sets them, and `conf` gets to them."""
    names, flags_of = values.model.names_by_node, values.model.flags_of
    nodes = dict.fromkeys(node for node in values.model.details.menu if isinstance(node, int) and node >= 0)
    with_prompt = (node for node in nodes if flags_of(node) & (HAS_PROMPT | IS_CHOICE) == HAS_PROMPT)
    new = [node for node in with_prompt if _is_new(values, node)]
    if not new:
        return ()
    menus = _Menus(values)
    places = ((menus.asks_at(node), node) for node in new)
    return tuple(names[node] for place, node in sorted(places) if place >= 0)


def default_line(values: Values, name: str) -> str:
    """The line that `conf` lists for a symbol: with n where .config would have "is not set"."""
    line = values.line(values.model.core.symbols[name], name)
    return f"CONFIG_{name}=n" if line is None or line.startswith("#") else line


def _is_new(values: Values, node: int) -> bool:
    return values.is_changeable(node) and values.own_value(node) is None and not _has_line_under_old_name(values, node)


def _has_line_under_old_name(values: Values, node: int) -> bool:
    """Whether the default in force is a transitional symbol with a line (symbol.c: sym_calc_value, since 6.18)."""
    model = values.model
    defaults = model.core.records[node][DEFAULTS]
    value = next((value for value, condition in defaults if values.node_value(condition)), None)
    if value is None or not model.flags_of(value) & TRANSITIONAL:
        return False
    return values.assignment(model.names_by_node[value]) is not None


class _Menus:
    """Which entries of the menu tree `conf` shows."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._tree = MenuTree(values.model)
        self._settles_shown = values.model.dialect.settles_shown
        self._shown: dict[MenuNode, bool] = {}

    def asks_at(self, symbol: int) -> int:
        """The place in the menus where a new symbol is asked for first, -1 where it is not."""
        for node in self._tree.definitions(symbol):
            if self._is_reached(node) and self._is_shown(node):
                # In 6.1 an option that is shown for what is below it counts as set from then on.
                settled = self._settles_shown and not self._is_in_view(node)
                return -1 if settled else node.place
        return -1

    def _is_reached(self, node: MenuNode) -> bool:
        """Whether `conf` looks at an entry: it does not look below one that is not shown (conf.c: check_conf)."""
        above = self._tree.above(node)
        return above is None or (self._is_shown(above) and self._is_reached(above))

    def _is_shown(self, node: MenuNode) -> bool:
        """Mirrors menu_is_visible() of menu.c."""
        known = self._shown.get(node)
        if known is None:
            known = self._shown[node] = self._is_in_view(node) or self._is_on_above_one(node)
        return known

    def _is_in_view(self, node: MenuNode) -> bool:
        """Whether the prompt of an entry is to be seen."""
        prompt = self._tree.prompt(node)
        if prompt is None or not self._values.node_value(node.visible_if):
            return False
        if node.kind in ("config", "choice"):
            return self._values.node_visibility(node.symbol, prompt) > 0
        return self._values.node_value(prompt) > 0

    def _is_on_above_one(self, node: MenuNode) -> bool:
        """Whether an entry is shown for what is below it: an option that is on."""
        is_on = node.kind in ("config", "choice") and self._values.node_value(node.symbol) > 0
        return is_on and any(map(self._is_shown, self._tree.below(node)))
