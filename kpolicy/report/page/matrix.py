# SPDX-License-Identifier: GPL-2.0-or-later
"""The map of the findings: which rule fires where.

A few configs are the columns; of many, their architectures are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from kpolicy.frozen import dataclass
from kpolicy.policy.rules.rule import SEVERITIES, Severity
from kpolicy.report.page.configs import ConfigRow
from kpolicy.report.page.findings import Row
from kpolicy.report.page.parts import part_rank
from kpolicy.tuples import NamedTuple

_FEW = 16
"""So many configs are columns."""
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
    """A map with a row a rule; `across` is what its columns stand for: config or arch."""

    title: str
    across: str
    columns: tuple[Head, ...]
    lines: tuple[Line, ...]


class Mark(NamedTuple):
    """A finding in the map, and what names its row and column."""

    row: Head
    column: Head
    finding: Row


def make_map(findings: Iterable[Row], configs: Sequence[ConfigRow], architectures: Mapping[str, str]) -> Map | None:
    """The map of the findings in configs; `architectures` are anchors.  None where there is no such finding."""
    by_anchor = {config.anchor: config for config in configs}
    in_configs = [(row, by_anchor[row.config]) for row in findings if row.config]
    if not in_configs:
        return None
    few = len(configs) <= _FEW

    def column(config: ConfigRow) -> Head:
        name = config.architecture
        return Head(config.name, config.anchor) if few else Head(name, architectures[name])

    marks = [Mark(Head(row.rule, row.rule_anchor), column(config), row) for row, config in in_configs]
    heads = tuple(map(column, configs)) if few else tuple(sorted({mark.column for mark in marks}))
    title = f"Findings by rule and {'config' if few else 'architecture'}"
    return Map(title, "config" if few else "arch", heads, _lines(marks, heads))


def _lines(marks: Iterable[Mark], columns: Sequence[Head]) -> tuple[Line, ...]:
    """The rows: debug policy first as in the list, then those with the most findings of the worst severity."""
    found: dict[Head, dict[Head, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for mark in marks:
        found[mark.row][mark.column].append(mark)
    lines = []
    for head, by_column in found.items():
        cells = tuple(_cell(by_column[column]) if column in by_column else None for column in columns)
        lines.append(Line(head, cells, sum(cell.count for cell in cells if cell is not None)))
    return tuple(sorted(lines, key=_rank))


def _cell(marks: Sequence[Mark]) -> Cell:
    worst = min((mark.finding.severity for mark in marks), key=SEVERITIES.index)
    count = len(marks)
    shade = sum(count >= step for step in _STEPS)
    return Cell(count, worst, shade, marks[0].finding.anchor)


def _rank(line: Line) -> tuple[int, int, int, str]:
    worst = min(SEVERITIES.index(cell.severity) for cell in line.cells if cell is not None)
    return part_rank(line.head.text), worst, -line.total, line.head.text
