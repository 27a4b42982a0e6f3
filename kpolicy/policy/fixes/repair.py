# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines that keep what an edit would switch off: EXPERT=y turns off many defaults that the config does not name."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from kpolicy.explain.shown import shown
from kpolicy.frozen import dataclass
from kpolicy.policy.edits import without_needless
from kpolicy.policy.fixes.lines import Document, Edit
from kpolicy.policy.fixes.requests import Guard, Request, edited_symbols, is_kept, rests_on
from kpolicy.policy.fixes.ways import Ways

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

_MOST_ROUNDS: Final = 6
_MOST_STEPS: Final = 4
_FEW: Final = 2


@dataclass(frozen=True)
class Repair:
    """Restores what edits turn off, as far as `is_met` goes on to hold.

    Brought back are requests, and what was on by a default that ends because the edits turn something else on.
    `before` are the values without the edits, `evaluate` gives those with some.
    """

    before: Values
    document: Document
    guard: Guard
    evaluate: Callable[[tuple[Edit, ...]], Values]
    is_met: Callable[[Values], bool]

    def lines(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
        """The lines to add to some edits; none of them is needless."""
        found: tuple[Edit, ...] = ()
        refused: set[str] = set()
        for _ in range(_MOST_ROUNDS):
            added = self._round((*edits, *found), refused)
            if not added:
                break
            found = (*found, *added)
        if len(found) < _FEW:
            return found
        target = self.losses((*edits, *found), edits)

        def suffice(fewer: tuple[Edit, ...]) -> bool:
            everything = (*edits, *fewer)
            return self.is_met(self.evaluate(everything)) and self.losses(everything, edits) <= target

        return without_needless(found, suffice)

    def _round(self, edits: tuple[Edit, ...], refused: set[str]) -> tuple[Edit, ...]:
        values = self.evaluate(edits)
        touched = edited_symbols(edits, self.document)
        put = tuple(
            edit
            for name in self._switched_off(values, touched)
            for edit in (self.document.put(name, shown(self.before, name)),)
            if name not in refused and self.guard.allows(edit, self.document)
        )
        if put and self.is_met(self.evaluate((*edits, *put))):
            return put
        added: tuple[Edit, ...] = ()
        for edit in put:
            if self.is_met(self.evaluate((*edits, *added, edit))):
                added = (*added, edit)
            else:
                refused.add(edit.symbol)
        if added:
            return added
        for request in self.guard.lost(values):
            name = request.line.name
            if name not in refused and name not in touched and not rests_on(values, name, self.guard.about):
                steps = self._regained(edits, request)
                if steps:
                    return steps
                refused.add(name)
        return ()

    def _regained(self, edits: tuple[Edit, ...], request: Request) -> tuple[Edit, ...]:
        """The lines after which a lost request is honoured again, always the most natural one next."""
        steps: tuple[Edit, ...] = ()
        for _ in range(_MOST_STEPS):
            everything = (*edits, *steps)
            ways = Ways(self.evaluate(everything), self.document, everything, plain=True)
            moves = ways.honour(request.line.name, request.line.value)
            edit = next((item for item in moves if self.guard.allows(item, self.document)), None)
            if edit is None:
                return ()
            steps = (*steps, edit)
            values = self.evaluate((*edits, *steps))
            if not self.is_met(values):
                return ()
            if is_kept(values, request):
                losses = (len(self.guard.lost(item)) for item in (values, self.evaluate(edits)))
                return steps if next(losses) < next(losses) else ()
        return ()

    def losses(self, everything: tuple[Edit, ...], edits: tuple[Edit, ...]) -> frozenset[str]:
        """The symbols that all edits together switch off, but for those that `edits` touch."""
        values = self.evaluate(everything)
        off = self._switched_off(values, edited_symbols(edits, self.document))
        return frozenset((*(item.line.name for item in self.guard.lost(values)), *off))

    def _switched_off(self, after: Values, touched: frozenset[str]) -> Iterator[str]:
        """What was on by a default that has ended because something was turned on, and a line could keep."""
        before, order = self.before, self.document.order
        names = before.model.names_by_node
        gone = [names[node] for node in set(before.on_nodes).difference(after.on_nodes)]
        for name in sorted(gone, key=lambda item: order.get(item, 0)):
            default = before.default(name)
            kept = name in touched or name in self.guard.about or after.assignment(name) is not None
            if kept or default is None or not after.visibility(name):
                continue
            inputs = itertools.chain(default.value.symbols(), default.condition.symbols())
            if any(after.tristate(item) > before.tristate(item) for item in inputs):
                yield name
