# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy check`: names of configs, stacks, stdin, and a .config without its tree."""

from __future__ import annotations

import io
import lzma
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from kpolicy.cli import status
from tests.cli.support import copy_of_demo, kpolicy


def _config(outcome_json: object) -> dict[str, object]:
    assert isinstance(outcome_json, dict)
    config: dict[str, object] = outcome_json["configs"][0]
    return config


@pytest.mark.parametrize(
    ("words", "architecture", "name"),
    [
        (["i386_defconfig"], "x86", "arch/x86/configs/i386_defconfig"),
        (["arch/x86/configs/i386_defconfig"], "x86", "arch/x86/configs/i386_defconfig"),
        (["--arch", "i386", "i386_defconfig"], "i386", "arch/x86/configs/i386_defconfig"),
        (["--arch", "arm64", "defconfig"], "arm64", "arch/arm64/configs/defconfig"),
        (["--arch", "x86", "defconfig"], "x86", "arch/x86/configs/x86_64_defconfig"),
        (["phone_defconfig+debug.config"], "arm64", "phone_defconfig+debug.config"),
    ],
)
def test_names_as_for_make(demo: Path, words: list[str], architecture: str, name: str) -> None:
    config = _config(kpolicy("check", "--tree", demo, "-o", "json", *words).json)
    assert (config["architecture"], config["config"]) == (architecture, name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["debug.config"], "cannot tell the architecture"),
        (["--arch", "arm64", "a++b"], "empty part"),
        (["--arch", "arm64", "--", "-+-"], "twice"),
        (["--arch", "arm64", "-", "-"], "only once"),
    ],
)
def test_what_cannot_be_told(demo: Path, words: list[str], said: str) -> None:
    outcome = kpolicy("check", "--tree", demo, *words)
    assert outcome.status == status.USAGE
    assert said in outcome.err


def test_a_misspelt_name(demo: Path) -> None:
    outcome = kpolicy("check", "--tree", demo, "i368_defconfig")
    assert outcome.status == status.FAILURE
    assert "i368_defconfig: error: no such config\n  did you mean i386_defconfig" in outcome.err


