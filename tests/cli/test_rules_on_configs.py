# SPDX-License-Identifier: GPL-2.0-or-later
"""What rules say of a few lines, and what they do not say: a .config by itself, for several releases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import kpolicy

_HEADER = """\
#
# Automatically generated file; DO NOT EDIT.
# Linux/{arch} {release} Kernel Configuration
#
"""
_X86 = "X86=y X86_64=y 64BIT=y MMU=y DEBUG_KERNEL=y DEBUG_FS=y"
_BOOT = f"{_X86} CMDLINE_BOOL=y"
_ARM = "ARM=y MMU=y DEBUG_KERNEL=y DEBUG_FS=y"
_LOCKDEP = f"{_X86} PROVE_LOCKING=y LOCKDEP=y"
_IOMMU = f"{_X86} IOMMU_SUPPORT=y IOMMU_API=y IOMMU_DEBUGFS=y INTEL_IOMMU=y AMD_IOMMU=y"
_TYPES = f"{_X86} DEBUG_INFO=y DEBUG_INFO_DWARF5=y DEBUG_INFO_REDUCED=y"
_KUNIT = f"{_X86} KUNIT=y KUNIT_ALL_TESTS=y KUNIT_DEFAULT_ENABLED=y"


def findings(folder: Path, lines: str, *, policy: str, release: str = "6.12.117") -> dict[str, tuple[str, str]]:
    """The severity and message of each rule that speaks; `A=n` is "is not set", `+` stands for a blank."""
    text = _HEADER.format(arch="arm" if lines.startswith("ARM=") else "x86_64", release=release)
    for line in lines.split():
        name, value = line.split("=", 1)
        text += f"# CONFIG_{name} is not set\n" if value == "n" else f"CONFIG_{name}={value.replace('+', ' ')}\n"
    config = folder / "some.config"
    config.write_text(text)
    outcome = kpolicy("check", "--terse", "--policy", policy, config)
    assert outcome.status in (0, 1), outcome.err
    found = {}
    for line in outcome.out.splitlines():
        if line.endswith("]") and line.startswith(str(config)):
            _, severity, rest = line.split(": ", 2)
            message, _, rule = rest.rpartition(" [")
            found[rule.rstrip("]")] = (severity, message)
    return found


@pytest.mark.parametrize(
    ("policy", "rule", "lines", "release", "speaks"),
    [
        # A built-in command line counts for what is in it.
        ("debug", "page-owner/asleep", f'{_BOOT} PAGE_OWNER=y CMDLINE="quiet"', "6.12.117", True),
        ("debug", "page-owner/asleep", f'{_BOOT} PAGE_OWNER=y CMDLINE="page_owner=off"', "6.12.117", True),
        ("debug", "page-owner/asleep", f'{_BOOT} PAGE_OWNER=y CMDLINE="page_owner=on"', "6.12.117", False),
        ("debug", "page-alloc/asleep",
         f'{_BOOT} DEBUG_PAGEALLOC=y DEBUG_PAGEALLOC_ENABLE_DEFAULT=n CMDLINE="quiet"', "6.12.117", True),
        ("debug", "pgtable/check-asleep",
         f'{_BOOT} PAGE_TABLE_CHECK=y PAGE_TABLE_CHECK_ENFORCED=n CMDLINE="quiet"', "6.12.117", True),
        ("debug", "kmemleak/off-at-boot",
         f'{_BOOT} DEBUG_KMEMLEAK=y DEBUG_KMEMLEAK_DEFAULT_OFF=y CMDLINE="kmemleak=on"', "6.12.117", False),
        ("production", "page-alloc/poison-ends-init",
         f'{_BOOT} PAGE_POISONING=y INIT_ON_FREE_DEFAULT_ON=y CMDLINE="page_poison=1"', "6.12.117", True),
        # Slab debugging: zeroing and hashed pointers.
        ("production", "slab/poison-ends-init",
         f"{_X86} SLUB_DEBUG=y SLUB_DEBUG_ON=y INIT_ON_ALLOC_DEFAULT_ON=y", "6.12.117", True),
        ("debug", "slab/poison-ends-init",
         f"{_X86} SLUB_DEBUG=y SLUB_DEBUG_ON=y INIT_ON_FREE_DEFAULT_ON=y", "5.10.223", True),
        ("production", "slab/poison-ends-init", f"{_X86} SLUB_DEBUG=y SLUB_DEBUG_ON=n INIT_ON_ALLOC_DEFAULT_ON=y",
         "6.12.117", False),
        ("production", "hardening/pointers-unhashed", f"{_X86} SLUB_DEBUG=y SLUB_DEBUG_ON=y", "6.1.176", True),
        ("production", "hardening/pointers-unhashed", f"{_X86} SLUB_DEBUG=y SLUB_DEBUG_ON=y", "5.10.223", False),
        ("production", "hardening/pointers-unhashed",
         f'{_BOOT} SLUB_DEBUG=y SLUB_DEBUG_ON=n CMDLINE="quiet+no_hash_pointers"', "6.12.117", True),
        ("production", "slab/debug-on-in-production",
         f'{_BOOT} SLUB_DEBUG=y SLUB_DEBUG_ON=n CMDLINE="slub_debug"', "6.12.117", True),
        # Each table of lockdep.
        ("debug", "locking/chain-table-small", f"{_LOCKDEP} LOCKDEP_BITS=18 LOCKDEP_CHAINS_BITS=10", "6.12.117", True),
        ("debug", "locking/chain-table-small", f"{_LOCKDEP} LOCKDEP_BITS=18 LOCKDEP_CHAINS_BITS=16", "6.12.117", False),
        ("debug", "locking/trace-table-small", f"{_LOCKDEP} LOCKDEP_BITS=18 LOCKDEP_STACK_TRACE_BITS=10", "6.12.117",
         True),
        ("debug", "locking/search-queue-small", f"{_LOCKDEP} LOCKDEP_BITS=18 LOCKDEP_CIRCULAR_QUEUE_BITS=10",
         "6.12.117", True),
        ("debug", "locking/dependency-table-small", f"{_LOCKDEP} LOCKDEP_BITS=10", "6.12.117", True),
        ("debug", "locking/default-tables", f"{_LOCKDEP} LOCKDEP_BITS=15", "6.12.117", True),
        # clang keeps the types.
        ("debug", "debug-info/scripts-without-types", f"{_TYPES} CC_IS_CLANG=y GDB_SCRIPTS=y", "6.12.117", False),
        ("debug", "debug-info/scripts-without-types", f"{_TYPES} CC_IS_GCC=y GDB_SCRIPTS=y", "6.12.117", True),
        ("debug", "debug-info/without-types", f"{_TYPES} CC_IS_CLANG=y GDB_SCRIPTS=n", "6.12.117", False),
        ("debug", "debug-info/none", f"{_X86} DEBUG_INFO=n", "5.15.100", True),
        # What shows the tables of an IOMMU, and what only announces that it might.
        ("production", "iommu/tables-open", _IOMMU, "6.12.117", False),
        ("production", "hardening/announces-a-debug-kernel", _IOMMU, "6.12.117", True),
        ("production", "iommu/tables-open", f"{_IOMMU} INTEL_IOMMU_DEBUGFS=y", "6.12.117", True),
        ("production", "iommu/tables-open", f"{_IOMMU} AMD_IOMMU_DEBUGFS=y", "6.12.117", False),
        ("production", "iommu/tables-open", f"{_IOMMU} AMD_IOMMU_DEBUGFS=y", "6.18.19", True),
        ("production", "hardening/announces-a-debug-kernel", f"{_X86} REGULATOR=y REGULATOR_VIRTUAL_CONSUMER=y",
         "5.10.223", False),
        ("production", "hardening/announces-a-debug-kernel", f"{_X86} REGULATOR=y REGULATOR_VIRTUAL_CONSUMER=y",
         "6.6.100", True),
        ("production", "self-test/unit-tests-at-boot", f"{_KUNIT} KUNIT_AUTORUN_ENABLED=n", "6.18.19", False),
        ("production", "self-test/unit-tests-at-boot", f"{_KUNIT} KUNIT_AUTORUN_ENABLED=y", "6.18.19", True),
        ("production", "self-test/unit-tests-at-boot", _KUNIT, "6.12.117", True),
        ("debug", "coverage/gcov-profiles-nothing", f"{_X86} GCOV_KERNEL=y GCOV_PROFILE_ALL=n GCOV_PROFILE_URING=y",
         "6.12.117", False),
        ("production", "sched/real-time-with-checks", f"{_X86} PREEMPTION=y PREEMPT_RT=y DEBUG_ATOMIC_SLEEP=y",
         "6.12.117", False),
        ("production", "sched/real-time-with-checks", f"{_X86} PREEMPTION=y PREEMPT_RT=y DEBUG_PREEMPT=y", "6.12.117",
         True),
        ("production", "kvmalloc/sg-in-production", f"{_X86} DEBUG_SG=y BUG_ON_DATA_CORRUPTION=y", "6.12.117", False),
        ("production", "debugfs/page-tables-shown", f"{_ARM} ARM_PTDUMP_DEBUGFS=y", "6.12.117", True),
    ],
)  # fmt: skip
def test_when_a_rule_speaks(tmp_path: Path, policy: str, rule: str, lines: str, release: str, *, speaks: bool) -> None:
    assert (rule in findings(tmp_path, lines, policy=policy, release=release)) is speaks


def test_kmemleak_without_the_scan_is_not_said_to_scan(tmp_path: Path) -> None:
    lines = f"{_X86} DEBUG_KMEMLEAK=y DEBUG_KMEMLEAK_DEFAULT_OFF=n DEBUG_KMEMLEAK_AUTO_SCAN=n"
    severity, message = findings(tmp_path, lines, policy="production")["kmemleak/in-production"]
    assert severity == "error"
    assert "record" in message
    assert "ten minutes" not in message


def test_a_small_pool_is_no_error(tmp_path: Path) -> None:
    lines = f"{_X86} DEBUG_KMEMLEAK=y DEBUG_KMEMLEAK_DEFAULT_OFF=n DEBUG_KMEMLEAK_MEM_POOL_SIZE=1024 FAILSLAB=y"
    severity, message = findings(tmp_path, lines, policy="debug")["kmemleak/small-pool-with-faults"]
    assert severity == "warning"
    assert "can empty the pool" in message


def test_slab_debugging_by_the_command_line_is_not_blamed_on_an_option(tmp_path: Path) -> None:
    lines = f'{_BOOT} SLUB_DEBUG=y SLUB_DEBUG_ON=n CMDLINE="slub_debug=FZ"'
    _, message = findings(tmp_path, lines, policy="production")["slab/debug-on-in-production"]
    assert "SLUB_DEBUG_ON=n" not in message
    assert "enabled from boot" in message


def test_poisoning_is_not_called_unmapping(tmp_path: Path) -> None:
    lines = f"{_ARM} DEBUG_PAGEALLOC=y DEBUG_PAGEALLOC_ENABLE_DEFAULT=y PAGE_POISONING=y"
    _, message = findings(tmp_path, lines, policy="production")["page-alloc/unmapping-in-production"]
    assert "unmapped" not in message


def test_marked_branches_are_not_all_branches(tmp_path: Path) -> None:
    lines = f"{_X86} PROFILE_ANNOTATED_BRANCHES=y PROFILE_ALL_BRANCHES=n"
    _, message = findings(tmp_path, lines, policy="production")["tracing/branches-counted"]
    assert "likely()" in message
    assert "each condition" not in message


def test_slab_debugging_has_the_name_that_every_kernel_takes(tmp_path: Path) -> None:
    found = findings(tmp_path, f"{_X86} SLUB=y SYSFS=y SLUB_DEBUG=n", policy="debug", release="6.1.176")
    assert "slub_debug=" in found["slab/debugging-left-out"][1]


def test_the_message_of_a_table_is_the_one_of_the_log(tmp_path: Path) -> None:
    lines = f"{_LOCKDEP} LOCKDEP_BITS=18 LOCKDEP_CHAINS_BITS=10 LOCKDEP_STACK_TRACE_BITS=10"
    found = findings(tmp_path, lines, policy="debug")
    assert "MAX_LOCKDEP_CHAINS too low!" in found["locking/chain-table-small"][1]
    assert "MAX_STACK_TRACE_ENTRIES too low!" in found["locking/trace-table-small"][1]
    assert found["locking/chain-table-small"][0] == "warning"
