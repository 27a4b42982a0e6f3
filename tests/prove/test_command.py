# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kpolicy prove` answers, prints and refuses."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import kpolicy
from tests.git import make_repository
from tests.kconfig.small import make_tree

_KCONFIG = """
config MODULES
	bool "modules"
	modules

config A
	tristate "a"
	select B if C

config B
	bool

config C
	bool "c"

config D
	bool "d"
	depends on !A

config N
	int "n"
	default 4
	range 2 64 if C

config LONE
	bool
	depends on A

choice
	prompt "one of"

config ONE
	bool "one"

config TWO
	bool "two"
	depends on C

endchoice

config LOW
	bool

config HIGH
	bool "high"
	depends on C
	select LOW

config V
	string "v"
config W
	string "w"
config SAME
	bool
	default y if V < W
"""


@pytest.fixture
def tree(tmp_path: Path) -> str:
    files = {"Kconfig": _KCONFIG, "arch/x86/Kconfig": "", "arch/x86/Makefile": "", "arch/arm/Kconfig": ""}
    return str(make_tree(tmp_path / "linux", files))


def _verdict(tree: str, condition: str, *words: str) -> dict[str, Any]:
    outcome = kpolicy("prove", tree, condition, "--arch", "x86", "--format", "json", *words)
    (found,) = json.loads(outcome.out)["conditions"]
    assert found["condition"] == condition
    (verdict,) = found["architectures"]
    assert isinstance(verdict, dict)
    assert outcome.status == (0 if verdict["verdict"] == "holds" else 1)
    return verdict


@pytest.mark.parametrize(
    ("condition", "grounds"),
    [
        ("A && C -> B", ["A selects B if C"]),
        ("A = y -> !D", ["D depends on !A"]),
        ("C -> N >= 2 && N <= 64", ["N: default 4", "N: range 2 64 if C"]),
        ("!LONE", ["LONE has no prompt: nothing turns it on"]),
        # Its select alone does not show why.
        ("LOW -> C", ["LOW has no prompt: only a select turns it on", "HIGH selects LOW and depends on C"]),
        ("ONE || TWO", ["exactly one of ONE, TWO is y where the choice is visible"]),
        ("ONE -> !TWO", ["exactly one of ONE, TWO is y where the choice is visible"]),
        ("TWO -> C", ["TWO depends on C"]),
        ("A = m -> MODULES", ["m is possible only with MODULES=y"]),
        ("B != m", []),
        ("selected(B) -> B", ["A selects B if C"]),
        ("exists(A)", []),
        ("!exists(NOWHERE)", ["no Kconfig file of x86 defines NOWHERE"]),
        ("exists(NOWHERE) -> NOWHERE", ["no Kconfig file of x86 defines NOWHERE"]),
        ("y", []),
    ],
)
def test_what_holds(condition: str, grounds: list[str], tree: str) -> None:
    verdict = _verdict(tree, condition)
    assert verdict["verdict"] == "holds"
    assert [item["text"] for item in verdict["grounds"]] == grounds


@pytest.mark.parametrize(
    ("condition", "lines"),
    [
        ("A -> B", [{"CONFIG_A=y"}]),
        ("A != m", [{"CONFIG_A=m", "CONFIG_MODULES=y"}]),
        ("N >= 2", [{"CONFIG_N=-1"}, {"CONFIG_N=0"}]),
        ("ONE", [{"CONFIG_C=y", "CONFIG_TWO=y"}]),
        ("B", [set()]),
        ('V != "x"', [{'CONFIG_V="x"'}]),
        ("settable(TWO)", [set()]),
    ],
)
def test_the_fewest_lines_with_which_it_fails(condition: str, lines: list[set[str]], tree: str) -> None:
    verdict = _verdict(tree, condition)
    assert verdict["verdict"] == "fails"
    assert set(verdict["config"]) in lines


def test_what_is_not_modelled_is_said(tree: str) -> None:
    # Two strings that nothing else is compared with: the formula does not say which is less.
    verdict = _verdict(tree, "!SAME")
    assert (verdict["verdict"], verdict["reasons"]) == ("undecided", ["V < W"])


def test_a_bound_below_the_other(tree: str) -> None:
    (Path(tree) / "Kconfig").write_text('config N\n\tint "n"\n\trange 5 3\n')
    assert _verdict(tree, "N != 5")["verdict"] == "fails"
    assert _verdict(tree, "N = 3 || N = 5")["verdict"] == "holds"


