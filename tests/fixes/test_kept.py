# SPDX-License-Identifier: GPL-2.0-or-later
"""What a config requests is kept, honoured where it can be, and given up with a reason where it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.policy.checks.effects import line_effects
from kpolicy.policy.checks.reasons import reason
from kpolicy.policy.checks.registry import UNREADABLE
from kpolicy.policy.fixes.given_up import given_up
from kpolicy.policy.fixes.lines import Document
from kpolicy.policy.fixes.plan import Fix, Task
from tests.fixes.bench import PATH, Small, counts, edits, given, rule
from tests.kconfig.small import load, make_tree

_KCONFIG = """\
config MODULES
	bool "modules"
	modules

config DEBUG_KERNEL
	bool "debug"

config STACK_USAGE
	bool "stack usage"
	depends on DEBUG_KERNEL

config SYMS_ALL
	bool "all symbols"
	depends on DEBUG_KERNEL

config LOOP
	tristate "loop"

config RAM
	tristate "ram"

config EXPERT
	bool "expert"

config SPACES
	bool "spaces"
	default !EXPERT

config NET_SPACE
	bool "net"
	depends on SPACES
	default y

config INPUT_KEYS
	bool "keys"
	default !EXPERT
	select LIBRARY

config LIBRARY
	bool

config REALTIME
	bool "realtime"
	depends on EXPERT

config GRAPHICS
	bool "graphics"
	depends on !REALTIME

config MINOR
	int "minor" if EXPERT
	default 10

config DRIVER
	bool "driver"
	depends on BUS

config OTHER_DRIVER
	bool "other"
	depends on BUS

config BUS
	bool "bus"

config SHIPPED
	bool "shipped"
	depends on COMPILE_TEST

config COMPILE_TEST
	bool "compile test"

choice
	prompt "ticks"
	default HZ_250

config HZ_250
	bool "250"

config HZ_1000
	bool "1000"

endchoice

config HZ
	int
	default 250 if HZ_250
	default 1000 if HZ_1000

config SWITCH
	bool "switch"
	select CORE

config CORE
	bool "core"
