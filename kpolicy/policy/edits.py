# SPDX-License-Identifier: GPL-2.0-or-later
"""What searches for edits share: lines from values, and leaving out what is not needed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Final, TypeVar

Item = TypeVar("Item")

# Of so few edits every choice is tried.
_FEW: Final = 3


def line_of(name: str, value: str) -> str:
    """The config line that asks for a value: "n" is "is not set"; strings are in quotes already."""
    return f"# CONFIG_{name} is not set" if value == "n" else f"CONFIG_{name}={value}"


def without_needless(items: tuple[Item, ...], suffice: Callable[[tuple[Item, ...]], bool]) -> tuple[Item, ...]:
    """Items that suffice, without those that are not needed: no smaller choice of a few, no single one of many."""
    if 1 < len(items) <= _FEW:
        for size in range(1, len(items)):
            for fewer in itertools.combinations(items, size):
                if suffice(fewer):
                    return fewer
        return items
    for item in items if len(items) > 1 else ():
        fewer = tuple(other for other in items if other is not item)
        if fewer and suffice(fewer):
            items = fewer
    return items
