# SPDX-License-Identifier: GPL-2.0-or-later
"""The map of the findings: which rule speaks where.

A few configs are columns of one map.  Of many, the columns are architectures, and each of those has a map of its own,
with a row a config.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kpolicy.frozen import dataclass
from kpolicy.policy.rules.rule import SEVERITIES, Severity
from kpolicy.report.page.findings import Row

_FEW = 16
"""So many configs are columns of one map."""
_STEPS = (1, 3, 10, 30, 100)
"""From so many findings on a cell is a shade darker."""


class Head(NamedTuple):
    """What a row or column is about, and where the page says more of it."""

    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Cell:
    """So many findings, the worst of them, and where the first one is."""

    count: int
    severity: Severity
    shade: int
    first: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its cells, None where there is no finding, and their sum."""

    head: Head
    cells: tuple[Cell | None, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Map:
    """A map; `rows` and `across` are what its rows and columns stand for: rule, config or arch."""

    title: str
    anchor: str
    rows: str
    across: str
    columns: tuple[Head, ...]
    lines: tuple[Line, ...]
    total: int


class Mark(NamedTuple):
    """A finding in the map, and what names its row and column."""

    row: Head
    column: Head
    finding: Row


def make_map(title: str, anchor: str, sides: tuple[str, str], marks: Iterable[Mark], columns: Sequence[Head]) -> Map:
    """The map of some marks, the rows with the most findings of the worst severity first."""
    found: dict[Head, dict[Head, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for mark in marks:
        found[mark.row][mark.column].append(mark)
    lines = []
    for head, by_column in found.items():
        cells = tuple(_cell(by_column[column]) if column in by_column else None for column in columns)
        lines.append(Line(head, cells, sum(cell.count for cell in cells if cell is not None)))
    lines.sort(key=_rank)
    return Map(title, anchor, *sides, tuple(columns), tuple(lines), sum(line.total for line in lines))


def ordered_columns(marks: Sequence[Mark]) -> list[Head]:
    """The columns of some marks, those with most findings first."""
    counts = Counter(mark.column for mark in marks)
    return sorted(counts, key=lambda head: (-counts[head], head.text))


def few(configs: int) -> bool:
    """Whether so many configs can be the columns of one map."""
    return configs <= _FEW


def by_name(heads: Iterable[Head]) -> list[Head]:
    """Heads by their text, each once."""
    return sorted(set(heads))


def _cell(marks: Sequence[Mark]) -> Cell:
    worst = min((mark.finding.severity for mark in marks), key=SEVERITIES.index)
    count = len(marks)
    shade = sum(count >= step for step in _STEPS)
    return Cell(count, worst, shade, marks[0].finding.anchor)


def _rank(line: Line) -> tuple[int, int, str]:
    worst = min(SEVERITIES.index(cell.severity) for cell in line.cells if cell is not None)
    return worst, -line.total, line.head.text