"""


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path, _KCONFIG)


_CASES = {
    "one line for all that is m": ("CONFIG_LOOP=m\nCONFIG_RAM=m\n", ["add CONFIG_MODULES=y"], []),
    "a denial in the way of several": (
        "# CONFIG_DEBUG_KERNEL is not set\nCONFIG_STACK_USAGE=y\nCONFIG_SYMS_ALL=y\n",
        ["change # CONFIG_DEBUG_KERNEL is not set to CONFIG_DEBUG_KERNEL=y"],
        ["# CONFIG_DEBUG_KERNEL is not set"],
    ),
    "a denial in the way of one": (
        "# CONFIG_DEBUG_KERNEL is not set\nCONFIG_STACK_USAGE=y\n",
        ["remove CONFIG_STACK_USAGE=y"],
        ["CONFIG_STACK_USAGE=y"],
    ),
    "one line for two": ("CONFIG_DRIVER=y\nCONFIG_OTHER_DRIVER=y\n", ["add CONFIG_BUS=y"], []),
    "what an edit ends stays on": (
        "CONFIG_MINOR=3\n",
        ["add CONFIG_EXPERT=y", "add CONFIG_SPACES=y", "add CONFIG_INPUT_KEYS=y"],
        [],
    ),
    "what it ends and a line denies goes": (
        "# CONFIG_SPACES is not set\n# CONFIG_INPUT_KEYS is not set\nCONFIG_MINOR=3\n",
        ["add CONFIG_EXPERT=y"],
        [],
    ),
    "no driver is built for a machine that lacks it": (
        "CONFIG_SHIPPED=y\n",
        ["remove CONFIG_SHIPPED=y"],
        ["CONFIG_SHIPPED=y"],
    ),
    "a number that follows from a choice": ("CONFIG_HZ=1000\n", ["add CONFIG_HZ_1000=y"], []),
    "what works is not taken for what does not": (
        "CONFIG_SWITCH=y\n# CONFIG_CORE is not set\n",
        ["remove # CONFIG_CORE is not set"],
        ["# CONFIG_CORE is not set"],
    ),
}


@pytest.mark.parametrize("case", _CASES)
def test_lines(small: Small, case: str) -> None:
    config, expected, lost = _CASES[case]
    plan = small.fix(config)
    assert sorted(edits(plan)) == sorted(expected)
    assert given(plan) == lost
    assert plan.minimal
    assert not plan.hopeless
    assert not any(item.works for item in plan.given_up)
    assert all(item.reason and item.proved for item in plan.given_up)


def test_a_requirement_takes_what_it_forbids_and_nothing_else(tmp_path: Path) -> None:
    small = Small(tmp_path, _KCONFIG, required="CONFIG_REALTIME=y\n")
    plan = small.fix("CONFIG_GRAPHICS=y\n")
    assert sorted(edits(plan)) == [
        "add CONFIG_EXPERT=y",
        "add CONFIG_INPUT_KEYS=y",
        "add CONFIG_REALTIME=y",
        "add CONFIG_SPACES=y",
        "remove CONFIG_GRAPHICS=y",
    ]
    assert [(item.text, item.works) for item in plan.given_up] == [("CONFIG_GRAPHICS=y", False)]
    assert "needs !REALTIME" in plan.given_up[0].reason


def test_a_request_that_works_goes_only_where_that_is_allowed(tmp_path: Path) -> None:
    small = Small(tmp_path, _KCONFIG, [rule("STACK_USAGE && DRIVER", "# CONFIG_DRIVER is not set")])
    config = "CONFIG_BUS=y\nCONFIG_DRIVER=y\nCONFIG_DEBUG_KERNEL=y\nCONFIG_STACK_USAGE=y\n"
    assert edits(small.fix(config)) == ["remove CONFIG_DRIVER=y"]
    small.rules = [rule("SPACES && NET_SPACE && EXPERT", name="own/rule")]
    small.rules = [rule("!REALTIME && !EXPERT", "CONFIG_REALTIME=y")]
    plan = small.fix("CONFIG_GRAPHICS=y\n# CONFIG_EXPERT is not set\n", only="own/rule")
    assert not plan.hopeless


def test_without_unsafe_the_finding_stays_and_says_so(tmp_path: Path) -> None:
    kconfig = 'config WANTED\n\tbool "wanted"\n\tdepends on !WORKS\n\nconfig WORKS\n\tbool "works"\n'
    small = Small(tmp_path, kconfig, [rule("!WANTED", "CONFIG_WANTED=y")])
    plan = small.fix("CONFIG_WORKS=y\n")
    assert not plan.edits
    assert [item.reason for item in plan.hopeless] == ["clearing it gives up CONFIG_WORKS=y: pass --unsafe for that"]
    plan = small.fix("CONFIG_WORKS=y\n", unsafe=True)
    assert sorted(edits(plan)) == ["add CONFIG_WANTED=y", "remove CONFIG_WORKS=y"]
    assert [(item.text, item.works) for item in plan.given_up] == [("CONFIG_WORKS=y", True)]


def test_what_another_way_would_bring_is_no_reason(tmp_path: Path) -> None:
    kconfig = """\
config OTHER
	bool "other"

config ONE
	bool "one"

config WORKS
	bool "works"
	depends on !OTHER
"""
    rules = [rule("!OTHER && !ONE"), rule("ONE && WORKS", name="own/more")]
    plan = Small(tmp_path, kconfig, rules).fix("CONFIG_WORKS=y\n")
    assert edits(plan) == ["add CONFIG_OTHER=y", "remove CONFIG_WORKS=y"]
    # ONE=y, which brings own/more, was tried too.
    assert [(item.text, item.reason) for item in plan.given_up] == [
        ("CONFIG_WORKS=y", "needs !OTHER (OTHER=y) at Kconfig:9")
    ]


@pytest.mark.parametrize(("default", "expected"), [("n", [("CONFIG_X=yes", f"{UNREADABLE} reports it")]), ("y", [])])
def test_a_line_that_works_goes_only_for_what_is_wrong_with_it(
    tmp_path: Path, default: str, expected: list[tuple[str, str]]
) -> None:
    small = Small(tmp_path, f'config X\n\tbool "x"\n\tdefault {default}\n')
    values = small.values("CONFIG_X=yes\n")
    assert values.config is not None
    document = Document(values.config, PATH, b"CONFIG_X=yes\n", small.model)
    (finding,) = small.judge(values).findings
    assert finding.rule == UNREADABLE
    task = Task(values, document, [finding], small.judge, counts, rules=(), requirements=())
    found = given_up(task, [Fix(finding, (document.cut(1),))], small.values(""))
    assert [(item.text, item.reason) for item in found] == expected


def test_the_reason_for_an_old_name_is_that_for_the_new_one(tmp_path: Path) -> None:
    kconfig = """\