def test_the_given_lines_that_a_proof_needs(tree: str, tmp_path: Path) -> None:
    config = tmp_path / "some.config"
    config.write_text('CONFIG_V="x"\nCONFIG_C=y\n')
    verdict = _verdict(tree, "A -> B", "--given", str(config))
    assert [item["text"] for item in verdict["grounds"]] == ["CONFIG_C=y", "A selects B if C"]


def test_of_a_full_config_only_what_a_person_sets(tree: str, tmp_path: Path) -> None:
    config = tmp_path / "full.config"
    head = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.0 Kernel Configuration\n#\n"
    config.write_text(f"{head}CONFIG_LONE=y\nCONFIG_C=y\n# CONFIG_A is not set\n")
    assert _verdict(tree, "C && !A", "--given", str(config))["verdict"] == "holds"


def test_given_lines(tree: str, tmp_path: Path) -> None:
    config = tmp_path / "some.config"
    config.write_text("CONFIG_C=y\n# CONFIG_NOWHERE is not set\nCONFIG_GONE=y\n")
    assert _verdict(tree, "A -> B", "--given", str(config))["verdict"] == "holds"
    assert _verdict(tree, "A", "--given", str(config))["verdict"] == "fails"


def test_lines_that_exclude_each_other(tree: str, tmp_path: Path) -> None:
    config = tmp_path / "some.config"
    config.write_text("CONFIG_C=y\nCONFIG_A=y\nCONFIG_D=y\nCONFIG_GONE=y\nCONFIG_N=100\nCONFIG_LONE=maybe\n")
    outcome = kpolicy("prove", tree, "--arch", "x86", "--given", str(config), "--format", "json")
    assert outcome.status == 1
    (verdict,) = json.loads(outcome.out)["conditions"][0]["architectures"]
    conflicts = [
        (sorted(line["text"] for line in item["lines"]), [ground["text"] for ground in item["grounds"]])
        for item in verdict["conflicts"]
    ]
    assert verdict["verdict"] == "excluded"
    assert sorted(conflicts) == [
        (["CONFIG_A=y", "CONFIG_D=y"], ["D depends on !A"]),
        (["CONFIG_C=y", "CONFIG_N=100"], ["N: default 4", "N: range 2 64 if C"]),
        (["CONFIG_GONE=y"], ["no Kconfig file of x86 defines GONE"]),
        (["CONFIG_LONE=maybe"], ["maybe is no value of a bool"]),
    ]


def test_lines_that_can_be_had_together(tree: str, tmp_path: Path) -> None:
    config = tmp_path / "some.config"
    config.write_text("CONFIG_B=y\n")
    outcome = kpolicy("prove", tree, "--arch", "x86", "--given", str(config))
    assert outcome.status == 0
    lines = outcome.out.splitlines()
    assert lines[1] == "  can hold together, with these lines: x86"
    assert {line.strip() for line in lines[2:]} == {"CONFIG_A=y", "CONFIG_C=y"}


def test_text(tree: str) -> None:
    outcome = kpolicy("prove", tree, "A && C -> B", "A -> B")
    assert outcome.out.splitlines() == [
        "A && C -> B  Linux 6.12.0",
        "  holds in every configuration: arm x86",
        "    A selects B if C  Kconfig:8",
        "",
        "A -> B  Linux 6.12.0",
        "  does not hold with these lines: arm x86",
        "    CONFIG_A=y",
    ]
    assert outcome.status == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("A B",), "expected '&&', '||', '->' or the end of the condition"),
        (("assigned(A)",), "assigned(A) asks about the lines of a config"),
        (("boot(page_owner)",), "asks about the text of the command line"),
        (("boot(quiet)",), "boot(quiet) asks about the text of the command line"),
        (("A", "--given", "a", "--given", "b"), "--given is repeated"),
        (("AA -> B",), "no Kconfig file of any architecture defines AA"),
        (("exists(A) && AA",), "no Kconfig file of any architecture defines AA"),
        (("N = abc",), 'a value is a number, y, m, n, a symbol, or a string in quotes: "abc"'),
        (("/",), "two kernel trees: / is one, too"),
        ((), "nothing to prove"),
    ],
)
def test_what_cannot_be_asked(words: tuple[str, ...], said: str, tree: str) -> None:
    outcome = kpolicy("prove", "--tree", tree, *words)
    assert outcome.status == 2
    assert said in outcome.err


