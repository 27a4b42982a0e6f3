# SPDX-License-Identifier: GPL-2.0-or-later
"""How rules stand in a tree, in text."""

from __future__ import annotations

from kpolicy.location import Location
from kpolicy.policy.rule_tests.elsewhere import Elsewhere
from kpolicy.policy.rule_tests.examples import ExampleResult
from kpolicy.policy.rule_tests.firing import Firing
from kpolicy.policy.rule_tests.footing import Footing
from kpolicy.policy.rule_tests.survey import Survey
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.rules.rule import Rule
from kpolicy.report.views.survey import example_lines, survey_lines


def rule(name: str) -> Rule:
    return shipped_catalogue().rule(name)


def test_examples() -> None:
    first, second = rule("kmsan/in-production").examples[:2]
    results = [
        ExampleResult(rule("kmsan/in-production"), first, ("fires: X", "no remedy")),
        ExampleResult(rule("kmsan/in-production"), second, ()),
    ]
    assert list(example_lines(results, 1)) == [
        f"{first.location}: error: fires: X [kmsan/in-production]",
        f"{first.location}: error: no remedy [kmsan/in-production]",
        "1 rule, 2 examples: 1 failed",
    ]


def test_a_tree_in_which_all_is_well() -> None:
    example = rule("kmsan/in-production").examples[0]
    found = Survey(
        ("x86",),
        (Footing(rule("kmsan/in-production"), "", (), ()),),
        (Elsewhere(rule("kmsan/in-production"), example, "", ()),),
        0,
    )
    assert list(survey_lines(found, "linux")) == [
        "linux, 1 architecture: 1 of 1 rule applicable, 0 faults",
        "  not tested whether some configuration fires each rule: that needs python-sat, see kpolicy prove --help",
        "  examples: 1 of 1 have the expected result",
    ]


def test_everything_there_is_to_say() -> None:
    example = rule("kmsan/in-production").examples[0]
    firing = Firing([])
    firing.able, firing.textual = {"kmsan/in-production"}, {"stale/debug-slab"}
    place = rule("stale/debug-slab").location
    found = Survey(
        ("arm64", "x86"),
        (
            Footing(rule("drm/panic-on-request"), "no architecture defines DRM_PANIC_DEBUG", (), ()),
            Footing(rule("kmsan/in-production"), "", (), ("A", "B")),
            Footing(rule("stale/debug-slab"), "", ("it can never fire",), ()),
        ),
        (Elsewhere(rule("kmsan/in-production"), example, "fires: \x1b=y", ("no remedy",)),),
        3,
        firing=firing,
    )
    assert list(survey_lines(found, "li\x1bnux")) == [
        f"{place}: error: it can never fire [stale/debug-slab]",
        f"{example.location}: error: no remedy [kmsan/in-production]",
        "li\\x1bnux, 2 architectures: 2 of 3 rules applicable, 2 faults",
        "  1 fire in some configuration, found by a solver and evaluated; 1 are about config lines or boot parameters",
        "  rules whose requirements this tree does not meet; they are silent here:",
        "    drm/panic-on-request  no architecture defines DRM_PANIC_DEBUG",
        "  rules that also name symbols that this tree does not define:",
        "    kmsan/in-production  A, B",
        "  examples: 0 of 1 have the expected result, 3 cannot run here",
        "  examples with another result than on the demonstration tree:",
        f"    {example.location}: fires: \\x1b=y",
    ]
    assert isinstance(place, Location)
