# SPDX-License-Identifier: GPL-2.0-or-later
"""Configs of distributions, phones and test farms: what they are for, and what is said about them.

The configs are no part of the project.  They are looked for in `shared/corpus` beside it, in a folder for each role;
without them these tests are skipped.  What is expected was read by hand: docs/precision.md.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kpolicy.config.read import read_config
from kpolicy.evaluate.values import evaluate
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import open_tree
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.roles.role import role_of
from tests.cli.support import kpolicy
from tests.models import tree_of
from tests.oracle.trees import RELEASES

pytestmark = pytest.mark.trees

_CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
_CONFIGS = sorted(_CORPUS.glob("*/*.config.xz"))
_FULL = [path for path in _CONFIGS if path.parent.name in ("production", "hardened")]

_READ = {
    "alma_linux_10_x86_64": {
        "debug-info/less-inlining-for-a-link-check",
        "mm/vma-locks-counted-in-production",
        "sched/stray-shared-interrupts",
        "self-test/unit-test-modules",
    },
    "arch_x86_64": {
        "block/metadata-locks-in-production",
        "dma/buffer-statistics-in-production",
        "fs/f2fs-checks-in-production",
        "sched/stray-shared-interrupts",
        # MMC_TEST=m
        "self-test/overwrites-storage",
    },
    "arch_hardened_x86_64": {
        "block/metadata-locks-in-production",
        "debug-vm/in-hardened",
        "dma/buffer-statistics-in-production",
        "fs/f2fs-checks-in-production",
        "sched/preempt-checks-in-production",
        "sched/stray-shared-interrupts",
        "self-test/overwrites-storage",
    },
    "fedora_42_updates_x86_64": {
        "debug-info/less-inlining-for-a-link-check",
        "net/ipoib-packets-checked-in-production",
        "sched/latencies-recorded-in-production",
        "sched/stray-shared-interrupts",
        "self-test/unit-test-modules",
    },
    # PTDUMP_STAGE2_DEBUGFS=y, and on both phones DMABUF_SYSFS_STATS=y and THERMAL_EMULATION=y.
    "android_15_6.6_aarch64": {
        # CLEANCACHE=y and ASHMEM=y, which Android keeps.
        "config/unknown-symbol",
        "debugfs/guest-page-tables-shown",
        "dma/buffer-statistics-in-production",
        "drivers/temperature-emulated",
    },
    "android_pixel-7": {"dma/buffer-statistics-in-production", "drivers/temperature-emulated"},
    "nixpkgs-linux_lts": {
        "arch/entry-checks-in-production",
        "mm/allocations-profiled-in-production",
        "sched/cgroup-internals-in-production",
        "self-test/overwrites-storage",
    },
    "opensuse_x86_64": {
        "drivers/fences-from-user-space",
        # F2FS_FAULT_INJECTION=y
        "fault-injection/devices-and-file-systems-in-production",
        "fault-injection/framework-in-production",
        # DEBUG_SG=y beside BUG_ON_DATA_CORRUPTION=y: both are KSPP settings.
        "kvmalloc/sg-as-hardening",
        "self-test/crash-on-request",
        # MTD_TESTS=m
        "self-test/overwrites-storage",
    },
    "ubuntu_24.04_lts_noble_riscv64": {
        "drivers/fences-from-user-space",
        "drivers/temperature-emulated",
        "sched/latencies-recorded-in-production",
    },
    "ubuntu_25.04_plucky_x86_64": {
        "drivers/fences-from-user-space",
        "drivers/temperature-emulated",
        "sched/latencies-recorded-in-production",
    },
}


def _configs(paths: list[Path]) -> pytest.MarkDecorator:
    missing = pytest.param(None, marks=pytest.mark.skip(reason="no shared/corpus beside the project"))
    return pytest.mark.parametrize(
        "path", paths or [missing], ids=lambda path: path and path.name.partition(".config")[0]
    )


@cache
def _model(tree: Path, word: str) -> Model:
    source = open_tree(tree)
    return tree_of(tree).model(resolve_architecture(source, word), Toolchain.dummy())


@cache
def _report(path: Path, *options: str) -> Any:
    return kpolicy("check", "-o", "json", *options, path).json["configs"][0]


@pytest.fixture(autouse=True)
def _sampled(request: pytest.FixtureRequest) -> None:
    """Without `--whole` each config meets one of the kernels: the first the one, the second the other, and so on."""
    callspec = request.node.callspec.params
    if request.config.getoption("--whole") or "release" not in callspec or not callspec["path"]:
        return
    if _CONFIGS.index(callspec["path"]) % len(RELEASES) != RELEASES.index(callspec["release"]):
        pytest.skip("with --whole")


@_configs(_CONFIGS)
def test_the_role_is_that_of_the_folder(kernel: Path, path: Path) -> None:
    config = read_config(str(path))
    verdict = role_of(evaluate(_model(kernel, config.arch or "x86_64"), config, "olddefconfig"))
    assert verdict.role == path.parent.name
    assert verdict.evidence


@_configs(_FULL)
def test_findings_are_those_that_were_read(path: Path) -> None:
    found = {item["rule"] for item in _report(path)["findings"]}
    assert found == _READ.get(path.name.partition(".config")[0], set())


@pytest.mark.newest_kernel
@_configs(_FULL)
def test_no_error_for_a_kernel_that_is_in_use(kernel: Path, path: Path) -> None:
    """Not even when it is held against the tree of another release."""
    for options in ((), ("--tree", str(kernel))):
        assert {item["severity"] for item in _report(path, *options)["findings"]} <= {"warning", "note"}
