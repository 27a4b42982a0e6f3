# SPDX-License-Identifier: GPL-2.0-or-later

"""What one kernel's conf takes and another's refuses: kpolicy says of each what that kernel's conf does."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.errors import InputError
from tests.kconfig.small import expand, load, make_tree, run_conf
from tests.oracle.conf import Oracle

pytestmark = pytest.mark.trees

_MORE = 'config MORE\n\tbool "more"\n'
_CHOICE = 'choice\n\tprompt "c"\n{}\nconfig M\n\tbool "m"\n{}\nconfig N\n\tbool "n"\n\nendchoice\n'
_LIST = "config {}\n\tstring\n\toption defconfig_list\n\n"
_CASES = {
    # Words.
    "dashed help": 'config A\n\tbool "a"\n\t---help---\n\t  Words.\n',
    "def_int": "config A\n\tdef_int 3\n",
    "def_hex": "config A\n\tdef_hex 0x3\n",
    "def_string": 'config A\n\tdef_string "a"\n',
    "boolean": 'config A\n\tboolean "a"\n',
    "modules": 'config A\n\tbool "a"\n\tmodules\n',
    "modules twice": 'config A\n\tbool "a"\n\tmodules\n\nconfig B\n\tbool "b"\n\tmodules\n',
    "option modules": 'config A\n\tbool "a"\n\toption modules\n',
    "defconfig_list twice": _LIST.format("A") + _LIST.format("B"),
    "defconfig_list again": _LIST.format("A") * 2,
    "option env": 'config A\n\tstring\n\toption env="ARCH"\n',
    "transitional": "config A\n\tbool\n\ttransitional\n\thelp\n\t  Words.\n",
    "transitional with a default": "config A\n\tbool\n\ttransitional\n\tdefault y\n",
    "transitional in an if": 'config B\n\tbool "b"\n\nif B\n\nconfig A\n\tbool\n\ttransitional\n\nendif\n',
    "depends on if": 'config B\n\tbool "b"\n\nconfig A\n\tbool "a"\n\tdepends on B if !B\n',
    # Texts.
    "a bare prompt": "config A\n\tbool words\n\tdefault y\n",
    "a bare title": "menu words\nendmenu\n",
    "a bare path": "source Kconfig.more\n",
    "two quotes at the end": 'config A\n\tbool "a""\n\tdefault y\n',
    "no quote at the end": 'config A\n\tbool "a\n\tdefault y\n',
    "nothing left of a condition": 'config A\n\tbool "a"\n\tdepends on $(nosuch)\n',
    "a quoted target": 'config A\n\tbool "a"\n\tselect "B"\n',
    # Help texts.
    "words after help": 'config A\n\tbool "a"\n\thelp words\n\t  Words.\n',
    "a blank help": 'config A\n\tbool "a"\n\thelp\n\nconfig B\n\tbool "b"\n',
    "two help texts": 'config A\n\tbool "a"\n\thelp\n\t  One.\n\thelp\n\t  Two.\n',
    "help in a menu": 'menu "m"\n\thelp\n\t  Words.\nendmenu\n',
    "an end in a help": 'if y\n\nconfig A\n\tbool "a"\n\thelp\nendif\n',
    # Places.
    "a late mainmenu": 'config A\n\tbool "a"\n\nmainmenu "m"\n',
    "a default of a comment": 'comment "c"\n\tdefault y\n',
    "visible in a config": 'config A\n\tbool "a"\n\tvisible if y\n',
    "visible without if": 'menu "m"\n\tvisible\nendmenu\n',
    "visible after depends": 'menu "m"\n\tdepends on y\n\tvisible if y\nendmenu\n',
    "menuconfig without a prompt": "menuconfig A\n\tbool\n",
    "an assignment after a help": 'config A\n\tbool "a"\n\thelp\n\t  Words.\n\nX = y\n',
    "an assignment of nothing after a help": 'config A\n\tbool "a"\n\thelp\n\t  Words.\n\nX =\n',
    "an assignment in an entry": 'config A\n\tbool "a"\nX = y\n\tdefault y\n',
    "more of a sourced entry": 'source "Kconfig.more"\n\tdefault y\n',
    "no newline": 'config A\n\tbool "a"',
    "no newline after an end": 'menu "m"\nendmenu',
    "a joined newline": 'config A\n\tbool "a" \\\n',
    "a joined newline after an end": 'menu "m"\nendmenu \\\n',
    "a joined newline after an end, and a blank": 'menu "m"\nendmenu\\\n\t',
    "a newline after a joined one": 'menu "m"\nendmenu \\\n\n',
    # Choices.
    "a choice with a name": 'choice NAME\n\tprompt "c"\n\nconfig M\n\tbool "m"\n\nendchoice\n',
    "a choice with a type": 'choice\n\tbool "c"\n\nconfig M\n\tbool "m"\n\nendchoice\n',
    "a choice with a bare type": _CHOICE.format("\tbool\n", ""),
    "a choice of tristates": 'choice\n\ttristate "c"\n\nconfig M\n\ttristate "m"\n\nendchoice\n',
    "a choice with a number": _CHOICE.format("\tint\n", ""),
    "a choice without a prompt": 'choice\n\nconfig M\n\tbool "m"\n\nendchoice\n',
    "an optional choice": _CHOICE.format("\toptional\n", ""),
    "a choice that selects": _CHOICE.format("\tselect M\n", ""),
    "a default expression of a choice": _CHOICE.format("\tdefault M && N\n", ""),
    "a member with a default": _CHOICE.format("", "\tdefault y\n"),
    "a member without a prompt": _CHOICE.format("", "\nconfig O\n\tbool\n"),
    "a member without a type": _CHOICE.format("", '\nconfig O\n\tprompt "o"\n'),
    "a tristate member": _CHOICE.format("", '\nconfig O\n\ttristate "o"\n'),
    "a menu in a choice": _CHOICE.format("", '\nmenu "m"\nendmenu\n'),
    "a menuconfig in a choice": _CHOICE.format("", '\nmenuconfig O\n\tbool "o"\n'),
    "a source in a choice": _CHOICE.format("", '\nsource "Kconfig.more"\n'),
    "an assignment in a choice": _CHOICE.format("", "\nX = y\n"),
    "a member with a prompt elsewhere": _CHOICE.format("", "") + '\nconfig M\n\tbool "again"\n',
    "a member with a default elsewhere": "config M\n\tdefault y\n\n" + _CHOICE.format("", ""),
    # Loops.
    "a loop through the prompt of a choice": "config D\n\tdef_bool M\n\n"
    + _CHOICE.replace('"c"', '"c" if D').format("", ""),
    "a loop by a constant": 'config A\n\tbool "a"\n\tdepends on n && B\n\nconfig B\n\tbool "b"\n\tdepends on A\n',
    # Before 6.10 conf takes two disjunctions with a y for equal, and of what loses one only n is left.
    "a loop through what is n": 'config B\n\tbool "b"\n\nconfig C\n\tbool\n\tdefault D if T = T\n\n'
    'menu "m"\n\tdepends on B = m\n\tvisible if !(!D || (H <= 010 && C = m)) && C\n\n'
    'config A\n\tbool "a"\n\tdepends on (B || B != m || D != B) && H >= "text"\n\nendmenu\n\n'
    "config A\n\timply T if H <= 0x10\n",
    # A y that is written stays in the condition (before 6.10), and nothing hangs below that: O is a member.
    "a loop of a member by another one": _CHOICE.format(
        "", '\tdepends on y\n\nconfig O\n\tbool "o"\n\tdepends on M || X\n'
    )
    + '\nconfig X\n\tbool "x"\n',
    "a loop of tristates": "config A\n\ttristate\n\tdepends on B || !B\n\nconfig B\n\ttristate\n\tdepends on A\n",
    "a loop by a default value": 'config A\n\tbool "a"\n\tdefault B || !B\n\nconfig B\n\tbool "b"\n\tdepends on A\n',
}


@pytest.mark.parametrize("name", _CASES)
def test_the_verdict_of_conf(name: str, kernel: Path, oracle: Oracle, tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", {"Kconfig": _CASES[name], "Kconfig.more": _MORE}, kernel)
    oracle.environment("x86")
    theirs, said = run_conf(oracle.program, tree, tmp_path / "work", "alldefconfig")
    try:
        model = load(tree)
        refused = [f"{where}: {text}" for where, _symbol, text in getattr(model, "refused", ())]
    except InputError as error:
        model, refused = None, [str(error)]
    assert bool(refused) == (theirs is None), f"conf: {said}\nkpolicy: {refused}"
    if theirs is not None and model is not None:
        assert expand(model, "alldefconfig").decode() == theirs.decode()
