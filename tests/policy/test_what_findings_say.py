# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages without empty parts, remedies that change something, places in the config: of every shipped rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.demo import demo_tree
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.explain.shown import shown
from kpolicy.location import Location
from kpolicy.policy.judging.check import judge
from kpolicy.policy.roles.shipped import role_names
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import Rule
from tests.cli.support import kpolicy
from tests.policy.support import models, values_of

RULES = tuple(shipped_catalogue())
ARCHITECTURES = ("x86", "i386", "arm64")
_HEADER = """\
#
# Automatically generated file; DO NOT EDIT.
# Linux/{arch} 6.12.0 Kernel Configuration
#
"""
# A list that names nothing leaves one of these behind.
_EMPTY = re.compile(r"  |(?<!\w)\(\)|: are | ,|,,|: *$|^ *:|, *\)|\bwith *:|\bare *$|\bnone are\b")


def configs_of(rule: Rule) -> Iterator[str]:
    """The examples of a rule, each with one line less, and everything on and off that it names."""
    for example in rule.examples:
        lines = example.config.splitlines()
        yield example.config
        for number in range(len(lines)):
            yield "\n".join((*lines[:number], *lines[number + 1 :], ""))
    yield "CONFIG_DEBUG_KERNEL=y\nCONFIG_EXPERT=y\nCONFIG_DEBUG_FS=y\n" + "".join(
        f"CONFIG_{name}=y\n" for name in rule.symbols
    )
    yield "CONFIG_DEBUG_KERNEL=y\n" + "".join(f"# CONFIG_{name} is not set\n" for name in rule.symbols)


def found_by(rule: Rule) -> Iterator[tuple[Finding, Values]]:
    """The findings of a rule on all its configs, for every architecture of the demonstration tree and every role."""
    roles = role_names() if rule.roles == ("any",) else rule.roles
    for arch in ARCHITECTURES:
        for text in dict.fromkeys(configs_of(rule)):
            values = evaluate(models()(arch), parse_config("some.config", text.encode()), "defconfig")
            for finding in judge(values, [rule], roles[0], tree="demo"):
                yield finding, values


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_part_of_a_message_is_empty(rule: Rule) -> None:
    messages = {finding.message for finding, _ in found_by(rule)}
    assert messages
    assert [message for message in messages if _EMPTY.search(message) or "{" in message] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_finding_points_into_the_config(rule: Rule) -> None:
    for finding, values in found_by(rule):
        assert values.config is not None
        lines = {item.location for item in values.config.assignments} or {Location("some.config", 1)}
        assert finding.place in lines, finding.message


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.remedy], ids=lambda rule: rule.id)
def test_a_remedy_changes_something_and_helps(rule: Rule) -> None:
    helped = 0
    for finding, values in found_by(rule):
        assert values.config is not None
        text = "".join(f"{line.text}\n" for line in values.config.assignments)
        lines = parse_config("remedy", "".join(f"{line}\n" for line in finding.remedy).encode()).assignments
        after = evaluate(
            values.model, parse_config("some.config", (text + "\n".join(finding.remedy) + "\n").encode()), "defconfig"
        )
        for line in lines:
            assert values.model.is_defined(line.name), line.text
            others = "".join(f"{other}\n" for other in finding.remedy if other != line.text)
            without = evaluate(values.model, parse_config("some.config", (text + others).encode()), "defconfig")
            assert shown(without, line.name) != line.value, f"{line.text} holds without being said"
            assert shown(after, line.name) == line.value, f"{line.text} is not honoured"
            assert after.visibility(line.name), f"{line.text} has no prompt here"
        helped += bool(lines) and not rule.when.holds(after)
    assert helped


def test_a_config_without_its_tree_has_no_empty_parts_either(tmp_path: Path) -> None:
    config = tmp_path / "some.config"
    said = []
    for rule in RULES:
        policy = "hardening" if rule.roles[0] == "hardened" else rule.roles[0]
        for example in (example for example in rule.examples if example.fires and example.architecture == "x86"):
            config.write_text(_HEADER.format(arch="x86") + example.config)
            outcome = kpolicy("check", "--terse", *(["--policy", policy] if policy != "any" else []), config)
            said += [line.partition(f"{config}:")[2] for line in outcome.out.splitlines() if f"[{rule.id}]" in line]
    assert len(said) > len(RULES) / 2
    assert [line for line in said if _EMPTY.search(line.partition(": ")[2].rpartition(" [")[0])] == []


def one(rule: str, *lines: str, role: str = "debug", arch: str = "x86") -> Finding:
    rules = [item for item in RULES if item.id == rule]
    (finding,) = judge(values_of(*lines, arch=arch, name="x.config"), rules, role, tree="demo")
    return finding


def test_what_the_checklist_lacks_is_asked_for_and_nothing_else() -> None:
    finding = one("debug-vm/checklist-incomplete", "DEBUG_KERNEL", "DEBUG_VM", "PROVE_LOCKING", "DEBUG_KMEMLEAK")
    assert str(finding.place) == "x.config:3"
    assert finding.message.endswith("DEBUG_PREEMPT, DEBUG_PAGEALLOC, DEBUG_ATOMIC_SLEEP, DEBUG_OBJECTS_RCU_HEAD")
    assert finding.remedy == (
        "CONFIG_PREEMPT=y",
        "CONFIG_DEBUG_PREEMPT=y",
        "CONFIG_DEBUG_PAGEALLOC=y",
        "CONFIG_DEBUG_ATOMIC_SLEEP=y",
        "CONFIG_DEBUG_OBJECTS=y",
        "CONFIG_DEBUG_OBJECTS_RCU_HEAD=y",
    )


