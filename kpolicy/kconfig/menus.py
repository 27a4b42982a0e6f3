# SPDX-License-Identifier: GPL-2.0-or-later
"""The menus in which the symbols of an architecture are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from kpolicy.kconfig.payload import BLOCK_END, MENU_END
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model


TITLED: Final = ("menu", "comment")
"""What of the menu tree .config shows, by a title."""


class Menu(NamedTuple):
    """A menu: its title, and the node of what it depends on."""

    title: str
    dependency: int


def shown(menu: Iterable[Any]) -> list[Any]:
    """A menu tree without what .config does not show of it: ifs and choices."""
    return [item for item in menu if (item != BLOCK_END if isinstance(item, int) else item[0] in TITLED)]


def menus_of(model: Model) -> Mapping[str, tuple[Menu, ...]]:
    """The menus around each symbol, the outermost first, at its first definition."""
    names = model.names_by_node
    around: list[Menu] = []
    found: dict[str, tuple[Menu, ...]] = {}
    for item in model.details.menu:
        if item == MENU_END:
            around.pop()
        elif isinstance(item, int):
            if item == BLOCK_END:
                continue
            found.setdefault(names[item], tuple(around))
        elif item[0] == "menu":
            around.append(Menu(item[1], item[3]))
    return found


def menu_order(model: Model) -> dict[str, int]:
    """The place of each symbol in the menus: the order in which `conf` writes lines."""
    names = model.names_by_node
    found: dict[str, int] = {}
    for place, node in enumerate(model.details.menu):
        if isinstance(node, int) and node >= 0:
            found.setdefault(names[node], place)
    return found
