# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy role`: the role, its evidence, and lines that give another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.cli import status
from tests.cli.support import copy_of_demo, kpolicy


def _role(*words: str | Path) -> dict[str, object]:
    found: dict[str, object] = kpolicy("role", "--format", "json", *words).json[0]
    return found


def _alternatives(report: dict[str, object]) -> dict[str, dict[str, object]]:
    found = report["alternatives"]
    assert isinstance(found, list)
    return {item["role"]: item for item in found}


@pytest.mark.parametrize(
    ("arch", "config", "role"), [("x86", "i386_defconfig", "production"), ("x86", "defconfig+debug.config", "debug")]
)
def test_the_role_and_what_would_make_it_another(demo: Path, tmp_path: Path, arch: str, config: str, role: str) -> None:
    report = _role("--tree", demo, "--arch", arch, config)
    assert report["role"] == role
    assert report["evidence"]
    others = _alternatives(report)
    assert {*others, role} == {"fuzzing", "debug", "hardened", "production"}
    tried = 0
    for name, item in others.items():
        lines = item["lines"]
        assert isinstance(lines, list)
        if not lines:
            continue
        more = tmp_path / "lines.config"
        more.write_text("".join(f"{line}\n" for line in lines))
        assert _role("--tree", demo, "--arch", arch, f"{config}+{more}")["role"] == name
        # Each line is needed.
        for line in lines:
            more.write_text("".join(f"{other}\n" for other in lines if other != line))
            assert _role("--tree", demo, "--arch", arch, f"{config}+{more}")["role"] != name
        tried += 1
    assert tried >= 2


def test_another_reading(demo: Path, tmp_path: Path) -> None:
    tree = copy_of_demo(tmp_path)
    makefile = tree / "Makefile"
    text = makefile.read_text()
    makefile.write_text(
        "\n".join("EXTRAVERSION = -rc2" if line.startswith("EXTRAVERSION") else line for line in text.split("\n"))
    )
    words = ("--tree", tree, "i386_defconfig", "--reading")
    assert _role(*words, "debug=release-candidate")["role"] == "debug"
    assert _role(*words, "debug=odd-release-candidate")["role"] == "production"
    readings = _role(*words[:-1])["other_readings"]
    assert {"role": "debug", "reading": "early-release-candidate", "makes": "debug"} in readings  # type: ignore[operator]
    assert _role("--tree", demo, "i386_defconfig", "--reading", "debug=release-candidate")["role"] == "production"


@pytest.mark.parametrize(
    ("reading", "said"),
    [("debug=early", "has no reading 'early'"), ("debgu=enables", "did you mean 'debug'?"), ("x", "unknown role")],
)
def test_a_reading_that_there_is_not(demo: Path, reading: str, said: str) -> None:
    outcome = kpolicy("role", "--tree", demo, "i386_defconfig", "--reading", reading)
    assert outcome.status == status.USAGE
    assert said in outcome.err


def test_without_a_tree_nothing_is_tried(demo: Path, tmp_path: Path) -> None:
    full = tmp_path / ".config"
    full.write_text(kpolicy("expand", "--tree", demo, "i386_defconfig").out)
    report = _role(full)
    assert report["role"] == "production"
    assert not any(item["tried"] for item in _alternatives(report).values())
    assert "not tested" in kpolicy("role", full).out


def test_a_role_that_the_policy_states(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[roles]\n'i386_defconfig' = 'fuzzing'\n")
    report = _role("--tree", demo, "--policy", tmp_path / "own.toml", "i386_defconfig")
    assert (report["role"], report["alternatives"]) == ("fuzzing", [])


def test_one_config_that_cannot_be_read_hides_no_other(demo: Path) -> None:
    outcome = kpolicy("role", "--tree", demo, "i386_defconfig", "no_such_defconfig")
    assert outcome.status == status.FAILURE
    assert outcome.out.startswith("arch/x86/configs/i386_defconfig: production")
    assert "no such config" in outcome.err


def test_text(demo: Path) -> None:
    lines = kpolicy("role", "--tree", demo, "i386_defconfig").out.splitlines()
    assert lines[0] == "arch/x86/configs/i386_defconfig: production"
    assert "  lines that change the role in a fragment on i386_defconfig (each tested)" in lines
    assert "  by other readings" in lines


def test_lines_about_what_is_off_are_short(demo: Path) -> None:
    lines = kpolicy("role", "--tree", demo, "--arch", "x86", "i386_defconfig").out.splitlines()
    assert any(line.startswith("    not a hardened kernel: ") for line in lines)
    assert max(map(len, lines)) <= 100
