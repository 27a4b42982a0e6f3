# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that are given up, and whether some configuration could honour them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kpolicy.location import Location
from kpolicy.policy.fixes.never import marked
from kpolicy.policy.fixes.requests import GivenUp
from tests.fixes.bench import Small
from tests.kconfig.small import load, make_tree

_KCONFIG = """
config A
	bool "a"

config NEEDS_A
	bool "needs a"
	depends on A

config NEVER
	bool "never"
	depends on A && !A

config T
	tristate "t"
	depends on NEEDS_A

config ALWAYS
	def_bool y
"""


def _item(text: str, *, works: bool = False) -> GivenUp:
    name = text.removeprefix("# ").removeprefix("CONFIG_").partition("=")[0].partition(" ")[0]
    return GivenUp(name, text, Location("config", 1), "a reason", works=works, proved=False)


def _marks(tmp_path: Path, *items: GivenUp) -> list[tuple[bool, bool]]:
    model = load(make_tree(tmp_path, {"Kconfig": _KCONFIG}))
    return [(item.never, item.proved) for item in marked(model, items)]


def test_what_no_configuration_honours(tmp_path: Path) -> None:
    items = [_item(text) for text in ("CONFIG_NEVER=y", "CONFIG_NEEDS_A=y", "# CONFIG_ALWAYS is not set")]
    assert _marks(tmp_path, *items) == [(True, True), (False, False), (True, True)]


def test_m_without_modules_and_names_that_are_none(tmp_path: Path) -> None:
    items = [_item(text) for text in ("CONFIG_T=m", "CONFIG_T=y", "CONFIG_GONE=y")]
    assert _marks(tmp_path, *items) == [(True, True), (False, False), (False, False)]


def test_what_works_is_not_asked(tmp_path: Path) -> None:
    assert _marks(tmp_path, _item("CONFIG_NEVER=y", works=True)) == [(False, False)]


def test_without_a_solver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysat", None)
    assert _marks(tmp_path, _item("CONFIG_NEVER=y")) == [(False, False)]


def _hopeless(tmp_path: Path, required: str) -> list[tuple[str, str]]:
    small = Small(tmp_path, _KCONFIG + 'config NOT_A\n\tbool "not a"\n\tdepends on !A\n', required=required)
    return [(item.finding.symbol, item.reason) for item in small.fix("").hopeless]


def test_requirements_that_exclude_each_other(tmp_path: Path) -> None:
    [(name, reason)] = _hopeless(tmp_path, "CONFIG_NOT_A=y\nCONFIG_A=y\n")
    other = {"A": "CONFIG_NOT_A=y (site.config:1)", "NOT_A": "CONFIG_A=y (site.config:2)"}[name]
    assert reason == f"cannot hold together with {other}: NOT_A depends on !A (Kconfig:21)"


def test_a_requirement_that_nothing_meets(tmp_path: Path) -> None:
    [(_name, reason)] = _hopeless(tmp_path, "CONFIG_NEVER=y\n")
    assert reason == "no configuration has it: NEVER has a prompt if (A && !A) (Kconfig:10)"


def test_requirements_without_a_solver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysat", None)
    [(_name, reason)] = _hopeless(tmp_path, "CONFIG_NOT_A=y\nCONFIG_A=y\n")
    assert "cannot hold together" not in reason
