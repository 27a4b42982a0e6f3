# SPDX-License-Identifier: GPL-2.0-or-later
"""Slips on the command line: the error names what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import kpolicy


@pytest.mark.parametrize(
    ("words", "guess"),
    [
        (["--arch", "x86", "defconfg"], "did you mean defconfig?"),
        (["--arch", "arm64", "phone_defcnfig"], "did you mean phone_defconfig?"),
        (["graphics_defconfg"], "did you mean graphics_defconfig?"),
        (
            ["--arch", "x86", "x86_64_defconfig+debg.config"],
            "did you mean debug.config?",
        ),
    ],
)
def test_a_misspelt_config(demo: Path, words: list[str], guess: str) -> None:
    outcome = kpolicy("check", "--tree", demo, *words)
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err.splitlines()[1].strip() == guess


@pytest.mark.parametrize("preset", ["allyesconfig", "allmodconfig", "allnoconfig", "alldefconfig"])
def test_a_preset_is_no_config_file(demo: Path, tmp_path: Path, preset: str) -> None:
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", preset)
    assert (outcome.status, outcome.out) == (3, "")
    first, second = outcome.err.splitlines()
    assert first == f"{preset}: error: {preset} is a target of make, not a config file"
    assert second == f"  write it to a file first: kpolicy expand --preset {preset} --arch x86 -o FILE"
    # As the hint says.
    words = second.split("kpolicy ")[1].replace("FILE", str(tmp_path / "new")).split()
    assert kpolicy(*words, "--tree", demo).status == 0
    assert kpolicy("check", "--tree", demo, tmp_path / "new").status in (0, 1)


@pytest.mark.parametrize("word", ["tinyconfig", "randconfig", "olddefconfig"])
def test_other_targets_of_make_are_no_config_files(demo: Path, word: str) -> None:
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", word)
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err.splitlines()[0] == f"{word}: error: {word} is a target of make, not a config file"
    assert "did you mean" not in outcome.err


@pytest.mark.parametrize("group", ["rules", "policy", "baseline"])
def test_a_group_without_a_subcommand_shows_its_usage(group: str) -> None:
    outcome = kpolicy(group)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.splitlines()[0] == f"Usage: kpolicy {group} [OPTIONS] COMMAND [ARGS]..."
    assert outcome.err == kpolicy(group, "--help").out or "Commands:" in outcome.err
    assert "error" not in outcome.err


@pytest.mark.parametrize("words", [["a\x1b[31mb"], ["rules", "a\x1b[31mb"], ["audit", "--a\x1b[31mb"]])
def test_a_terminal_is_not_driven_by_a_word(words: list[str]) -> None:
    outcome = kpolicy(*words)
    assert outcome.status == 2
    assert "\x1b" not in outcome.err
    assert "\\x1b[31mb" in outcome.err


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_directory_is_no_file_to_write(demo: Path, tmp_path: Path, force: list[str]) -> None:
    for words in (
        ["audit", str(demo), "-o", f"text:{tmp_path}"],
        ["expand", "--tree", str(demo), "i386_defconfig", "-o", str(tmp_path)],
    ):
        outcome = kpolicy(*words, *force)
        assert (outcome.status, outcome.out) == (3, "")
        assert outcome.err == f"error: cannot write {tmp_path}: it is a directory\n"


def test_a_preset_says_that_it_reads_no_other_file(demo: Path) -> None:
    words = ("expand", "--tree", demo, "--arch", "x86", "--preset", "allnoconfig")
    plain = kpolicy(*words)
    assert "KCONFIG_ALLCONFIG" not in plain.err
    outcome = kpolicy(*words, environment={"KCONFIG_ALLCONFIG": "mini.config"})
    assert (outcome.status, outcome.out) == (0, plain.out)
    said = "warning: KCONFIG_ALLCONFIG is set, but --preset allnoconfig does not read it"
    assert said in outcome.err.splitlines()
    other = kpolicy("expand", "--tree", demo, "i386_defconfig", environment={"KCONFIG_ALLCONFIG": "mini.config"})
    assert "KCONFIG_ALLCONFIG" not in other.err


def test_the_policy_of_a_config_of_an_architecture(demo: Path) -> None:
    outcome = kpolicy("policy", "show", "--tree", demo, "--arch", "arm64", "defconfig", "--format", "json")
    assert (outcome.status, outcome.json["config"]) == (0, "arch/arm64/configs/defconfig")
    x86 = kpolicy("policy", "show", "--tree", demo, "--arch", "x86", "defconfig", "--format", "json")
    assert x86.json["config"] == "arch/x86/configs/x86_64_defconfig"
    for words in (["--arch", "arm64"], ["--tree", str(demo), "--arch", "arm64"]):
        wrong = kpolicy("policy", "show", *words)
        assert (wrong.status, wrong.out) == (2, "")


@pytest.mark.parametrize(
    ("words", "guess"),
    [
        (["audit", "--format", "json"], "'--format'. Did you mean '-o FORMAT'?"),
        (["check", "--rule", "kasan", "x"], "'--rule'. Did you mean '--select RULE'?"),
        (["fix", "--select", "kasan", "x"], "'--select'. Did you mean '--rule RULE'?"),
    ],
)
def test_an_option_that_other_commands_have(words: list[str], guess: str) -> None:
    outcome = kpolicy(*words)
    assert outcome.status == 2
    assert outcome.err.splitlines()[0] == f"error: No such option {guess}"


@pytest.mark.parametrize("command", ["cost", "fix"])
def test_a_format_is_no_file(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = kpolicy(command, "-o", "json", "x")
    assert outcome.status == 2
    assert "json is a format: pass --format json, or -o ./json for a file." in outcome.err
    assert list(tmp_path.iterdir()) == []
