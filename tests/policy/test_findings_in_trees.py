# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings on real kernels: remedies that an architecture can have, and places in configs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import kpolicy

pytestmark = pytest.mark.trees


def check(kernel: Path, config: Path, arch: str, *words: str) -> dict[str, Any]:
    outcome = kpolicy("check", "--tree", kernel, "--arch", arch, *words, "-o", "json", config)
    assert outcome.status in (0, 1), outcome.err
    return {found["rule"]: found for item in outcome.json["configs"] for found in item["findings"]}


def test_a_remedy_that_the_architecture_cannot_have_is_none(kernel: Path, tmp_path: Path) -> None:
    config = tmp_path / "x.config"
    config.write_text("CONFIG_DEBUG_KERNEL=y\nCONFIG_LOCKUP_DETECTOR=y\n")
    rule = "watchdog/named-and-not-built"
    assert check(kernel, config, "s390")[rule]["remedy"] == []
    assert check(kernel, config, "x86")[rule]["remedy"] == ["CONFIG_SOFTLOCKUP_DETECTOR=y"]


def test_debug_info_as_this_tree_takes_it(kernel: Path, tmp_path: Path) -> None:
    config = tmp_path / "x.config"
    config.write_text("CONFIG_DEBUG_KERNEL=y\nCONFIG_PROVE_LOCKING=y\n")
    found = check(kernel, config, "x86", "--policy", "debug")["debug-info/none"]
    assert found["remedy"] == ["CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT=y"]
    assert found["location"]["line"] == 2


def test_the_compiler_decides_whether_types_are_left_out(kernel: Path, tmp_path: Path) -> None:
    config = tmp_path / "x.config"
    lines = ("DEBUG_KERNEL", "DEBUG_INFO_DWARF5", "DEBUG_INFO_REDUCED", "GDB_SCRIPTS")
    config.write_text("".join(f"CONFIG_{name}=y\n" for name in lines))
    rule = "debug-info/scripts-without-types"
    assert rule in check(kernel, config, "x86", "--toolchain", "gcc-14.2.0")
    assert rule not in check(kernel, config, "x86", "--toolchain", "clang-19.1.0")


@pytest.mark.parametrize("arch", ["x86", "s390", "arm"])
def test_findings_about_configs_are_at_lines_of_configs(kernel: Path, arch: str) -> None:
    outcome = kpolicy("audit", kernel, "--arch", arch, "-o", "json", "-q")
    paths = {
        (item["config"], found["location"]["path"]) for item in outcome.json["configs"] for found in item["findings"]
    }
    assert paths
    assert {path for path in paths if path[0] != path[1]} == set()
