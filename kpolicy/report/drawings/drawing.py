# SPDX-License-Identifier: GPL-2.0-or-later
"""A chain as a drawing of boxes and arrows, as DOT, Mermaid and SVG show it; and the first two of these."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpolicy.errors import printable
from kpolicy.explain.edges import Edge
from kpolicy.frozen import dataclass
from kpolicy.report.text.lines import number
from kpolicy.report.views.chain import ChainReport

_PLAIN = re.compile(r"[^A-Za-z0-9_ ./:,()=!+-]")


@dataclass(frozen=True, slots=True)
class Box:
    """A symbol; `hint` says more than there is room for, `off` that it is n in the config."""

    name: str
    label: str
    hint: str
    asked: bool
    off: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge and what is written at it: what the line says, where that is not a mere select, and its place."""

    edge: Edge
    says: str
    place: str

    @property
    def hint(self) -> str:
        """All of it."""
        edge = self.edge
        force = {None: "", True: " (in effect)", False: " (not in effect)"}[edge.in_force]
        return printable(f"{edge.source} -> {edge.target}: {edge.statement}, {edge.location}{force}")


@dataclass(frozen=True, slots=True)
class Drawing:
    """All boxes, in the order in which they were met, and all arrows."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def drawing(report: ChainReport) -> Drawing:
    """The drawing of a report.  A box says how many lines of its symbol are not followed: `DEBUG_FS +212`."""
    omitted: dict[str, int] = {}
    for item in report.reaches:
        for name, count in item.omitted.items():
            omitted[name] = omitted.get(name, 0) + count
    asked = {item.root for item in report.reaches}
    if report.paths is not None:
        asked = {report.paths.start, report.paths.goal}
    edges = report.edges()
    names = dict.fromkeys(
        [*(item.root for item in report.reaches), *(name for edge in edges for name in (edge.source, edge.target))]
    )
    if report.paths is not None:
        names = dict.fromkeys([report.paths.start, *names, report.paths.goal])
    boxes = [_box(report, name, omitted.get(name, 0), asked=name in asked) for name in names]
    return Drawing(printable(report.title), tuple(boxes), tuple(_arrow(edge) for edge in edges))


def _box(report: ChainReport, name: str, omitted: int, *, asked: bool) -> Box:
    note = report.notes[name]
    label = report.named(name) + (f" +{omitted}" if omitted else "")
    hint = f"{report.named(name)}, {note.location or 'not defined for this architecture'}"
    if omitted:
        hint += f"; {number(omitted, 'more line')} not followed"
    return Box(name, printable(label), printable(hint), asked, note.value in ("n", "") or note.location is None)


def _arrow(edge: Edge) -> Arrow:
    condition = f"if {edge.condition}" if edge.condition else ""
    says = condition if edge.kind == "select" else edge.statement
    return Arrow(edge, printable(says), printable(str(edge.location)))


def dot_lines(picture: Drawing) -> Iterator[str]:
    """The drawing for Graphviz."""
    yield "digraph chain {"
    yield f'  graph [rankdir=LR, label={_dot(picture.title)}, labelloc=t, fontname=monospace, tooltip=" "]'
    yield "  node [shape=box, fontname=monospace, fontsize=11]"
    yield "  edge [fontname=monospace, fontsize=9]"
    for box in picture.boxes:
        style = ", style=bold" if box.asked else ", style=dotted" if box.off else ""
        yield f"  {_dot(box.name)} [label={_dot(box.label)}, tooltip={_dot(box.hint)}{style}]"
    styles = {"select": "", "imply": ", style=dashed", "default": ", style=dotted"}
    for arrow in picture.arrows:
        edge = arrow.edge
        faint = ", color=gray, fontcolor=gray" if edge.in_force is False else ""
        label = _dot("\n".join(filter(None, (arrow.says, arrow.place))))
        hint = f", edgetooltip={_dot(arrow.hint)}"
        yield f"  {_dot(edge.source)} -> {_dot(edge.target)} [label={label}{hint}{styles[edge.kind]}{faint}]"
    yield "}"


def _dot(text: str) -> str:
    """A quoted string.  `\\N` and the like would stand for something else, so every backslash is doubled."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def mermaid_lines(picture: Drawing) -> Iterator[str]:
    """The drawing for Mermaid, which GitHub and GitLab show in Markdown."""
    ids = {box.name: f"n{number}" for number, box in enumerate(picture.boxes)}
    yield "flowchart LR"
    yield f"    %% {_mermaid(picture.title)}"
    for box in picture.boxes:
        yield f'    {ids[box.name]}["{_mermaid(box.label)}"]'
    for arrow in picture.arrows:
        line = "-->" if arrow.edge.kind == "select" else "-.->"
        label = "<br/>".join(_mermaid(text) for text in (arrow.says, arrow.place) if text)
        yield f'    {ids[arrow.edge.source]} {line}|"{label}"| {ids[arrow.edge.target]}'
    yield "    classDef asked stroke-width:3px,font-weight:bold"
    yield f"    class {','.join(ids[box.name] for box in picture.boxes if box.asked)} asked"
    off = [ids[box.name] for box in picture.boxes if box.off and not box.asked]
    if off:
        yield "    classDef off stroke-dasharray:3"
        yield f"    class {','.join(off)} off"
    faint = [str(number) for number, arrow in enumerate(picture.arrows) if arrow.edge.in_force is False]
    if faint:
        yield f"    linkStyle {','.join(faint)} opacity:0.4"


def _mermaid(text: str) -> str:
    """Text between quotes: whatever Mermaid or Markdown could take for something of theirs as a character code."""
    return _PLAIN.sub(lambda match: f"#{ord(match.group())};", text)
