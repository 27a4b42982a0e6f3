# SPDX-License-Identifier: GPL-2.0-or-later
"""Chains as text, DOT, Mermaid and SVG: whole, escaped, and legible at sixty symbols."""

from __future__ import annotations

import itertools
import random
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.errors import UsageError
from kpolicy.explain.chain import reach
from kpolicy.explain.edges import Edge
from kpolicy.location import Location
from kpolicy.report.drawings.drawing import dot_lines, drawing, mermaid_lines
from kpolicy.report.drawings.svg import svg_lines
from kpolicy.report.text.style import Style
from kpolicy.report.views.chain import ChainReport, Note, chain_lines

_SVG = "{http://www.w3.org/2000/svg}"
_NASTY = [
    '"',
    "\\",
    "\\N",
    "\n",
    "<b>",
    "]]>",
    "&amp;",
    "#35;",
    "`",
    "|",
    "%%{init}",
    "end",
    "\x1b[1m",
    "\x00",
    "{}[]()",
]


class _Given:
    def __init__(self, edges: list[Edge]) -> None:
        self.ends: tuple[dict[str, list[Edge]], dict[str, list[Edge]]] = ({}, {})
        for edge in edges:
            self.ends[0].setdefault(edge.source, []).append(edge)
            self.ends[1].setdefault(edge.target, []).append(edge)

    def out(self, name: str) -> tuple[Edge, ...]:
        return tuple(self.ends[0].get(name, ()))

    def into(self, name: str) -> tuple[Edge, ...]:
        return tuple(self.ends[1].get(name, ()))


def _edge(source: str, target: str, line: int = 1, condition: str = "", in_force: bool | None = None) -> Edge:
    return Edge("select", source, target, "", condition, Location("lib/Kconfig", line), in_force)


def _report(edges: list[Edge], root: str, *, most: int | None = None, value: str | None = None) -> ChainReport:
    reaches = tuple(reach(_Given(edges), root, way, most=most) for way in ("out", "in"))
    names = {name: Note(value, Location("lib/Kconfig", 1)) for item in reaches for name in item.distances}
    return ChainReport("x86", "6.12.0", "c" if value else None, ("select",), names, reaches)


def _text(edges: list[Edge], root: str = "A", most: int | None = None) -> list[str]:
    return [re.sub(" +", " ", line.strip()) for line in chain_lines(_report(edges, root, most=most), Style())]


def test_a_symbol_is_opened_once_where_it_is_nearest() -> None:
    edges = [_edge("A", "B", 1), _edge("B", "C", 2), _edge("A", "C", 3), _edge("C", "D", 4), _edge("D", "A", 5)]
    assert _text(edges)[:7] == [
        "A (x86, Linux 6.12.0) lib/Kconfig:1",
        "enables",
        "A -> B select lib/Kconfig:1",
        "B -> C select lib/Kconfig:2 (below)",
        "A -> C select lib/Kconfig:3",
        "C -> D select lib/Kconfig:4",
        "D -> A select lib/Kconfig:5 (above)",
    ]


def test_what_is_cut_is_counted() -> None:
    lines = _text([_edge("A", f"B{number}", number) for number in range(1, 30)], most=20)
    assert "and 9 more (--all)" in lines
    assert sum("->" in line for line in lines) == 20


def test_nothing_is_said_to_be_nothing() -> None:
    assert _text([], "A")[1:] == ["enables", "nothing", "can be enabled by", "nothing"]


def test_what_is_in_force_is_marked() -> None:
    edges = [_edge("A", "B", 1, "X", in_force=True), _edge("A", "C", 2, in_force=False)]
    report = _report(edges, "A", value="y")
    lines = list(chain_lines(report, Style()))
    assert lines[0].startswith("A=y (x86, Linux 6.12.0, c)")
    assert lines[3:5] == ["  * A -> B  select if X  lib/Kconfig:1", "    A -> C  select       lib/Kconfig:2"]
    assert "\x1b[2m" in list(chain_lines(report, Style(colour=True)))[4]


def _nasty(text: str) -> ChainReport:
    edge = Edge("default", "A", "B", text, text, Location(text, 1), None)
    names = {name: Note(text, Location(text, 1)) for name in "AB"}
    reaches = (reach(_Given([edge]), "A", "out"),)
    return ChainReport("x86", "6.12.0", text, ("default",), names, reaches)


@pytest.mark.parametrize("text", _NASTY)
def test_nothing_breaks_out_of_its_quotes(text: str) -> None:
    _unbroken(text)


@settings(deadline=None)
@given(st.text())
def test_no_text_breaks_out_of_its_quotes(text: str) -> None:
    _unbroken(text)


