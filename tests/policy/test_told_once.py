# SPDX-License-Identifier: GPL-2.0-or-later
"""A line that does nothing gives one finding, where a rule and a check of lines both know of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import evaluate
from kpolicy.policy.checks.config_lines import check_lines
from kpolicy.policy.judging.check import judge
from kpolicy.policy.judging.told_once import told_once
from tests.cli.support import kpolicy
from tests.fixes.bench import rule
from tests.policy.support import models


def _told(demo: Path, folder: Path, line: str) -> list[tuple[str, str, list[str]]]:
    path = folder / "my_defconfig"
    path.write_text(f"CONFIG_DEBUG_KERNEL=y\n{line}\n")
    found = kpolicy("check", "--tree", demo, "--arch", "x86", "-o", "json", path).json["configs"][0]["findings"]
    return [(item["rule"], item["severity"], item["remedy"]) for item in found if item["location"]["line"] == 2]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("CONFIG_TIMER_STATS=y", ("stale/timer-stats", "warning", [])),
        ("# CONFIG_TIMER_STATS is not set", ("stale/timer-stats", "note", [])),
        (
            "CONFIG_DEBUG_SPINLOCK_SLEEP=y",
            ("stale/debug-spinlock-sleep", "warning", ["CONFIG_DEBUG_ATOMIC_SLEEP=y"]),
        ),
        ("CONFIG_DETECT_SOFTLOCKUP=y", ("stale/detect-softlockup", "warning", ["CONFIG_SOFTLOCKUP_DETECTOR=y"])),
        ("CONFIG_LOCKUP_DETECTOR=y", ("watchdog/named-and-not-built", "warning", ["CONFIG_SOFTLOCKUP_DETECTOR=y"])),
    ],
)
def test_the_finding_that_says_what_to_do_remains(
    demo: Path, tmp_path: Path, line: str, expected: tuple[str, str, list[str]]
) -> None:
    assert _told(demo, tmp_path, line) == [expected]


def test_the_check_of_lines_speaks_where_the_rule_is_off(demo: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[rules]\n"stale/*" = "off"\n')
    path = tmp_path / "my_defconfig"
    path.write_text("CONFIG_TIMER_STATS=y\n")
    outcome = kpolicy("check", "--tree", demo, "--arch", "x86", "--policy", policy, "-o", "json", path)
    rules = [item["rule"] for item in outcome.json["configs"][0]["findings"]]
    assert "config/unknown-symbol" in rules
    assert "stale/timer-stats" not in rules


@pytest.mark.parametrize(
    ("when", "remains"), [("assigned(DEBUG_VM)", True), ("assigned(DEBUG_VM) && !DEBUG_VM", False)]
)
def test_a_rule_that_says_something_else_hides_nothing(when: str, *, remains: bool) -> None:
    values = evaluate(models()("x86"), parse_config("a_defconfig", b"CONFIG_DEBUG_VM=y\n"), "defconfig")
    found = told_once(values, [own := rule(when)], judge(values, [own], "any"), check_lines(values, "any"))
    assert ("config/dropped-request" in {item.rule for item in found}) is remains


def test_fix_writes_the_present_name(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "my_defconfig"
    path.write_text("CONFIG_DEBUG_KERNEL=y\nCONFIG_DEBUG_SPINLOCK_SLEEP=y\n")
    out = kpolicy("fix", "--tree", demo, "--arch", "x86", path).out
    changed = [line for line in out.splitlines() if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    assert changed == ["-CONFIG_DEBUG_SPINLOCK_SLEEP=y", "+CONFIG_DEBUG_ATOMIC_SLEEP=y"]
