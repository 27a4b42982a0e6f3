# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether an edit of a Kconfig file changes some configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.prove.equivalence import Changed, Same
from tests.kconfig.small import make_tree
from tests.oracle.trees import find_trees
from tests.patches.edited import compare, some

_HEAD = 'config X\n\tbool "x"\n\nconfig Y\n\tbool "y"\n\tdepends on X\n\nconfig NEVER\n\tbool\n\nconfig T\n\tbool\n\n'
_TEXT, _PROOF = "text", "proof"
# Each: an entry, what it becomes, and why nothing changes or what does.
_CASES = {
    "repetition": ("bool\n\tdepends on X && Y\n\tdepends on Y", "bool\n\tdepends on Y && X", _TEXT),
    "a dependency that follows": ('bool "a"\n\tdepends on X && Y', 'bool "a"\n\tdepends on Y', _PROOF),
    "one that does not": (
        'bool "a"\n\tdepends on X && Y',
        'bool "a"\n\tdepends on X',
        "with CONFIG_X=y .config has # CONFIG_A is not set instead of no line for A",
    ),
    "a default that follows": ("bool\n\tdefault X\n\tdefault y if NEVER", "bool\n\tdefault X", _PROOF),
    "one that counts": ("bool\n\tdefault X\n\tdefault y if !X", "bool\n\tdefault X", _PROOF),
    "an order of defaults": (
        "bool\n\tdefault n if X\n\tdefault y if Y",
        "bool\n\tdefault y if Y\n\tdefault n if X",
        "with CONFIG_X=y, CONFIG_Y=y .config has CONFIG_A=y instead of no line for A",
    ),
    "a string by default": ('string\n\tdefault "a"\n\tdefault "b" if X', 'string\n\tdefault "a"', _PROOF),
    "the empty string": (
        'string\n\tdefault ""',
        "string",
        'with an empty config .config has no line for A instead of CONFIG_A=""',
    ),
    "a range": ('int "a"\n\trange 1 5\n\trange 2 4 if X', 'int "a"\n\trange 1 5', _PROOF),
    "another range": (
        'int "a"\n\trange 1 5 if X\n\trange 2 4',
        'int "a"\n\trange 2 4',
        "with CONFIG_X=y .config has CONFIG_A=2 instead of CONFIG_A=1",
    ),
    "a select": ('bool "a"\n\tselect T if NEVER', 'bool "a"', _PROOF),
    "a select that counts": (
        'bool "a"\n\tselect T if X',
        'bool "a"',
        "with CONFIG_A=y, CONFIG_X=y .config has no line for T instead of CONFIG_T=y",
    ),
    "a select without its condition": (
        'bool "a"\n\tdepends on Y\n\tselect T if X',
        'bool "a"\n\tdepends on Y\n\tselect T',
        _PROOF,
    ),
    "a type": ('tristate "a"', 'bool "a"', "the type of A changes from tristate to bool"),
    "a prompt": ('bool "a" if NEVER', "bool", "A has a prompt, or is a choice member, in only one of the two trees"),
    "a warning": ('bool "a"', 'bool "a"\n\tprompt "b"', "conf warns: prompt redefined"),
}


@pytest.mark.parametrize("name", _CASES)
def test_what_is_the_same(tmp_path: Path, name: str) -> None:
    before, after, expected = _CASES[name]
    make_tree(tmp_path, {})
    head = f"{_HEAD}config A\n\t"
    _, _, verdict = compare(f"{head}{before}\n", f"{head}{after}\n", tmp_path)
    if isinstance(verdict, Changed):
        assert verdict.reason == expected
    else:
        assert (_PROOF if verdict.proved else _TEXT) == expected


def test_titles_of_menus(tmp_path: Path) -> None:
    make_tree(tmp_path, {})
    text = _HEAD + 'menu "m"\n\tdepends on Y\n\tdepends on {}\n\nconfig A\n\tbool "a"\n\nendmenu\n'
    same = compare(text.format("X"), text.format("y"), tmp_path)[2]
    assert isinstance(same, Same)
    other = compare(text.format("T"), text.format("y"), tmp_path)[2]
    assert isinstance(other, Changed)


