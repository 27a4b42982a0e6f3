# SPDX-License-Identifier: GPL-2.0-or-later
"""No command fails on a pair of configs: of two compilers, of two ARCH words, in a tree, a revision, or without one."""

from __future__ import annotations

import shutil
from itertools import combinations
from pathlib import Path

import pytest

from tests.cli.support import kpolicy
from tests.git import make_repository
from tests.matrix.lines import Line, alone, fault, pair, whole_tree

# Name: the ARCH word of the header, the config that it is made of, the compiler, and the line that records it.
_CONFIGS = {
    "gcc": ("x86", "x86_64_defconfig", "gcc-13.2", "CONFIG_GCC_VERSION=130200"),
    "other_gcc": ("x86", "x86_64_defconfig", "gcc-14.3", "CONFIG_GCC_VERSION=140300"),
    "clang_debug": ("x86", "debug_defconfig", "clang-18.1", "CONFIG_CLANG_VERSION=180100"),
    "arm64": ("arm64", "defconfig", "gcc-13.2", "CONFIG_GCC_VERSION=130200"),
}
# A few lines of a .config, of which most are missing, by another ARCH word.
_SHORT = """
# Automatically generated file; DO NOT EDIT.
# Linux/x86_64 6.12.0 Kernel Configuration
CONFIG_GCC_VERSION=140301
CONFIG_DEBUG_KERNEL=y
"""
_NAMES = (*_CONFIGS, "short")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, demo: Path) -> Path:
    made = tmp_path_factory.mktemp("matrix")
    for name, (arch, config, toolchain, line) in _CONFIGS.items():
        outcome = kpolicy("expand", "-q", "--tree", demo, "--arch", arch, config, "--toolchain", toolchain)
        assert outcome.status == 0, outcome.err
        (made / f"{name}.config").write_text(f"{outcome.out}{line}\n")
    (made / "short.config").write_text(_SHORT)
    shutil.copytree(demo, made / "linux")
    make_repository(made / "linux")
    return made


@pytest.fixture(params=["tree", "revision", "bare"])
def tree(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str | None:
    monkeypatch.chdir(folder)
    return {"tree": "linux", "revision": "linux@HEAD", "bare": None}[request.param]


def _run(line: Line, tree: str | None) -> None:
    outcome = kpolicy(*line.words)
    assert fault(outcome) is None, f"kpolicy {' '.join(line.words)}\n{outcome.err}"
    expected = (2,) if line.needs_tree and tree is None else (0, 1)
    assert outcome.status in expected, f"kpolicy {' '.join(line.words)}\n{outcome.err}"


@pytest.mark.parametrize("name", _NAMES)
def test_every_command_on_one_config(name: str, tree: str | None, tmp_path: Path) -> None:
    for line in alone(f"{name}.config", tree, str(tmp_path)):
        _run(line, tree)


@pytest.mark.parametrize(("first", "second"), list(combinations(_NAMES, 2)))
def test_every_command_on_a_pair(first: str, second: str, tree: str | None, tmp_path: Path) -> None:
    for line in pair(f"{first}.config", f"{second}.config", tree, str(tmp_path)):
        _run(line, tree)


def test_every_command_on_a_tree(tree: str | None, tmp_path: Path) -> None:
    if tree is not None:
        for line in whole_tree(tree, "x86", str(tmp_path)):
            _run(line, tree)
