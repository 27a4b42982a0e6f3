# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules about locks, RCU, objects, devices, tracing and hardening: who hears from them, and who must not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from kpolicy.config.read import read_config
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.kconfig.model import Model
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import open_tree
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.judging.check import judge
from kpolicy.policy.roles.role import role_of
from kpolicy.policy.rules.catalogue import shipped_catalogue
from tests.models import tree_of
from tests.policy.support import values_of

FAMILIES = {
    "coverage", "debug-info", "debugfs", "dma", "drm", "hardening", "iommu", "locking", "net", "objects", "rcu",
    "sched", "tracing", "usb",
}  # fmt: skip
EXPENSIVE = ("INIT_ON_FREE_DEFAULT_ON", "GCC_PLUGIN_STACKLEAK")
USUAL = (
    "DEBUG_KERNEL", "UBSAN", "UBSAN_TRAP", "BUG_ON_DATA_CORRUPTION", "DEBUG_LIST", "DEBUG_NOTIFIERS", "!DEVMEM",
)  # fmt: skip


@cache
def model_of(tree: Path, word: str) -> Model:
    source = open_tree(tree)
    return tree_of(tree).model(resolve_architecture(source, word), Toolchain.dummy())


def values_in(tree: Path, word: str, config: str) -> Values:
    return evaluate(model_of(tree, word), read_config(config, folder=tree), "defconfig")


def found(values: Values) -> set[str]:
    return {finding.rule for finding in judge(values, shipped_catalogue(), role_of(values).role)}


def test_the_families_are_there() -> None:
    assert set(shipped_catalogue().families) >= FAMILIES


def test_every_kind_of_statement_is_made() -> None:
    ours = [rule for rule in shipped_catalogue() if rule.family in FAMILIES]
    assert {rule.kind for rule in ours} >= {"cost", "defeat", "half", "drag", "missing", "leak"}
    # What costs or leaks in production does so in a hardened kernel too, unless it may be there as protection.
    alone = {rule.id for rule in ours if "production" in rule.roles and "hardened" not in rule.roles}
    assert alone <= {"hardening/full-list-checks", "sched/fpu-checks-by-default", "drm/range-debug-in-production"}


@pytest.mark.parametrize(
    ("lines", "role"),
    [
        ((*EXPENSIVE, *USUAL), "hardened"),
        ((EXPENSIVE[0], *USUAL), "hardened"),
        (USUAL, "production"),  # what every distribution has
        ((*EXPENSIVE, "DEVMEM"), "production"),  # an experiment
        ((*EXPENSIVE, *USUAL, "PROVE_LOCKING", "DEBUG_VM", "DEBUG_ATOMIC_SLEEP"), "hardened"),  # left on
        ((*EXPENSIVE, *USUAL, "KCOV"), "hardened"),  # so is this
    ],
)
def test_what_makes_a_hardened_kernel(lines: tuple[str, ...], role: str) -> None:
    assert role_of(values_of(*lines)).role == role


def test_the_evidence_for_a_hardened_kernel() -> None:
    verdict = role_of(values_of(*EXPENSIVE, *USUAL))
    evidence = {item.symbol: (item.value, str(item.location)) for item in verdict.evidence}
    assert evidence["INIT_ON_FREE_DEFAULT_ON"] == ("y", "some_defconfig:1")
    assert evidence["DEVMEM"] == ("n", "some_defconfig:9")
    assert verdict.reading == "enables"


def test_only_what_speaks_for_a_role_is_evidence() -> None:
    verdict = role_of(values_of(*EXPENSIVE, *USUAL, "LDISC_AUTOLOAD"))
    assert verdict.role == "hardened"
    # On, and named only where it would have to be off; off, and of two ways the one that was not taken.
    assert {"LDISC_AUTOLOAD", "IO_STRICT_DEVMEM", "KSTACK_ERASE"}.isdisjoint(item.symbol for item in verdict.evidence)


def test_checks_that_protect_are_no_fault_of_a_hardened_kernel() -> None:
    rules = found(values_of(*EXPENSIVE, *USUAL, "DEBUG_FS", "DEBUG_FS_ALLOW_NONE", "SCHED_STACK_END_CHECK", "DEBUG_WX"))
    assert not {rule for rule in rules if rule.startswith(("hardening/", "debugfs/", "locking/", "objects/"))}


@pytest.mark.trees
@pytest.mark.parametrize(
    ("word", "config", "role"),
    [
        ("x86", "arch/x86/configs/x86_64_defconfig+kernel/configs/hardening.config", "hardened"),
        ("arm64", "arch/arm64/configs/defconfig+kernel/configs/hardening.config", "hardened"),
        # Without page tables that are checked, which these do not have.
        ("arm", "arch/arm/configs/multi_v7_defconfig+kernel/configs/hardening.config", "hardened"),
        ("powerpc", "arch/powerpc/configs/ppc64_defconfig+kernel/configs/hardening.config", "hardened"),
        ("s390", "arch/s390/configs/defconfig+kernel/configs/hardening.config", "hardened"),
        ("x86", "arch/x86/configs/x86_64_defconfig", "production"),
        ("riscv", "arch/riscv/configs/defconfig", "production"),
    ],
)
def test_roles_of_real_configs(kernel: Path, word: str, config: str, role: str) -> None:
    if not (kernel / config.partition("+")[2]).is_file() and "+" in config:
        pytest.skip("this kernel has no such fragment")
    assert role_of(values_in(kernel, word, config)).role == role


@pytest.mark.trees
@pytest.mark.parametrize(
    ("word", "config", "expected"),
    [
        ("arm", "arch/arm/configs/moxart_defconfig",
         {"locking/order-proved-in-production", "objects/no-checker-in-production",
          "dma/mappings-checked-in-production"}),
        ("arm", "arch/arm/configs/aspeed_g5_defconfig", {"debug-info/scripts-without-types"}),
        ("sh", "arch/sh/configs/sh7785lcr_32bit_defconfig", {"coverage/gcov-runtime-in-production"}),
        ("powerpc", "arch/powerpc/configs/mpc885_ads_defconfig", {"debugfs/page-tables-shown"}),
        ("mips", "arch/mips/configs/bmips_stb_defconfig", {"tracing/latency-tracers-in-production"}),
        ("s390", "arch/s390/configs/debug_defconfig", {"rcu/victims-before-culprit", "dma/mappings-unchecked"}),
        ("s390", "arch/s390/configs/defconfig", {"hardening/memory-device-unfiltered"}),
    ],
)  # fmt: skip
def test_findings_on_real_configs(kernel: Path, word: str, config: str, expected: set[str]) -> None:
    assert found(values_in(kernel, word, config)) >= expected


@pytest.mark.trees
def test_a_default_that_nobody_asked_for_leads_to_what_brought_it(kernel: Path) -> None:
    values = values_in(kernel, "x86", "arch/x86/configs/x86_64_defconfig")
    findings = {item.rule: item for item in judge(values, shipped_catalogue(), "production")}
    place = findings["sched/fpu-checks-by-default"].place
    line = (kernel / place.path).read_text().splitlines()[place.line - 1]
    assert line == "CONFIG_DEBUG_KERNEL=y"