config NEW
	bool "new"
	depends on NEED
	default OLD

config OLD
	bool
	transitional

config NEED
	bool
"""
    values = Small(tmp_path, kconfig).values("CONFIG_OLD=y\n")
    (effect,) = line_effects(values)
    assert reason(values, effect).startswith("needs NEED (NEED=n")


def test_a_later_file_has_the_present_name_of_what_a_full_config_has_off(tmp_path: Path) -> None:
    kconfig = """\
config DEBUG_INFO
	bool

choice
	prompt "Debug information"
	default DEBUG_INFO_NONE

config DEBUG_INFO_NONE
	bool "none"

config DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT
	bool "default"
	select DEBUG_INFO

endchoice
"""
    below = (
        "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.1 Kernel Configuration\n#\n"
        "CONFIG_DEBUG_INFO_NONE=y\n# CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT is not set\n"
    )
    plan = Small(tmp_path, kconfig).fix("CONFIG_DEBUG_INFO=y\n", below)
    assert edits(plan) == ["change CONFIG_DEBUG_INFO=y to CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT=y"]
    # The member that the choice takes by itself is recorded, and not requested.
    assert given(plan) == []


def test_of_a_stack_the_later_file_decides(tmp_path: Path) -> None:
    small = Small(tmp_path, _KCONFIG)
    plan = small.fix("# CONFIG_CORE is not set\n", "CONFIG_SWITCH=y\n")
    assert edits(plan) == ["add # CONFIG_SWITCH is not set"]
    assert [(item.text, item.reason) for item in plan.given_up] == [("CONFIG_SWITCH=y", "my_defconfig:1 overrides it")]


def test_a_later_line_for_what_has_no_prompt_takes_no_request_that_works(tmp_path: Path) -> None:
    plan = Small(tmp_path, _REASONS).fix("# CONFIG_POINTERS is not set\n", "CONFIG_UNWINDER_POINTERS=y\n")
    assert edits(plan) == ["remove # CONFIG_POINTERS is not set"]
    assert [(item.text, item.works) for item in plan.given_up] == [("# CONFIG_POINTERS is not set", False)]


def test_a_line_goes_where_an_earlier_file_says_what_is_needed(tmp_path: Path) -> None:
    small = Small(tmp_path, _KCONFIG)
    below = "CONFIG_DEBUG_KERNEL=y\nCONFIG_STACK_USAGE=y\nCONFIG_SYMS_ALL=y\n"
    plan = small.fix("# CONFIG_DEBUG_KERNEL is not set\n", below)
    assert edits(plan) == ["remove # CONFIG_DEBUG_KERNEL is not set"]


def test_what_is_partly_had_is_asked_for(tmp_path: Path) -> None:
    kconfig = (
        'config MODULES\n\tbool "modules"\n\tmodules\n\nconfig A\n\ttristate "a"\n\n'
        'config B\n\ttristate "b"\n\tdepends on A\n'
    )
    plan = Small(tmp_path, kconfig).fix("CONFIG_MODULES=y\nCONFIG_A=m\nCONFIG_B=y\n")
    assert edits(plan) == ["change CONFIG_B=y to CONFIG_B=m"]
    assert given(plan) == ["CONFIG_B=y"]


def test_no_line_is_written_that_does_nothing(tmp_path: Path) -> None:
    kconfig = "config ARCH_HAS_PTDUMP\n\tbool\n"
    plan = Small(tmp_path, kconfig).fix("CONFIG_GENERIC_PTDUMP=y\n")
    assert edits(plan) == ["remove CONFIG_GENERIC_PTDUMP=y"]


def test_fewest_together(tmp_path: Path) -> None:
    kconfig = "".join(f'config {name}\n\tbool "{name}"\n\n' for name in ("A", "B", "C"))
    kconfig += 'config ONE\n\tbool "one"\n\tdepends on A || B\n\nconfig TWO\n\tbool "two"\n\tdepends on B || C\n'
    plan = Small(tmp_path, kconfig).fix("CONFIG_ONE=y\nCONFIG_TWO=y\n")
    assert edits(plan) == ["add CONFIG_B=y"]
    assert plan.minimal


def test_what_only_the_remedy_names_is_given_up_by_name(tmp_path: Path) -> None:
    kconfig = """\
config PROVE
	bool "prove"

config SINGLE
	bool "single"