def test_a_real_time_kernel_is_not_asked_for_what_it_cannot_have() -> None:
    finding = one("debug-vm/checklist-incomplete", "EXPERT", "PREEMPT_RT", "PROVE_LOCKING")
    assert "DEBUG_MUTEXES" not in finding.message
    assert "CONFIG_PREEMPT=y" not in finding.remedy


def test_what_is_off_is_not_to_be_switched_off() -> None:
    finding = one("stackdepot/early-in-production", "SLUB_DEBUG_ON", role="production")
    assert finding.remedy == ("# CONFIG_SLUB_DEBUG_ON is not set",)
    # kmemleak that sleeps does not set the table up, so it may stay.
    lines = ("DEBUG_KERNEL", "SLUB_DEBUG_ON", "DEBUG_KMEMLEAK", "DEBUG_KMEMLEAK_DEFAULT_OFF")
    finding = one("stackdepot/early-in-production", *lines, role="production")
    assert finding.remedy == ("# CONFIG_SLUB_DEBUG_ON is not set",)


def test_what_another_line_of_the_remedy_would_take_along_is_kept() -> None:
    finding = one("hardening/full-list-checks", "DEBUG_KERNEL", "DEBUG_LIST", role="production")
    assert finding.remedy == ("# CONFIG_DEBUG_LIST is not set", "CONFIG_LIST_HARDENED=y")


def test_a_stale_line_is_the_place() -> None:
    finding = one("stale/kmemleak-early-log", "DEBUG_KERNEL", "DEBUG_KMEMLEAK_EARLY_LOG_SIZE=20000", "DEBUG_KMEMLEAK")
    assert str(finding.place) == "x.config:2"


def test_what_no_line_is_about_is_at_the_end(tmp_path: Path) -> None:
    fragment = tmp_path / "debug.config"
    fragment.write_text(
        "# what a debug kernel needs\n\nCONFIG_DEBUG_KERNEL=y\nCONFIG_PROVE_LOCKING=y\nCONFIG_DEBUG_VM=y\n"
    )
    outcome = kpolicy(
        "check", "--tree", demo_tree(), "--arch", "x86", "--policy", "debug", f"x86_64_defconfig+{fragment}"
    )
    places = {line.partition(": ")[0] for line in outcome.out.splitlines() if "[kvmalloc/sg-unchecked]" in line}
    assert places == {f"{fragment}:5"}
    assert "Kconfig" not in "".join(
        line.partition(": ")[0] for line in outcome.out.splitlines() if "debug.config" in line
    )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_cost_says_that_something_does_not_exist(rule: Rule) -> None:
    """Only what the cited sources lack can be known: for DEBUG_PREEMPT there were numbers elsewhere."""
    assert rule.cost is None or " published" not in rule.cost.text


@pytest.mark.parametrize(
    ("rule", "right", "wrong"),
    [
        # Linux commit cc6003916ed4, which removed the default, and a mail to stable@ have numbers.
        ("sched/preempt-checks-in-production", "9 to 13%", "no number"),
        # Andrew Morton: "We could add SONFIG_DEBUG_SG to the list [...], but nobody reads that."
        ("kvmalloc/sg-unchecked", "only considered", "was to be added"),
        # arch/x86/mm/physaddr.c: lines 72 to 85 are those of 32-bit kernels, 14 to 33 those of 64-bit ones.
        ("kvmalloc/virt-unchecked", "arch/x86/mm/physaddr.c:14-33", "physaddr.c:76-80"),
        # lib/Kconfig.kfence: "KFENCE can detect a subset of bugs that KASAN can detect"
        ("kfence/no-access-watched", "subset of the bugs that KASAN finds", "same bugs"),
        # kernel/watchdog.c: get_softlockup_thresh() is watchdog_thresh * 2, which a parameter sets.
        ("watchdog/stuck-cpus-unseen", "20 seconds by default", "without a cause"),
        # The mail says that of DEBUG_SG.
        ("debug-vm/in-production", "mm/mm_init.c:2512", "Andrew Morton"),
        # Drivers with programmed I/O map nothing.
        ("dma/mappings-checked-in-production", "devices that use DMA", "Every disk"),
        ("kvmalloc/sg-in-production", "for each scatterlist entry", "network"),
        # mm/debug_vm_pgtable.c: a huge page with TRANSPARENT_HUGEPAGE, else alloc_page().
        ("pgtable/boot-test-in-production", "with TRANSPARENT_HUGEPAGE a huge one", "allocates contiguous"),
    ],
)
def test_sentences_that_were_wrong(rule: str, right: str, wrong: str) -> None:
    (found,) = (item for item in RULES if item.id == rule)
    sources = [item for item in (*found.references, found.cost) if item is not None]
    texts = " ".join((found.message, found.rationale, *(f"{item.text} {item.source}" for item in sources)))
    words = " ".join(texts.split())
    assert right in words
    assert wrong not in words
