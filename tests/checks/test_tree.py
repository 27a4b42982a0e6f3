# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about a tree: what holds over all architectures, each line once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from kpolicy.kconfig.load import Tree
from kpolicy.kconfig.names import index_names
from kpolicy.kconfig.references import references
from kpolicy.kernel.architecture import architectures, resolve_architecture
from kpolicy.kernel.source import DirectorySource
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.kconfig import check_kconfig
from kpolicy.policy.checks.provable import prove_lines
from kpolicy.policy.checks.tree import merged, undefined
from kpolicy.policy.rules.finding import Finding
from tests.kconfig.small import make_tree

_TOP = 'source "arch/$(SRCARCH)/Kconfig"\nsource "lib/Kconfig"\n'
_LIB = """\
config A
	bool "a"
	depends on ONE || THREE
	select B
	select C

config B
	bool
	select C if ARCH_HAS_C

config C
	bool
"""
_HAS = "config ARCH_HAS_C\n\tdef_bool y\n"
_ONE = "config ONE\n\tdef_bool y\n"


def _merged(folder: Path, files: Mapping[str, str]) -> list[Finding]:
    source = DirectorySource(make_tree(folder, {"Kconfig": _TOP, **files}))
    tree = Tree(source, str(folder))
    claims = [
        check_kconfig(tree.model(resolve_architecture(source, arch), Toolchain.dummy()))
        for arch in architectures(source)
    ]
    return list(merged(claims, source))


def _undefined(folder: Path, files: Mapping[str, str]) -> list[str]:
    source = DirectorySource(make_tree(folder, {"Kconfig": _TOP, **files}))
    index = index_names(source)
    found = undefined(references(source, index.files), index)
    return [f"{item.place.line}: {item.severity}: {item.message}" for item in found]


def test_what_holds_everywhere_is_one_finding(tmp_path: Path) -> None:
    lib = _LIB.replace(" if ARCH_HAS_C", "").replace("\tdepends on ONE || THREE\n", "")
    [found] = _merged(tmp_path, {"arch/one/Kconfig": _ONE, "arch/two/Kconfig": "", "lib/Kconfig": lib})
    assert (str(found.place), found.architectures, found.architecture) == ("lib/Kconfig:4", ("one", "two"), "")
    assert found.message == "A selects C, which B selects as well (lib/Kconfig:8)"
    assert (found.config, found.symbol) == ("lib/Kconfig", "A")


def test_one_architecture_can_say_no(tmp_path: Path) -> None:
    lib = _LIB.replace("select B\n\tselect C", "select B\n\tselect C if ARCH_HAS_C").replace(
        " if ARCH_HAS_C\n\nconfig C", " if X\n\nconfig C"
    )
    both = {"lib/Kconfig": lib, "arch/one/Kconfig": _ONE + _HAS}
    assert _merged(tmp_path, both) == []


def test_where_a_line_can_do_nothing_has_no_say(tmp_path: Path) -> None:
    lib = _LIB.replace(" if ARCH_HAS_C", "")
    files = {"arch/one/Kconfig": _ONE, "arch/two/Kconfig": "", "lib/Kconfig": lib}
    [found] = _merged(tmp_path, files)
    assert found.architectures == ("one",)
    assert found.message.endswith(" (on one)")


def test_a_default_for_one_architecture_is_not_dead(tmp_path: Path) -> None:
    files = {
        "arch/one/Kconfig": "config LEVELS\n\tint\n\tdefault 3\n",
        "arch/two/Kconfig": "",
        "lib/Kconfig": "config LEVELS\n\tint\n\tdefault 2\n",
    }
    assert _merged(tmp_path, files) == []
    [found] = _merged(tmp_path / "alone", {key: files[key] for key in ("arch/one/Kconfig", "lib/Kconfig")})
    assert found.rule == "kconfig/dead-default"


def test_the_message_is_that_of_the_fewest_reasons(tmp_path: Path) -> None:
    """On one both conditions are never met, on two only the second is: that is what all have."""
    lib = 'config A\n\tbool "a"\n\tdepends on TWO && NEVER\n\nconfig NEVER\n\tbool\n'
    two = "config TWO\n\tdef_bool y\n"
    source = DirectorySource(
        make_tree(tmp_path, {"Kconfig": _TOP, "arch/one/Kconfig": "", "arch/two/Kconfig": two, "lib/Kconfig": lib})
    )
    tree = Tree(source, str(tmp_path))
    claims = [
        prove_lines(tree.model(resolve_architecture(source, arch), Toolchain.dummy()), ["kconfig/dead-option"]).claims
        for arch in architectures(source)
    ]
    [found] = merged([item["kconfig/dead-option"] for item in claims], source)
    assert found.message == "the prompt of A is never visible: NEVER is never met"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("default y if $(shell,echo y)", []),
        ("default y if \\\n\t$(shell,echo y)", []),
        ("default y\n\tdefault n if $(shell,echo y)", [5]),
        ("default y", [4]),
    ],
)
def test_what_the_toolchain_decides_is_not_proved(tmp_path: Path, line: str, told: list[int]) -> None:
    lib = f"config A\n\tbool\n\t{line}\n\tdefault n\n"
    found = _merged(tmp_path, {"arch/one/Kconfig": "", "lib/Kconfig": lib})
    assert [item.place.line for item in found] == told


