# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings: which, where, in what words, and with which fingerprint."""

from __future__ import annotations

import dataclasses

import pytest

from kpolicy.demo import demo_tree
from kpolicy.policy.files.vocabulary import shipped_vocabulary
from kpolicy.policy.judging.census import Count, observe, tally
from kpolicy.policy.judging.check import judge
from kpolicy.policy.roles.role import role_of
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.message import fill
from tests.policy.support import values_of, values_of_demo

DEMO_FINDINGS = {
    "arch/arm64/configs/defconfig": {"drm/range-debug-in-production": 10, "stackdepot/stale-hash-order": 12},
    "arch/arm64/configs/phone_defconfig": {},
    "arch/x86/configs/debug_defconfig": {
        "debug-vm/without-subchecks": 19,
        "kmemleak/small-pool-with-faults": 18,
        "kvmalloc/sg-unchecked": 27,
        "kvmalloc/virt-unchecked": 27,
    },
    "arch/x86/configs/fuzz_defconfig": {
        "debug-vm/without-subchecks": 12,
        "kasan/pages-without-owner": 10,
        "kasan/vmalloc-unwatched": 10,
        "kvmalloc/fallback-untested": 14,
        "kvmalloc/sg-unchecked": 14,
        "kvmalloc/virt-unchecked": 14,
        "pgtable/boot-test-lost": 13,
    },
    "arch/x86/configs/graphics_defconfig": {
        "drm/range-debug-in-production": 11,
        "kmemleak/in-production": 14,
        "slab/debug-on-in-production": 13,
        "stackdepot/early-in-production": 13,
    },
    "arch/x86/configs/i386_defconfig": {
        "debug-vm/in-production": 10,
        "kvmalloc/sg-in-production": 13,
        "pgtable/boot-test-implied": 10,
    },
    "arch/x86/configs/x86_64_defconfig": {},
}


def judged(*lines: str, role: str = "production", arch: str = "x86") -> dict[str, Finding]:
    findings = judge(values_of(*lines, arch=arch), shipped_catalogue(), role, tree="demo")
    return {finding.rule: finding for finding in findings}


def test_every_config_of_the_demonstration_tree_is_listed() -> None:
    found = {str(path.relative_to(demo_tree())) for path in demo_tree().glob("arch/*/configs/*defconfig")}
    assert found == set(DEMO_FINDINGS)


@pytest.mark.parametrize("path", DEMO_FINDINGS)
def test_the_demonstration_tree(path: str) -> None:
    values = values_of_demo(path)
    findings = judge(values, shipped_catalogue(), role_of(values).role)
    # Those of later rules may come on top, but not in the clean configs.
    expected = DEMO_FINDINGS[path]
    found = {finding.rule: finding.place.line for finding in findings}
    assert {rule: line for rule, line in found.items() if rule in expected} == expected
    assert expected or not found
    assert {finding.place.path for finding in findings} <= {path}


def test_the_demonstration_tree_shows_every_family() -> None:
    shown = {rule.partition("/")[0] for findings in DEMO_FINDINGS.values() for rule in findings}
    assert shown >= {"debug-vm", "drm", "kasan", "kmemleak", "kvmalloc", "pgtable", "slab", "stackdepot"}


def test_a_finding_in_full() -> None:
    finding = judged("SLUB_DEBUG_ON")["stackdepot/early-in-production"]
    assert (finding.severity, finding.tree, finding.architecture) == ("warning", "demo", "x86")
    assert (finding.config, finding.role, finding.symbol) == ("some_defconfig", "production", "STACKDEPOT_ALWAYS_INIT")
    assert [(item.symbol, item.value) for item in finding.symbols] == [("STACKDEPOT_ALWAYS_INIT", "y")]
    assert [(link.kind, link.symbol, link.by) for link in finding.causes] == [
        ("selected", "STACKDEPOT_ALWAYS_INIT", "SLUB_DEBUG_ON"),
        ("assigned", "SLUB_DEBUG_ON", None),
    ]
    assert str(finding.place) == "some_defconfig:1"
    assert "(selected by SLUB_DEBUG_ON if STACKTRACE_SUPPORT at mm/Kconfig.debug:26)" in finding.message
    assert "# CONFIG_SLUB_DEBUG_ON is not set" in finding.remedy


def test_a_remedy_names_the_lines_that_would_keep_parts_on() -> None:
    alone = judged("DEBUG_KERNEL", "PROVE_LOCKING")["locking/order-proved-in-production"]
    assert alone.remedy == ("# CONFIG_PROVE_LOCKING is not set",)
    beside = judged("DEBUG_KERNEL", "PROVE_LOCKING", "DEBUG_MUTEXES")["locking/order-proved-in-production"]
    assert beside.remedy == ("# CONFIG_PROVE_LOCKING is not set", "# CONFIG_DEBUG_MUTEXES is not set")


def test_what_is_missing_is_pointed_at_where_it_is_denied_or_at_the_end() -> None:
    assert (
        str(judged("DEBUG_VM", "!DEBUG_SG", "DEBUG_KERNEL", role="debug")["kvmalloc/sg-unchecked"].place)
        == "some_defconfig:2"
    )
    finding = judged("NET", "DEBUG_KERNEL", "DEBUG_VM", role="debug")["kvmalloc/sg-unchecked"]
    assert str(finding.place) == "some_defconfig:3"
    assert finding.symbol == "DEBUG_SG"


