# SPDX-License-Identifier: GPL-2.0-or-later
"""The bill of a config in a few words, as a report over many configs carries it along.

Figures of a different certainty stay apart, as on the bill itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from kpolicy.costing.bill import Bill, Item, Machine, State
from kpolicy.costing.cost import CERTAINTIES, Certainty, CostKind
from kpolicy.frozen import dataclass
from kpolicy.location import Location


@dataclass(frozen=True, slots=True)
class CostLine:
    """One cost of a config, see `kpolicy.costing.bill.Item`.

    `amount` is in bytes, or `words` are those of the source; `certainty` is None where there is no figure.
    `symbol` is what is paid for, `place` the line that a person would edit to be rid of it.
    """

    cost: str
    title: str
    kind: CostKind
    state: State
    amount: int | None
    words: str
    certainty: Certainty | None
    per: str
    needs: str
    worked: str
    missing: tuple[str, ...]
    reason: str
    sources: tuple[str, ...]
    symbol: str
    place: Location | None


@dataclass(frozen=True, slots=True)
class CostSummary:
    """What the options of a config cost, and the machine that it was worked out for.

    `page_size` is None where the config does not tell it.
    """

    machine: Machine
    page_size: int | None
    lines: tuple[CostLine, ...]

    @property
    def totals(self) -> Mapping[Certainty, int]:
        """The bytes of memory that are paid at any rate, apart for each certainty."""
        totals: dict[Certainty, int] = {}
        for certainty in CERTAINTIES:
            amounts = [line.amount for line in self.lines if line.certainty == certainty and adds(line)]
            if amounts:
                totals[certainty] = sum(amount for amount in amounts if amount is not None)
        return totals


def adds(line: CostLine) -> bool:
    """Whether a line is memory that is paid once and without being asked for."""
    return (
        line.kind == "memory" and line.state == "known" and line.amount is not None and not line.per and not line.needs
    )


def summary(bill: Bill) -> CostSummary:
    """The summary of a bill."""
    return CostSummary(bill.machine, bill.page_size, tuple(_line(item) for item in bill.items))


def _line(item: Item) -> CostLine:
    cost, figure, chain = item.cost, item.figure, item.chain
    return CostLine(
        cost=cost.id,
        title=cost.title,
        kind=cost.kind,
        state=item.state,
        amount=item.amount,
        words=figure.text if figure is not None else "",
        certainty=figure.certainty if figure is not None else None,
        per=figure.per if figure is not None else "",
        needs=item.needs,
        worked=item.worked,
        missing=item.missing,
        reason=item.reason,
        sources=figure.sources if figure is not None else (),
        symbol=chain[0].symbol if chain else cost.symbols[0],
        place=chain[-1].location if chain else None,
    )