@pytest.mark.parametrize("word", [".config", "../build/.config", "build/my.config"])
def test_a_missing_file_is_just_that(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", word)
    assert (outcome.status, outcome.err) == (3, f"{word}: error: no such file\n")


@pytest.mark.parametrize(
    ("word", "guess"),
    [
        ("my.config", None),
        ("debg.config", "debug.config"),
        ("kernel/configs/debgu.config", "kernel/configs/debug.config"),
    ],
)
def test_only_near_names_are_offered(demo: Path, word: str, guess: str | None) -> None:
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", word)
    assert outcome.status == 3
    assert (f"did you mean {guess}?" in outcome.err) if guess else ("did you mean" not in outcome.err)


def test_a_file_comes_before_a_config_of_the_tree(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "i386_defconfig").write_text("\n")
    report = kpolicy("check", "--tree", demo, "--arch", "x86", "i386_defconfig", "-o", "json").json
    assert report["summary"]["warnings"] == 0
    (tmp_path / "a+b").write_text("CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_VM=y\n")
    assert "a+b:2: warning: DEBUG_VM=y" in kpolicy("check", "--tree", demo, "--arch", "x86", "a+b").out


def test_a_stack_is_one_config_and_places_are_those_of_its_files(demo: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("CONFIG_DEBUG_KERNEL=y\n# CONFIG_DEBUG_VM is not set\n")
    second.write_text("\nCONFIG_DEBUG_VM=y\n")
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", f"{first}+{second}")
    assert f"{second}:2: warning: DEBUG_VM=y" in outcome.out
    assert outcome.err == "", "a fragment is there to override"
    assert kpolicy("check", "--tree", demo, "--arch", "x86", f"{second}+{first}").status == 0


def test_reassigning_within_one_file_is_remarked(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_text("CONFIG_DEBUG_VM=y\n# CONFIG_DEBUG_VM is not set\n")
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", path)
    assert "config/duplicate-assignment" in outcome.out
    assert "override:" not in outcome.err, "the finding says it"


def test_stdin(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.BytesIO(b"CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_VM=y\n")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=text))
    assert "<stdin>:2: warning: DEBUG_VM=y" in kpolicy("check", "--tree", demo, "--arch", "x86", "-").out


def test_several_configs_in_several_processes(demo: Path) -> None:
    words = ["check", "--tree", str(demo), "i386_defconfig", "debug_defconfig", "phone_defconfig"]
    outcome = kpolicy(*words, "-j", "2")
    assert outcome.out == kpolicy(*words).out
    assert outcome.out.rstrip().split("\n")[-1].startswith("3 configs: ")


def test_every_finding_has_its_remedy_and_causes(demo: Path) -> None:
    text = kpolicy("check", "--tree", demo, "graphics_defconfig").out
    assert "\n    fix: # CONFIG_DEBUG_KMEMLEAK is not set\n" in text
    assert "arch/x86/configs/graphics_defconfig:13: note: STACKDEPOT_ALWAYS_INIT=y" in text
    assert "graphics_defconfig: judged as production for x86, role unclear, with options of a debug kernel: " in text


@pytest.fixture
def full(demo: Path, tmp_path: Path) -> Path:
    """A full .config of the demonstration tree."""
    path = tmp_path / "full.config"
    assert kpolicy("expand", "--tree", demo, "i386_defconfig", "-o", path).status == 0
    return path


def test_a_full_config_tells_its_architecture(demo: Path, full: Path) -> None:
    config = _config(kpolicy("check", "--tree", demo, full, "-o", "json").json)
    assert config["architecture"] == "x86"


def test_a_full_config_without_a_tree(full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo: Path) -> None:
    monkeypatch.chdir(tmp_path)
    # Whether a select gives FAULT_INJECTION its value is in no .config.
    (tmp_path / "proving.config").write_text("CONFIG_FAULT_INJECTION=y\n")
    stack = f"i386_defconfig+{tmp_path / 'proving.config'}"
    assert kpolicy("expand", "--tree", demo, stack, "--force", "-o", full).status == 0
    policy = tmp_path / "site.toml"
    policy.write_text('[roles]\n"*" = "debug"\n')
    outcome = kpolicy("check", full, "--policy", policy, "-o", "json")
    assert outcome.status == status.FINDINGS
    assert "judged without Kconfig files" in outcome.err
    known = kpolicy("check", "--tree", demo, full, "--policy", policy, "-o", "json")
    bare, judged = _config(outcome.json), _config(known.json)
    unjudged = bare["unjudged"]
    assert isinstance(unjudged, list)
    assert 0 < len(unjudged) < outcome.json["summary"]["rules"] / 2
    assert outcome.json["tree"] is None

    def rules(config: dict[str, object]) -> list[object]:
        findings = config["findings"]
        assert isinstance(findings, list)
        return [finding["rule"] for finding in findings if finding["rule"] not in unjudged]

    assert rules(bare) == rules(judged)
    assert len(rules(bare)) > 1
    assert bare["role"] == judged["role"] or rules(bare)


def test_without_a_tree_a_symbol_can_be_called_as_a_word_of_kconfig(
    full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = kpolicy("check", full, "-o", "csv")
    full.write_text(full.read_text() + "CONFIG_if=y\n# CONFIG_y is not set\n")
    assert kpolicy("check", full, "-o", "csv") == before


def test_without_a_tree_packed_and_with_a_place(full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    packed = tmp_path / "config.xz"
    packed.write_bytes(lzma.compress(full.read_bytes()))
    line = full.read_text().split("\n").index("CONFIG_DEBUG_VM=y") + 1
    assert f"config.xz:{line}: warning: DEBUG_VM=y" in kpolicy("check", "config.xz").out


_HEADER = "# Automatically generated file; DO NOT EDIT.\n# Linux/x86 {} Kernel Configuration\n"


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("CONFIG_NET=y\n", [], "a kernel tree is needed"),
        (_HEADER.format("none") + "CONFIG_NET=y\n", [], "no kernel release"),
        (_HEADER.format("6.1.0"), ["--toolchain", "dummy"], "--tree"),
    ],
)
def test_what_needs_a_tree(
    text: str, words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c").write_text(text)
    outcome = kpolicy("check", "c", *words)
    assert outcome.status in (status.USAGE, status.FAILURE)
    assert said in outcome.err
    assert outcome.out == ""


def test_in_a_tree_no_tree_need_be_named(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    outcome = kpolicy("check", "i386_defconfig")
    assert "arch/x86/configs/i386_defconfig:10: warning: DEBUG_VM=y" in outcome.out
    path = os.path.join("arch", "x86", "configs", "i386_defconfig")
    assert "arch/x86/configs/i386_defconfig:10: warning: DEBUG_VM=y" in kpolicy("check", path).out


def _with_a_fragment_of_its_own(folder: Path) -> Path:
    """A tree in which arm64 adds to debug.config, as powerpc does in 6.12."""
    tree = copy_of_demo(folder)
    (tree / "arch" / "arm64" / "configs" / "debug.config").write_text("CONFIG_DEBUG_SG=y\n")
    return tree


@pytest.mark.parametrize(
    "stack", ["x86_64_defconfig+debug.config", "debug.config+x86_64_defconfig", "debug.config+phone_defconfig"]
)
def test_one_config_of_a_stack_says_for_which_architecture_the_others_are(stack: str, tmp_path: Path) -> None:
    tree = _with_a_fragment_of_its_own(tmp_path)
    arch, has = ("arm64", True) if "phone" in stack else ("x86", False)
    found = kpolicy("check", "--tree", tree, stack, "-o", "json").json["configs"][0]
    assert found["architecture"] == arch
    with_arch = kpolicy("check", "--tree", tree, "--arch", arch, stack, "-o", "json").json["configs"][0]
    assert found == with_arch
    assert ("CONFIG_DEBUG_SG=y" in kpolicy("expand", "--tree", tree, stack).out) is has


def test_a_fragment_alone_does_not_say_for_which_architecture(tmp_path: Path) -> None:
    tree = _with_a_fragment_of_its_own(tmp_path)
    outcome = kpolicy("check", "--tree", tree, "debug.config")
    assert (outcome.status, outcome.err) == (
        status.USAGE,
        "debug.config: error: cannot tell the architecture\n"
        "  pass --arch (for example --arch arm64); these have a file of that name: arm64\n",
    )
    assert "no such config" in kpolicy("check", "--tree", tree, "i386_defconfig+phone_defconfig").err


def test_a_folder_of_the_tree_is_no_config(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the command is run: in the tree a path leads there by itself."""
    hint = "`kpolicy audit --arch x86` judges all defconfigs of an architecture."
    for folder in (demo, tmp_path):
        monkeypatch.chdir(folder)
        for command in ("check", "fix", "role"):
            outcome = kpolicy(command, "--tree", demo, "arch/x86/configs")
            assert "arch/x86/configs: error: is a directory, expected a config file" in outcome.err
            assert hint in outcome.err
        assert "It has: debug.config" in kpolicy("check", "--tree", demo, "kernel/configs").err
