# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy explain` without a config: what a tree says of a symbol."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.cli import status
from kpolicy.evaluate.values import Values
from kpolicy.run.examine import Examiner
from kpolicy.run.plan import Target
from tests.cli.support import kpolicy

_FILES = {
    "Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n",
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nsource "lib/Kconfig"\n',
    "arch/one/Kconfig": "config ONE\n\tdef_bool y\n\tselect HAVE_CHECK\n",
    "arch/two/Kconfig": "config TWO\n\tdef_bool y\n\nconfig CHECK_TWO\n\tbool\n\tselect CHECK_ALL\n",
    "lib/Kconfig": """\
config HAVE_CHECK
	bool

menu "Checks"
	depends on ONE || TWO

config CHECK
	bool "Check everything"
	depends on HAVE_CHECK
	default y if ONE && EXTRA
	select CHECK_ALL if EXTRA

config CHECK_ALL
	bool

config EXTRA
	bool "Extra"

config SIZE
	int "Size"
	range 1 64
	default 8

choice
	prompt "How often"

config OFTEN
	bool "Often"

config SELDOM
	bool "Seldom"

endchoice

endmenu
""",
    "arch/one/configs/a_defconfig": "CONFIG_CHECK=y\nCONFIG_SIZE=4\n",
    "arch/one/configs/b_defconfig": "",
    "arch/two/configs/c_defconfig": "CONFIG_CHECK=y\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in _FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _lines(*words: str | Path) -> list[str]:
    outcome = kpolicy("explain", "-j", "1", *words)
    assert (outcome.status, outcome.err) == (status.CLEAN, "")
    return outcome.out.splitlines()


def test_text(tree: Path) -> None:
    assert _lines("CHECK", "--tree", tree) == [
        'CHECK  bool "Check everything", lib/Kconfig:7',
        "  on one, Linux 6.12.0",
        "    depends on ONE || TWO       lib/Kconfig:5",
        "    depends on HAVE_CHECK       lib/Kconfig:9",
        "    default y if ONE && EXTRA   lib/Kconfig:10",
        "    selects CHECK_ALL if EXTRA  lib/Kconfig:11",
        "  one",
        "    can be set by a config line or default",
        "  two",
        "    n in every config: needs HAVE_CHECK",
        "  y in 1 of 3 defconfigs",
        "    arch/one/configs/a_defconfig",
    ]


def test_a_symbol_that_only_others_set(tree: Path) -> None:
    lines = _lines("CHECK_ALL", "--tree", tree)
    assert "    selected by CHECK if EXTRA  lib/Kconfig:11" in lines
    # CHECK_TWO, which would select it, has no prompt, and nothing sets it.
    assert lines[lines.index("  two") + 1] == "    n in every config"


def test_one_architecture_and_one_that_lacks_it(tree: Path) -> None:
    assert "  y in 1 of 2 defconfigs" in _lines("CHECK", "--tree", tree, "--arch", "one")
    lines = _lines("ONE", "--tree", tree)
    assert lines[lines.index("  two") + 1] == "    not defined"


def test_numbers_by_value(tree: Path) -> None:
    lines = _lines("SIZE", "--tree", tree)
    assert "    range 1 64             lib/Kconfig:21" in lines
    assert lines[-5:] == [
        "  8 in 2 of 3 defconfigs",
        "    arch/one/configs/b_defconfig",
        "    arch/two/configs/c_defconfig",
        "  4 in 1 of 3 defconfigs",
        "    arch/one/configs/a_defconfig",
    ]


def test_a_member_of_a_choice(tree: Path) -> None:
    lines = _lines("SELDOM", "--tree", tree)
    assert lines[2].startswith('    member of the choice "How often": OFTEN, SELDOM  lib/Kconfig:24')
    assert lines[-1] == "  n in all of 3 defconfigs"


def test_json(tree: Path) -> None:
    (found,) = kpolicy("explain", "-j", "1", "CHECK", "--tree", tree, "--format", "json").json
    assert (found["symbol"], found["version"], found["not_defined"]) == ("CHECK", "6.12.0", [])
    one, two = found["architectures"]
    assert (one["architecture"], one["set_by"], one["never"]) == ("one", ["config", "default"], [])
    assert (two["set_by"], two["never"]) == ([], ["HAVE_CHECK"])
    assert one["defconfigs"] == {"total": 2, "set": [{"config": "arch/one/configs/a_defconfig", "value": "y"}]}
    kinds = [line["kind"] for line in one["lines"]]
    assert kinds == ["condition", "condition", "default", "selects"]


def test_an_old_name_says_its_successor(tree: Path) -> None:
    with (tree / "lib" / "Kconfig").open("a") as file:
        file.write(
            '\nconfig OLD_CHECK\n\tbool\n\ttransitional\n\nconfig NEW_CHECK\n\tbool "New"\n\tdefault OLD_CHECK\n'
        )
    lines = _lines("OLD_CHECK", "--tree", tree)
    assert "  transitional: old name of NEW_CHECK" in lines
    assert "    can be set by a config line" in lines
    assert not any("in every config" in line for line in lines)


def test_what_there_is_not(tree: Path) -> None:
    outcome = kpolicy("explain", "-j", "1", "CHEKC", "CHECK", "--tree", tree)
    assert outcome.status == status.USAGE
    assert outcome.err == "error: no Kconfig file of any architecture defines CHEKC\n  did you mean CHECK?\n"
    assert outcome.out.startswith("CHECK  bool")


def test_one_config_with_a_bug_leaves_the_others(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Examiner.values

    def values(examiner: Examiner, target: Target) -> Values:
        if target.name.endswith("a_defconfig"):
            raise ZeroDivisionError("division by zero")
        return real(examiner, target)

    monkeypatch.setattr(Examiner, "values", values)
    outcome = kpolicy("explain", "-j", "1", "EXTRA", "SIZE", "--tree", tree)
    assert outcome.status == status.FAILURE
    assert "arch/one/configs/a_defconfig: error: internal error: ZeroDivisionError" in outcome.err
    assert "  8 in 2 of 2 defconfigs" in outcome.out.splitlines()


def test_what_is_wrong_with_an_architecture_is_reported_with_the_others(tree: Path) -> None:
    (tree / "arch/two/Kconfig").write_text("config TWO\n\tdef_bool y\n\n  nonsense here\nconfig CHECK_TWO\n\tbool\n")
    outcome = kpolicy("explain", "-j", "1", "CHECK", "--tree", tree)
    assert outcome.status == status.FAILURE
    assert "arch/two/Kconfig:4" in outcome.err
    assert "  y in 1 of 2 defconfigs" in outcome.out.splitlines()
