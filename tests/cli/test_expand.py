# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy expand`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kpolicy.cli import status
from kpolicy.evaluate.modes import PRESETS
from tests.cli.support import kpolicy
from tests.kconfig.small import make_tree, new_prompts_of_conf
from tests.oracle.cases import generated_default
from tests.oracle.conf import Oracle


def test_stdout_is_the_config_and_nothing_else(demo: Path) -> None:
    outcome = kpolicy("expand", "--tree", demo, "i386_defconfig")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith("#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 ")
    assert "\nCONFIG_DEBUG_VM=y\n" in outcome.out


def test_bytes_survive(demo: Path, tmp_path: Path) -> None:
    path, result = tmp_path / "c", tmp_path / "out"
    path.write_bytes(b'CONFIG_LOCALVERSION="\xff\xc3\xa4"\n')
    command = [sys.executable, "-m", "kpolicy", "expand", "--tree", str(demo), "--arch", "x86", str(path)]
    run = subprocess.run(command, capture_output=True, timeout=120, check=True)
    kpolicy("expand", "--tree", demo, "--arch", "x86", path, "-o", result)
    assert run.stdout == result.read_bytes()


def test_expanding_twice_changes_nothing(demo: Path, tmp_path: Path) -> None:
    first = kpolicy("expand", "--tree", demo, "fuzz_defconfig").out
    path = tmp_path / ".config"
    path.write_text(first)
    assert kpolicy("expand", "--tree", demo, path).out == first


def test_a_dash_is_standard_output(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("expand", "--tree", demo, "fuzz_defconfig")
    assert kpolicy(*words, "-o", "-") == kpolicy(*words)
    first = kpolicy("policy", "init", "--tree", demo, "-o", "-")
    assert (first.status, first.err) == (status.CLEAN, "")
    assert 'extends = ["upstream"]' in first.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("preset", PRESETS)
def test_presets(demo: Path, preset: str) -> None:
    outcome = kpolicy("expand", "--tree", demo, "--arch", "arm64", "--preset", preset)
    assert outcome.status == 0
    assert "Linux/arm64 " in outcome.out
    assert ("\nCONFIG_DEBUG_VM=y\n" in outcome.out) is (preset in ("allyesconfig", "allmodconfig"))


@pytest.mark.trees
def test_a_target_that_make_puts_together(oracle: Oracle, kernel: Path, tmp_path: Path) -> None:
    """powerpc's `make defconfig` merges fragments into a defconfig, by a recipe."""
    result = tmp_path / "out"
    assert kpolicy("expand", "--tree", kernel, "--arch", "powerpc", "defconfig", "-o", result).status == status.CLEAN
    assert result.read_bytes() == generated_default(oracle, "powerpc")


def test_mode(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_text("CONFIG_DEBUG_KERNEL=y\n")
    for mode in ("defconfig", "olddefconfig"):
        assert kpolicy("expand", "--tree", demo, "--arch", "x86", "--mode", mode, path).status == 0


def test_what_a_new_kernel_asks(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / ".config"
    written = kpolicy("expand", "--tree", demo, "--arch", "x86", "i386_defconfig").out
    path.write_text(written)
    assert kpolicy("expand", "--tree", demo, path, "--list-new").out == ""
    path.write_text(written.replace("CONFIG_DEBUG_VM=y\n", "").replace("# CONFIG_KASAN is not set\n", ""))
    outcome = kpolicy("expand", "--tree", demo, path, "--list-new")
    assert (outcome.status, outcome.out, outcome.err) == (0, "CONFIG_DEBUG_VM=n\nCONFIG_KASAN=n\n", "")


def test_presets_have_no_new_prompts(demo: Path) -> None:
    for word in ("--preset=allnoconfig", "--mode=defconfig"):
        config = [] if "preset" in word else ["i386_defconfig"]
        outcome = kpolicy("expand", "--tree", demo, "--arch", "x86", word, "--list-new", *config)
        assert outcome.status == status.USAGE
        assert "remove --preset or --mode" in outcome.err


@pytest.mark.trees
@pytest.mark.parametrize("arch", ["x86", "mips"])
def test_new_prompts_are_those_of_conf(oracle: Oracle, kernel: Path, arch: str, tmp_path: Path) -> None:
    """conf lists a symbol at each place where it is shown, kpolicy at the first."""
    path = tmp_path / "some.config"
    path.write_text("CONFIG_MODULES=y\nCONFIG_EXPERT=y\nCONFIG_NET=y\n# CONFIG_BLOCK is not set\n")
    ours = kpolicy("expand", "--tree", kernel, "--arch", arch, path, "--list-new").out.splitlines()
    theirs = oracle.run(arch, "listnewconfig", path.read_bytes()).stdout.splitlines()
    assert len(ours) > 100
    assert ours == list(dict.fromkeys(theirs))


_HIDDEN_CHOICE = """\
config EXPERT
	bool "Expert"

choice
	prompt "Memory split" if EXPERT
	default SPLIT_3G

config SPLIT_3G
	bool "3G/1G"

config SPLIT_2G
	bool "2G/2G"

endchoice
"""


@pytest.mark.trees
@pytest.mark.parametrize("expert", ["CONFIG_EXPERT=y", "# CONFIG_EXPERT is not set"])
def test_members_of_a_choice_without_a_prompt_in_view_are_not_asked_for(
    expert: str, kernel: Path, oracle: Oracle, tmp_path: Path
) -> None:
    """VMSPLIT_3G of i386, whose line takes effect all the same."""
    oracle.environment("x86")
    tree = make_tree(tmp_path / "tree", {"Kconfig": _HIDDEN_CHOICE, "arch/x86/Kconfig": ""}, kernel)
    config = tmp_path / "some.config"
    config.write_text(f"{expert}\n")
    asked = new_prompts_of_conf(oracle.program, tree, tmp_path / "work", config.read_bytes())
    assert bool(asked) is (expert == "CONFIG_EXPERT=y")
    outcome = kpolicy("expand", "--tree", tree, "--arch", "x86", config, "--list-new")
    assert (outcome.err, outcome.out.splitlines()) == ("", asked)


def test_toolchain_is_written_down(kernel: Path) -> None:
    text = kpolicy("expand", "--tree", kernel, "--arch", "arm64", "defconfig", "--toolchain", "gcc-12.2").out
    assert "\nCONFIG_GCC_VERSION=120200\n" in text
    dummy = kpolicy("expand", "--tree", kernel, "--arch", "arm64", "defconfig").out
    assert '\nCONFIG_CC_VERSION_TEXT="gcc (scripts/dummy-tools/gcc)"\n' in dummy


def test_executed_toolchain(kernel: Path) -> None:
    text = kpolicy("expand", "--tree", kernel, "--arch", "x86", "x86_64_defconfig", "--toolchain", "exec").out
    command = "LC_ALL=C gcc --version | head -n 1"
    version = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout.strip()
    assert f'\nCONFIG_CC_VERSION_TEXT="{version}"\n' in text


def test_needs_a_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = kpolicy("expand", "--arch", "x86", "--preset", "allnoconfig")
    assert outcome.status == status.USAGE
    assert "--tree" in outcome.err


def test_output_file(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / ".config"
    words = ["expand", "--tree", str(demo), "i386_defconfig", "-o", str(path)]
    assert kpolicy(*words).status == 0
    assert kpolicy(*words).status == status.USAGE
    assert kpolicy(*words, "--force").status == 0
    assert path.stat().st_mode & 0o077
