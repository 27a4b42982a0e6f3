# SPDX-License-Identifier: GPL-2.0-or-later
"""Many findings cleared at once, and those that are in the way of others found among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log2
from pathlib import Path
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from kpolicy.evaluate.values import Values
from kpolicy.policy.fixes.at_once import in_halves
from kpolicy.policy.fixes.plan import Fix
from kpolicy.policy.judging.standard import Assessment
from kpolicy.policy.rules.finding import Finding
from tests.fixes.bench import Small, edits

_MANY = 64
# The successor of a test that 6.4 has, and what it needs.
_KCONFIG = """\
config KUNIT
	bool "KUnit"

config BLACKHOLE_DEV_KUNIT_TEST
	bool "test"
	depends on KUNIT
"""


def _fixes(count: int) -> list[Fix]:
    return [Fix(cast("Finding", number), ()) for number in range(count)]


def _numbers(findings: Iterable[Finding]) -> list[int]:
    return [cast("int", finding) for finding in findings]


@given(st.integers(0, 200), st.sets(st.integers(0, 199)))
def test_each_is_taken_or_left_and_offered_in_order(count: int, bad: set[int]) -> None:
    taken: list[int] = []

    def takes(fixes: Sequence[Fix]) -> bool:
        numbers = _numbers(fix.finding for fix in fixes)
        if bad.isdisjoint(numbers):
            taken.extend(numbers)
            return True
        return False

    left = _numbers(in_halves(_fixes(count), takes))
    assert left == [number for number in range(count) if number in bad]
    assert taken == [number for number in range(count) if number not in bad]


def test_one_among_many_is_found_by_few_offers() -> None:
    offers = []

    def takes(fixes: Sequence[Fix]) -> bool:
        offers.append(fixes)
        return 17 not in _numbers(fix.finding for fix in fixes)

    assert _numbers(in_halves(_fixes(_MANY), takes)) == [17]
    assert len(offers) == 1 + 2 * log2(_MANY)


class _Counted(Small):
    """Counts how often a config is judged."""

    times = 0

    def judge(self, values: Values) -> Assessment:
        self.times += 1
        return super().judge(values)


def test_a_name_that_cannot_be_put_in_its_place_keeps_no_other_line_from_going(tmp_path: Path) -> None:
    small = _Counted(tmp_path, _KCONFIG)
    unknown = [f"CONFIG_NONE_{number}=y" for number in range(_MANY)]
    unknown.insert(20, "CONFIG_TEST_BLACKHOLE_DEV=y")
    plan = small.fix("".join(f"{line}\n" for line in unknown))
    assert [item.finding.symbol for item in plan.hopeless] == []
    assert [text for text in edits(plan) if "NONE" in text] == [f"remove {line}" for line in unknown if "NONE" in line]
    # One after the other each of them takes several.
    assert small.times < _MANY
