# SPDX-License-Identifier: GPL-2.0-or-later
"""What is edited for which finding, on a few lines of Kconfig."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.evaluate.values import Values
from kpolicy.policy.judging.standard import Assessment
from tests.fixes.bench import Small, edits, given, rule

_DEBUG = """\
config DEPOT
	bool

config OWNER
	bool "owner"
	select DEPOT

config LEAK
	bool "leak"
	depends on KERNEL
	select DEPOT if TRACE

config TRACE
	bool
	default y

config KERNEL
	bool "kernel"

config LEAK_POOL
	int "pool"
	depends on LEAK
	range 10 100
	default 20

config LEAK_SCAN
	bool "scan"
	depends on LEAK
	default y

config PGTABLE
	bool "boot test"
	default y if OWNER

config HIDDEN
	bool "hidden" if EXPERT
	default y

config EXPERT
	bool "expert"

config FIRM
	bool
	default y

config RUN
	bool
	default y if FIRM

config MODULES
	bool "modules"
	modules
	default y

config DRIVER
	tristate "driver"

config NEEDY
	bool "needy"
	depends on DRIVER = y

choice
	prompt "model"
	default NONE

config NONE
	bool "none"

config FULL
	bool "full"
	select DEPOT

config SOME
	bool "some"

endchoice

config TEXT
	string "text"
