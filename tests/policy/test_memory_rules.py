# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules about memory checkers, injected failures, self tests, watchdogs and stale names: where they fire."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.policy.judging.check import judge
from kpolicy.policy.roles.role import role_of
from kpolicy.policy.rules.catalogue import shipped_catalogue
from tests.policy.support import values_of, values_of_demo
from tests.policy.test_real_trees import values_in

OWN_FAMILIES = {
    "build", "fault-injection", "kcsan", "kfence", "kmsan", "page-alloc", "page-owner", "self-test", "stale",
    "ubsan", "watchdog",
}  # fmt: skip
SHOWN = {
    "arch/x86/configs/debug_defconfig": {
        "debug-vm/checklist-incomplete": 2,
        "kfence/no-access-watched": 27,
        "page-alloc/asleep": 12,
        "page-owner/page-leaks-unseen": 17,
        "ubsan/off": 27,
        "watchdog/hung-tasks-unseen": 27,
    },
    "arch/x86/configs/fuzz_defconfig": {"kasan/outline-against-the-clock": 11, "watchdog/work-queues-unwatched": 14},
    "arch/x86/configs/graphics_defconfig": {
        "fault-injection/framework-in-production": 11,
        "self-test/unit-tests-at-boot": 17,
    },
    "arch/x86/configs/i386_defconfig": {"stale/debug-slab": 14, "watchdog/named-and-not-built": 15},
}
# Of the in-tree configs of a board or a debug kernel: what is to be said, and by which line.
REAL = [
    ("powerpc", "powerpc/configs/ppc6xx_defconfig", "fault-injection/in-production", "CONFIG_FAILSLAB=y"),
    ("powerpc", "powerpc/configs/ppc6xx_defconfig", "debug-vm/kmap-guards-in-production", "CONFIG_DEBUG_HIGHMEM=y"),
    ("arm", "arm/configs/moxart_defconfig", "page-alloc/falls-back-to-poison", "CONFIG_DEBUG_PAGEALLOC=y"),
    ("arm", "arm/configs/bcm2835_defconfig", "watchdog/named-and-not-built", "CONFIG_LOCKUP_DETECTOR=y"),
    ("arm", "arm/configs/pxa3xx_defconfig", "stale/debug-spinlock-sleep", "CONFIG_DEBUG_SPINLOCK_SLEEP=y"),
    ("arm", "arm/configs/collie_defconfig", "stale/detect-softlockup", "# CONFIG_DETECT_SOFTLOCKUP is not set"),
    ("arm", "arm/configs/dove_defconfig", "stale/timer-stats", "CONFIG_TIMER_STATS=y"),
    ("m68k", "m68k/configs/amiga_defconfig", "self-test/unit-test-modules", "CONFIG_KUNIT_ALL_TESTS=m"),
    ("s390", "s390/configs/defconfig", "self-test/crash-on-request", "CONFIG_LKDTM=m"),
    ("s390", "s390/configs/debug_defconfig", "page-alloc/asleep", "CONFIG_DEBUG_PAGEALLOC=y"),
    ("s390", "s390/configs/debug_defconfig", "page-owner/asleep", "CONFIG_PAGE_OWNER=y"),
    ("sh", "sh/configs/r7785rp_defconfig", "self-test/lock-checkers-at-boot", "CONFIG_DEBUG_LOCKING_API_SELFTESTS=y"),
]


def found(*lines: str, role: str, arch: str = "x86") -> set[str]:
    return {finding.rule for finding in judge(values_of(*lines, arch=arch), shipped_catalogue(), role)}


def test_the_families_are_there() -> None:
    assert set(shipped_catalogue().families) >= OWN_FAMILIES


@pytest.mark.parametrize("path", SHOWN)
def test_the_demonstration_tree_shows_them(path: str) -> None:
    values = values_of_demo(path)
    findings = judge(values, shipped_catalogue(), role_of(values).role)
    lines = {finding.rule: finding.place.line for finding in findings if finding.place.path == path}
    assert {rule: line for rule, line in lines.items() if rule in SHOWN[path]} == SHOWN[path]


@pytest.mark.trees
@pytest.mark.parametrize(("word", "path", "rule", "line"), REAL)
def test_real_configs(kernel: Path, word: str, path: str, rule: str, line: str) -> None:
    values = values_in(kernel, word, f"arch/{path}")
    findings = {finding.rule: finding for finding in judge(values, shipped_catalogue(), role_of(values).role)}
    place = findings[rule].place
    assert place.path == f"arch/{path}"
    assert (kernel / place.path).read_text().splitlines()[place.line - 1] == line


def test_faults_that_cannot_be_steered_and_faults_that_are_not_there() -> None:
    framework = ("DEBUG_KERNEL", "FAULT_INJECTION")
    assert "fault-injection/without-a-fault" in found(*framework, role="debug")
    assert "fault-injection/no-controls" not in found(*framework, role="debug")
    assert "fault-injection/no-controls" in found(*framework, "FAILSLAB", "FAIL_PAGE_ALLOC", role="debug")
    steered = (*framework, "DEBUG_FS", "FAULT_INJECTION_DEBUG_FS", "FAILSLAB", "FAIL_PAGE_ALLOC")
    assert not any(rule.startswith("fault-injection/") for rule in found(*steered, role="debug"))
    # A driver's self test selects the framework for itself.
    driver = ("EXPERT", "PCI", "DRM", "DRM_I915", "DRM_I915_DEBUG")
    assert "fault-injection/without-a-fault" not in found(*driver, role="debug")


def test_only_a_command_line_that_is_always_used_wakes() -> None:
    asleep = {"page-alloc/asleep", "page-owner/asleep", "pgtable/check-asleep"}
    lines = ("DEBUG_KERNEL", "DEBUG_PAGEALLOC", "PAGE_OWNER", "PAGE_TABLE_CHECK")
    for arch in ("x86", "arm64"):
        assert asleep <= found(*lines, role="debug", arch=arch)
        assert not asleep & found(*lines, role="production", arch=arch)
    built_in = 'CMDLINE="debug_pagealloc=on page_owner=on page_table_check=on"'
    assert not asleep & found(*lines, "CMDLINE_BOOL", built_in, role="debug")
    # On arm64 the boot loader's command line replaces the built-in one.
    fallback = found(*lines, built_in, role="debug", arch="arm64")
    assert "boot/parameter-in-fallback" in fallback
    assert not asleep & fallback


def test_a_complete_config_is_not_reproached_with_what_conf_wrote() -> None:
    # DEBUG_VM_VMACACHE and TIMER_STATS had prompts, GENERIC_PTDUMP and PROVE_RCU have their lines from conf.
    lines = ("!DEBUG_VM_VMACACHE", "!TIMER_STATS", "GENERIC_PTDUMP", "!PROVE_RCU", "!DETECT_SOFTLOCKUP")
    stale = {rule for rule in found(*lines, role="debug") if rule.startswith("stale/")}
    assert stale == {
        "stale/debug-vm-vmacache",
        "stale/detect-softlockup",
        "stale/generic-ptdump",
        "stale/timer-stats",
    }
    complete = found('CC_VERSION_TEXT="gcc"', *lines, role="debug")
    assert not any(rule.startswith("stale/") for rule in complete)
