# SPDX-License-Identifier: GPL-2.0-or-later
"""Help texts and menus of entries, for reports that show them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.kconfig.helptext import help_after
from kpolicy.kconfig.menus import menus_of
from tests.kconfig.small import load, make_tree

_KCONFIG = """\
config FIRST
	bool "First"
	depends on X # help
	---help---
		Does this.

		And that:
			config SECOND

config SECOND
	bool "Second"

menu "Outer"

config THIRD
	bool "Third"
	help

menu "Inner"

config FOURTH
	tristate "Fourth"
	help
		One line."""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("FIRST", "Does this.\n\nAnd that:\n        config SECOND"),
        ("SECOND", ""),
        ("THIRD", ""),
        ("FOURTH", "One line."),
    ],
)
def test_help_is_that_of_the_entry(name: str, text: str) -> None:
    line = _KCONFIG.split("\n").index(f"config {name}") + 1
    assert help_after(_KCONFIG, line) == text


def test_menus_are_those_around_the_first_definition(tmp_path: Path) -> None:
    text = _KCONFIG + "\n\nendmenu\n\nendmenu\n\nconfig FIFTH\n\tbool\n\nconfig FOURTH\n\ttristate\n"
    found = menus_of(load(make_tree(tmp_path, {"Kconfig": text})))
    assert [menu.title for menu in found["THIRD"]] == ["Outer"]
    assert [menu.title for menu in found["FOURTH"]] == ["Outer", "Inner"]
    assert found["FIRST"] == found["FIFTH"] == ()
