# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmark's tables and page, on numbers that are made up: tests measure no time."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest

from tests.bench.against_conf import ConfRow
from tests.bench.growth import Configs, Growth, Releases, forecast
from tests.bench.measure import Cost, alternating, medians
from tests.bench.page import Measured, first_limit, page, sections, table
from tests.bench.phases import Profile
from tests.bench.rows import GROUPS, added, memory, ratio
from tests.bench.run import groups
from tests.bench.sampled import PHASES, phase
from tests.bench.sides import TODAY

_MIB = 1 << 20
_FAST, _SLOW = Cost(1.0, 0.5, 60), Cost(4.0, 2.5, 90)
_GROWTH = Growth(
    [
        Configs(100, 20, Cost(25, 12, 100), Cost(5, 3, 80), Cost(1, 1, 60)),
        Configs(300, 20, Cost(35, 17, 120), Cost(15, 8, 100), Cost(3, 3, 70)),
    ],
    [Releases(("6.12.1", "6.1.1"), 600, Cost(70, 35, 120), Cost(6, 6, 70), 200 * _MIB, 6 * _MIB)],
    memory=16 << 30,
    cache_limit=1 << 30,
)


def test_a_ratio_is_of_processor_time_and_kept_up_to_the_bar() -> None:
    row = ratio("audit", _FAST, "today", _SLOW, 0.25)
    assert (row.compared, row.bar, row.kept) == ("0.25", "<= 0.25", True)
    assert not ratio("audit", _FAST, "today", _SLOW, 0.2).kept


def test_what_is_added_is_told_in_milliseconds() -> None:
    row = added("--help", Cost(0.070, 0.2), "python", Cost(0.015, 0.1), 0.050)
    assert (row.compared, row.bar, row.kept) == ("+55 ms", "<= +50 ms", False)


def test_the_largest_process_of_all_rows_counts() -> None:
    rows = [ratio("small", _FAST, "", _SLOW, 1), ratio("large", replace(_FAST, megabytes=151), "", _SLOW, 1)]
    row = memory(rows)
    assert "large" in row.what
    assert (row.compared, row.kept) == ("151 MB", False)


def test_medians_take_each_time_by_itself_and_the_most_memory() -> None:
    assert medians([Cost(1, 9, 5), Cost(2, 7, 8), Cost(3, 8, 6)]) == Cost(2, 8, 8)


def test_actions_take_turns() -> None:
    order: list[str] = []

    def action(name: str) -> Cost:
        order.append(name)
        return Cost(len(order), 0)

    first, second = alternating(3, lambda: action("a"), lambda: action("b"))
    assert "".join(order) == "ababab"
    assert (first.cpu, second.cpu) == (3, 4)


def test_a_table_is_aligned() -> None:
    assert table(("a", "bc"), [("def", "g")]) == ["| a   | bc |", "|-----|----|", "| def | g  |"]


def test_a_forecast_follows_from_what_was_measured() -> None:
    told = forecast(_GROWTH, 10_000, 50)
    assert told.build_seconds == 50 * (35 - 15)
    assert told.judge_seconds == 50 * 10_000 * 15 / 300
    assert told.known_seconds == 50 * 10_000 * 3 / 300
    assert told.megabytes == pytest.approx(70 + 0.05 * 9_700)
    assert forecast(_GROWTH, 300, 1).megabytes == 120
    assert told.model_bytes == 50 * 100 * _MIB
    assert told.result_bytes == 500_000 * 6 * _MIB / 600


@pytest.mark.parametrize(
    ("growth", "limit"),
    [
        (_GROWTH, "The first limit is the cache folder: 1.0 GiB hold"),
        (
            replace(_GROWTH, memory=512 * _MIB, cache_limit=None),
            "The first limit is memory: this machine has 512.0 MiB",
        ),
        (replace(_GROWTH, cache_limit=1 << 40), "Neither memory nor the cache folder"),
    ],
)
def test_the_first_limit_is_that_of_which_most_is_needed(growth: Growth, limit: str) -> None:
    assert first_limit(growth, forecast(growth, 10_000, 50)).startswith(limit)


def test_the_page_has_all_that_was_measured() -> None:
    rows = [ratio("`audit`", _FAST, "today", _SLOW, 0.5)]
    found = Measured(
        "2 processors",
        "6.12.1",
        5,
        [*rows, memory(rows)],
        [Profile("`audit`", side, dict.fromkeys(PHASES, 0.25)) for side in (TODAY, "kpolicy")],
        _GROWTH,
        [ConfRow("`check`", 0.36, "conf", 0.84, "1/2.3", "1/2", True)],
        ["`check`: apt offers no package"],
    )
    text = page(found)
    assert found.kept
    assert all(len(line) <= 120 or line.startswith("|") for line in text.splitlines())
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Performance",
        "## Where the time goes",
        "## How cost grows",
        "## Against conf",
    ]
    words = " ".join(text.split())
    for part in (
        "| `audit` | 1.00 s | 0.50 s | today | 4.00 s | 2.50 s | 0.25 | <= 0.5 | yes |",
        "Not measured: `check`: apt offers no package.",
        "10,000 configs on each of 50 releases take 17 min of CPU time to build the models, 6.9 h to judge the configs",
        "| 2 (6.12.1, 6.1.1) | 600 |",
        "| `audit` | today | 0.25 s | 0.25 s | 0.25 s | 0.25 s | 0.25 s | 0.25 s | 1.50 s |",
        "| `check` | 0.36 s | conf | 0.84 s | 1/2.3 | 1/2 | yes |",
    ):
        assert part in words


def test_what_was_not_measured_has_no_section() -> None:
    assert sections(Measured("", "", 1)) == []


def test_groups_come_in_the_order_of_the_tables() -> None:
    assert groups("conf,diff,check") == ["check", "diff", "conf"]
    with pytest.raises(argparse.ArgumentTypeError, match="no group 'speed'; there are check, diff"):
        groups("check,speed")
    assert groups(",".join(GROUPS)) == list(GROUPS)


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        (["kpolicy/cli/app.py", "kpolicy/policy/rules/read.py", "click/core.py"], "judging"),
        (["kpolicy/run/examine.py", "kpolicy/kconfig/load.py", "kpolicy/files.py"], "Kconfig"),
        (["kpolicy/policy/judging/roles.py", "kpolicy/evaluate/values.py", "kpolicy/kconfig/model.py"], "values"),
        (["kpolicy/policy/judging/roles.py", "<frozen importlib._bootstrap>", "kpolicy/explain/cause.py"], "start"),
        (["other.py"], "rest"),
    ],
)
def test_a_stack_belongs_to_a_phase(stack: list[str], expected: str) -> None:
    def innermost(files: list[str]) -> FrameType:
        """The innermost frame of code that says it is from some files, the outermost first."""
        name = files[0] if files[0].startswith("<") else f"/packages/{files[0]}"
        names: dict[str, Any] = {"innermost": innermost, "inner": files[1:], "here": sys._getframe}
        exec(compile("found = innermost(inner) if inner else here()", name, "exec"), names)
        found: FrameType = names["found"]
        return found

    assert phase(innermost(stack)) == expected