def _unbroken(text: str) -> None:
    picture = drawing(_nasty(text))
    for line in dot_lines(picture):
        assert "\0" not in line, "which Graphviz takes for the end of the text"
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', "S", line)
        assert re.fullmatch(r"(digraph chain \{|\}|  (graph|node|edge|S|S -> S) \[[\w\s=,]*\])", bare), line
    for line in mermaid_lines(picture):
        assert re.fullmatch(
            r"flowchart LR|    (n\d+\[\"[\w ./:,()=!+#;-]*\"\]|n\d+ -?\.?->\|\"[\w ./:,()=!+#;<>-]*\"\| n\d+"
            r"|%% [\w ./:,()=!+#;-]*|classDef [\w :,-]+|class [\w, ]+|linkStyle [\w :,.]+)",
            line,
            re.ASCII,
        ), line
    root = ET.fromstring("\n".join(svg_lines(picture)))
    assert {element.tag.removeprefix(_SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "style", "rect", "text", "g", "path", "polygon",
    }  # fmt: skip
    assert not any(name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib)


def test_mermaid_and_dot() -> None:
    edges = [_edge("A", "B", 1, "X=y || Y"), Edge("imply", "B", "C", "", "", Location("Kconfig", 2), False)]
    picture = drawing(_report(edges, "A"))
    assert list(mermaid_lines(picture))[2:7] == [
        '    n0["A"]',
        '    n1["B"]',
        '    n2["C"]',
        '    n0 -->|"if X=y #124;#124; Y<br/>lib/Kconfig:1"| n1',
        '    n1 -.->|"imply<br/>Kconfig:2"| n2',
    ]
    assert '  "A" -> "B" [label="if X=y || Y\\nlib/Kconfig:1", edgetooltip=' in "\n".join(dot_lines(picture))


def sixty(seed: int) -> ChainReport:
    """A chain of sixty symbols, about as tangled as those of kernels."""
    chance = random.Random(seed)
    names = [f"DEBUG_{'LONG_NAME_' * chance.randrange(4)}{number}" for number in range(60)]
    edges: list[Edge] = []
    for number in range(1, 60):
        for source in {chance.randrange(number // 2 + 1) for _ in range(chance.choice((1, 1, 1, 2, 3)))}:
            condition = chance.choice(["", "", "X86_64 && !PREEMPT_RT", "A || B" * chance.randrange(1, 12)])
            edges.append(_edge(names[source], names[number], len(edges) + 1, condition))
    return _report(edges, names[0])


@pytest.mark.parametrize("seed", range(5))
def test_sixty_symbols_are_legible(seed: int) -> None:
    report = sixty(seed)
    text = "\n".join(svg_lines(drawing(report)))
    assert text == "\n".join(svg_lines(drawing(report)))
    root = ET.fromstring(text)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = [_rectangle(item.attrib) for item in root.iter(f"{_SVG}rect") if item.attrib["class"] == "box"]
    assert len(boxes) == 60
    texts = [_extent(item) for item in root.iter(f"{_SVG}text")]
    for one, other in itertools.combinations(boxes, 2):
        assert not _overlap(one, other)
    for one, other in itertools.combinations(texts, 2):
        assert not _overlap(one, other)
    for left, top, right, bottom in (*boxes, *texts):
        assert left >= 0
        assert top >= 0
        assert right <= width
        assert bottom <= height + 40
    named = [item for item in root.iter(f"{_SVG}text") if item.attrib["class"] == "name"]
    for box, item in zip(boxes, named, strict=True):
        left, top, right, bottom = _extent(item)
        assert box[0] < left < right < box[2]
        assert box[1] < top < bottom < box[3]
    others = [_extent(item) for item in root.iter(f"{_SVG}text") if item.attrib["class"] in ("says", "place")][:-1]
    for box in boxes:
        assert not any(_overlap(box, other) for other in others)


def test_a_chain_without_end() -> None:
    edges = [_edge(f"S{number}", f"S{number + 1}", number) for number in range(5000)]
    report = _report(edges, "S0")
    assert sum("->" in line for line in chain_lines(report, Style())) == 5000
    assert sum("->" in line for line in dot_lines(drawing(report))) == 5000
    with pytest.raises(UsageError, match="is not legible"):
        list(svg_lines(drawing(report)))


Extent = tuple[float, float, float, float]


def _rectangle(attributes: dict[str, str]) -> Extent:
    x, y, width, height = (float(attributes[name]) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _extent(item: ET.Element) -> Extent:
    size = {"name": 12, "says": 10, "place": 10, "title": 14}[item.attrib["class"]]
    x, y = float(item.attrib["x"]), float(item.attrib["y"])
    return x, y - 0.76 * size, x + float(item.attrib["textLength"]), y + 0.24 * size


def _overlap(one: Extent, other: Extent) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
