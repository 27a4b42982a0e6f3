# SPDX-License-Identifier: GPL-2.0-or-later
"""What options cost."""

from __future__ import annotations

from collections.abc import Mapping

from kpolicy.api.results.places import Location
from kpolicy.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine that costs are computed for: memory and page size in bytes, possible CPUs; None: not stated."""

    ram: int | None
    cpus: int | None
    page_size: int | None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an option is on that costs something."""

    symbol: str
    value: str
    text: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class MeasuredChange:
    """A quantity of two small kernels or boots: bytes, or instructions."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class MeasuredCost:
    """What options, or the `parameters` that enable them, cost a small kernel that was built and booted.

    `costs` are the ids of those that show in it together, `computed` what kpolicy computes for them in bytes, and `why`
    says why that differs; `ram` is in bytes.
    """

    kernel: str
    architecture: str
    compiler: str
    ram: int
    cpus: int
    recipe: str
    options: tuple[str, ...]
    parameters: str | None
    costs: tuple[str, ...]
    computed: int | None
    why: str | None
    figures: Mapping[str, MeasuredChange]


@dataclass(frozen=True, slots=True)
class CostItem:
    """What an option costs: `bytes`, where they can be computed, `figure` in words, or the `reason` for neither.

    In the report on a config `symbol` and `location` say what to edit; in that on costs `causes` say why it is on, and
    `measured` is what it cost small kernels.
    """

    id: str
    title: str
    kind: str
    state: str
    bytes: int | None
    figure: str | None
    certainty: str | None
    per: str | None
    needs: str | None
    worked: str | None
    sources: tuple[str, ...]
    missing: tuple[str, ...]
    reason: str | None
    command_line: str | None = None
    formula: str | None = None
    note: str | None = None
    causes: tuple[Cause, ...] = ()
    measured: tuple[MeasuredCost, ...] = ()
    symbol: str | None = None
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class CostReport:
    """What the debug options of a config cost; `totals` are bytes by certainty."""

    config: str
    architecture: str
    version: str
    machine: Machine
    totals: Mapping[str, int]
    costs: tuple[CostItem, ...]


@dataclass(frozen=True, slots=True)
class CostSummary:
    """What the options of a config cost on a machine; `totals` are bytes by certainty."""

    machine: Machine
    totals: Mapping[str, int]
    costs: tuple[CostItem, ...]


@dataclass(frozen=True, slots=True)
class CostChange:
    """A cost whose figure is another one afterwards."""

    before: CostItem
    after: CostItem


@dataclass(frozen=True, slots=True)
class CostChanges:
    """The costs that come, those that go, and those that become others."""

    adds: tuple[CostItem, ...]
    removes: tuple[CostItem, ...]
    changes: tuple[CostChange, ...]


@dataclass(frozen=True, slots=True)
class LineCosts:
    """What the edited lines for a symbol change; `documented` says whether any cost is about the symbol."""

    symbol: str
    documented: bool
    adds: tuple[CostItem, ...]
    removes: tuple[CostItem, ...]
    changes: tuple[CostChange, ...]


@dataclass(frozen=True, slots=True)
class CostDifference:
    """What edits cost: bytes by certainty `before` and `after`, the changes by line, and those of several together.

    `undocumented` is the number of lines that no cost is about.
    """

    machine: Machine
    before: Mapping[str, int]
    after: Mapping[str, int]
    lines: tuple[LineCosts, ...]
    others: CostChanges
    undocumented: int