"""

_CASES = {
    "a line that is not wanted goes": ("OWNER", (), "CONFIG_OWNER=y\n", ["remove CONFIG_OWNER=y"]),
    "what selects it goes": ("DEPOT", (), "CONFIG_OWNER=y\n", ["remove CONFIG_OWNER=y"]),
    "all that selects it, and the line that has nothing left to set": (
        "DEPOT",
        (),
        "CONFIG_KERNEL=y\nCONFIG_OWNER=y\nCONFIG_LEAK=y\nCONFIG_LEAK_POOL=30\n",
        ["remove CONFIG_OWNER=y", "remove CONFIG_LEAK=y", "remove CONFIG_LEAK_POOL=30"],
    ),
    "what is on by default is turned off": (
        "PGTABLE",
        (),
        "CONFIG_OWNER=y\n",
        ["add # CONFIG_PGTABLE is not set"],
    ),
    "a prompt that is hidden is shown first": (
        "HIDDEN",
        (),
        "",
        ["add CONFIG_EXPERT=y", "add # CONFIG_HIDDEN is not set"],
    ),
    "the default model is taken again": ("FULL", (), "CONFIG_FULL=y\n", ["remove CONFIG_FULL=y"]),
    "another model in its place": (
        "NONE",
        ("CONFIG_SOME=y",),
        "CONFIG_NONE=y\n",
        ["change CONFIG_NONE=y to CONFIG_SOME=y"],
    ),
    "what is missing is turned on, with what it needs": (
        "!LEAK",
        (),
        "",
        ["add CONFIG_KERNEL=y", "add CONFIG_LEAK=y"],
    ),
    "a line that denies it is changed": (
        "!OWNER",
        (),
        "# CONFIG_OWNER is not set\n",
        ["change # CONFIG_OWNER is not set to CONFIG_OWNER=y"],
    ),
    "what has no prompt is selected": ("!DEPOT", ("CONFIG_FULL=y",), "", ["add CONFIG_FULL=y"]),
    "the remedy says which part changes": (
        "LEAK && LEAK_SCAN",
        ("# CONFIG_LEAK_SCAN is not set",),
        "CONFIG_KERNEL=y\nCONFIG_LEAK=y\n",
        ["add # CONFIG_LEAK_SCAN is not set"],
    ),
    "and which number": (
        "LEAK && LEAK_POOL < 40",
        ("CONFIG_LEAK_POOL=64",),
        "CONFIG_KERNEL=y\nCONFIG_LEAK=y\nCONFIG_LEAK_POOL=30\n",
        ["change CONFIG_LEAK_POOL=30 to CONFIG_LEAK_POOL=64"],
    ),
    "where it does not, the nearest": (
        "LEAK_POOL < 40",
        (),
        "CONFIG_KERNEL=y\nCONFIG_LEAK=y\nCONFIG_LEAK_POOL=30\n",
        ["change CONFIG_LEAK_POOL=30 to CONFIG_LEAK_POOL=40"],
    ),
    "built in and not a module": (
        "!NEEDY",
        (),
        "CONFIG_DRIVER=m\n",
        ["change CONFIG_DRIVER=m to CONFIG_DRIVER=y", "add CONFIG_NEEDY=y"],
    ),
    "a comparison": ("DRIVER = y", (), "CONFIG_DRIVER=y\n", ["remove CONFIG_DRIVER=y"]),
    "a line that is named": ("assigned(OWNER)", (), "CONFIG_OWNER=y\n", ["remove CONFIG_OWNER=y"]),
    "a text": (
        'TEXT = "bad"',
        ('CONFIG_TEXT="good"',),
        'CONFIG_TEXT="bad"\n',
        ['change CONFIG_TEXT="bad" to CONFIG_TEXT="good"'],
    ),
    "a text that may be anything else": ('TEXT = "bad"', (), 'CONFIG_TEXT="bad"\n', ['remove CONFIG_TEXT="bad"']),
}


# What they take works.
_UNSAFE = {"built in and not a module"}


@pytest.mark.parametrize("case", _CASES)
def test_rules(tmp_path: Path, case: str) -> None:
    when, remedy, config, expected = _CASES[case]
    small = Small(tmp_path, _DEBUG, [rule(when, *remedy)])
    plan = small.fix(config, only="own/rule", unsafe=case in _UNSAFE)
    assert sorted(edits(plan)) == sorted(expected)
    assert [fix.finding.rule for fix in plan.fixes] == ["own/rule"]
    assert not plan.hopeless
    assert not [item for item in small.judge(small.values(plan.text)).findings if item.rule == "own/rule"]


def test_side_effects_are_all_other_values_that_change(tmp_path: Path) -> None:
    plan = Small(tmp_path, _DEBUG, [rule("OWNER")]).fix("CONFIG_OWNER=y\n")
    assert [(item.symbol, item.before, item.after) for item in plan.changes] == [("OWNER", "y", "n")]
    assert [(item.symbol, item.before, item.after) for item in plan.side_effects] == [
        ("DEPOT", "y", "n"),
        ("PGTABLE", "y", "n"),
    ]


def test_what_no_line_decides_is_said_with_the_line_that_does(tmp_path: Path) -> None:
    plan = Small(tmp_path, _DEBUG, [rule("RUN")]).fix("")
    (item,) = plan.hopeless
    assert not plan.fixes
    assert item.reason.startswith("RUN stays on: RUN=y default y if FIRM")
    assert str(item.location) == f"Kconfig:{_DEBUG[: _DEBUG.index('config FIRM')].count(chr(10)) + 3}"


def test_what_cannot_be_had_is_said_with_what_is_in_the_way(tmp_path: Path) -> None:
    kconfig = 'config WANTED\n\tbool "wanted"\n\tdepends on ARCH_HAS\n\nconfig ARCH_HAS\n\tbool\n'
    (item,) = Small(tmp_path, kconfig, [rule("!WANTED")]).fix("").hopeless
    assert "WANTED cannot be on: needs ARCH_HAS" in item.reason
    assert str(item.location) == "Kconfig:3"


def test_no_edit_may_bring_another_finding(tmp_path: Path) -> None:
    rules = [rule("OWNER"), rule("!PGTABLE", name="own/other")]
    plan = Small(tmp_path, _DEBUG, rules).fix("CONFIG_OWNER=y\n")
    # PGTABLE is on because of OWNER only: it gets a line of its own.
    assert edits(plan) == ["remove CONFIG_OWNER=y", "add CONFIG_PGTABLE=y"]
    (item,) = (
        Small(tmp_path, _DEBUG, [rule("OWNER"), rule("!OWNER", name="own/other")]).fix("CONFIG_OWNER=y\n").hopeless
    )
    assert "causes another finding: !OWNER [own/other]" in item.reason


def test_one_edit_may_clear_several_findings(tmp_path: Path) -> None:
    plan = Small(tmp_path, _DEBUG, [rule("OWNER"), rule("DEPOT", name="own/b"), rule("PGTABLE", name="own/c")]).fix(
        "CONFIG_OWNER=y\n"
    )
    assert edits(plan) == ["remove CONFIG_OWNER=y"]
    assert [len(fix.edits) for fix in plan.fixes] == [1, 0, 0]


def test_an_edit_that_later_ones_make_needless_is_left_out(tmp_path: Path) -> None:
    rules = [rule("PGTABLE"), rule("DEPOT", name="own/b")]
    plan = Small(tmp_path, _DEBUG, rules).fix("CONFIG_OWNER=y\n")
    assert edits(plan) == ["remove CONFIG_OWNER=y"]


def test_alternatives(tmp_path: Path) -> None:
    small = Small(tmp_path, _DEBUG, [rule("LEAK && LEAK_SCAN", "# CONFIG_LEAK_SCAN is not set")])
    (fix,) = small.fix("CONFIG_KERNEL=y\nCONFIG_LEAK=y\n", alternatives=True).fixes
    assert [str(edit) for edit in fix.edits] == ["add # CONFIG_LEAK_SCAN is not set"]
    assert [[str(edit) for edit in other] for other in fix.alternatives] == [["remove CONFIG_LEAK=y"]]


_LINES = {
    "unknown": ("CONFIG_NO_SUCH=y\n", ["remove CONFIG_NO_SUCH=y"]),
    "dropped": ("CONFIG_LEAK=y\n", ["add CONFIG_KERNEL=y"]),
    "overridden": ("CONFIG_OWNER=y\n# CONFIG_DEPOT is not set\n", ["remove # CONFIG_DEPOT is not set"]),
    "conflict": ("CONFIG_FULL=y\nCONFIG_SOME=y\n", ["remove CONFIG_FULL=y"]),
    "wrong type": ("CONFIG_OWNER=m\n", ["remove CONFIG_OWNER=m"]),
    "out of range": (
        "CONFIG_KERNEL=y\nCONFIG_LEAK=y\nCONFIG_LEAK_POOL=9\n",
        ["change CONFIG_LEAK_POOL=9 to CONFIG_LEAK_POOL=10"],
    ),
    "duplicate": ("CONFIG_OWNER=y\nCONFIG_OWNER=y\n", ["remove CONFIG_OWNER=y"]),
    "many at once": (
        "CONFIG_OWNER=y\nCONFIG_NO_SUCH=y\nCONFIG_LEAK=y\nCONFIG_NO_OTHER=m\n",
        ["add CONFIG_KERNEL=y", "remove CONFIG_NO_SUCH=y", "remove CONFIG_NO_OTHER=m"],
    ),
    "renamed": (
        "CONFIG_DEBUG_SPINLOCK_SLEEP=y\n",
        ["change CONFIG_DEBUG_SPINLOCK_SLEEP=y to CONFIG_DEBUG_ATOMIC_SLEEP=y"],
    ),
}


@pytest.mark.parametrize("case", _LINES)
def test_lines(tmp_path: Path, case: str) -> None:
    config, expected = _LINES[case]
    small = Small(tmp_path, _DEBUG + '\nconfig DEBUG_ATOMIC_SLEEP\n\tbool "sleep"\n')
    plan = small.fix(config)
    assert edits(plan) == expected
    assert not small.judge(small.values(plan.text)).findings


def test_a_dropped_request_may_be_given_up_instead(tmp_path: Path) -> None:
    (fix,) = Small(tmp_path, _DEBUG).fix("CONFIG_LEAK=y\n", alternatives=True).fixes
    assert [str(edit) for edit in fix.edits] == ["add CONFIG_KERNEL=y"]
    assert [[str(edit) for edit in other] for other in fix.alternatives] == [["remove CONFIG_LEAK=y"]]


def test_requirements(tmp_path: Path) -> None:
    required = "CONFIG_LEAK=y\nCONFIG_LEAK_POOL=50\n# CONFIG_OWNER is not set\n# CONFIG_FIRM is not set\n"
    small = Small(tmp_path, _DEBUG, required=required)
    plan = small.fix("CONFIG_OWNER=y\n")
    assert sorted(edits(plan)) == [
        "add CONFIG_KERNEL=y",
        "add CONFIG_LEAK=y",
        "add CONFIG_LEAK_POOL=50",
        "remove CONFIG_OWNER=y",
    ]
    assert [item.finding.rule for item in plan.hopeless] == ["required/firm"]


def test_of_a_stack_only_the_last_file_is_edited(tmp_path: Path) -> None:
    small = Small(tmp_path, _DEBUG, [rule("OWNER")])
    plan = small.fix("# nothing yet\n", "CONFIG_OWNER=y\nCONFIG_NO_SUCH=y\nCONFIG_LEAK=y\n")
    assert edits(plan) == ["add # CONFIG_OWNER is not set", "add CONFIG_KERNEL=y"]
    (item,) = plan.hopeless
    assert item.reason == "the line is in below0, which is not edited"


def test_in_a_full_config_lines_are_changed_and_not_taken_away(tmp_path: Path) -> None:
    small = Small(tmp_path, _DEBUG, [rule("OWNER")])
    full = (
        "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.0 Kernel Configuration\n#\n"
        "CONFIG_DEPOT=y\nCONFIG_OWNER=y\n"
    )
    assert edits(small.fix(full)) == ["change CONFIG_OWNER=y to # CONFIG_OWNER is not set"]


def test_new_lines_stand_where_savedefconfig_would_have_them(tmp_path: Path) -> None:
    small = Small(tmp_path, _DEBUG, [rule("!KERNEL"), rule("!OWNER", name="own/b")])
    plan = small.fix("# mine\n\nCONFIG_LEAK_SCAN=y\nCONFIG_EXPERT=y\n", only="own/rule")
    assert plan.text == b"# mine\n\nCONFIG_KERNEL=y\nCONFIG_LEAK_SCAN=y\nCONFIG_EXPERT=y\n"


_SWITCH = """\
config DEBUG
	bool "debug"

