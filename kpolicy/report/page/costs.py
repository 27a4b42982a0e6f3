# SPDX-License-Identifier: GPL-2.0-or-later
"""What the configs cost: bars, and a table of all figures, each once for all configs that pay it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kpolicy.costing.bill import Machine
from kpolicy.costing.cost import CERTAINTIES, KIND_MEANINGS, Certainty
from kpolicy.costing.summary import CostLine, CostSummary
from kpolicy.report.page.words import Anchors, Words
from kpolicy.report.text.amounts import amount_text

CERTAINTY_MEANINGS: Mapping[Certainty, str] = {
    "exact": "allocated by the source code, to the byte",
    "computed": "computed from the memory and the number of CPUs, as the source code does",
    "at most": "a limit in the source code",
    "at least": "allocated by the source code in the smallest case",
    "as documented": "stated in documentation",
    "address space": "reserved addresses, not memory",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A sum of memory: in words, in bytes, and as a share of the largest of its column, 0 to 100."""

    text: str
    amount: int
    share: float


@dataclass(slots=True)
class Figure:
    """A cost with its figure as some configs pay it; `configs` counts them."""

    anchor: str
    cost: str
    title: str
    kind: str
    state: str
    figure: str
    certainty: str
    worked: str
    sources: tuple[str, ...]
    configs: int = 0


@dataclass(frozen=True, slots=True)
class Paid:
    """A figure of a config, and the line that a person would edit to be rid of it."""

    figure: Figure
    symbol: str
    place: str


class Costs:
    """The costs of a page."""

    def __init__(self, words: Words, anchors: Anchors, summaries: Iterable[CostSummary | None]) -> None:
        self._words = words
        self._anchors = anchors
        self._figures: dict[tuple[object, ...], Figure] = {}
        found = [item for item in summaries if item is not None]
        self.machine = machine_text(found[0].machine) if found else ""
        self.known = bool(found)
        self._most: dict[Certainty, int] = {}
        for item in found:
            for certainty, amount in item.totals.items():
                self._most[certainty] = max(amount, self._most.get(certainty, 0))

    @property
    def certainties(self) -> tuple[Certainty, ...]:
        """The certainties of the sums that there are: each has a column, none is added to another."""
        return tuple(certainty for certainty in CERTAINTIES if certainty in self._most)

    @property
    def meanings(self) -> Mapping[Certainty, str]:
        """What the certainties of the figures mean."""
        found = {figure.certainty for figure in self._figures.values()}
        return {certainty: meaning for certainty, meaning in CERTAINTY_MEANINGS.items() if certainty in found}

    @property
    def figures(self) -> list[Figure]:
        """All figures, by what is paid."""
        return sorted(self._figures.values(), key=lambda item: (item.cost, -item.configs, item.figure, item.worked))

    def bars(self, cost: CostSummary | None) -> tuple[Bar | None, ...]:
        """The sums of a config, a bar for each of `certainties`, None where nothing is paid."""
        totals = cost.totals if cost is not None else {}
        return tuple(
            Bar(amount_text(totals[certainty]), totals[certainty], _share(totals[certainty], self._most[certainty]))
            if certainty in totals
            else None
            for certainty in self.certainties
        )

    def paid(self, cost: CostSummary | None) -> tuple[Paid, ...]:
        """What a config pays for."""
        words = self._words
        return tuple(
            Paid(self._figure(line), words(line.symbol), words(str(line.place)) if line.place is not None else "")
            for line in (cost.lines if cost is not None else ())
        )

    def _figure(self, line: CostLine) -> Figure:
        key = (line.cost, line.state, line.amount, line.words, line.worked, line.reason, line.certainty, line.missing)
        figure = self._figures.get(key)
        if figure is None:
            figure = self._figures[key] = Figure(
                anchor=self._anchors.name("cost", line.cost),
                cost=self._words(line.cost),
                title=self._words(line.title),
                kind=KIND_MEANINGS[line.kind],
                state=line.state,
                figure=self._words(figure_text(line)),
                certainty=line.certainty or "",
                worked=self._words(line.worked),
                sources=tuple(self._words(source) for source in line.sources),
            )
        figure.configs += 1
        return figure


def figure_text(line: CostLine) -> str:
    """A figure in a few words, or why there is none."""
    if line.state == "open":
        text = f"open: needs {' and '.join(f'--{name}' for name in line.missing)}"
    elif line.state != "known":
        text = f"{line.state}: {line.reason}" if line.reason else line.state
    elif line.amount is not None:
        text = f"{amount_text(line.amount)} per {line.per}" if line.per else amount_text(line.amount)
    else:
        text = line.words
    return f"{text}, with {line.needs}" if line.needs else text


def line_text(line: CostLine) -> str:
    """A cost with its figure, what that is worth, and by whose account."""
    worth = f" ({line.certainty})" if line.certainty and line.amount is not None else ""
    sources = f"; {'; '.join(line.sources)}" if line.sources else ""
    return f"{line.title}: {figure_text(line)}{worth}{sources}"


def machine_text(machine: Machine) -> str:
    """The machine that figures are for."""
    ram = f"{amount_text(machine.ram)} of memory" if machine.ram is not None else ""
    cpus = f"{machine.cpus} CPUs" if machine.cpus is not None else ""
    return " and ".join(filter(None, (ram, cpus)))


def _share(amount: int, most: int) -> float:
    return round(100 * amount / most, 1) if most else 0.0
