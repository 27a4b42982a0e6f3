# SPDX-License-Identifier: GPL-2.0-or-later
"""The architecture and release that a .config states, and what is said where others are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.cli import status
from tests.cli.support import copy_of_demo, kpolicy

_HEADER = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/{} {} Kernel Configuration\n#\n"
_COMMANDS = ("check", "role", "cost")


def _config(folder: Path, text: str, name: str = "a.config") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("command", _COMMANDS)
def test_a_release_that_the_header_contradicts(tmp_path: Path, command: str) -> None:
    path = _config(tmp_path, _HEADER.format("x86", "6.12.43") + "CONFIG_X86=y\n")
    outcome = kpolicy(command, "--release", "5.10", path)
    assert outcome.status == status.USAGE
    assert "error: --release 5.10 contradicts the header, which has 6.12.43" in outcome.err
    assert kpolicy(command, "--release", "6.12", path).status == status.CLEAN


def test_the_release_is_for_the_config_that_states_none(tmp_path: Path) -> None:
    stated = _config(tmp_path, _HEADER.format("x86", "6.12.43") + "CONFIG_X86=y\n")
    other = _config(tmp_path, "CONFIG_X86=y\nCONFIG_NET=y\n", "b.config")
    assert kpolicy("diff", "--release", "5.10", stated, other).status == status.CLEAN
    assert kpolicy("diff", "--release", "5.10", stated, stated).status == status.USAGE


@pytest.mark.parametrize(
    ("text", "arch"),
    [
        ("CONFIG_64BIT=y\nCONFIG_X86=y\n", "x86"),
        ("CONFIG_PPC=y\n", "powerpc"),
        ("# x86_64\nCONFIG_64BIT=y\n", "x86_64"),
        ("# aarch64\nCONFIG_64BIT=y\n", "arm64"),
        ("# for debugging\nCONFIG_64BIT=y\n", None),
        ("# debug\nCONFIG_64BIT=y\n", None),
        ("CONFIG_X86=y\nCONFIG_ARM64=y\n", None),
    ],
)
def test_the_architecture_without_a_header(tmp_path: Path, text: str, arch: str | None) -> None:
    path = _config(tmp_path, text)
    outcome = kpolicy("check", "--release", "6.12", "-o", "json", path)
    if arch is None:
        assert outcome.status == status.USAGE
        assert "cannot tell the architecture\n  pass --arch" in outcome.err
    else:
        assert outcome.json["configs"][0]["architecture"] == arch
        assert kpolicy("diff", "--release", "6.12", path, path).status == status.CLEAN


@pytest.mark.parametrize("command", _COMMANDS)
@pytest.mark.parametrize("text", [_HEADER.format("x86", "6.12.0"), "CONFIG_X86=y\n", "# x86_64\n"])
def test_another_architecture_is_a_warning(tmp_path: Path, command: str, text: str) -> None:
    path = _config(tmp_path, text + "CONFIG_NET=y\n")
    for arch, warns in (("arm64", True), ("x86_64", False)):
        outcome = kpolicy(command, "--arch", arch, "--release", "6.12", path)
        assert ("read for arm64" in outcome.out + outcome.err) is warns


@pytest.mark.parametrize(
    ("header", "tree", "warns"),
    [
        ("6.12.0", "6.12.0", False),
        ("6.12", "6.12.0", False),
        ("6.12", "6.12.1", True),
        ("6.12.0-5-amd64", "6.12.0", True),
        ("syzkaller", "6.12.0", True),
    ],
)
def test_a_config_of_another_release_is_a_warning(tmp_path: Path, header: str, tree: str, *, warns: bool) -> None:
    folder = copy_of_demo(tmp_path)
    makefile = folder / "Makefile"
    version, patchlevel, sublevel = tree.split(".")
    states = {"VERSION": version, "PATCHLEVEL": patchlevel, "SUBLEVEL": sublevel, "EXTRAVERSION": ""}
    lines = [line for line in makefile.read_text().splitlines() if line.partition(" =")[0] not in states]
    makefile.write_text("\n".join([*(f"{name} = {value}" for name, value in states.items()), *lines]) + "\n")
    path = _config(tmp_path, _HEADER.format("x86", header) + "CONFIG_X86=y\n")
    outcome = kpolicy("check", "--tree", folder, path)
    assert (f"made by Linux {header}, read as Linux {tree}" in outcome.err + outcome.out) is warns


def test_without_a_tree_there_is_no_word_of_one(tmp_path: Path) -> None:
    path = _config(tmp_path, _HEADER.format("x86", "next-20260101") + "CONFIG_X86=y\n")
    outcome = kpolicy("check", "--release", "6.18", path)
    assert f"{path}:1: warning: made by Linux next-20260101, read as Linux 6.18.0\n" in outcome.err
    assert "the tree" not in outcome.out + outcome.err