def test_a_dependency_that_the_toolchain_decides_proves_nothing(tmp_path: Path) -> None:
    between = "config B\n\tbool\n\tdepends on {}\n\tselect C\n"
    lib = 'config A\n\tbool "a"\n\tselect B\n\tselect C\n\nconfig C\n\tbool\n\n'
    told = [
        _merged(tmp_path / name, {"arch/one/Kconfig": "", "lib/Kconfig": lib + between.format(condition)})
        for name, condition in (("asks", "$(shell,echo y)"), ("states", "y"))
    ]
    assert [len(found) for found in told] == [0, 1]


def test_a_name_of_another_architecture_is_no_mistake(tmp_path: Path) -> None:
    lib = "config A\n\tbool\n\tdepends on ONE\n\tselect ONE\n"
    assert _undefined(tmp_path, {"arch/one/Kconfig": _ONE, "arch/two/Kconfig": "", "lib/Kconfig": lib}) == []


_REFERENCES = {
    "depends on B && NOWHERE": "warning: A depends on NOWHERE, which no Kconfig file defines: never met",
    "depends on B || NOWHERE": "note: A refers to NOWHERE, which no Kconfig file defines: it is n",
    "depends on !NOWHERE": "note: A refers to NOWHERE, which no Kconfig file defines: it is n",
    "select NOWHERE": "note: A selects NOWHERE, which no Kconfig file defines: the line has no effect",
    "imply NOWHERE": "note: A implies NOWHERE, which no Kconfig file defines: the line has no effect",
    "select B if NOWHERE": "note: A refers to NOWHERE, which no Kconfig file defines: the line has no effect",
    'prompt "a" if NOWHERE': "note: A refers to NOWHERE, which no Kconfig file defines: its prompt is never visible",
    "default NOWHERE": "note: A refers to NOWHERE, which no Kconfig file defines: it is n",
    "default N": "note: A refers to N, which no Kconfig file defines: it is n; did you mean n?",
    "default CONFIG_B": ("note: A refers to CONFIG_B, which no Kconfig file defines: it is n; did you mean B?"),
    "depends on $(success,true) && NOWHERE": (
        "warning: A depends on NOWHERE, which no Kconfig file defines: never met"
    ),
    "default y if B = 10 && B > 0x10": "",
    'default y if B = "text"': "",
    "default m if B": "",
    'default "text"': "",
}


@pytest.mark.parametrize("line", _REFERENCES)
def test_a_name_that_nothing_defines(tmp_path: Path, line: str) -> None:
    lib = f"config B\n\tbool\n\nconfig A\n\tbool\n\t{line}\n\thelp\n\t  depends on HELP\n"
    expected = [f"6: {_REFERENCES[line]}"] if _REFERENCES[line] else []
    assert _undefined(tmp_path, {"arch/one/Kconfig": "", "lib/Kconfig": lib}) == expected


def test_around_entries(tmp_path: Path) -> None:
    lib = 'if NOWHERE\n\nmenu "m"\n\tvisible if GONE\n\nendmenu\n\nendif\n'
    assert _undefined(tmp_path, {"arch/one/Kconfig": "", "lib/Kconfig": lib}) == [
        "1: warning: everything up to the endif depends on NOWHERE, which no Kconfig file defines: never met",
        "4: note: this line refers to GONE, which no Kconfig file defines: the line has no effect",
    ]


@pytest.mark.trees
def test_what_is_known_of_real_trees(kernel: Path) -> None:
    """KMSAN and the stack depot, the very line that the review of 2021 asked to remove from KASAN."""
    source = DirectorySource(kernel)
    tree = Tree(source, str(kernel))
    claims = check_kconfig(tree.model(resolve_architecture(source, "x86"), Toolchain.dummy()))
    found = {(item.symbol, item.message.split()[2].rstrip(",")) for item in merged([claims], source)}
    for pair in [("KMSAN", "STACKDEPOT"), ("PAGE_OWNER", "STACKTRACE"), ("PROVE_LOCKING", "LOCKDEP")]:
        assert pair in found
    assert ("KASAN", "STACKDEPOT") not in found
    names = {item.symbol for item in undefined(references(source, tree.names.files), tree.names)}
    assert {"ARCH_HAS_HOLES_MEMORYMODEL", "CONFIG_STM"} <= names
    assert not names & {"X86", "ARM64", "PPC", "m", "y", "n"}
