# SPDX-License-Identifier: GPL-2.0-or-later
"""Submenus that come about by themselves: what hangs below a member of a choice is no member of it (before 6.11).

Mirrors the automatic submenus of scripts/kconfig/menu.c: menu_finalize, and expr.c: expr_depends_symbol.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kpolicy.kconfig.nodes import AND, EQUAL, MOD, NO, UNEQUAL, YES, NodeTable


@dataclass(slots=True)
class Run:
    """Entries of a choice, or of an `if` in it, one after the other.

    `is_below`: all of them hang below a member before.  `above` are the symbols below which the next entry can hang,
    the outermost first, each with the condition of its prompt and whether it has one.
    """

    is_below: bool = False
    above: list[tuple[int, int, bool]] = field(default_factory=list)

    def takes(self, table: NodeTable, seen: int, symbol: tuple[int, bool] | None = None) -> bool:
        """Whether the next entry hangs below another; `seen` is the condition under which it is to be seen.

        `symbol` is the entry itself, and whether it has a prompt, where others can hang below it.
        """
        while self.above and not _hangs_below(table, seen, self.above[-1]):
            self.above.pop()
        # What hangs below a symbol without a prompt is put beside it again.
        is_below = self.is_below or any(has_prompt for _, _, has_prompt in self.above)
        if symbol is not None:
            self.above.append((symbol[0], seen, symbol[1]))
        return is_below


def _hangs_below(table: NodeTable, seen: int, above: tuple[int, int, bool]) -> bool:
    symbol, condition, has_prompt = above
    if _depends_on(table, seen, symbol):
        return True
    # `(A || B) && C` hangs below A where that depends on C.
    needed = set(_factors(table, condition)) if has_prompt else set()
    return symbol in _symbols(table, seen) and needed <= set(_factors(table, seen))


def _depends_on(table: NodeTable, expression: int, symbol: int) -> bool:
    """Mirrors expr_depends_symbol()."""
    node = table.nodes[expression]
    if node is None:
        return expression == symbol
    if node[0] == AND:
        return any(_depends_on(table, operand, symbol) for operand in node[1:])
    if node[0] == EQUAL:
        return node[1] == symbol and node[2] in (MOD, YES)
    return node[0] == UNEQUAL and node[1] == symbol and node[2] == NO


def _factors(table: NodeTable, expression: int) -> Iterator[int]:
    node = table.nodes[expression]
    if node is not None and node[0] == AND:
        for operand in node[1:]:
            yield from _factors(table, operand)
    elif expression != YES:
        yield expression


def _symbols(table: NodeTable, expression: int) -> Iterator[int]:
    node = table.nodes[expression]
    if node is None:
        yield expression
    else:
        for operand in node[1:]:
            yield from _symbols(table, operand)