"""
    off = ("# CONFIG_PROVE is not set", "# CONFIG_SINGLE is not set")
    rules = [rule("PROVE", *off, name="own/prove"), rule("SINGLE && !PROVE", name="own/single")]
    plan = Small(tmp_path, kconfig, rules).fix("CONFIG_PROVE=y\nCONFIG_SINGLE=y\n")
    assert sorted(edits(plan)) == ["remove CONFIG_PROVE=y", "remove CONFIG_SINGLE=y"]
    assert [(item.text, item.reason, item.works) for item in plan.given_up] == [
        ("CONFIG_SINGLE=y", "the fix of own/prove names it", False)
    ]


_DEBUG_INFO = """\
config DEBUG_INFO
	bool

choice
	prompt "debug information"
	default INFO_NONE

config INFO_NONE
	bool "none"

config INFO_SOME
	bool "some"
	select DEBUG_INFO

endchoice

config BTF
	bool "btf"
	depends on DEBUG_INFO
"""
_WHOLE = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.0 Kernel Configuration\n#\n"


@pytest.mark.parametrize("asked", ["CONFIG_BTF=y\n", "CONFIG_DEBUG_INFO=y\n", "CONFIG_DEBUG_INFO=y\nCONFIG_BTF=y\n"])
def test_the_member_that_a_choice_takes_by_itself_is_no_request_of_a_whole_config(asked: str, tmp_path: Path) -> None:
    plan = Small(tmp_path, _DEBUG_INFO).fix(
        f"{_WHOLE}CONFIG_INFO_NONE=y\n# CONFIG_INFO_SOME is not set\n{asked}", only="config/dropped-request"
    )
    change = "change # CONFIG_INFO_SOME is not set to CONFIG_INFO_SOME=y"
    assert edits(plan) == ["remove CONFIG_INFO_NONE=y", change]
    assert not plan.given_up
    assert not plan.hopeless


def test_a_member_that_somebody_chose_is_a_request(tmp_path: Path) -> None:
    more = 'config NEEDS_NONE\n\tbool "needs none"\n\tdepends on INFO_NONE\n'
    plan = Small(tmp_path, _DEBUG_INFO + more).fix(f"{_WHOLE}CONFIG_INFO_SOME=y\nCONFIG_NEEDS_NONE=y\n")
    assert given(plan) == ["CONFIG_NEEDS_NONE=y"]


def test_a_line_for_a_symbol_that_is_only_referred_to_is_no_member(tmp_path: Path) -> None:
    more = 'config OTHER\n\tbool "other"\n\tdepends on ELSEWHERE\n'
    plan = Small(tmp_path, _DEBUG_INFO + more, required="CONFIG_BTF=y\n").fix(f"{_WHOLE}CONFIG_ELSEWHERE=y\n")
    assert plan.hopeless == ()
    assert "add CONFIG_BTF=y" in edits(plan)


def test_a_choice_in_an_earlier_file_gives_way(tmp_path: Path) -> None:
    plan = Small(tmp_path, _DEBUG_INFO).fix("CONFIG_BTF=y\n", "CONFIG_INFO_NONE=y\n")
    assert edits(plan) == ["add CONFIG_INFO_SOME=y"]
    assert [(item.text, item.reason) for item in plan.given_up] == [
        ("CONFIG_INFO_NONE=y", "my_defconfig:1 overrides it")
    ]


def test_which_member_a_choice_takes_instead_and_for_what(tmp_path: Path) -> None:
    plan = Small(tmp_path, _DEBUG_INFO, required="CONFIG_BTF=y\n").fix("CONFIG_INFO_NONE=y\n")
    assert [(item.text, item.reason) for item in plan.given_up] == [
        ("CONFIG_INFO_NONE=y", "the choice takes CONFIG_INFO_SOME=y for CONFIG_BTF")
    ]


def test_what_becomes_of_a_value_and_why(tmp_path: Path) -> None:
    kconfig = 'config A\n\tbool "a"\n\tselect B\n\nconfig B\n\tbool "b"\n'
    plan = Small(tmp_path, kconfig, required="CONFIG_A=y\n").fix("# CONFIG_B is not set\n")
    assert [(item.text, item.reason) for item in plan.given_up] == [
        ("# CONFIG_B is not set", "it becomes y: selected by A")
    ]


_CLOCK = """\
choice
	prompt "tick"

config HZ_100
	bool "slow"

config HZ_300
	bool "fast"

endchoice

config HZ
	int
	default 100 if HZ_100
	default 300 if HZ_300

config MOST
	int
	default 64

config CPUS
	int "CPUs"
	range 2 MOST
	default 8
