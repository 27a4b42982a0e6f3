# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines that turn off what the config does not name: `default !EXPERT`."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import evaluate
from kpolicy.policy.checks.config_lines import check_lines
from tests.cli.support import kpolicy
from tests.kconfig.small import load, make_tree

_TEXT = """\
config EXPERT
	bool "expert"

config NAMESPACES
	bool "namespaces" if EXPERT
	default !EXPERT

if NAMESPACES
config UTS_NS
	bool "uts"
	default y
endif

config HID_APPLE
	bool "apple" if EXPERT
	default y if !EXPERT && X

config ALWAYS
	bool "always" if EXPERT
	default y

config TINY
	bool
	default !EXPERT

config X
	bool "x"

config UP
	bool "up"
	depends on !EXPERT
	default !EXPERT

choice
	prompt "endian"
config BIG
	bool "big"
config LITTLE
	bool "little"
endchoice

config MAC
	bool "mac"
	default y if !LITTLE
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CONFIG_EXPERT=y\n", [(1, "EXPERT", "NAMESPACES, UTS_NS")]),
        ("CONFIG_X=y\nCONFIG_EXPERT=y\n", [(2, "EXPERT", "NAMESPACES, HID_APPLE, UTS_NS")]),
        ("CONFIG_EXPERT=y\nCONFIG_NAMESPACES=y\n", []),
        ("CONFIG_EXPERT=y\n# CONFIG_NAMESPACES is not set\n", []),  # somebody asked for it
        ("# CONFIG_EXPERT is not set\n", []),
        ("CONFIG_X=y\n", []),
        # Which member of a choice is on is no switch of its own.
        ("CONFIG_LITTLE=y\n", []),
    ],
)
def test_what_goes(text: str, found: list[tuple[int, str, str]], tmp_path: Path) -> None:
    values = evaluate(load(make_tree(tmp_path, {"Kconfig": _TEXT})), parse_config("some.config", text.encode()))
    lines = [item for item in check_lines(values, "production") if item.rule == "config/switches-off"]
    assert [(item.place.line, item.symbol, item.message.partition(": ")[2]) for item in lines] == found
    assert all(item.severity == "note" for item in lines)


def test_a_line_for_a_symbol_that_nothing_defines(tmp_path: Path) -> None:
    more = 'config KEPT\n\tbool "kept"\n\tdefault y if !GONE\n'
    model = load(make_tree(tmp_path, {"Kconfig": _TEXT + more}))
    values = evaluate(model, parse_config("some.config", b"CONFIG_GONE=y\n"))
    assert "config/switches-off" not in {item.rule for item in check_lines(values, "production")}


def test_five_are_named(tmp_path: Path) -> None:
    more = "".join(f'config N{n}\n\tbool "n" if EXPERT\n\tdefault !EXPERT\n\n' for n in range(9))
    values = evaluate(
        load(make_tree(tmp_path, {"Kconfig": _TEXT + more})), parse_config("some.config", b"CONFIG_EXPERT=y\n")
    )
    (finding,) = (item for item in check_lines(values, "production") if item.rule == "config/switches-off")
    assert finding.message.endswith("NAMESPACES, N0, N1, N2, N3 and 6 more")
    assert [item.symbol for item in finding.symbols][:3] == ["EXPERT", "NAMESPACES", "N0"]
    assert len(finding.symbols) == 12
    assert [item.text for item in finding.grounds] == ["N4=n", "N5=n", "N6=n", "N7=n", "N8=n", "UTS_NS=n"]
    assert all(item.location is not None and item.location.path == "Kconfig" for item in finding.grounds)


@pytest.mark.parametrize("option", ["-v", "--full"])
def test_all_are_listed(option: str, tmp_path: Path) -> None:
    more = "".join(f'config N{n}\n\tbool "n" if EXPERT\n\tdefault !EXPERT\n\n' for n in range(20))
    tree = make_tree(tmp_path / "tree", {"Kconfig": _TEXT + more, "arch/x86/Kconfig": ""})
    config = tmp_path / "some.config"
    config.write_text("CONFIG_EXPERT=y\n")
    words = "check", "--tree", tree, "--arch", "x86", config
    assert "(-v shows them)" in kpolicy(*words).out
    listed = kpolicy(*words, option).out
    assert all(f" N{n}=n " in listed for n in range(4, 20))
    assert "more (-v" not in listed
