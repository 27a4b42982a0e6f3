# SPDX-License-Identifier: GPL-2.0-or-later
"""What edited lines change of a bill: the costs that come, go or become others, with the line that does it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from kpolicy.costing.bill import Bill, Item
from kpolicy.costing.cost import Cost
from kpolicy.costing.documented import paid_for
from kpolicy.costing.formula import names
from kpolicy.explain.blocked import blockers
from kpolicy.explain.cause import cause
from kpolicy.explain.shown import shown
from kpolicy.frozen import dataclass
from kpolicy.policy.expressions.expression import symbols

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


@dataclass(frozen=True, slots=True)
class CostChange:
    """A cost that is another one afterwards: None before for one that comes, None after for one that goes."""

    before: Item | None
    after: Item | None


@dataclass(frozen=True, slots=True)
class LineCosts:
    """What an edited line changes of the bill.

    `documented`: whether any cost is about its symbol.  Without changes such a cost is paid before and after, or in
    neither case.
    """

    symbol: str
    changes: tuple[CostChange, ...]
    documented: bool


@dataclass(frozen=True, slots=True)
class CostDifference:
    """The bills before and after, what each line changes of them, and what cannot be traced to one."""

    before: Bill
    after: Bill
    lines: tuple[LineCosts, ...]
    others: tuple[CostChange, ...]


def cost_difference(
    before: tuple[Values, Bill], after: tuple[Values, Bill], edited: Iterable[str], costs: Iterable[Cost]
) -> CostDifference:
    """What the edits of the lines for some symbols change, from the values and bills before and after them."""
    own = tuple(dict.fromkeys(edited))
    found: dict[str | None, list[CostChange]] = {}
    for change in _changes(before[1], after[1]):
        found.setdefault(_line(change, before[0], after[0], own), []).append(change)
    about = frozenset(name for cost in costs for name in paid_for(cost))
    lines = tuple(LineCosts(name, tuple(found.get(name, ())), name in about or name in found) for name in own)
    return CostDifference(before[1], after[1], lines, tuple(found.get(None, ())))


def _changes(before: Bill, after: Bill) -> Iterator[CostChange]:
    """The costs of which `kpolicy cost` prints something else afterwards, in the order of their ids."""
    old, new = ({item.cost.id: item for item in bill.items} for bill in (before, after))
    for name in sorted({*old, *new}):
        change = CostChange(old.get(name), new.get(name))
        if change.before is None or change.after is None or _printed(change.before) != _printed(change.after):
            yield change


def _printed(item: Item) -> tuple[object, ...]:
    figure = item.figure
    words = (figure.text, figure.certainty, figure.per, figure.sources) if figure is not None else ()
    return item.state, item.amount, item.worked, item.missing, item.reason, item.needs, item.command_line, words


def _line(change: CostChange, before: Values, after: Values, edited: Collection[str]) -> str | None:
    """The edited symbol that a change is due to; None where no single one can be named.

    It is the one that the cause of the cost ends at, else one that kept the cause from having an effect, else one that
    the figure is computed from, itself or by a value that it changes.
    """
    item = change.after or change.before
    assert item is not None
    chain = [link.symbol for link in reversed(item.chain)]
    other = before if change.before is None else after
    in_the_way = (name for link in chain for blocker in blockers(other, link) for name in blocker.symbols)
    read = tuple(dict.fromkeys(_read(item)))
    altered = (name for name in read if before.model.is_defined(name) and shown(before, name) != shown(after, name))
    through = (link.symbol for name in altered for values in (after, before) for link in cause(values, name))
    ways: Sequence[Iterable[str]] = (chain, in_the_way, read, through)
    return next((name for way in ways for name in way if name in edited), None)


def _read(item: Item) -> Iterator[str]:
    """The symbols that decide which figure a cost has, and what it comes to."""
    figure = item.figure
    if figure is not None and figure.formula is not None:
        yield from names(figure.formula)
    yield from symbols(item.cost.when)
    for candidate in item.cost.figures:
        yield from symbols(candidate.when)
