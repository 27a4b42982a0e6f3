# SPDX-License-Identifier: GPL-2.0-or-later
"""The edges of real kernels, compared one by one with the text of the Kconfig files, which is read anew here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from kpolicy.explain.chain import paths, reach
from kpolicy.explain.edges import KINDS, Edge, Graph
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from tests.models import tree_of

pytestmark = [pytest.mark.trees, pytest.mark.slow, pytest.mark.no_cover]

_SYMBOLS = ("KASAN", "STACKDEPOT", "DEBUG_KMEMLEAK", "PROVE_LOCKING", "DEBUG_FS", "STACKTRACE", "HARDLOCKUP_DETECTOR")
_ENTRY = re.compile(r"\s*(?:menu)?config\s+(\w+)")
_SOURCE = re.compile(r'\s*source\s+"?([^"#\s]+)"?')
_END = re.compile(r"\s*(?:menu|endmenu|choice|endchoice|if|endif|comment|source|mainmenu)\b")
_HELP = re.compile(r"\s*(?:---)?help(?:---)?\s*$")
_EDGE = re.compile(r"\s*(select|imply)\s+(\w+)\s*(?:if\s+(.+))?$")
_DEFAULT = re.compile(r"\s*(?:default|def_bool|def_tristate)\s+(.+?)(?:\s+if\s+(.+))?$")
_TYPE = re.compile(r"\s*(bool|tristate|def_bool|def_tristate)\b")


class _Line(NamedTuple):
    kind: str
    source: str
    target: str
    value: str
    condition: str
    place: str


@cache
def _graph(kernel: Path) -> Graph:
    source = DirectorySource(kernel)
    return Graph(tree_of(kernel).model(resolve_architecture(source, "x86"), Toolchain.dummy()))


def _plain(text: str) -> str:
    """An expression without blanks and brackets, and as conf rewrites comparisons of bools, and m."""
    text = re.sub(r"[\s()\"]", "", text)
    text = re.sub(r"(\w+)=n\b", r"!\1", text)
    return re.sub(r"=y\b|!=n\b|(?<=\bm)&&MODULES\b", "", text)


def _lines_of(kernel: Path, path: str, seen: set[str]) -> Iterator[tuple[str, int, str]]:
    """All logical lines below a file, with what is sourced: file, line, text without comment."""
    seen.add(path)
    number, text, start = 0, "", 0
    for raw in (kernel / path).read_text(errors="replace").split("\n"):
        number += 1
        start = start if text else number
        text += raw
        if text.endswith("\\"):
            text = text[:-1] + " "
            continue
        yield path, start, text
        found = _SOURCE.match(text)
        text = ""
        if found is not None:
            further = os.path.normpath(re.sub(r"\$\((SRCARCH|HEADER_ARCH)\)", "x86", found[1]))
            if further not in seen and (kernel / further).is_file():
                yield from _lines_of(kernel, further, seen)


@cache
def _text_edges(kernel: Path) -> tuple[_Line, ...]:
    edges: list[_Line] = []
    defaults: list[tuple[str, str, str, str]] = []
    typed: set[str] = set()
    symbol, help_indent = "", -1
    for path, number, raw in _lines_of(kernel, "Kconfig", set()):
        if help_indent >= 0:
            indent = len(raw.expandtabs()) - len(raw.expandtabs().lstrip())
            help_indent = help_indent or indent
            if not raw.strip() or (indent >= help_indent and indent):
                continue
            help_indent = -1
        line = re.sub(r"\s+#.*", "", raw.rstrip())
        if _HELP.match(line):
            help_indent = 0
        elif found := _ENTRY.match(line):
            symbol = found[1]
        elif _END.match(line):
            symbol = ""
        if not symbol:
            continue
        if _TYPE.match(line):
            typed.add(symbol)
        if found := _EDGE.match(line):
            edges.append(_Line(found[1], symbol, found[2], "", _plain(found[3] or ""), f"{path}:{number}"))
        elif found := _DEFAULT.match(line):
            defaults.append((symbol, found[1], found[2] or "", f"{path}:{number}"))
    for target, value, condition, place in defaults:
        text = f"{value} {condition}"
        if target in typed and value != "n" and "$(" not in text:
            edges += [
                _Line("default", source, target, _plain(value), _plain(condition), place)
                for source in dict.fromkeys(_helpful(text))
            ]
    return tuple(edges)


def _helpful(text: str) -> Iterator[str]:
    """The names in a default that are neither negated nor compared with n or with something else."""
    assert not re.search(r"!\s*\(.*\b(?:" + "|".join(_SYMBOLS) + r")\b", text), "too hard for this reader"
    for found in re.finditer(r"(!\s*)?\b([A-Z0-9_]{2,})\b\s*(!?=\s*[\w\"]+)?", text):
        compared = (found[3] or "").replace(" ", "")
        if not found[1] and compared in ("", "=y", "=m", "!=n"):
            yield found[2]


def _told(edges: tuple[Edge, ...]) -> list[_Line]:
    return sorted(
        _Line(edge.kind, edge.source, edge.target, _plain(edge.value), _plain(edge.condition), str(edge.location))
        for edge in edges
    )


@pytest.mark.parametrize("symbol", _SYMBOLS)
def test_edge_by_edge(kernel: Path, symbol: str) -> None:
    graph, text = _graph(kernel), _text_edges(kernel)
    assert len(text) > 10_000
    assert _told(graph.out(symbol)) == sorted(edge for edge in text if edge.source == symbol)
    assert _told(graph.into(symbol)) == sorted(edge for edge in text if edge.target == symbol)


def test_every_select_and_imply(kernel: Path) -> None:
    graph = _graph(kernel)
    ours = {line for name in graph.model.names() for line in _told(graph.out(name)) if line.kind != "default"}
    assert ours == {line for line in _text_edges(kernel) if line.kind != "default"}


def test_the_chain_of_kasan(kernel: Path, release: str) -> None:
    graph = Graph(_graph(kernel).model, KINDS[:1])
    found = paths(graph, "KASAN", "STACKTRACE")
    assert found.found == (("KASAN", "STACKDEPOT_ALWAYS_INIT", "STACKDEPOT", "STACKTRACE"),)
    lines = {"6.12": (41, 713, 707), "6.1": (41, 703, 699)}[release]
    files = ("lib/Kconfig.kasan", "lib/Kconfig", "lib/Kconfig")
    told = [str(edge.location) for edges in found.edges.values() for edge in edges]
    assert told == [f"{path}:{line}" for path, line in zip(files, lines, strict=True)]
    assert reach(graph, "KASAN", "out").distances == {
        "KASAN": 0,
        "STACKDEPOT_ALWAYS_INIT": 1,
        "STACKDEPOT": 2,
        "STACKTRACE": 3,
    }
