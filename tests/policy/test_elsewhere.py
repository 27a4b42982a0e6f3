# SPDX-License-Identifier: GPL-2.0-or-later
"""Examples on another tree than theirs: here i386 and arm64 are the other tree."""

from __future__ import annotations

import dataclasses

from kpolicy.policy.expressions.syntax import parse
from kpolicy.policy.rule_tests.elsewhere import Elsewhere, run_elsewhere
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.rules.rule import Example, Rule
from tests.policy.support import models


def run(rule: Rule, config: str, *, other: str, fires: bool = True, role: str = "production") -> Elsewhere:
    example: Example = dataclasses.replace(rule.examples[0], config=config, fires=fires, role=role)
    return run_elsewhere(rule, example, models()(other), models()("x86"))


def test_an_example_that_comes_out_as_written() -> None:
    rule = shipped_catalogue().rule("kmemleak/in-production")
    found = run(rule, rule.examples[0].config, other="arm64")
    assert (found.difference, found.faults) == ("", ())


def test_a_line_that_is_not_honoured_there_is_named() -> None:
    rule = dataclasses.replace(
        shipped_catalogue().rule("debug-vm/in-production"),
        symbols=("DEBUG_PER_CPU_MAPS",),
        requires=parse("y"),
        when=parse("KASAN"),
    )
    found = run(rule, "CONFIG_KASAN=y\n", other="i386")
    assert found.difference == "does not fire: KASAN=n instead of y"


def test_a_condition_that_differs_is_named() -> None:
    rule = dataclasses.replace(
        shipped_catalogue().rule("debug-vm/in-production"), requires=parse("exists(X86)"), when=parse("DEBUG_KERNEL")
    )
    found = run(rule, "CONFIG_DEBUG_KERNEL=y\n", other="arm64")
    assert found.difference == "does not fire: exists(X86) is false"
    silent = dataclasses.replace(rule, requires=parse("y"), when=parse("DEBUG_KERNEL && !settable(KASAN)"))
    found = run(silent, "CONFIG_DEBUG_KERNEL=y\n", other="i386", fires=False)
    assert found.difference == "fires: settable(KASAN) is false"


def test_a_remedy_has_to_mend_there_too() -> None:
    rule = shipped_catalogue().rule("kmemleak/in-production")
    useless = dataclasses.replace(rule, remedy=("# CONFIG_DEBUG_SG is not set",))
    found = run(useless, rule.examples[0].config, other="arm64")
    assert found.faults == ("the remedy does not silence the rule",)
