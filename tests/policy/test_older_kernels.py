# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules in trees that lack names: DEBUG_INFO has a prompt (5.12 to 5.17); no PREEMPTION, no modes of KASAN (4.x)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import evaluate
from kpolicy.policy.judging.check import judge
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.rules.finding import Finding
from tests.kconfig.small import load, make_tree

_KCONFIG = """\
config DEBUG_KERNEL
\tbool "Kernel debugging"

config DEBUG_INFO
\tbool "Debug info"
\tdepends on DEBUG_KERNEL

if DEBUG_INFO
choice
\tprompt "DWARF version"
config DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT
\tbool "Of the toolchain"
config DEBUG_INFO_DWARF4
\tbool "4"
endchoice
endif

config PREEMPT
\tbool "Preemptible kernel"

config TRACE_IRQFLAGS_SUPPORT
\tdef_bool y

config LOCKDEP_SUPPORT
\tdef_bool y

config DEBUG_PREEMPT
\tbool "Debug preemptible kernel"
\tdepends on DEBUG_KERNEL && PREEMPT

config PROVE_LOCKING
\tbool "Prove locking correctness"
\tdepends on DEBUG_KERNEL && LOCKDEP_SUPPORT

config SLUB_DEBUG
\tdef_bool y

config DEBUG_PAGEALLOC
\tdef_bool DEBUG_KERNEL

config DEBUG_MUTEXES
\tdef_bool DEBUG_KERNEL

config DEBUG_SPINLOCK
\tdef_bool DEBUG_KERNEL

config DEBUG_ATOMIC_SLEEP
\tdef_bool DEBUG_KERNEL

config PROVE_RCU
\tdef_bool DEBUG_KERNEL

config DEBUG_OBJECTS_RCU_HEAD
\tdef_bool DEBUG_KERNEL

config KASAN
\tbool "Address sanitizer"

config KUNIT
\tbool "KUnit"

config KUNIT_ALL_TESTS
\tbool "All KUnit tests"
\tdepends on KUNIT

config KUNIT_DEFAULT_ENABLED
\tbool "Default value of kunit.enable"
\tdefault y
"""


def findings(folder: Path, *names: str, role: str) -> dict[str, Finding]:
    model = load(make_tree(folder, {"Kconfig": _KCONFIG}))
    lines = "".join(f"# CONFIG_{name[1:]} is not set\n" if name[0] == "-" else f"CONFIG_{name}=y\n" for name in names)
    values = evaluate(model, parse_config("x.config", lines.encode()), "defconfig")
    return {finding.rule: finding for finding in judge(values, shipped_catalogue(), role)}


def test_debug_info_that_has_a_prompt(tmp_path: Path) -> None:
    found = findings(tmp_path, "DEBUG_KERNEL", role="debug")["debug-info/none"]
    # The choice below it then takes its first member.
    assert found.remedy == ("CONFIG_DEBUG_INFO=y",)


@pytest.mark.parametrize(
    ("rule", "role", "names", "speaks"),
    [
        ("debug-vm/checklist-incomplete", "debug", ("DEBUG_KERNEL",), True),
        ("debug-vm/checklist-incomplete", "debug", ("DEBUG_KERNEL", "PREEMPT", "DEBUG_PREEMPT"), False),
        ("sched/cpu-number-unchecked", "fuzzing", ("DEBUG_KERNEL", "PROVE_LOCKING", "PREEMPT"), True),
        ("sched/cpu-number-unchecked", "fuzzing", ("DEBUG_KERNEL", "PROVE_LOCKING"), False),
        ("kasan/software-in-production", "production", ("KASAN",), True),
        # A line for an option that only newer kernels have does not keep the tests from running.
        ("self-test/unit-tests-at-boot", "production", ("KUNIT", "KUNIT_ALL_TESTS", "-KUNIT_AUTORUN_ENABLED"), True),
        ("self-test/unit-tests-at-boot", "production", ("KUNIT", "KUNIT_ALL_TESTS", "-KUNIT_DEFAULT_ENABLED"), False),
        ("reclaim/recursion-unchecked", "debug", ("DEBUG_KERNEL",), True),
        ("reclaim/recursion-unchecked", "debug", ("DEBUG_KERNEL", "PROVE_LOCKING"), False),
    ],
)
def test_names_that_the_tree_lacks(
    tmp_path: Path, rule: str, role: str, names: tuple[str, ...], *, speaks: bool
) -> None:
    assert (rule in findings(tmp_path, *names, role=role)) is speaks