def test_rules_of_other_roles_are_silent() -> None:
    lines = ("DEBUG_KERNEL", "DEBUG_VM", "DEBUG_SG")
    assert {"debug-vm/in-production", "kvmalloc/sg-in-production"} <= set(judged(*lines))
    assert not {"debug-vm/in-production", "kvmalloc/sg-in-production"} & set(judged(*lines, role="debug"))


def test_a_fingerprint_does_not_move_with_lines() -> None:
    lines = ("DEBUG_KERNEL", "DEBUG_VM")
    one = judged(*lines)["debug-vm/in-production"]
    moved = judged("SYSVIPC", "NET", *lines)["debug-vm/in-production"]
    assert one.place != moved.place
    assert one.fingerprint == moved.fingerprint
    assert len(one.fingerprint) == 64


@pytest.mark.parametrize("field", ["rule", "architecture", "config", "symbol"])
def test_a_fingerprint_tells_findings_apart(field: str) -> None:
    finding = judged("DEBUG_KERNEL", "DEBUG_VM")["debug-vm/in-production"]
    other = dataclasses.replace(finding, **{field: "x"})  # type: ignore[arg-type]
    assert other.fingerprint != finding.fingerprint


def test_fingerprints_do_not_run_fields_together() -> None:
    finding = judged("DEBUG_KERNEL", "DEBUG_VM")["debug-vm/in-production"]
    one = dataclasses.replace(finding, config="ab", symbol="c")
    other = dataclasses.replace(finding, config="a", symbol="bc")
    assert one.fingerprint != other.fingerprint


def test_messages() -> None:
    values = {"A": "y", "B": "n", "C": "16000", "D": "m"}
    template = "{A} {C} {{A}} {A:cause} on: {on} off: {off}"
    text = fill(template, tuple(values), values.__getitem__, lambda name: f"why {name}")
    assert text == "y 16000 {A} why A on: A, D off: B"


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        ("set to y", "A=y is costly"),
        ("set to y at x_defconfig:3", "A=y (set at x_defconfig:3) is costly"),
        ("selected by B at Kconfig:3", "A=y (selected by B at Kconfig:3) is costly"),
    ],
)
def test_a_message_says_a_value_once(cause: str, text: str) -> None:
    assert fill("A={A} ({A:cause}) is costly", ("A",), lambda _: "y", lambda _: cause) == text


def test_what_the_tree_does_not_have_is_not_said_to_be_off() -> None:
    rule = next(item for item in shipped_catalogue() if item.id == "debug-vm/without-subchecks")
    rule = dataclasses.replace(rule, symbols=(*rule.symbols, "DEBUG_VM_YET_TO_COME"))
    (found,) = judge(values_of("DEBUG_KERNEL", "DEBUG_VM"), [rule], "debug")
    assert "DEBUG_VM_RB" in found.message
    assert "DEBUG_VM_YET_TO_COME" not in found.message


def test_a_cause_in_a_message() -> None:
    lines = ("DEBUG_KERNEL", "DEBUG_VM", "!DEBUG_VM_PGTABLE")
    found = judged(*lines, role="debug")["pgtable/boot-test-lost"]
    # Its own line is where it is.
    assert (str(found.place), found.message.rpartition(": ")[2]) == ("some_defconfig:3", "set to n")
    rule = next(item for item in shipped_catalogue() if item.id == "pgtable/boot-test-lost")
    (found,) = judge(values_of(*lines), [dataclasses.replace(rule, message="{DEBUG_VM:cause}")], "debug")
    assert found.message == "set to y at some_defconfig:2"


def test_census() -> None:
    names = shipped_vocabulary().counted
    assert {"DEBUG_VM", "DEBUG_SG", "KCOV", "PROVE_LOCKING", "STACK_HASH_ORDER"} <= set(names)
    configs = [
        (("DEBUG_KERNEL", "DEBUG_VM"), "x86"),
        (("DEBUG_VM", "!DEBUG_SG"), "x86"),  # asked for and not had
        (("STACK_HASH_ORDER=12", "DEBUG_KERNEL", "DEBUG_VM", "!DEBUG_VM"), "arm64"),
        (("DEBUG_KERNEL", "DEBUG_KMEMLEAK"), "arm64"),
    ]
    census = tally(observe(values_of(*lines, arch=arch), names) for lines, arch in configs)
    assert [(item.architecture, item.configs) for item in census.architectures] == [("arm64", 2), ("x86", 2)]
    arm64, x86 = (item.counts for item in census.architectures)
    assert x86["DEBUG_VM"] == Count(set_in_text=2, on=1)
    assert x86["DEBUG_VM_PGTABLE"] == Count(set_in_text=0, on=1)
    assert "DEBUG_SG" not in x86
    assert arm64["STACK_HASH_ORDER"] == Count(set_in_text=1, on=0)
    assert arm64["STACKDEPOT_ALWAYS_INIT"] == Count(set_in_text=0, on=1)
    assert arm64["DEBUG_KMEMLEAK_MEM_POOL_SIZE"] == Count(set_in_text=0, on=1)
    assert "DEBUG_VM" not in arm64  # the later line wins
    assert census.total("DEBUG_VM") == Count(2, 1)
    assert census.total("NOT_COUNTED") == Count(0, 0)
