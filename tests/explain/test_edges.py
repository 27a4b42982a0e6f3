# SPDX-License-Identifier: GPL-2.0-or-later
"""Edges of a model: what is one and what is none, what a line states itself, what is in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import evaluate
from kpolicy.explain.edges import Edge, Graph, Kind
from tests.kconfig.small import load, make_tree


def _graph(folder: Path, text: str, config: str | None = None, kinds: tuple[Kind, ...] | None = None) -> Graph:
    model = load(make_tree(folder, {"Kconfig": text}))
    values = evaluate(model, parse_config("c", config.encode())) if config is not None else None
    return Graph(model, kinds, values) if kinds is not None else Graph(model, values=values)


def _told(edges: tuple[Edge, ...]) -> list[str]:
    return [f"{edge.source} -> {edge.target} {edge.statement} {edge.location}" for edge in edges]


_SYMBOLS = "".join(f"config {name}\n\tbool '{name}'\n\n" for name in "XYZ")


def _with(line: str, depends: str = "") -> str:
    return f"{_SYMBOLS}config A\n\tbool 'a'\n{depends}\t{line}\n"


@pytest.mark.parametrize(
    ("line", "statement"),
    [
        ("select X", "select"),
        ("imply X", "imply"),
        ("select X if Y", "select if Y"),
        ("select X if Y && !Z", "select if Y && !Z"),
        ("select X if Y || Z", "select if Y || Z"),
    ],
)
@pytest.mark.parametrize(
    "depends", ["", "\tdepends on Z\n", "\tdepends on Y && Z\n", "\tdepends on Y\n\tdepends on Z\n"]
)
def test_a_line_and_what_it_states_itself(tmp_path: Path, line: str, statement: str, depends: str) -> None:
    graph = _graph(tmp_path, _with(line, depends))
    told = [f"A -> X {statement} Kconfig:{12 + depends.count(chr(10))}"]
    assert _told(graph.out("A")) == told
    assert _told(graph.into("X")) == told


def test_what_menus_and_ifs_demand_is_not_of_the_line(tmp_path: Path) -> None:
    text = f"{_SYMBOLS}menu 'm'\n\tdepends on Z\n\nif Y\nconfig A\n\tbool\n\tselect X if Z\n\nendif\nendmenu\n"
    text += "config A\n\tbool\n\tdepends on B\n\timply C\n"
    text += "config B\n\tbool\n\nconfig C\n\tbool\n"
    statements = [edge.statement for edge in _graph(tmp_path, text).out("A")]
    assert statements == ["select if Z", "imply"]


def test_what_a_choice_demands_is_not_of_the_line(tmp_path: Path) -> None:
    members = (
        "config A\n\tbool 'a'\n\tdepends on Y\n\tselect X if Z\n\tselect D\n\nconfig B\n\tbool 'b' if Z\n\tselect X\n"
    )
    text = f"{_SYMBOLS}choice\n\tprompt 'c'\n\tdepends on Z\n\n{members}\nendchoice\n\nconfig D\n\tbool\n"
    graph = _graph(tmp_path, text)
    assert [edge.statement for edge in graph.out("A")] == ["select if Z", "select"]
    assert [edge.statement for edge in graph.out("B")] == ["select"]


@pytest.mark.parametrize(
    ("line", "sources"),
    [
        ("default X", "X"),
        ("def_bool X", "X"),
        ("default y if X", "X"),
        ("default X if Y", "XY"),
        ("default X && Y", "XY"),
        ("default X || !Y", "X"),
        ("default y if X = y && Y != n", "XY"),
        ("default y if X = Y", ""),
        ("default y if !X", ""),
        ("default X = n", ""),
        ("default n if X", ""),
        ("default y", ""),
        ("default NO_SUCH", ""),
        ("default y if X || (X && Y)", "XY"),
    ],
)
def test_defaults_that_rest_on_a_symbol(tmp_path: Path, line: str, sources: str) -> None:
    graph = _graph(tmp_path, _with(line, "\tdepends on Z\n"))
    assert "".join(sorted(edge.source for edge in graph.into("A"))) == sources
    for name in "XYZ":
        edges = graph.out(name)
        assert [edge.target for edge in edges] == (["A"] if name in sources else [])
        assert edges == tuple(edge for edge in graph.into("A") if edge.source == name)


def test_what_a_default_says(tmp_path: Path) -> None:
    (edge,) = _graph(tmp_path, _with("default m if X", "\tdepends on Z\n")).out("X")
    assert (edge.value, edge.condition, edge.statement) == ("m", "X", "default m if X")


def test_numbers_and_texts_are_not_brought_in(tmp_path: Path) -> None:
    graph = _graph(tmp_path, f"{_SYMBOLS}config N\n\tint\n\tdefault 8 if X\n\nconfig S\n\tstring\n\tdefault 'a' if X\n")
    assert graph.out("X") == graph.into("N") == graph.into("S") == ()


def test_only_some_kinds(tmp_path: Path) -> None:
    text = f"{_SYMBOLS}config A\n\tbool 'a'\n\tdefault Z\n\tselect X\n\timply Y\n"
    kinds: tuple[Kind, ...]
    for kinds in (("select",), ("imply",), ("default",), ("select", "default")):
        graph = _graph(tmp_path, text, kinds=kinds)
        assert {edge.kind for edge in (*graph.out("A"), *graph.into("A"))} == set(kinds)
        assert bool(graph.out("Z")) == ("default" in kinds)
        assert bool(graph.into("Y")) == ("imply" in kinds)


def test_a_name_that_nothing_defines(tmp_path: Path) -> None:
    graph = _graph(tmp_path, _with("select NO_SUCH"))
    assert [edge.target for edge in graph.out("A")] == ["NO_SUCH"]
    assert graph.out("NO_SUCH") == graph.into("NO_SUCH") == graph.out("NEVER_NAMED") == ()


@pytest.mark.parametrize(
    ("line", "config", "in_force"),
    [
        ("select X", "CONFIG_A=y\n", True),
        ("select X", "", False),
        ("select X if Y", "CONFIG_A=y\n", False),
        ("select X if Y", "CONFIG_A=y\nCONFIG_Y=y\n", True),
        ("imply X", "CONFIG_A=y\n", True),
    ],
)
def test_selects_in_force(tmp_path: Path, line: str, config: str, in_force: bool) -> None:
    graph = _graph(tmp_path, _with(line), config)
    assert [edge.in_force for edge in graph.out("A")] == [in_force]
    assert [edge.in_force for edge in graph.into("X")] == [in_force]


@pytest.mark.parametrize(
    ("lines", "config", "in_force"),
    [
        ("default X", "CONFIG_X=y\n", [True]),
        ("default X", "", [False]),
        ("default X", "CONFIG_X=y\nCONFIG_A=y\n", [False]),
        ("default X || Y", "CONFIG_X=y\n", [True, False]),
        ("default y if X\n\tdefault y if Y", "CONFIG_X=y\nCONFIG_Y=y\n", [True, False]),
        ("default y if X\n\tdefault y if Y", "CONFIG_Y=y\n", [False, True]),
    ],
)
def test_defaults_in_force(tmp_path: Path, lines: str, config: str, in_force: list[bool]) -> None:
    graph = _graph(tmp_path, _with(lines), config)
    assert [edge.in_force for edge in graph.into("A")] == in_force


def test_only_what_is_in_force(tmp_path: Path) -> None:
    model = load(make_tree(tmp_path, {"Kconfig": f"{_with('select X')}\tselect Y if Z\n"}))
    graph = Graph(model, values=evaluate(model, parse_config("c", b"CONFIG_A=y\n")), in_force=True)
    assert [edge.target for edge in graph.out("A")] == ["X"]
    assert graph.into("Y") == ()
