# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy kconfig --check fragments`: the configs of the kernel's own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.lines import parse_lines
from kpolicy.evaluate.recorded import recorded_values
from tests.cli.support import kpolicy
from tests.kconfig.small import make_tree
from tests.oracle.conf import Oracle

_SELFTESTS = "tools/testing/selftests"
_TORTURE = f"{_SELFTESTS}/rcutorture/configs/rcu"
_KCONFIG = """\
source "arch/$(SRCARCH)/Kconfig"

config MODULES
	bool "modules"
	default y
	modules

config BASE
	bool "base"

config NEXT
	bool "next"
	depends on BASE

config TEST
	tristate "test"
	depends on NEXT

config AGAINST
	bool "against"
	depends on !BASE

config FREE
	tristate "free"

config SHOWN
	bool
	default FREE

config SEALED
	def_bool n
"""
_RULE = "kconfig/test-config-not-honoured"


def _tree(folder: Path, **files: str) -> Path:
    base = {
        "Kconfig": _KCONFIG,
        "arch/x86/Kconfig": "",
        "arch/x86/configs/x86_64_defconfig": "",
        "arch/x86/Makefile": "KBUILD_DEFCONFIG := x86_64_defconfig\nUTS_MACHINE := x86_64\n",
        "arch/um/Kconfig": "",
        "arch/um/configs/defconfig": "",
    }
    return make_tree(folder, {**base, **{name.replace("__", "/"): text for name, text in files.items()}})


def _told(tree: Path, *words: str) -> list[str]:
    outcome = kpolicy("kconfig", tree, "--check", "test-config-not-honoured", "-o", "json", *words)
    assert outcome.status in (0, 1), outcome.err
    return [
        f"{item['location']['path'].removeprefix(_SELFTESTS + '/')}:{item['location']['line']} {item['severity']} "
        f"{item['message']} {item['remedy']}"
        for item in outcome.json["about_tree"]["findings"]
    ]


def _selftests(**texts: str) -> dict[str, str]:
    return {f"{_SELFTESTS}/{name}/config": text for name, text in texts.items()}


def test_a_line_that_needs_more_and_what_would_do(tmp_path: Path) -> None:
    tree = _tree(tmp_path, **_selftests(one="CONFIG_FREE=m\nCONFIG_TEST=m\n"))
    assert _told(tree) == [
        "one/config:2 warning CONFIG_TEST=m is not honoured on x86: needs NEXT (NEXT=n) at Kconfig:17, which needs BASE"
        " (BASE=n) at Kconfig:13 ['CONFIG_BASE=y', 'CONFIG_NEXT=y']"
    ]


def test_y_is_enough_where_m_is_asked(tmp_path: Path) -> None:
    """As merge_config.sh -y takes it."""
    tree = _tree(tmp_path, **_selftests(one="CONFIG_FREE=y\n", two="CONFIG_FREE=m\n"))
    assert _told(tree) == []


def test_configs_that_spoil_each_other(tmp_path: Path) -> None:
    tree = _tree(tmp_path, **_selftests(one="CONFIG_AGAINST=y\n", two="CONFIG_BASE=y\n"))
    assert _told(tree) == [
        "one/config:1 note CONFIG_AGAINST=y together with all selftests' configs is not honoured on x86:"
        " needs !BASE (BASE=y) at Kconfig:21 []"
    ]


def test_configs_that_contradict_each_other(tmp_path: Path) -> None:
    tree = _tree(tmp_path, **_selftests(one="CONFIG_BASE=y\n", two="# CONFIG_BASE is not set\n"))
    assert _told(tree) == [
        "one/config:1 note CONFIG_BASE=y together with all selftests' configs is not honoured on x86:"
        f" {_SELFTESTS}/two/config:1 asks for # CONFIG_BASE is not set, and find gives the files in no certain order []"
    ]


def test_lines_without_a_value(tmp_path: Path) -> None:
    """A file that has no other line is not taken for one of another format."""
    tree = _tree(tmp_path, **_selftests(one="CONFIG_BASE\n"))
    assert _told(tree) == ["one/config:1 warning CONFIG_BASE has no effect: conf does not read the line (no value) []"]


