# SPDX-License-Identifier: GPL-2.0-or-later
"""What a new kernel asks about a .config: the list of `conf --listnewconfig`, in its order."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.evaluate.new_prompts import new_symbols
from kpolicy.evaluate.values import evaluate
from tests.kconfig.small import load, make_tree, new_prompts_of_conf
from tests.oracle.conf import Oracle

_HEAD = """\
config OFF
	bool

config ON
	bool
	default y
	select INNER

"""
# What hangs below A, which is off and has no prompt in view, is not asked for, though it could be set.
_HIDDEN = _HEAD + 'config A\n\tbool "a" if OFF\n\n'
_INNER = "config INNER\n\tbool\n\tdepends on A\n\n"
_BELOW = 'config BELOW\n\tbool "below"\n\tdepends on INNER\n\n'
_INNER_AND_BELOW = _INNER + _BELOW

# What is written, a config, and the symbols that are asked for.
_CASES = {
    "below what is on below an option that is off": (_HIDDEN + _INNER_AND_BELOW, "", []),
    "with a prompt in between": (_HIDDEN + _INNER_AND_BELOW.replace("bool\n\tdep", 'bool "i" if OFF\n\tdep'), "", []),
    "the option is on": (_HIDDEN.replace("OFF\n\n", "OFF\n\tdefault y\n\n") + _INNER_AND_BELOW, "", ["BELOW"]),
    "the option is in view": (_HIDDEN.replace("if OFF", "if ON") + _INNER_AND_BELOW, "", ["A", "BELOW"]),
    "something else in between": (_HIDDEN + 'config X\n\tbool "x"\n\n' + _INNER_AND_BELOW, "", ["X", "BELOW"]),
    "a comment in between": (_HIDDEN + 'comment "c"\n\n' + _INNER_AND_BELOW, "", ["BELOW"]),
    "a comment below in between": (_HIDDEN + _INNER + 'comment "c"\n\tdepends on INNER\n\n' + _BELOW, "", []),
    "an empty if in between": (_HIDDEN + "if ON\nendif\n\n" + _INNER_AND_BELOW, "", ["BELOW"]),
    "an if around both": (_HIDDEN + "if ON\n" + _INNER_AND_BELOW + "endif\n", "", ["BELOW"]),
    "an if around the last": (_HIDDEN + _INNER + "if ON\n" + _BELOW + "endif\n", "", ["BELOW"]),
    "an if that demands it": (_HIDDEN + _INNER + 'if INNER\nconfig B\n\tbool "b"\nendif\n', "", []),
    "a menu below it": (_HIDDEN + _INNER + 'menu "m"\n\tdepends on INNER\nconfig B\n\tbool "b"\nendmenu\n', "", []),
    "a menu around the last": (_HIDDEN + _INNER + 'menu "m"\n' + _BELOW + "endmenu\n", "", ["BELOW"]),
    "a choice below it": (
        _HIDDEN + _INNER + 'choice\n\tprompt "c"\n\tdepends on INNER\nconfig B\n\tbool "b"\nendchoice\n',
        "",
        [],
    ),
    "either of two": (_HIDDEN + _INNER + 'config B\n\tbool "b"\n\tdepends on INNER || OFF\n', "", []),
    "either of two, and more": (_HIDDEN + _INNER + 'config B\n\tbool "b"\n\tdepends on ON && (INNER || OFF)\n', "", []),
    "either of two, with a prompt in between": (
        _HIDDEN
        + 'config INNER\n\tbool "i" if OFF\n\tdepends on A\n\nconfig B\n\tbool "b"\n\tdepends on INNER || OFF\n',
        "",
        ["B"],
    ),
    "compared": (_HIDDEN + _INNER + 'config B\n\tbool "b"\n\tdepends on INNER = y\n', "", []),
    "compared with a word": (_HIDDEN + _INNER + 'config B\n\tbool "b"\n\tdepends on INNER != "x"\n', "", []),
    "after what can never be": (
        "config MODULES\n\tdef_bool y\n\tmodules\n\nconfig T\n\ttristate\n\n"
        + _HIDDEN
        + _INNER
        + 'config B\n\tbool "b"\n\tdepends on INNER && T = m && T != m\n\n'
        + _BELOW,
        "",
        ["BELOW"],
    ),
    "without what is only for prompts": (
        _HEAD
        + 'menu "m"\n\tvisible if ON\n\nconfig A\n\tbool "a" if OFF\n\n'
        + _INNER.replace("on A", "on (A || ON) && OFF")
        + _BELOW
        + "endmenu\n",
        "",
        ["BELOW"],
    ),
    "on above a menu out of view": (
        'config OFF\n\tbool\n\nconfig A\n\tbool "a" if OFF\n\tdefault y\n\n'
        'menu "m"\n\tdepends on A\n\tvisible if OFF\nconfig B\n\tbool "b"\nendmenu\n\n'
        'config X\n\tbool "x"\n\nconfig A\n\tbool "again"\n',
        "",
        ["X", "A"],
    ),
    "without a prompt at the first place": (
        'config A\n\tbool\n\nconfig X\n\tbool "x"\n\nconfig A\n\tbool "a"\n',
        "",
        ["X", "A"],
    ),
    "without a prompt in the first file": (
        'config MORE\n\tbool\n\nconfig X\n\tbool "x"\n\nsource "Kconfig.more"\n',
        "",
        ["X", "MORE"],
    ),
    "named and no more": (_HIDDEN + _INNER + 'config B\n\tbool "b"\n\tdepends on INNER || !INNER\n', "", ["B"]),
    "either of two, below what is never both": (
        _HEAD
        + "config MODULES\n\tdef_bool y\n\tmodules\n\nconfig T\n\tdef_tristate m\n\n"
        + 'config A\n\tbool "a" if OFF\n\tdepends on T && !T\n\n'
        + 'config B\n\tbool "b"\n\tdepends on T && !T && (A || ON)\n',
        "",
        ["B"],
    ),
    "in view at another place": (_HIDDEN + _INNER_AND_BELOW + 'config BELOW\n\tbool "again"\n', "", ["BELOW"]),
    "in the order of the places": (
        _HIDDEN + _INNER_AND_BELOW + 'config X\n\tbool "x"\n\nconfig BELOW\n\tbool "again"\n',
        "",
        ["X", "BELOW"],
    ),
    "a second prompt takes the place of the first": (
        'config OFF\n\tbool\n\nconfig A\n\tbool "a"\n\tprompt "again" if OFF\n\nconfig X\n\tbool "x"\n',
        "",
        ["X"],
    ),
    "a number holds nothing together": (
        'config N\n\tint "n"\n\nconfig A\n\tbool "a"\n\tdepends on N > 3\n',
        "CONFIG_N=4\n",
        ["A"],
    ),
    "a menu out of view": (
        _HEAD + 'menu "m"\n\tvisible if OFF\nconfig A\n\tbool "a"\n\nconfig B\n\tbool "b"\nendmenu\n',
        "",
        [],
    ),
    "a file twice": (
        _HEAD + 'if OFF\nsource "Kconfig.more"\nendif\nconfig X\n\tbool "x"\n\nsource "Kconfig.more"\n',
        "",
        ["X", "MORE"],
    ),
}
_MORE = {"Kconfig.more": 'config MORE\n\tbool "more"\n'}


def _ours(tree: Path, config: str) -> list[str]:
    return list(new_symbols(evaluate(load(tree), parse_config("", config.encode()))))


def _theirs(tree: Path, config: str, oracle: Oracle, folder: Path) -> list[str]:
    oracle.environment("x86")
    lines = new_prompts_of_conf(oracle.program, tree, folder / "work", config.encode())
    # Conf lists a symbol at each place where it is shown.
    return list(dict.fromkeys(line.removeprefix("CONFIG_").partition("=")[0] for line in lines))


@pytest.mark.trees
@pytest.mark.parametrize("case", _CASES)
def test_asks_what_conf_asks(case: str, kernel: Path, oracle: Oracle, tmp_path: Path) -> None:
    text, config, asked = _CASES[case]
    tree = make_tree(tmp_path / "tree", {"Kconfig": text, **_MORE}, kernel)
    assert _theirs(tree, config, oracle, tmp_path) == asked
    assert _ours(tree, config) == asked


@pytest.mark.parametrize("case", _CASES)
def test_asks_that_without_a_kernel(case: str, tmp_path: Path) -> None:
    text, config, asked = _CASES[case]
    assert _ours(make_tree(tmp_path, {"Kconfig": text, **_MORE}), config) == asked


_MODULES = "config MODULES\n\tdef_bool y\n\tmodules\n\n"
_TRISTATE = 'choice\n\ttristate "c"\n\nconfig T\n\ttristate "t"\n\n'
# What conf of 6.12, None where it refuses that, and what that of 6.1 asks for.
_OLDER_AND_NEWER = {
    # In 6.1 what is shown for what is below it counts as set (menu.c: menu_is_visible).
    "shown for what is below it": (
        'config OFF\n\tbool\n\nconfig A\n\tbool "a" if OFF\n\tdefault y\n\n'
        'config B\n\tbool "b"\n\tdepends on A\n\nconfig X\n\tbool "x"\n\nconfig A\n\tbool "again"\n',
        "",
        ["A", "B", "X"],
        ["B", "X"],
    ),
    "shown, and nothing new below it": (
        'config OFF\n\tbool\n\nconfig A\n\tbool "a" if OFF\n\tdefault y\n\n'
        'config B\n\tbool "b" if OFF\n\tdepends on A\n\nconfig X\n\tbool "x"\n\nconfig A\n\tbool "again"\n',
        "",
        ["X", "A"],
        ["X", "A"],
    ),
    # A number that is dropped leaves what is in view as it was (confdata.c: conf_read, as in 6.1).
    "a number out of its range": (
        'config N\n\tint "n"\n\trange 10 20\n\tdefault 15\n\nconfig A\n\tbool "a"\n\tdepends on N = 20\n\n'
        'config B\n\tbool "b"\n\tdepends on N = 15\n\nconfig C\n\tbool "c" if N = 15\n\nconfig X\n\tbool "x"\n\n'
        'config C\n\tbool "again" if N = 20\n',
        "CONFIG_N=100\n",
        ["A", "X", "C"],
        ["N", "A", "X", "C"],
    ),
    "a number that comes into view by another one": (
        'config N\n\tint "n"\n\trange 10 20\n\tdefault 15\n\n'
        'config M\n\tint "m"\n\tdepends on N = 15\n\trange 1 5\n\tdefault 2\n',
        "CONFIG_N=100\nCONFIG_M=100\n",
        [],
        ["N", "M"],
    ),
    # Since 6.11 what depends on a member is none, and conf refuses a choice that is tristate.
    "below a member without a prompt in view": (
        _HEAD + 'choice\n\tprompt "c"\n\nconfig X\n\tbool "x"\n\nconfig A\n\tbool "a" if OFF\n\n'
        f"{_INNER.replace('on A', 'on (A || ON) && OFF')}{_BELOW}endchoice\n",
        "",
        None,
        ["X"],
    ),
    "below a member of a choice at m": (
        f"{_MODULES}{_HEAD}{_TRISTATE}"
        'config B\n\tbool "b"\n\nconfig BELOW\n\tbool "below"\n\tdepends on B || ON\n\nendchoice\n',
        "CONFIG_T=m\n",
        None,
        [],
    ),
    "below a member that can only be m in a choice at y": (
        f"{_MODULES}config M\n\tdef_tristate m\n\n{_HEAD}{_TRISTATE}"
        'config A\n\ttristate "a"\n\tdepends on M\n\n'
        'config BELOW\n\tbool "below"\n\tdepends on M && (A || ON)\n\nendchoice\n',
        "CONFIG_T=y\n",
        None,
        [],
    ),
}


@pytest.mark.trees
@pytest.mark.parametrize("case", _OLDER_AND_NEWER)
def test_asks_what_conf_of_the_same_release_asks(
    case: str, kernel: Path, oracle: Oracle, release: str, tmp_path: Path
) -> None:
    text, config, newer, older = _OLDER_AND_NEWER[case]
    tree = make_tree(tmp_path / "tree", {"Kconfig": text}, kernel)
    asked = older if release == "6.1" else newer
    if asked is None:
        pytest.skip(f"conf of {release} refuses it")
    assert _theirs(tree, config, oracle, tmp_path) == asked
    assert _ours(tree, config) == asked
