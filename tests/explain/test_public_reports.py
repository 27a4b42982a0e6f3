# SPDX-License-Identifier: GPL-2.0-or-later
"""Situations from public reports, on the kernels that they are about."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import kpolicy
from tests.oracle.trees import Trees

pytestmark = [pytest.mark.trees, pytest.mark.no_cover]


@pytest.fixture
def linux(trees: Trees) -> Path:
    """Linux 6.12."""
    return trees.kernels["6.12"]


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "asked.config"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def _check(linux: Path, folder: Path, *lines: str, toolchain: str = "dummy") -> dict[str, str]:
    """The messages about some lines after x86_64_defconfig."""
    asked = _file(folder, *lines)
    words = ("--tree", linux, "--arch", "x86", "--toolchain", toolchain, "-o", "json")
    found = kpolicy("check", *words, f"x86_64_defconfig+{asked}").json["configs"][0]["findings"]
    return {item["symbol"]: item["message"] for item in found if item["location"]["path"] == str(asked)}


def _explain(linux: Path, symbol: str, config: str | Path, toolchain: str = "dummy") -> Any:
    words = ("--tree", linux, "--arch", "x86", "--toolchain", toolchain, "--format", "json")
    return kpolicy("explain", symbol, *words, "--config", config).json[0]


def _texts(reasons: list[Any]) -> list[tuple[str, str]]:
    return [(item["text"], item["decider"]) for item in reasons] + [
        pair for item in reasons for pair in _texts(item["because"])
    ]


def test_a_fragment_asks_for_ubsan_bounds_without_ubsan(linux: Path, tmp_path: Path) -> None:
    told = _check(linux, tmp_path, "CONFIG_UBSAN_BOUNDS=y", "CONFIG_UBSAN_TRAP=y")
    for symbol in ("UBSAN_BOUNDS", "UBSAN_TRAP"):
        assert told[symbol].endswith(": needs UBSAN (UBSAN=n) at lib/Kconfig.ubsan:14")


def test_debug_info_that_is_on_though_it_was_turned_off(linux: Path, tmp_path: Path) -> None:
    asked = _file(tmp_path, "# CONFIG_DEBUG_INFO is not set", "CONFIG_DEBUG_INFO_DWARF5=y")
    explained = _explain(linux, "DEBUG_INFO", f"x86_64_defconfig+{asked}")
    assert explained["reasons"][0]["text"] == "selected by DEBUG_INFO_DWARF5", "the line has no condition"


def test_sched_ext_goes_with_debug_kernel(linux: Path, tmp_path: Path) -> None:
    lines = ("SCHED_CLASS_EXT", "DEBUG_INFO_BTF", "DEBUG_INFO_DWARF5", "BPF_SYSCALL", "BPF_JIT")
    asked = _file(tmp_path, *(f"CONFIG_{name}=y" for name in lines), "# CONFIG_DEBUG_KERNEL is not set")
    texts = _texts(_explain(linux, "SCHED_CLASS_EXT", f"x86_64_defconfig+{asked}")["reasons"])
    assert ("# CONFIG_DEBUG_KERNEL is not set", "person") in texts


def test_hotplug_cpu_is_on_by_default(linux: Path, tmp_path: Path) -> None:
    told = _check(linux, tmp_path, "# CONFIG_HOTPLUG_CPU is not set")["HOTPLUG_CPU"]
    assert re.search(
        r"it has no prompt, and default y at arch/x86/Kconfig:\d+ sets it \(depends on SMP\);"
        r" PM_SLEEP_SMP selects it at kernel/power/Kconfig:\d+ as well$",
        told,
    )


@pytest.mark.parametrize(
    ("symbol", "reason"),
    [
        ("PREEMPT_RT", "it needs EXPERT (EXPERT=n) at kernel/Kconfig.preempt:72"),
        ("KASAN_GENERIC", "it needs KASAN (KASAN=n) at lib/Kconfig.kasan:"),
        ("PROVE_RCU", "it has no prompt at kernel/rcu/Kconfig.debug:8: only its default (PROVE_LOCKING=n) sets it"),
    ],
)
def test_a_requirement_has_the_reason_of_a_dropped_request(
    linux: Path, tmp_path: Path, symbol: str, reason: str
) -> None:
    need = _file(tmp_path, f"CONFIG_{symbol}=y")
    words = ("--tree", linux, "--arch", "x86", "x86_64_defconfig", "--require", need, "-o", "json")
    found = kpolicy("check", *words).json["configs"][0]["findings"]
    (message,) = [item["message"] for item in found if item["rule"].startswith("required/")]
    assert f"is n, because {reason}" in message


def test_a_slip_in_a_requirement(linux: Path, tmp_path: Path) -> None:
    need = _file(tmp_path, "CONFIG_SLAB_FREELIST_RANDM=y")
    outcome = kpolicy("check", "--tree", linux, "--arch", "x86", "x86_64_defconfig", "--require", need)
    (line,) = [line for line in outcome.out.splitlines() if "SLAB_FREELIST_RANDM" in line]
    assert ": warning: " in line
    assert "did you mean SLAB_FREELIST_RANDOM?" in line


def test_rust_goes_away(linux: Path, tmp_path: Path) -> None:
    asked = _file(tmp_path, "CONFIG_RUST=y")
    texts = _texts(_explain(linux, "RUST", f"x86_64_defconfig+{asked}")["reasons"])
    probe = "$(success,$(srctree)/scripts/rust_is_available.sh), which gives n"
    assert (f"it has no prompt: the toolchain decides it by {probe}", "toolchain") in texts


def test_gcc_plugins_with_clang(linux: Path, tmp_path: Path) -> None:
    told = _check(linux, tmp_path, "CONFIG_GCC_PLUGINS=y", toolchain="clang-18")["GCC_PLUGINS"]
    assert re.search(
        r": needs CC_IS_GCC \(CC_IS_GCC=n; the toolchain decides it by .*\) at scripts/gcc-plugins/Kconfig:11, needs "
        r"\$\(success,test -e .*/plugin-version\.h\) at scripts/gcc-plugins/Kconfig:12, which this toolchain answers",
        told,
    )
    explained = _explain(linux, "GCC_PLUGINS", f"x86_64_defconfig+{tmp_path / 'asked.config'}", "clang-18")
    assert {decider for _, decider in _texts(explained["reasons"])} == {"toolchain", "tree"}


def test_what_a_compiler_lacks(linux: Path, tmp_path: Path) -> None:
    lines = ("CONFIG_DEBUG_INFO_DWARF5=y", "CONFIG_DEBUG_INFO_COMPRESSED_ZSTD=y")
    told = _check(linux, tmp_path, *lines, toolchain="gcc-12.2")["DEBUG_INFO_COMPRESSED_ZSTD"]
    assert "needs $(cc-option,-gz=zstd) at lib/Kconfig.debug:" in told
    assert told.endswith(", which this toolchain answers with n")


def test_btf_is_kept_off_by_a_line(linux: Path, tmp_path: Path) -> None:
    names = ("DEBUG_KERNEL", "DEBUG_INFO_NONE", "BPF_SYSCALL", "DEBUG_INFO_BTF")
    asked = _file(tmp_path, *(f"CONFIG_{name}=y" for name in names))
    by = _explain(linux, "DEBUG_INFO_BTF", asked)["decisions"]["by"]
    assert ("DEBUG_INFO_NONE", "person", "y") in [
        (item["symbol"], item["decider"], item["opposite_gives"]) for item in by
    ]


def test_ext4_is_no_module(linux: Path, tmp_path: Path) -> None:
    texts = _texts(_explain(linux, "EXT4_FS", _file(tmp_path, "CONFIG_EXT4_FS=m"))["reasons"])
    assert ("CONFIG_EXT4_FS=m requested, but it is y: CONFIG_MODULES is not set", "person") in texts


def test_selftest_fragments_are_checked_when_asked_for(linux: Path) -> None:
    outcome = kpolicy("kconfig", "-j", "1", linux, "--path", "tools/testing/selftests")
    assert outcome.status == 2
    assert "with --check fragments also the configs of the kernel" in outcome.err