config CHECK
	bool "check"

config COST
	bool "cost"
"""


def test_requirements_that_are_welcome_only_together(tmp_path: Path) -> None:
    required = "CONFIG_CHECK=y\nCONFIG_COST=y\n"
    rules = [rule("CHECK && !COST", name="own/a"), rule("COST && !CHECK", name="own/b")]
    plan = Small(tmp_path, _SWITCH, rules, required=required).fix("")
    assert edits(plan) == ["add CONFIG_CHECK=y", "add CONFIG_COST=y"]
    assert not plan.hopeless


_DEVMEM = """\
config DEVMEM
	bool "devmem"
	default y

config STRICT
	bool "strict"
	depends on DEVMEM

config PAGES
	bool "pages"
	depends on !DEVMEM || STRICT

config USERCOPY
	bool "usercopy"
	imply STRICT

config IO
	bool "io"
	depends on STRICT
"""


def test_a_requirement_is_met_that_an_edit_left_out_again_was_against(tmp_path: Path) -> None:
    required = "CONFIG_PAGES=y\nCONFIG_USERCOPY=y\nCONFIG_IO=y\n"
    plan = Small(tmp_path, _DEVMEM, required=required).fix("")
    assert not plan.hopeless
    assert edits(plan) == ["add CONFIG_PAGES=y", "add CONFIG_USERCOPY=y", "add CONFIG_IO=y"]


def test_a_later_fix_does_not_bring_back_what_an_earlier_one_cleared(tmp_path: Path) -> None:
    small = Small(tmp_path, _SWITCH, [rule("COST")], required="CONFIG_COST=y\n")
    plan = small.fix("# CONFIG_COST is not set\n")
    assert [item.finding.rule for item in plan.hopeless] == ["required/cost"]
    assert "[own/rule]" in plan.hopeless[0].reason
    rules = [rule("!DEBUG"), rule("DEBUG", name="own/b"), rule("!CHECK", name="own/c")]
    plan = Small(tmp_path / "b", _SWITCH, rules).fix("")
    assert edits(plan) == ["add CONFIG_CHECK=y"]
    assert [item.finding.rule for item in plan.hopeless] == ["own/rule"]


_MODES = """\
config SAN
	bool "san"

