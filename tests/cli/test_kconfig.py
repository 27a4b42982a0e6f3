# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy kconfig`, and what `audit` says about the tree itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kpolicy.prove import solver
from kpolicy.run import batches
from kpolicy.run.executors import spread
from tests.cli.support import Outcome, kpolicy
from tests.kconfig.small import make_tree

_LIB = """\
config MODULES
	bool "modules"
	modules

config A
	bool "a"
	select B
	select C

config B
	bool
	select C

config C
	bool
	depends on NOWHERE

config D
	bool
	default y
	default n

choice
	prompt "choice"

config M
	bool "m"

config N
	bool "n"

endchoice

config S
	bool "s"
	select N

config DEBUG_X
	bool "x"
	depends on HAVE_X && A

config HAVE_X
	bool

config QUIET
	bool
	default A

config PROBED
	def_bool $(shell,echo n)

config RUSTY
	bool "rusty"
	depends on PROBED
"""
_FRAGMENT = """\
CONFIG_DEBUG_X=y
CONFIG_A=y
CONFIG_GONE=y
CONFIG_ONLY_TWO=y
CONFIG_QUIET=y
CONFIG_HAVE_X=y
CONFIG_ON_TWO=y
CONFIG_RUSTY=y
CONFIG_A="y"
"""
_FILES = {
    "Kconfig": 'source "arch/$(SRCARCH)/Kconfig"\nsource "lib/Kconfig"\n',
    "lib/Kconfig": _LIB,
    "arch/one/Kconfig": "",
    "arch/one/configs/defconfig": "CONFIG_A=y\n",
    "arch/one/configs/own.config": "CONFIG_HAVE_X=y\nCONFIG_DEBUG_X=y\nCONFIG_MISSPELT=y\n",
    "arch/two/Kconfig": (
        'config ONLY_TWO\n\tbool "two"\n\nconfig TWO\n\tbool\n\tdefault y\n\tselect HAVE_X\n\n'
        'config ON_TWO\n\tbool "t"\n\tdepends on TWO\n'
    ),
    "arch/two/configs/defconfig": "CONFIG_A=y\n",
    "kernel/configs/debug.config": _FRAGMENT,
}
_REDUNDANT = "lib/Kconfig:8: note: A selects C, which B selects as well (lib/Kconfig:12) [kconfig/redundant-select]"
_UNMET = [
    "lib/Kconfig:8: warning: A selects C, which depends on NOWHERE (=n) [kconfig/unmet-select]",
    "    C depends on NOWHERE  lib/Kconfig:16",
    "    config for one: CONFIG_A=y",
    "lib/Kconfig:12: warning: B selects C, which depends on NOWHERE (=n) [kconfig/unmet-select]",
    "    C depends on NOWHERE  lib/Kconfig:16",
    "    config for one: CONFIG_A=y",
]
_TREE_LINES = [
    "lib/Kconfig:16: warning: C depends on NOWHERE, which no Kconfig file defines: never met"
    " [kconfig/undefined-reference]",
    "lib/Kconfig:21: warning: the default n of D is never reached: y at lib/Kconfig:20 comes first"
    " [kconfig/dead-default]",
    "lib/Kconfig:36: warning: S selects N, a choice member (lib/Kconfig:29): the select has no effect"
    " [kconfig/select-of-choice-member]",
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "linux", _FILES)


def _lines(outcome: Outcome) -> list[str]:
    return outcome.out.splitlines()


def test_what_is_said_about_kconfig_files(tree: Path) -> None:
    outcome = kpolicy("kconfig", "-j", "1", tree, "--path", "lib")
    assert _lines(outcome) == [*_TREE_LINES, "2 architectures: 0 errors, 3 warnings, 0 notes"]
    assert (outcome.status, outcome.err) == (1, "")
    # The second time from the cache.
    for _time in range(2):
        proofs = kpolicy("kconfig", "-j", "1", tree, "--path", "lib", "--check", "unmet-select")
        assert _lines(proofs)[:-1] == _UNMET
    every = kpolicy("kconfig", "-j", "1", tree, "--path", "lib", "--check", "proofs")
    assert _lines(every)[: len(_UNMET)] == _UNMET


@pytest.mark.parametrize("words", [["--check", "redundant-select"], ["--select", "kconfig/redundant-select"]])
def test_redundant_selects_are_told_where_they_are_asked_for(tree: Path, words: list[str]) -> None:
    outcome = kpolicy("kconfig", "-j", "1", tree, *words)
    assert _lines(outcome) == [_REDUNDANT, "2 architectures: 0 errors, 0 warnings, 1 note"]
    family = kpolicy("kconfig", "-j", "1", tree, "--select", "kconfig", "--path", "lib")
    assert _lines(family)[:-1] == _TREE_LINES


