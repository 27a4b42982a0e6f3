# SPDX-License-Identifier: GPL-2.0-or-later
"""Submenus that come about by themselves: what hangs below a member of a choice is no member of it (before 6.11).

Mirrors the automatic submenus of scripts/kconfig/menu.c: menu_finalize, with what that asks of expr.c.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from kpolicy.kconfig.nodes import AND, EQUAL, MOD, NO, NOT, OR, UNEQUAL, YES, NodeTable


@dataclass(slots=True)
class Run:
    """Entries of a choice, or of an `if` in it, one after the other.

    `is_below`: all of them hang below a member before.  `above` are the symbols below which the next entry can hang,
    the outermost first, each with the condition of its prompt and whether it has one.
    """

    is_below: bool = False
    above: list[tuple[int, int, bool]] = field(default_factory=list)

    def takes(
        self, table: NodeTable, seen: int, named: Collection[int], symbol: tuple[int, bool] | None = None
    ) -> bool:
        """Whether the next entry hangs below another; `seen` is the condition under which it is to be seen.

        `named` are the symbols that its condition names as it is written, which in `seen` may be left out: `A || y` is
        y, `A && n` is n.  `symbol` is the entry itself, and whether it has a prompt, where others can hang below it.
        """
        while self.above and not _hangs_below(table, seen, named, self.above[-1]):
            self.above.pop()
        # What hangs below a symbol without a prompt is put beside it again.
        is_below = self.is_below or any(has_prompt for _, _, has_prompt in self.above)
        if symbol is not None:
            self.above.append((symbol[0], seen, symbol[1]))
        return is_below


def _hangs_below(table: NodeTable, seen: int, named: Collection[int], above: tuple[int, int, bool]) -> bool:
    symbol, condition, has_prompt = above
    factors = set(_factors(table, seen))
    # expr_depends_symbol()
    if factors & {(0, symbol), (EQUAL, symbol, MOD), (EQUAL, symbol, YES), (UNEQUAL, symbol, NO)}:
        return True
    if symbol not in named and symbol not in _symbols(table, seen):
        return False
    # `(A || B) && C` hangs below A where that depends on C.
    needed = set(_factors(table, condition)) if has_prompt else set()
    return seen == NO or needed <= factors


def _factors(table: NodeTable, expression: int, negated: int = 0) -> Iterator[tuple[int, ...]]:
    """The parts that all have to hold, as expr_transform() shapes them: comparisons, and (NOT or 0, node)."""
    node = table.nodes[expression]
    if node is None or node[0] not in (AND, OR, NOT, EQUAL, UNEQUAL):
        if expression != YES:
            yield negated, expression
    elif node[0] == NOT:
        yield from _factors(table, node[1], 0 if negated else NOT)
    elif node[0] == (OR if negated else AND):
        for operand in node[1:]:
            yield from _factors(table, operand, negated)
    elif node[0] in (AND, OR):
        yield negated, expression
    else:
        yield (EQUAL + UNEQUAL - node[0] if negated else node[0]), node[1], node[2]


def _symbols(table: NodeTable, expression: int) -> Iterator[int]:
    node = table.nodes[expression]
    if node is None:
        yield expression
    else:
        for operand in node[1:]:
            yield from _symbols(table, operand)