def test_what_tristates_in_a_menu_are_limited_to(tmp_path: Path) -> None:
    """Another patch may remove the line by which the tristate does without the limit of the menu."""
    make_tree(tmp_path, {})
    text = 'config MODULES\n\tbool "m"\n\tmodules\n\nconfig X\n\ttristate "x"\n\nmenu "m"\n\tdepends on X\n\nconfig A\n'
    text += '\ttristate "a"\n\tdepends on X\n\nendmenu\n'
    verdict = compare(text, text.replace("depends on X", "depends on X != n", 1), tmp_path)[2]
    assert isinstance(verdict, Changed)
    assert verdict.reason == "not decided: the title of a menu may have another effect in some configuration"


def test_what_holds_with_one_toolchain_only(tmp_path: Path) -> None:
    make_tree(tmp_path, {"scripts/kconfig/preprocess.c": ""})
    text = _HEAD + "config A\n\tbool\n\tdefault y if $(shell,echo y)\n\tdefault X\n"
    verdict = compare(text, text.replace("\tdefault X\n", ""), tmp_path)[2]
    assert isinstance(verdict, Changed)
    assert verdict.reason == "not decided: the value of A depends on the toolchain, or it is BROKEN"


_OF_4_14 = """\
sym_get_choice_menu
	prop = sym_get_default_prop(sym);
	if (prop) {
		sym->flags |= SYMBOL_WRITE;
		newval.tri = EXPR_AND(...);
"""


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ("T if X", None),
        ("T if !X", "with CONFIG_X=y, CONFIG_Y=y .config has no line for A instead of # CONFIG_A is not set"),
    ],
)
def test_a_default_n_that_is_written(tmp_path: Path, first: str, reason: str | None) -> None:
    less = f"{_HEAD}config A\n\tbool\n\tdefault {first}\n"
    text = f"{less}\tdefault n if Y\n"
    make_tree(tmp_path, {})
    assert isinstance(compare(text, less, tmp_path)[2], Same)
    # The conf of 4.14 writes "is not set" where a default applies.
    make_tree(tmp_path, {"scripts/kconfig/symbol.c": _OF_4_14, "scripts/kconfig/confdata.c": ""})
    before, _, verdict = compare(text, less, tmp_path)
    assert before.dialect.writes_default_n
    assert (verdict.reason if isinstance(verdict, Changed) else None) == reason


_BEFORE_6_11 = {"scripts/kconfig/symbol.c": "", "scripts/kconfig/confdata.c": ""}


@pytest.mark.parametrize("files", [{}, _BEFORE_6_11], ids=["today", "before 6.11"])
def test_both_directions_are_proved(tmp_path: Path, files: dict[str, str]) -> None:
    """Before 6.11 a choice is n if it has no visible member: without the edit no condition in it ever counts."""
    make_tree(tmp_path, files)
    text = _HEAD + 'choice\n\tbool "choice"\n\nconfig A\n\tbool "a"\n\tdepends on NEVER\n\nendchoice\n'
    verdict = compare(text, text.replace("\tdepends on NEVER\n", ""), tmp_path)[2]
    assert isinstance(verdict, Changed)
    assert verdict.reason == "with an empty config .config has CONFIG_A=y instead of no line for A"


@pytest.mark.parametrize("kernel", [None, pytest.param("6.1", marks=pytest.mark.trees)])
def test_random_edits_against_all_configs(kernel: str | None) -> None:
    found = find_trees().kernels
    if kernel is not None and kernel not in found:
        pytest.skip(f"no kernel {kernel}")
    outcomes = some(range(50), found[kernel] if kernel is not None else None)
    assert not [item.wrong for item in outcomes if item.wrong]
    assert sum(item.is_same for item in outcomes) > 5
    assert sum(item.differs for item in outcomes) > 2
