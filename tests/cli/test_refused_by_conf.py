# SPDX-License-Identifier: GPL-2.0-or-later
# ruff: noqa: E101 -- Kconfig files are indented with tabs, their help texts with two more blanks
"""What a tree's own conf refuses: an error where Kconfig files are judged, a remark where a config is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.support import kpolicy
from tests.git import make_repository
from tests.kconfig.small import make_tree

pytestmark = pytest.mark.trees

_LIB = """\
config A
	bool words
	---help---
	  What it does.

config B
	def_int 3

config C
	bool "c"
	depends on A if B > 2
	depends on NOWHERE = n

choice NAMED
	prompt "n"

config M
	bool "m"
	default y

config N
	bool "n"

endchoice
"""
_REFUSED = {
    2: ("A", 'unquoted text: write "words"'),
    3: ("A", "unknown keyword '---help---': write 'help'"),
    7: ("B", "unknown keyword 'def_int': write 'int' and 'default'"),
    11: ("C", "'if' after 'depends on'"),
    14: ("", "choice with a name"),
    19: ("M", "default of a choice member"),
}
# Since 6.11: before it a choice may have a name, and conf only warns of a default of a member.
_ONLY_TODAY = (14, 19)


@pytest.fixture
def tree(tmp_path: Path, kernel: Path) -> Path:
    folder = make_tree(tmp_path / "linux", {"Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nsource "lib/Kconfig"\n'})
    shutil.copytree(kernel / "scripts" / "kconfig", folder / "scripts" / "kconfig")
    for name, text in {
        "arch/x86/Kconfig": 'config MODULES\n\tbool "modules"\n\tmodules\n',
        "arch/x86/configs/x86_64_defconfig": "CONFIG_A=y\n",
        "lib/Kconfig": _LIB,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def _expected(release: str) -> list[str]:
    lines = [line for line in _REFUSED if release != "6.1" or line not in _ONLY_TODAY]
    return [
        f"lib/Kconfig:{line}: error: refused by this tree's conf: {_REFUSED[line][1]} [kconfig/refused-by-conf]"
        for line in lines
    ]


def test_each_line_is_an_error(tree: Path, release: str) -> None:
    outcome = kpolicy("kconfig", "-j", "1", tree, "--check", "refused-by-conf") if release else None
    assert outcome is not None
    assert outcome.out.splitlines()[:-1] == _expected(release)
    assert (outcome.status, outcome.err) == (1, "")


def test_an_audit_says_so_too_and_judges_the_rest(tree: Path, release: str) -> None:
    outcome = kpolicy("audit", tree, "-o", "json")
    found = [item for item in outcome.json["about_tree"]["findings"] if item["rule"] == "kconfig/refused-by-conf"]
    assert [item["symbol"] for item in found] == [
        _REFUSED[line][0] for line in _REFUSED if release != "6.1" or line not in _ONLY_TODAY
    ]
    assert [config["config"] for config in outcome.json["configs"]] == ["arch/x86/configs/x86_64_defconfig"]
    assert outcome.status == 1


def test_values_are_worked_out_and_the_reader_is_told(tree: Path, release: str) -> None:
    outcome = kpolicy("expand", "--tree", tree, "--arch", "x86", tree / "arch/x86/configs/x86_64_defconfig")
    assert "CONFIG_A=y" in outcome.out.splitlines()
    assert "CONFIG_B=3" in outcome.out.splitlines()
    told = kpolicy("check", "--tree", tree, "--arch", "x86", tree / "arch/x86/configs/x86_64_defconfig").err
    for line in _expected(release):
        assert line.replace(": error:", ": warning:").removesuffix(" [kconfig/refused-by-conf]") in told


def test_a_patch_that_brings_one(tree: Path) -> None:
    lib = tree / "lib/Kconfig"
    lib.write_text('config A\n\tbool "a"\n')
    repository = make_repository(tree)
    repository.write("lib/Kconfig", 'config A\n\tbool "a"\n\t---help---\n\t  What it does.\n')
    patch = tree.parent / "help.patch"
    repository.git("diff", f"--output={patch}")
    repository.git("checkout", "-q", ".")
    outcome = kpolicy("checkpatch", patch, "--tree", tree)
    assert outcome.status == 1
    assert "lib/Kconfig:3: error: refused by this tree's conf: unknown keyword '---help---'" in outcome.out


def test_a_tree_without_conf_refuses_nothing(tmp_path: Path) -> None:
    files = {"Kconfig": 'source "lib/Kconfig"\n', "arch/x86/Kconfig": "", "lib/Kconfig": _LIB}
    outcome = kpolicy("kconfig", "-j", "1", make_tree(tmp_path / "linux", files))
    assert "refused" not in outcome.out


def test_a_name_in_a_comparison_is_its_own_text(tree: Path) -> None:
    outcome = kpolicy("kconfig", "-j", "1", tree, "--check", "undefined-reference")
    assert outcome.out.splitlines()[0] == (
        "lib/Kconfig:12: note: C compares NOWHERE, which no Kconfig file defines: it is the string"
        ' "NOWHERE", not n [kconfig/undefined-reference]'
    )
