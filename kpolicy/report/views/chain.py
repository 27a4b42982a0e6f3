# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kpolicy chain` prints: the records of all its formats, the text, and the JSON."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kpolicy.errors import printable
from kpolicy.explain.chain import Paths, Reach
from kpolicy.explain.edges import Edge, Kind
from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.report.json.pieces import location_document
from kpolicy.report.text.style import Style

# Columns are as wide as their widest cell, but one endless condition shall not push all places away.
_WIDEST = (64, 40)
_HEADS = {"out": "enables", "in": "can be enabled by"}


@dataclass(frozen=True, slots=True)
class Note:
    """What there is to say about a symbol: its value where there is a config, and where it is first defined.

    Without a `location` the architecture does not define it.
    """

    value: str | None
    location: Location | None


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What one symbol enables or is enabled by (`reaches`), or the ways between two (`paths`)."""

    architecture: str
    version: str
    config: str | None
    kinds: tuple[Kind, ...]
    notes: Mapping[str, Note]
    reaches: tuple[Reach, ...] = ()
    paths: Paths | None = None

    @property
    def context(self) -> str:
        """What the answer holds for."""
        words = [self.architecture, f"Linux {self.version}", *([self.config] if self.config is not None else [])]
        return ", ".join(words)

    @property
    def title(self) -> str:
        """What was asked, in words."""
        if self.paths is not None:
            return f"from {self.paths.start} to {self.paths.goal} ({self.context})"
        return f"{self.named(self.reaches[0].root)} ({self.context})"

    def named(self, name: str) -> str:
        """A symbol with its value, where it has one."""
        note = self.notes.get(name)
        return f"{name}={note.value}" if note is not None and note.value is not None else name

    def edges(self) -> tuple[Edge, ...]:
        """All edges, each once."""
        groups = [edges for item in self.reaches for edges in item.edges.values()]
        if self.paths is not None:
            groups += self.paths.edges.values()
        return tuple(dict.fromkeys(edge for edges in groups for edge in edges))


@dataclass(frozen=True, slots=True)
class _Row:
    depth: int
    edge: Edge | None
    remark: str


def chain_lines(report: ChainReport, style: Style) -> Iterator[str]:
    """The report as text: one line an edge, `A -> B  what the line says  file:line`."""
    note = report.notes.get(report.reaches[0].root) if report.reaches else None
    place = f"  {note.location}" if note is not None and note.location is not None else ""
    yield style.mark("strong", printable(report.title)) + printable(place)
    if report.config is not None:
        yield "  * in effect in this config"
    if report.paths is not None:
        yield from _path_lines(report, report.paths, style)
        return
    blocks = [list(_rows(item, report)) for item in report.reaches]
    widths = _widths([row for rows in blocks for row in rows])
    for item, rows in zip(report.reaches, blocks, strict=True):
        yield f"  {_HEADS[item.direction]}"
        yield from (_line(row, widths, style) for row in rows)
        if not rows:
            yield "    nothing"


def _path_lines(report: ChainReport, paths: Paths, style: Style) -> Iterator[str]:
    if not paths.found:
        yield f"  {printable(paths.start)} cannot enable {printable(paths.goal)} by {', '.join(report.kinds)}"
        return
    blocks = [
        [_Row(0, edge, "") for pair in itertools.pairwise(way) for edge in paths.edges[pair]] for way in paths.found
    ]
    widths = _widths([row for rows in blocks for row in rows])
    for number, rows in enumerate(blocks):
        if number:
            yield ""
        yield from (_line(row, widths, style) for row in rows)
    if paths.more:
        yield "\n  and more paths (--all)"


def _rows(item: Reach, report: ChainReport) -> Iterator[_Row]:
    """The edges as a tree: each symbol is opened once, where it is nearest to the root."""
    opened = {item.root}
    # Chains can be as long as a file likes, so no recursion.
    waiting = [(item.root, iter(item.edges.get(item.root, ())))]
    while waiting:
        depth = len(waiting) - 1
        name, edges = waiting[-1]
        edge = next(edges, None)
        if edge is None:
            waiting.pop()
            if item.edges.get(name) and item.omitted.get(name):
                yield _Row(depth, None, f"and {item.omitted[name]} more (--all)")
            continue
        other = item.other_end(edge)
        opens = bool(item.edges.get(other)) and other not in opened and item.distances[other] == depth + 1
        yield _Row(depth, edge, "" if opens else _remark(item, other, report, opened=other in opened))
        if opens:
            opened.add(other)
            waiting.append((other, iter(item.edges[other])))


def _remark(item: Reach, name: str, report: ChainReport, *, opened: bool) -> str:
    """Why a symbol is not opened here."""
    if report.notes[name].location is None:
        return f"not defined for {report.architecture}"
    if name not in item.edges:
        return f"{item.omitted[name]} more, --depth" if name in item.omitted else ""
    if not item.edges[name]:
        return ""
    return "above" if opened else "below"


def _arrow(row: _Row) -> str:
    assert row.edge is not None
    mark = "* " if row.edge.in_force else "  "
    return f"  {mark}{'  ' * row.depth}{row.edge.source} -> {row.edge.target}"


def _widths(rows: Sequence[_Row]) -> tuple[int, int]:
    cells = [(len(_arrow(row)), len(row.edge.statement)) for row in rows if row.edge is not None]
    first = max((width for width, _ in cells if width <= _WIDEST[0]), default=0)
    second = max((width for _, width in cells if width <= _WIDEST[1]), default=0)
    return first, second


def _line(row: _Row, widths: tuple[int, int], style: Style) -> str:
    if row.edge is None:
        return f"    {'  ' * row.depth}{row.remark}"
    edge = row.edge
    remark = f"  ({row.remark})" if row.remark else ""
    text = printable(f"{_arrow(row).ljust(widths[0])}  {edge.statement.ljust(widths[1])}  {edge.location}{remark}")
    return style.mark("faint", text) if edge.in_force is False else text


def chain_document(report: ChainReport) -> dict[str, Any]:
    """The same as plain lists and dicts."""
    paths = report.paths
    return {
        "architecture": report.architecture,
        "version": report.version,
        "config": report.config,
        "by": list(report.kinds),
        "symbol": report.reaches[0].root if report.reaches else None,
        **{item.direction: _reach(item) for item in report.reaches},
        "from": paths.start if paths is not None else None,
        "to": paths.goal if paths is not None else None,
        "paths": [list(way) for way in paths.found] if paths is not None else None,
        "more_paths": paths.more if paths is not None else None,
        "edges": [_edge(edge) for edge in report.edges()] if paths is not None else None,
        "symbols": {
            name: {
                "value": note.value,
                "location": location_document(note.location),
            }
            for name, note in report.notes.items()
        },
    }


def _reach(item: Reach) -> dict[str, Any]:
    return {
        "edges": [
            {"depth": item.distances[name] + 1, **_edge(edge)} for name, edges in item.edges.items() for edge in edges
        ],
        "omitted": dict(item.omitted),
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "kind": edge.kind,
        "source": edge.source,
        "target": edge.target,
        "value": edge.value or None,
        "condition": edge.condition or None,
        "location": location_document(edge.location),
        "in_force": edge.in_force,
    }