def test_without_a_solver(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> None:
        raise solver.NoSolverError("proofs need python-sat", hint="install it")

    monkeypatch.setattr(solver, "_solver", missing)
    outcome = kpolicy("kconfig", "-j", "1", tree, "--path", "lib")
    assert _lines(outcome)[:-1] == _TREE_LINES
    assert outcome.err == ""
    policy = tree / "some.toml"
    policy.write_text('[rules]\n"kconfig/dead-option" = "warning"\n')
    asked = kpolicy("kconfig", "-j", "1", tree, "--path", "lib", "--policy", str(policy))
    assert asked.err.count("python-sat is not installed: dead-option") == 1
    assert kpolicy("kconfig", "-j", "1", tree, "--check", "dead-default").err == ""
    named = kpolicy("kconfig", "-j", "1", tree, "--check", "unmet-select")
    assert (named.status, "proofs need python-sat" in named.err) == (2, True)


def test_what_is_said_about_fragments(tree: Path) -> None:
    outcome = kpolicy("kconfig", "-j", "1", tree, "--check", "fragment-not-honoured")
    tag = "[kconfig/fragment-not-honoured]"
    assert _lines(outcome) == [
        "arch/one/configs/own.config:1: warning: CONFIG_HAVE_X=y has no effect: it has no prompt"
        f" at lib/Kconfig:42: nothing sets it on this architecture {tag}",
        f"arch/one/configs/own.config:3: warning: CONFIG_MISSPELT=y has no effect: no Kconfig file defines it {tag}",
        "kernel/configs/debug.config:1: note: CONFIG_DEBUG_X=y is not honoured on one: needs HAVE_X (HAVE_X=n;"
        f" nothing sets it on this architecture) at lib/Kconfig:40 {tag}",
        f"kernel/configs/debug.config:3: warning: CONFIG_GONE=y has no effect: no Kconfig file defines it {tag}",
        "kernel/configs/debug.config:6: note: CONFIG_HAVE_X=y is not honoured on one: it has no prompt"
        f" at lib/Kconfig:42: nothing sets it on this architecture {tag}",
        "kernel/configs/debug.config:8: note: CONFIG_RUSTY=y is not honoured on any architecture: needs PROBED"
        f" (PROBED=n; the toolchain decides it by $(shell,echo n), which gives n) at lib/Kconfig:54 {tag}",
        f'kernel/configs/debug.config:9: warning: CONFIG_A="y" has no effect: not a valid value for a bool {tag}',
        "2 architectures: 0 errors, 4 warnings, 3 notes",
    ]


def test_the_second_time_it_is_remembered(tree: Path, tmp_path: Path) -> None:
    folder = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first = kpolicy("kconfig", "-j", "2", tree, environment=folder)
    for path in (tmp_path / "cache").rglob("*.model"):
        path.unlink()  # not needed any more
    again = kpolicy("kconfig", "-j", "2", tree, environment=folder)
    assert again == first
    assert not list((tmp_path / "cache").rglob("*.model"))
    text = (tree / "lib/Kconfig").read_text()
    (tree / "lib/Kconfig").write_text(text.replace("\tdefault y\n\tdefault n\n", "\tdefault y\n"))
    changed = kpolicy("kconfig", "-j", "1", tree, "--path", "lib/Kconfig", environment=folder)
    assert "dead-default" not in changed.out
    (tree / "kernel/configs/debug.config").write_text("")
    assert "debug.config" not in kpolicy("kconfig", "-j", "1", tree, environment=folder).out
    assert kpolicy("kconfig", "-j", "1", tree, "--no-cache").out == kpolicy("kconfig", "-j", "1", tree).out


def test_what_is_said_about_the_files_is_remembered_too(tree: Path, tmp_path: Path) -> None:
    file = tree / "lib/Kconfig"
    file.write_text(file.read_text() + 'config WARNED\n\tbool "no end\n')
    folder = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    first = kpolicy("kconfig", "-j", "2", tree, environment=folder)
    assert "multi-line strings not supported" in first.err
    assert kpolicy("kconfig", "-j", "2", tree, environment=folder) == first


def test_what_is_found_while_files_are_edited_is_not_kept(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    kpolicy("kconfig", "-j", "1", tree, environment=folder)
    file = tree / "lib/Kconfig"
    file.write_text(saved := file.read_text() + "# edited\n")

    def edited(*arguments: Any, **more: Any) -> Any:
        file.write_text(saved.replace("\tdefault y\n\tdefault n\n", "\tdefault y\n"))
        return spread(*arguments, **more)

    monkeypatch.setattr(batches, "spread", edited)
    assert "dead-default" not in kpolicy("kconfig", "-j", "1", tree, environment=folder).out
    monkeypatch.undo()
    file.write_text(saved)
    assert "dead-default" in kpolicy("kconfig", "-j", "1", tree, environment=folder).out


def test_an_architecture_alone(tree: Path) -> None:
    outcome = kpolicy("kconfig", "-j", "1", tree, "--arch", "two", "--check", "kconfig/fragment-not-honoured")
    assert "CONFIG_DEBUG_X" not in outcome.out
    assert _lines(outcome)[-1].startswith("1 architecture:")


def test_what_is_asked_for_wrongly(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = kpolicy("kconfig", tree, "--check", "dead-defaults")
    assert outcome.status == 2
    assert "unknown check 'dead-defaults' of Kconfig files" in outcome.err
    assert "dead-default'" in outcome.err
    monkeypatch.chdir(tmp_path)
    assert kpolicy("kconfig").status == 2
    assert kpolicy("kconfig", tree, "--arch", "three").status == 2
    assert "did you mean 'fragments'?" in kpolicy("kconfig", tree, "--check", "fragmets").err


def test_a_tree_without_architectures(tmp_path: Path) -> None:
    outcome = kpolicy("kconfig", "-j", "1", make_tree(tmp_path / "linux", {"Kconfig": ""}))
    assert (outcome.out, outcome.err) == ("0 architectures: 0 errors, 0 warnings, 0 notes\n", "")


def test_lines_of_other_architectures_are_left_out(tree: Path) -> None:
    with (tree / "arch/two/Kconfig").open("a") as file:
        file.write("\tdepends on TWO\n")
    for arch, count in (("one", 0), ("two", 1)):
        outcome = kpolicy("kconfig", "-j", "1", tree, "--arch", arch, "--check", "duplicate-line")
        assert outcome.out.count("arch/two/Kconfig") == count


def test_a_broken_architecture_does_not_hide_the_others(tree: Path) -> None:
    (tree / "arch/two/Kconfig").write_text("config\n")
    outcome = kpolicy("kconfig", "-j", "1", tree)
    assert outcome.status == 3
    assert "arch/two/Kconfig:1: error:" in outcome.err
    assert _TREE_LINES[0] in outcome.out
    assert outcome.out.splitlines()[-1].endswith("; 1 could not be analysed")
    assert kpolicy("kconfig", "-j", "1", tree).status == 3  # and it is not remembered as a result


def test_json(tree: Path) -> None:
    about = kpolicy("kconfig", "-j", "1", tree, "--path", "lib/Kconfig", "-o", "json").json["about_tree"]
    assert about["architectures"] == ["one", "two"]
    assert len(about["checks"]) == 8
    first = about["findings"][0]
    assert first["rule"] == "kconfig/undefined-reference"
    assert first["location"] == {"path": "lib/Kconfig", "line": 16}
    assert first["architectures"] == ["one", "two"]


def test_the_audit_says_what_is_not_quiet(tree: Path) -> None:
    outcome = kpolicy("audit", tree, "--full")
    assert [line for line in _lines(outcome) if "[kconfig/" in line] == _TREE_LINES[1:]
    (tree / "kpolicy.toml").write_text(
        '[rules]\n"kconfig/dead-default" = "off"\n"kconfig/redundant-select" = "error"\n'
    )
    told = [line for line in _lines(kpolicy("audit", tree, "--full")) if "[kconfig/" in line]
    assert told == [_REDUNDANT.replace("note", "error"), _TREE_LINES[2]]


def test_waivers_and_baselines_know_the_tree(tree: Path, tmp_path: Path) -> None:
    (tree / "kpolicy.toml").write_text(
        '[[waiver]]\nrule = "kconfig/dead-default"\nsymbol = "D"\nreason = "harmless"\nowner = "me"\n'
    )
    outcome = kpolicy("kconfig", "-j", "1", tree, "--path", "lib")
    assert _TREE_LINES[1] not in outcome.out
    assert outcome.out.splitlines()[-1].endswith("; 1 waived")
    known = tmp_path / "known.json"
    assert kpolicy("baseline", "update", "--tree", tree, "--baseline", known, "--grow", "-j", "1").status == 0
    outcome = kpolicy("audit", tree, "--baseline", known)
    assert "[kconfig/" not in outcome.out
    text = (tree / "lib/Kconfig").read_text()
    (tree / "lib/Kconfig").write_text(text.replace("\tselect N\n", ""))
    assert f"1 finding in {known} no longer occurs" in kpolicy("audit", tree, "--baseline", known).err