choice
	prompt "mode"
	depends on SAN

config GENERIC
	bool "generic"

config TAGS
	bool "tags"
	depends on ARCH_TAGS

endchoice

config ARCH_TAGS
	bool
"""


@pytest.mark.parametrize("remedy", [(), ("# CONFIG_SAN is not set",)])
def test_the_only_member_of_a_choice_goes_with_the_choice(tmp_path: Path, remedy: tuple[str, ...]) -> None:
    plan = Small(tmp_path, _MODES, [rule("GENERIC || TAGS", *remedy)]).fix("CONFIG_SAN=y\n")
    assert edits(plan) == ["remove CONFIG_SAN=y"]


_TWO_BELOW = """\
config SWITCH
	bool "switch"

config ONE
	bool "one"
	depends on SWITCH

config TWO
	bool "two"
	depends on SWITCH
"""


def test_alternatives_leave_the_answer_as_it_is(tmp_path: Path) -> None:
    small = Small(tmp_path, _TWO_BELOW)
    text = "# CONFIG_SWITCH is not set\nCONFIG_ONE=y\nCONFIG_TWO=y\n"
    plain, with_others = small.fix(text), small.fix(text, alternatives=True)
    # One line for both, not a line away for each.
    assert len(edits(plain)) == 1
    assert edits(with_others) == edits(plain)
    assert given(with_others) == given(plain)


def test_a_requirement_makes_no_other_machine_of_it(tmp_path: Path) -> None:
    kconfig = (
        'config 64BIT\n\tbool "64-bit kernel"\n\tdefault y\n\n'
        "config UNWINDER\n\tdef_bool y\n\tdepends on 64BIT\n\n"
        'config WANTED\n\tbool "wanted"\n\tdepends on !UNWINDER\n'
    )
    small = Small(tmp_path, kconfig, required="CONFIG_WANTED=y\n")
    plan = small.fix("# CONFIG_WANTED is not set\n")
    assert not plan.edits
    assert "32-bit kernel" in plan.hopeless[0].reason
    small = Small(tmp_path / "asked", kconfig, required="# CONFIG_64BIT is not set\n")
    assert edits(small.fix("CONFIG_WANTED=y\n"))


_EXPERT = """\
config EXPERT
	bool "expert"