def test_what_a_scenario_only_checks(tmp_path: Path) -> None:
    scenario = "CONFIG_FREE=n\n#CHECK#CONFIG_SHOWN=y\n#CHECK#CONFIG_SEALED=n\n#CHECK#CONFIG_GONE=n\n"
    tree = _tree(tmp_path, **{f"{_TORTURE}/CFLIST": "A\n", f"{_TORTURE}/A": scenario})
    [told] = _told(tree)
    assert told.startswith("rcutorture/configs/rcu/A:2 warning #CHECK#CONFIG_SHOWN=y is not honoured on x86: ")


def test_unit_tests_are_laid_on_nothing_but_their_machine(tmp_path: Path) -> None:
    tree = _tree(
        tmp_path,
        **{
            "arch/um/configs/defconfig": "CONFIG_BASE=y\n",
            "lib/.kunitconfig": "CONFIG_NEXT=y\n",
            "mm/.kunitconfig": "CONFIG_FREE=m\n",
        },
    )
    [told] = _told(tree)
    assert told.startswith("lib/.kunitconfig:1 warning CONFIG_NEXT=y is not honoured on um: needs BASE (BASE=n)")
    (tree / "tools/testing/kunit/configs").mkdir(parents=True)
    (tree / "tools/testing/kunit/configs/arch_uml.config").write_text("CONFIG_BASE=y\n")
    assert _told(tree) == []


def test_they_are_checked_only_when_asked_for(tmp_path: Path) -> None:
    tree = _tree(tmp_path, **_selftests(one="CONFIG_TEST=m\n"))
    assert _RULE not in kpolicy("kconfig", tree).out
    assert _RULE in kpolicy("kconfig", tree, "--check", "fragments").out
    assert _RULE not in kpolicy("audit", tree, "--full").out
    assert _RULE in kpolicy("audit", tree, "--full", "--fragments").out


def test_the_text_has_the_lines_to_add(tmp_path: Path) -> None:
    tree = _tree(tmp_path, **_selftests(one="CONFIG_NEXT=y\n"))
    assert "    fix: CONFIG_BASE=y" in kpolicy("kconfig", tree, "--check", "fragments").out.splitlines()


def test_a_path_is_one_of_a_test(tmp_path: Path) -> None:
    tree = _tree(tmp_path, **_selftests(one="CONFIG_NEXT=y\n", two="CONFIG_NEXT=y\n"))
    assert [told[:3] for told in _told(tree, "--path", f"{_SELFTESTS}/two")] == ["two"]
    outcome = kpolicy("kconfig", tree, "--path", f"{_SELFTESTS}/two")
    assert outcome.status == 2
    assert "nothing there is checked" in outcome.err


@pytest.mark.trees
@pytest.mark.slow
def test_conf_agrees(kernel: Path, oracle: Oracle) -> None:
    """Of every line of a few tests: it is told if it is not in the .config that conf makes."""
    base = oracle.run("x86", "defconfig", path="arch/x86/configs/x86_64_defconfig").config
    told = {text.partition(" ")[0] for text in _told(kernel, "--arch", "x86") if "together with" not in text}
    compared = 0
    for name in ("bpf", "kexec", "mm", "sched_ext", "zram"):
        path = kernel / _SELFTESTS / name / "config"
        if not path.is_file():
            continue
        lines = parse_lines(f"{name}/config", path.read_bytes()).assignments
        result = oracle.run("x86", "olddefconfig", base + path.read_bytes()).config
        got = recorded_values(parse_lines("conf", result))
        for line in lines:
            value = got.get(line.name, "n")
            honoured = value == line.value or (line.value == "m" and value == "y")
            assert honoured != (str(line.location) in told), f"{line.location}: {line.text}"
            compared += 1
    if not compared:
        pytest.skip("no configs of selftests in this tree")
    assert compared > 50
