# SPDX-License-Identifier: GPL-2.0-or-later
"""Submenus that come about by themselves, where what follows a symbol depends on it.

What hangs below a member of a choice is no member of it (before 6.11), and what hangs below an option is not asked for
where that one is not shown.  Mirrors the automatic submenus of scripts/kconfig/menu.c: menu_finalize, with what that
asks of expr.c.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kpolicy.kconfig.menu_tree import Entry
from kpolicy.kconfig.shape import Shaper, canonical, flat
from kpolicy.kconfig.syntax import MOD, NO, YES, Ast, names_in
from kpolicy.tuples import NamedTuple


class Above(NamedTuple):
    """A symbol below which the next entry can hang: the condition of its prompt, and whether it has one."""

    name: str
    condition: Ast | None
    has_prompt: bool


def hangs_below(shaper: Shaper, seen: Ast | None, above: Above, *, negation_parts: bool = False) -> bool:
    """Whether an entry that is `seen` under a condition hangs below a symbol."""
    name = above.name
    if seen is None or name not in set(names_in(seen)):
        return False
    # expr_depends_symbol()
    if any(part in (name, ("=", name, MOD), ("=", name, YES), ("!=", name, NO)) for part in flat(seen, "&&")):
        return True
    if negation_parts and _is_negated(seen, name):
        return False
    # `(A || B) && C` hangs below A where that depends on C; an n is no such C (__expr_eliminate_eq).
    needed = set(_factors(shaper, above.condition))
    return NO not in needed and needed <= set(_factors(shaper, seen))


def _is_negated(seen: Any, name: str) -> bool:
    """Mirrors expr_contains_symbol_negated()."""
    if seen[0] in ("&&", "||"):
        return any(_is_negated(part, name) for part in seen[1:])
    return seen in (("!", name), ("=", name, NO), ("!=", name, YES), ("!=", name, MOD))


def _factors(shaper: Shaper, condition: Ast | None) -> Iterator[object]:
    """The parts of `condition != n` that all have to hold."""
    if condition is not None:
        for part in flat(shaper.not_no(condition), "&&"):
            if part != YES:
                yield canonical(part)


@dataclass(slots=True)
class Run:
    """Entries of a choice, or of an `if` in it, one after the other; `around` is what they depend on there.

    `is_below`: all of them hang below a member before.  `above` are the symbols below which the next entry can hang,
    the outermost first.
    """

    shaper: Shaper
    around: Ast | None = None
    is_below: bool = False
    above: list[Above] = field(default_factory=list)

    def inside(self, block: Entry) -> Run:
        """The run of the entries in a block that is the next entry."""
        is_below = self.takes(block)
        return Run(self.shaper, self._dependency(block), is_below)

    def takes(self, entry: Entry) -> bool:
        """Whether the next entry hangs below another."""
        seen = dependency = self._dependency(entry)
        if entry.prompt is not None:
            written = entry.prompt.operands[1]
            seen = self.shaper.condition(dependency, None if written is YES else written)
        while self.above and not hangs_below(self.shaper, seen, self.above[-1]):
            self.above.pop()
        # What hangs below a symbol without a prompt is put beside it again.
        is_below = self.is_below or any(item.has_prompt for item in self.above)
        if entry.kind == "config" and entry.name is not None:
            condition = seen if entry.prompt is not None else None
            self.above.append(Above(entry.name, condition, entry.prompt is not None))
        return is_below

    def _dependency(self, entry: Entry) -> Ast | None:
        own = [item.operands[0] for item in entry.properties if item.kind == "depends"]
        return self.shaper.condition(self.around, ("&&", *own) if len(own) > 1 else own[0] if own else None)
