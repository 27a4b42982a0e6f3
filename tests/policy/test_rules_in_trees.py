# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped rules held against real kernels, all architectures of them."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest

from kpolicy.cli import status
from kpolicy.policy.checks.lifetime import removed_by
from kpolicy.policy.checks.renames import looked_up
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.roles.shipped import shipped_roles
from kpolicy.policy.rule_tests.footing import named
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.rules.rule import Rule
from tests.cli.support import kpolicy
from tests.oracle.trees import RELEASES, find_trees

pytestmark = [pytest.mark.trees, pytest.mark.slow]

_CONFIG = re.compile(rb"^[ \t]*(?:menu)?config[ \t]+(\w+)", re.MULTILINE)
_STANDING = re.compile(r" \d\d architectures: (\d+) of (\d+) rules applicable, 0 faults")
_OUTCOME = re.compile(r"examples: (\d+) of (\d+) have the expected result")


# Of Linux 7.3: looked up in its source, which the tests do not have.
# Names that came after both trees, in Linux 6.13 to 7.3.
_LATER_NAMES = frozenset(
    "BLACKHOLE_DEV_KUNIT_TEST CFI CRYPTO_BENCHMARK CRYPTO_SELFTESTS CRYPTO_SELFTESTS_FULL DMABUF_KUNIT_TEST "
    "GLOB_KUNIT_TEST "
    "INT_POW_KUNIT_TEST IOMMU_IO_PGTABLE_LPAE_KUNIT_TEST KMALLOC_PARTITION_CACHES KSTACK_ERASE KSTACK_ERASE_METRICS "
    "KSTACK_ERASE_RUNTIME_DISABLE KSTACK_ERASE_TRACK_MIN_SIZE MIN_HEAP_KUNIT_TEST PKVM_STACKTRACE PRANDOM_KUNIT_TEST "
    "PRINTF_KUNIT_TEST SCANF_KUNIT_TEST UBSAN_INTEGER_WRAP UNICODE_NORMALIZATION_KUNIT_TEST UUID_KUNIT_TEST".split()
)
_NEWER = frozenset(
    "BLK_ERROR_INJECTION CRYPTO_SELFTESTS CRYPTO_SELFTESTS_FULL DAMON_DEBUG_SANITY DEBUG_ATOMIC DEBUG_GENERIC_PT "
    "DEBUG_VFS DRM_ACCEL_IVPU_DEBUG FAIL_SKB_REALLOC IOMMU_DEBUG_PAGEALLOC IO_URING_MOCK_FILE KEXEC_HANDOVER_DEBUG "
    "KUNIT_AUTORUN_ENABLED LIVEUPDATE_TEST NVME_TARGET_AUTH_DEBUG PKVM_DISABLE_STAGE2_ON_PANIC "
    "PROBE_EVENTS_DUMP_FETCHARG QUEUED_SPINLOCKS_TRACE_CONTENDED_RELEASE RCU_DYNTICKS_TORTURE "
    "RING_BUFFER_PERSISTENT_INJECT RSEQ_DEBUG_DEFAULT_ENABLE SENSORS_MPQ8646_DEBUG_UNSAFE STRICT_MM_TYPECHECKS "
    "SUNRPC_DEBUG_TRACE TRUSTED_KEYS_DEBUG".split()
) | {f"GCOV_PROFILE_{name}" for name in ("NETFILTER", "IPVS", "IPSET", "AMDGPU")}


@cache
def defined_in(tree: Path) -> frozenset[str]:
    """The symbols that some Kconfig file of a tree defines, by its text alone."""
    return frozenset(
        name.decode()
        for folder, _, files in os.walk(tree)
        for file in files
        if file.startswith("Kconfig")
        for name in _CONFIG.findall(Path(folder, file).read_bytes())
    )


@pytest.fixture(scope="module")
def everywhere() -> frozenset[str]:
    """The symbols that one of the kernels that kpolicy is tested with defines."""
    kernels = find_trees().kernels
    missing = [release for release in RELEASES if release not in kernels]
    if missing:
        text = f"no source of Linux {', '.join(missing)}: run `make trees`"
        if os.environ.get("CI") == "true":
            pytest.fail(text, pytrace=False)
        pytest.skip(text)
    return frozenset[str]().union(*(defined_in(kernels[release]) for release in RELEASES))


@pytest.mark.newest_kernel
def test_the_rules_make_sense_in_a_real_tree(kernel: Path) -> None:
    outcome = kpolicy("rules", "test", "--tree", kernel)
    assert outcome.status == status.CLEAN, outcome.out
    standing, rules = _numbers(_STANDING, outcome.out)
    assert rules == len(shipped_catalogue())
    # The others are about options that came later, more of them in the older kernel, or went.
    assert standing > 0.8 * rules
    as_written, tried = _numbers(_OUTCOME, outcome.out)
    assert tried > 400
    assert as_written > 0.95 * tried
    # What the models say about definitions the text of the Kconfig files says too.
    lines = outcome.out.splitlines()
    assert not {line.split()[-1] for line in lines if "no architecture defines" in line} & defined_in(kernel)
    assert {line.split()[1] for line in lines if line.endswith("still defined")} <= defined_in(kernel)


def _numbers(pattern: re.Pattern[str], text: str) -> tuple[int, int]:
    match = pattern.search(text)
    assert match is not None, text
    return int(match.group(1)), int(match.group(2))


def test_no_rule_names_a_symbol_that_neither_tree_knows(everywhere: frozenset[str]) -> None:
    unknown = {rule.id: names for rule in shipped_catalogue() if (names := sorted(unknown_to(rule, everywhere)))}
    assert unknown == {}


def unknown_to(rule: Rule, defined: frozenset[str]) -> frozenset[str]:
    # A stale rule is about a name that is gone; the others of its names have to be there.
    gone = {rule.symbols[0]} if rule.kind == "stale" else set()
    return named(rule) - defined - gone - _NEWER


def test_removed_names_are_gone(kernel: Path, release: str) -> None:
    defined = defined_in(kernel)
    assert [name for name in defined if removed_by(name, release)] == []
    assert sum(removed_by(name, "7.3") is not None for name in defined) > 100


def test_no_role_and_no_rename_leads_to_a_symbol_that_neither_tree_knows(everywhere: frozenset[str]) -> None:
    conditions = [mark.when for role in shipped_roles() for mark in role.marks]
    conditions += [reading.when for role in shipped_roles() for reading in role.readings]
    named_by_roles = {name for condition in conditions for name in symbols(condition)}
    assert named_by_roles - everywhere <= _LATER_NAMES
    assert {name for entry in looked_up().values() for name in entry.names} - everywhere <= _LATER_NAMES
