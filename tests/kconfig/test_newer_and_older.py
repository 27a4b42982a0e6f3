# SPDX-License-Identifier: GPL-2.0-or-later
# ruff: noqa: E101 -- Kconfig files are indented with tabs, their help texts with two more blanks
"""What the kernels at hand do not write: the language of newer and of older ones.

No conf of those releases is at hand; the expected values follow the commits that are named.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.errors import InputError
from kpolicy.evaluate.values import evaluate
from tests.kconfig.small import expand, load, make_tree


def _values(folder: Path, text: str, config: str = "", **files: str) -> object:
    model = load(make_tree(folder, {"Kconfig": text, **files}))
    return evaluate(model, parse_config("config", config.encode()))


_CONDITIONAL = """
config MODULES
	bool "modules"
	modules
	default y

config X
	tristate "x"

config Y
	tristate "y"

config A
	tristate "a"
	depends on X if Y
"""


@pytest.mark.parametrize(
    ("x", "y", "visible"),
    # `depends on X if Y` is `X || Y = n` (Linux 76df6815dab7).
    [("n", "n", 2), ("n", "m", 0), ("n", "y", 0), ("m", "n", 2), ("m", "y", 1), ("m", "m", 1), ("y", "y", 2)],
)
def test_depends_on_if(tmp_path: Path, x: str, y: str, visible: int) -> None:
    values = _values(tmp_path, _CONDITIONAL, f"CONFIG_X={x}\nCONFIG_Y={y}\n")
    assert values.visibility("A") == visible  # type: ignore[attr-defined]


_TRANSITIONAL = """
config NEW
	bool "new"
	default OLD

config OLD
	bool
	transitional
	help
	  Was renamed.

config NEW_NUMBER
	int "number"
	default OLD_NUMBER if OLD_NUMBER > 0
	default 3

config OLD_NUMBER
	int
	transitional
"""


def test_transitional_hands_its_value_on_and_is_not_written(tmp_path: Path) -> None:
    """Linux f9afce4f32e9: read from an old .config, used by defaults, never written."""
    values = _values(tmp_path, _TRANSITIONAL, "CONFIG_OLD=y\nCONFIG_OLD_NUMBER=8\n")
    assert values.text("NEW") == "y"  # type: ignore[attr-defined]
    assert values.text("NEW_NUMBER") == "8"  # type: ignore[attr-defined]
    assert values.is_written("NEW")  # type: ignore[attr-defined]
    assert not values.is_written("OLD")  # type: ignore[attr-defined]
    assert not values.is_written("OLD_NUMBER")  # type: ignore[attr-defined]


def test_transitional_without_a_value(tmp_path: Path) -> None:
    values = _values(tmp_path, _TRANSITIONAL)
    assert values.text("NEW") == "n"  # type: ignore[attr-defined]
    assert values.text("NEW_NUMBER") == "3"  # type: ignore[attr-defined]


def test_option_modules(tmp_path: Path) -> None:
    text = 'config LOADABLE\n\tbool "l"\n\toption modules\n\tdefault y\n\nconfig A\n\ttristate "a"\n\tdefault m\n'
    assert _values(tmp_path, text).text("A") == "m"  # type: ignore[attr-defined]


def test_option_env_and_old_help(tmp_path: Path) -> None:
    text = 'config SRCARCH\n\tstring\n\toption env="SRCARCH"\n\nconfig A\n\tbool "a"\n\tdefault y if SRCARCH = "x86"\n'
    text += "\t---help---\n\t  Words.\n\nsource arch/$SRCARCH/Kconfig\n"
    values = _values(tmp_path, text, **{"arch/x86/Kconfig": "config B\n\tdef_bool y\n"})
    assert values.text("A") == "y"  # type: ignore[attr-defined]
    assert values.text("B") == "y"  # type: ignore[attr-defined]
    assert not values.is_written("SRCARCH")  # type: ignore[attr-defined]


def test_option_defconfig_list_is_not_written(tmp_path: Path) -> None:
    text = 'config DEFCONFIG_LIST\n\tstring\n\toption defconfig_list\n\tdefault "/boot/config"\n'
    values = _values(tmp_path, text)
    assert values.text("DEFCONFIG_LIST") == "/boot/config"  # type: ignore[attr-defined]
    assert not values.is_written("DEFCONFIG_LIST")  # type: ignore[attr-defined]


def test_option_allnoconfig_y(tmp_path: Path) -> None:
    text = 'config A\n\tbool "a"\n\toption allnoconfig_y\n\nconfig B\n\tbool "b"\n'
    model = load(make_tree(tmp_path, {"Kconfig": text}))
    values = evaluate(model, None, "allnoconfig")
    assert (values.text("A"), values.text("B")) == ("y", "n")


def test_a_choice_of_tristates_in_an_older_dialect(tmp_path: Path) -> None:
    """Without the tree's conf sources the rules of today hold, and today a choice is bool."""
    text = 'choice\n\ttristate "c"\n\nconfig A\n\ttristate "a"\n\nendchoice\n'
    model = load(make_tree(tmp_path, {"Kconfig": text}))
    assert model.choices[0].type == "bool"


@pytest.mark.parametrize(
    ("confdata", "ends"),
    [
        ('goto end_check; "# end of %s\\n"', ["Full", "Empty"]),
        ('"# end of %s\\n"', ["Full"]),
        ("", []),
    ],
    ids=["today", "5.10", "4.19"],
)
def test_the_ends_of_menus(tmp_path: Path, confdata: str, ends: list[str]) -> None:
    text = 'menu "Full"\nconfig A\n\tbool "a"\nendmenu\nmenu "Empty"\nendmenu\n'
    scripts = {f"scripts/kconfig/{name}": "" for name in ("symbol.c", "preprocess.c")}
    model = load(make_tree(tmp_path, {"Kconfig": text, **scripts, "scripts/kconfig/confdata.c": confdata}))
    lines = expand(model, "alldefconfig").decode().splitlines()
    assert [line.removeprefix("# end of ") for line in lines if line.startswith("# end of ")] == ends


def test_an_unknown_keyword_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        _values(tmp_path, 'config A\n\tbool "a"\n\tnonsense here\n')
    assert str(caught.value.location) == "Kconfig:3"
    assert "nonsense here" in caught.value.render()