config SPACES
	bool "spaces" if EXPERT
	default !EXPERT

config REALTIME
	bool "realtime"
	depends on EXPERT

config LOOP
	bool "loop"
"""


def test_what_keeps_something_is_not_needless_where_there_are_several_findings(tmp_path: Path) -> None:
    plan = Small(tmp_path, _EXPERT, required="CONFIG_REALTIME=y\nCONFIG_LOOP=y\n").fix("")
    assert sorted(edits(plan)) == [f"add CONFIG_{name}=y" for name in ("EXPERT", "LOOP", "REALTIME", "SPACES")]


_MANY = 40


class _Counted(Small):
    """A tree that counts how often configs are judged."""

    count = 0

    def judge(self, values: Values) -> Assessment:
        """See `Small`."""
        self.count += 1
        return super().judge(values)


def test_many_requirements_are_met_together(tmp_path: Path) -> None:
    """One of them causes another finding, and is not met; what one depends on is turned on once for all."""
    options = "".join(f'config CHECK{n}\n\tbool "check"\n\tdepends on DEBUG\n\n' for n in range(_MANY))
    required = "".join(f"CONFIG_CHECK{n}=y\n" for n in range(_MANY)) + "CONFIG_COST=y\n"
    small = _Counted(tmp_path, _SWITCH + options, [rule("COST", name="own/a")], required=required)
    plan = small.fix("")
    wanted = ["DEBUG", *(f"CHECK{n}" for n in range(_MANY))]
    assert sorted(edits(plan)) == sorted(f"add CONFIG_{name}=y" for name in wanted)
    assert [item.obstacle for item in plan.hopeless] == ["own/a"]
    # One after the other they would take some for each, and again to see what is needless.
    assert small.count < _MANY * 2
