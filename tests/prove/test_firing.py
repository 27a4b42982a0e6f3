# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rules some configuration of a tree fires."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kpolicy.policy.expressions.syntax import parse
from kpolicy.policy.rule_tests.firing import Firing, firing_of
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.rules.rule import Rule
from tests.kconfig.small import load, make_tree

_KCONFIG = """
config A
	bool "a"
	select B

config B
	bool

config C
	bool "c"
	depends on !A
"""


def _rule(name: str, when: str, requires: str = "y") -> Rule:
    shipped = shipped_catalogue().rule("kmemleak/in-production")
    return replace(shipped, id=name, when=parse(when), requires=parse(requires))


def test_found_proved_or_not_asked(tmp_path: Path) -> None:
    rules = [
        _rule("x/able", "A && B"),
        _rule("x/never", "A && !B"),
        _rule("x/neither", "A && C"),
        _rule("x/required", "A", requires="exists(NOWHERE)"),
        _rule("x/lines", "A && !assigned(B)"),
        _rule("x/boot", "A && boot(kmemleak)"),
    ]
    firing = Firing(rules)
    firing.examine(load(make_tree(tmp_path, {"Kconfig": _KCONFIG})))
    assert firing.able == {"x/able"}
    assert firing.never == {"x/never", "x/neither", "x/required"}
    assert firing.textual == {"x/lines", "x/boot"}
    assert not firing.undecided


def test_another_architecture_may_fire_it(tmp_path: Path) -> None:
    firing = Firing([_rule("x/rule", "A && C")])
    firing.examine(load(make_tree(tmp_path / "one", {"Kconfig": _KCONFIG})))
    assert firing.never == {"x/rule"}
    firing.examine(load(make_tree(tmp_path / "two", {"Kconfig": _KCONFIG.replace("!A", "A")})))
    assert firing.able == {"x/rule"}
    assert not firing.never


def test_without_a_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysat", None)
    assert firing_of([]) is None