def test_a_question_that_is_too_hard(tree: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Pigeons and holes, for which every resolution proof is long.
    monkeypatch.setattr("kpolicy.prove.solver.MOST_CONFLICTS", 3)
    holes, pigeons = range(5), range(6)
    names = [[f"P{pigeon}H{hole}" for hole in holes] for pigeon in pigeons]
    text = "".join(f'config {name}\n\tbool "{name}"\n' for row in names for name in row)
    (Path(tree) / "Kconfig").write_text(text)
    somewhere = " && ".join(f"({' || '.join(row)})" for row in names)
    twice = " || ".join(
        f"{names[one][hole]} && {names[other][hole]}" for hole in holes for other in pigeons for one in range(other)
    )
    outcome = kpolicy("prove", tree, "--arch", "x86", f"{somewhere} -> {twice}")
    assert outcome.status == 1
    assert "because of: the solver gave up after 3 conflicts" in outcome.out
    monkeypatch.undo()
    assert kpolicy("prove", tree, "--arch", "x86", f"{somewhere} -> {twice}").status == 0


def test_without_the_solver(tree: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysat", None)
    outcome = kpolicy("prove", tree, "A -> B")
    assert outcome.status == 2
    assert "proofs need python-sat" in outcome.err
    assert "pip install 'kpolicy[prove]'" in outcome.err


def test_a_number_may_be_written_otherwise(tree: str, tmp_path: Path) -> None:
    with (Path(tree) / "Kconfig").open("a") as file:
        file.write('config H\n\thex "h"\n\nconfig P\n\tbool "p"\n\tdepends on H = 0x1b6\n')
    config = tmp_path / "some.config"
    config.write_text("CONFIG_H=0x01b6\n")
    assert _verdict(tree, "P", "--given", str(config))["verdict"] == "fails"


def test_all_lines_are_shown(tree: str) -> None:
    with (Path(tree) / "Kconfig").open("a") as file:
        file.write("config MANY\n\tint\n" + "".join(f"\tdefault {number} if D{number}\n" for number in range(6)))
        file.write("".join(f'config D{number}\n\tbool "d"\n' for number in range(6)))
    grounds = _verdict(tree, "D2 && !D0 && !D1 -> MANY = 2")["grounds"]
    assert [item["text"] for item in grounds] == [f"MANY: default {number} if D{number}" for number in range(6)]


def test_given_lines_that_are_not_read_or_not_last(tree: str, tmp_path: Path) -> None:
    config = tmp_path / "some.config"
    config.write_text("CONFIG_C=y\n  CONFIG_A=y\nCONFIG_C=y\nCONFIG_N=3\nCONFIG_N=4\n")
    said = kpolicy("prove", tree, "--arch", "x86", "--given", str(config)).err.splitlines()
    assert said == [
        f"{config}:2: warning: conf ignores this line (blank before it): it is not taken for granted",
        f"{config}:1: warning: CONFIG_C is set again, to the same value, on line 3: the last line is taken",
        f"{config}:4: warning: CONFIG_N is set again, to 4, on line 5: the last line is taken",
    ]
    other = tmp_path / "other.config"
    other.write_text("CONFIG_N=5\n")
    config.write_text("CONFIG_N=4\n")
    # A later file of a stack is there to override.
    assert kpolicy("prove", tree, "--arch", "x86", "--given", f"{config}+{other}").err == ""


def test_a_word_that_is_a_condition_and_a_revision(tree: str, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = make_repository(Path(tree))
    repository.commit("all")
    repository.git("branch", "A")
    monkeypatch.chdir(tree)
    alone = kpolicy("prove", "A", "--arch", "x86")
    assert alone.out.splitlines()[0] == "A  Linux 6.12.0"
    several = kpolicy("prove", "A", "C -> C")
    assert several.status == 2
    assert "A is both a revision and a condition" in several.err
    assert "pass --tree A for the revision, --tree . for the condition" in several.err
    assert kpolicy("prove", "--tree", ".", "A", "C -> C").out.startswith("A  Linux")
    assert kpolicy("prove", "--tree", "A", "C -> C").status == 0
    assert kpolicy("prove", "HEAD", "C -> C").status == 0


def test_a_tree_that_is_not_there_is_named() -> None:
    outcome = kpolicy("prove", "no/such/tree", "KASAN")
    assert outcome.status == 2
    assert outcome.err.startswith("error: no/such/tree: no such directory\n")
