# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said about the Kconfig lines of one architecture, on a few lines each."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.errors import InputError
from kpolicy.policy.checks.kconfig import check_kconfig
from tests.kconfig.small import load, make_tree

# Each: the Kconfig text, and what is said about which line.
_CASES = {
    "one select brings another": (
        """\
config KMSAN
	bool "kmsan"
	select STACKDEPOT
	select STACKDEPOT_ALWAYS_INIT

config STACKDEPOT_ALWAYS_INIT
	bool
	select STACKDEPOT

config STACKDEPOT
	bool
""",
        ["3: KMSAN selects STACKDEPOT, which STACKDEPOT_ALWAYS_INIT selects as well (Kconfig:8)"],
    ),
    "by way of others": (
        """\
config A
	bool "a"
	select B
	select D

config B
	bool
	select C

config C
	tristate
	select D if A

config D
	bool
""",
        ["4: A selects D, which B selects as well through C (Kconfig:12)"],
    ),
    "a condition that may not hold": (
        """\
config A
	bool "a"
	select B
	select C
	select D if X

config X
	bool "x"

config B
	bool
	select C if X

config C
	bool

config D
	bool
	select C
""",
        [],
    ),
    "a condition that holds when it matters": (
        """\
config A
	bool "a"
	select B if X
	select C if X && Y

config X
	bool "x"

config Y
	bool "y"

config B
	bool
	select C if Y || Z

config Z
	bool "z"

config C
	bool
""",
        ["4: A selects C, which B selects as well (Kconfig:14)"],
    ),
    "the dependency of what is between": (
        """\
config A
	bool "a"
	select B
	select C

config X
	bool "x"

config B
	bool
	depends on X
	select C

config C
	bool
""",
        [],
    ),
    "a single select of a member of a choice": (
        """\
choice
	prompt "one"

config M
	bool "m"

config O
	bool "o"

endchoice

config A
	bool "a"
	select M
""",
        ["14: A selects M, a choice member (Kconfig:4): the select has no effect"],
    ),
    "a member of a choice brings nothing": (
        """\
choice
	prompt "one of"

config M
	bool "m"
	select C

config N
	bool "n"

endchoice

config A
	bool "a"
	select M
	select C

config C
	bool
""",
        ["15: A selects M, a choice member (Kconfig:4): the select has no effect"],
    ),
    "twice": (
        """\
config A
	bool "a"
	select C
	select C
	select D if X
	select D

config X
	bool "x"

config C
	bool

config D
	bool
""",
        ["4: A selects C already at Kconfig:3", "5: A selects D already at Kconfig:6"],
    ),
    "a number is not selected": (
        """\
config A
	bool "a"
	select B
	select C

config B
	int
	select C

config C
	bool
""",
        [],
    ),
    "selects of something undefined are told elsewhere": (
        """\
config A
	bool "a"
	select B
	select NOWHERE

config B
	bool
	select NOWHERE
""",
        [],
    ),
    "a line that can do nothing here": (
        """\
config A
	bool "a"
	depends on OTHER_ARCH
	select B
	select C

config B
	bool
	select C

config C
	bool
""",
        [],
    ),
    "defaults": (
        """\
config X
	bool "x"

config Y
	bool "y"

config D
	bool
	default y if X
	default n if X && Y
	default y if Y
	default n
	default n

config TEST
	tristate "test" if !X
	default n
	depends on Y
	default X
""",
        [
            "10: the default n of D is never reached: y at Kconfig:9 comes first",
            "13: the default n of D is never reached: the same default is at Kconfig:12",
            "19: the default X of TEST is never reached: n at Kconfig:17 comes first",
        ],
    ),
}


@pytest.mark.parametrize("name", _CASES)
def test_what_is_said(tmp_path: Path, name: str) -> None:
    text, expected = _CASES[name]
    claims = check_kconfig(load(make_tree(tmp_path, {"Kconfig": text}))).claims
    assert sorted(f"{claim.place.line}: {claim.message}" for claim in claims) == sorted(expected)


def test_a_default_of_a_file_that_is_sourced_twice_is_reached(tmp_path: Path) -> None:
    files = {"Kconfig": 'source "sub/Kconfig"\n' * 3, "sub/Kconfig": 'config NUM\n\tint "number"\n\tdefault 8\n'}
    assert check_kconfig(load(make_tree(tmp_path, files))).claims == ()


def test_lines_that_can_do_nothing_are_idle(tmp_path: Path) -> None:
    text, _ = _CASES["a line that can do nothing here"]
    idle = check_kconfig(load(make_tree(tmp_path, {"Kconfig": text}))).idle
    assert sorted(place.line for place in idle) == [4, 5]


@pytest.mark.parametrize("condition", ["", " if n"])
def test_a_circle(tmp_path: Path, condition: str) -> None:
    """conf of 4.x tells of it and goes on; today's refuses it, also where it is never closed."""
    proved = [8] if condition else []
    text = f'config A\n\tbool "a"\n\tselect B{condition}\n\tselect C\n\nconfig B\n\tbool\n\tselect C\n\tselect A\n'
    files = {"Kconfig": text + "\nconfig C\n\tbool\n"}
    with pytest.raises(InputError, match="recursive dependency"):
        load(make_tree(tmp_path / "today", files))
    files |= {"scripts/kconfig/symbol.c": "if (sym2 && sym2 == sym)", "scripts/kconfig/confdata.c": ""}
    claims = check_kconfig(load(make_tree(tmp_path / "old", files))).claims
    assert [claim.place.line for claim in claims] == proved


def test_a_long_way(tmp_path: Path) -> None:
    number = 1500
    links = [f"config A{index}\n\tbool\n\tselect A{index + 1}\n" for index in range(number)]
    links += [f"config A{number}\n\tbool\n", f'config TOP\n\tbool "top"\n\tselect A0\n\tselect A{number}\n']
    [claim] = check_kconfig(load(make_tree(tmp_path, {"Kconfig": "\n".join(links)}))).claims
    way = "A1, A2, A3, A4, A5 and 1494 more"
    assert claim.message.startswith(f"TOP selects A{number}, which A0 selects as well through {way} (Kconfig:")