"""


def test_a_required_number_without_a_prompt_is_had_by_its_default(tmp_path: Path) -> None:
    plan = Small(tmp_path, _CLOCK, required="CONFIG_HZ=300\n").fix("CONFIG_HZ_100=y\n")
    assert edits(plan) == ["change CONFIG_HZ_100=y to CONFIG_HZ_300=y"]
    assert plan.hopeless == ()


@pytest.mark.parametrize("number", ["1", "65"])
def test_a_required_number_out_of_range_is_neither_proposed_nor_unexplained(number: str, tmp_path: Path) -> None:
    small = Small(tmp_path, _CLOCK, required=f"CONFIG_CPUS={number}\n")
    [finding] = small.judge(small.values("CONFIG_CPUS=4\n")).findings
    why = f"{number} is out of range 2 to MOST (=64) (Kconfig:23)"
    assert finding.message == f"CONFIG_CPUS={number} required by site.config:1: is 4, because {why}"
    assert finding.remedy == ()
    plan = small.fix("CONFIG_CPUS=4\n")
    assert edits(plan) == []
    [hopeless] = plan.hopeless
    assert "Kconfig:23" in hopeless.reason


def test_in_a_joint_fix_each_edit_is_with_the_finding_that_needs_it(tmp_path: Path) -> None:
    names = [f"CHECK_{number}" for number in range(9)]
    kconfig = 'config GATE\n\tbool "gate"\n\n' + "".join(f'config {name}\n\tbool "{name}"\n\n' for name in names)
    kconfig += 'config LAST\n\tbool "last"\n\tdepends on GATE\n'
    required = "".join(f"CONFIG_{name}=y\n" for name in (*names, "LAST"))
    plan = Small(tmp_path, kconfig, required=required).fix("")
    by_finding = {fix.finding.symbol: [edit.symbol for edit in fix.edits] for fix in plan.fixes}
    assert by_finding == {**{name: [name] for name in names}, "LAST": ["GATE", "LAST"]}


_REASONS = """\
config DEBUG
	bool "debug"

config CHECK
	bool "check"
	depends on DEBUG

config OTHER
	bool "other"
	depends on DEBUG

choice
	prompt "model"

config FIRST
	bool "first"

config SECOND
	bool "second"

endchoice

config UNWINDER_POINTERS
	bool "frame pointers"
	select POINTERS

config POINTERS
	bool

config WIDTH
	int "width"
	range 1 64
	default 8
"""


def test_the_reason_of_a_request_that_is_given_up_is_that_of_the_edited_config(tmp_path: Path) -> None:
    small = Small(tmp_path, _REASONS, [rule("CHECK", "# CONFIG_CHECK is not set", name="own/check")])
    plan = small.fix("CONFIG_CHECK=y\nCONFIG_OTHER=y\n")
    assert "add CONFIG_DEBUG=y" in edits(plan) or "change CONFIG_CHECK=y to CONFIG_DEBUG=y" in edits(plan)
    assert [(item.text, item.reason) for item in plan.given_up] == [("CONFIG_CHECK=y", "own/check would report it")]


def test_a_member_that_gives_way_to_a_requirement_is_given_up(tmp_path: Path) -> None:
    plan = Small(tmp_path, _REASONS, required="CONFIG_SECOND=y\n").fix("CONFIG_FIRST=y\n")
    [item] = plan.given_up
    assert (item.text, item.works) == ("CONFIG_FIRST=y", False)
    assert item.reason == "the choice takes CONFIG_SECOND=y for CONFIG_SECOND"


def test_a_number_out_of_range_is_given_up(tmp_path: Path) -> None:
    plan = Small(tmp_path, _REASONS).fix("CONFIG_WIDTH=128\n")
    assert edits(plan) == ["change CONFIG_WIDTH=128 to CONFIG_WIDTH=64"]
    assert [(item.text, item.reason) for item in plan.given_up] == [
        ("CONFIG_WIDTH=128", "out of range 1 to 64 (Kconfig:32)")
    ]


def test_the_debug_options_of_an_architecture_are_those_of_any_machine(tmp_path: Path) -> None:
    small = Small(tmp_path, 'config TOP\n\tbool "top"\n')
    make_tree(tmp_path, {"Kconfig": 'source "arch/x86/Kconfig.debug"\n', "arch/x86/Kconfig.debug": _REASONS})
    small.model = load(tmp_path)
    assert edits(small.fix("CONFIG_POINTERS=y\n")) == ["add CONFIG_UNWINDER_POINTERS=y"]
