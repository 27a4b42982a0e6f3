# SPDX-License-Identifier: GPL-2.0-or-later
# ruff: noqa: E101 -- Kconfig files are indented with tabs, their help texts with two more blanks
"""The view of a model: properties with their own lines, conditions in Kconfig's words."""

from __future__ import annotations

from pathlib import Path

from kpolicy.kconfig.model import Model
from tests.kconfig.small import load, make_tree

_TEXT = """\
mainmenu "Small $(ARCH)"

menu "M"
	depends on X
	visible if Y

config A
	tristate "a" if Z
	depends on B || C=m
	default y if Y
	default m
	select D if Y && !Z
	imply E
	help
	  Words.

endmenu

config D
	bool

config E
	bool "e"

config N
	int "n"
	range 1 LIMIT if X
	default 8

config A
	tristate "a elsewhere"

choice
	prompt "choice"
	default Q if X

config P
	bool "p"

config Q
	bool "q"

endchoice
"""


def _model(folder: Path) -> Model:
    return load(make_tree(folder, {"Kconfig": _TEXT}))


def test_properties_stand_where_they_are_written(tmp_path: Path) -> None:
    symbol = _model(tmp_path).symbol("A")
    assert symbol is not None
    assert [place.line for place in symbol.definitions] == [7, 30]
    assert [(prompt.text, prompt.location.line) for prompt in symbol.prompts] == [("a", 8), ("a elsewhere", 31)]
    assert [item.location.line for item in symbol.conditions[0]] == [4, 9]
    assert [(str(item.value), item.location.line) for item in symbol.defaults] == [("y", 10), ("m", 11)]
    assert [(item.target, item.location.line) for item in symbol.selects] == [("D", 12)]
    assert [(item.target, item.location.line) for item in symbol.implies] == [("E", 13)]


def test_conditions_hold_all_that_is_inherited(tmp_path: Path) -> None:
    symbol = _model(tmp_path).symbol("A")
    assert symbol is not None
    assert str(symbol.prompts[0].condition) == "X && (B || C = m) && Z && Y"
    assert str(symbol.selects[0].condition) == "X && (B || C = m) && Y && !Z"
    assert str(symbol.direct_dependency) == "X && (B || C = m)"


def test_selected_by(tmp_path: Path) -> None:
    model = _model(tmp_path)
    selected, implied = model.symbol("D"), model.symbol("E")
    assert selected is not None
    assert implied is not None
    assert [(edge.source, edge.location.line) for edge in selected.selected_by] == [("A", 12)]
    assert [(edge.source, edge.location.line) for edge in implied.implied_by] == [("A", 13)]


def test_ranges_and_choices(tmp_path: Path) -> None:
    model = _model(tmp_path)
    number, member = model.symbol("N"), model.symbol("Q")
    assert number is not None
    assert member is not None
    assert member.choice is not None
    assert [(str(item.low), str(item.high), str(item.condition)) for item in number.ranges] == [("1", "LIMIT", "X")]
    choice = model.choices[member.choice]
    assert choice.members == ("P", "Q")
    assert [(str(item.value), item.location.line) for item in choice.defaults] == [("Q", 35)]


def test_what_is_not_defined(tmp_path: Path) -> None:
    model = _model(tmp_path)
    assert model.symbol("X") is None
    assert not model.is_defined("X")
    assert model.type_of("X") == "unknown"
    assert sorted(model.names()) == ["A", "D", "E", "N", "P", "Q"]
    assert model.mainmenu == "Small x86"


def test_expressions_print_as_kconfig(tmp_path: Path) -> None:
    text = "config A\n\tbool\n"
    expressions = ["X && (Y || Z)", "!X", "!(X && Y)", "X || Y && Z", 'X = "text"', "X >= 4 && !(Y < Z)", "m && X"]
    text += "".join(f"\tdefault y if {expression}\n" for expression in expressions)
    symbol = load(make_tree(tmp_path, {"Kconfig": text})).symbol("A")
    assert symbol is not None
    assert [str(item.condition) for item in symbol.defaults] == [*expressions[:-1], "n"]
