# SPDX-License-Identifier: GPL-2.0-or-later
"""A line that does nothing gives one finding, where a rule and a check of lines both know of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kpolicy.config.read import parse_config
from kpolicy.evaluate.values import evaluate
from kpolicy.policy.checks.config_lines import check_lines
from kpolicy.policy.judging.check import judge
from kpolicy.policy.judging.told_once import told_once
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.rules.rule import Rule
from tests.cli.support import kpolicy
from tests.fixes.bench import rule
from tests.policy.support import models, values_of


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


@pytest.mark.parametrize(
    "stale", [rule for rule in shipped_catalogue() if rule.kind == "stale"], ids=lambda rule: rule.id
)
def test_the_severities_that_are_shown_are_those_of_findings(stale: Rule) -> None:
    found = set()
    for example in stale.examples:
        for text in (
            example.config,
            re.sub(r"^CONFIG_(\w+)=.*", r"# CONFIG_\1 is not set", example.config, flags=re.M),
        ):
            values = evaluate(models()(example.architecture), parse_config("a_defconfig", text.encode()), "defconfig")
            told = told_once(values, [stale], judge(values, [stale], "any"), check_lines(values, "any"))
            found |= {item.severity for item in told if item.rule == stale.id}
    assert found == set(stale.severities)
    shown = kpolicy("rules", "show", stale.id).out
    assert "severity  note; warning where config/unknown-symbol is one for the line\n" in shown


# A second rule asks to turn SLUB_DEBUG_ON off.
_SLAB = ("slab/debug-on-in-production", "hardening/pointers-unhashed")


def _severities(*lines: str, off: tuple[str, ...] = ()) -> dict[str, str]:
    rules = [item for item in shipped_catalogue() if item.id not in off]
    values = values_of(*lines)
    told = told_once(values, rules, judge(values, rules, "production"), ())
    return {item.rule: item.severity for item in told}


@pytest.mark.parametrize(
    ("lines", "parents", "rule"),
    [
        (("DEBUG_KERNEL", "DEBUG_KMEMLEAK"), ("kmemleak/in-production",), "stackdepot/early-in-production"),
        (("SLUB_DEBUG_ON",), _SLAB, "stackdepot/early-in-production"),
        (("DEBUG_KERNEL", "DEBUG_VM"), ("debug-vm/in-production",), "pgtable/boot-test-implied"),
    ],
)
def test_what_the_fix_of_another_finding_clears_is_a_note(
    lines: tuple[str, ...], parents: tuple[str, ...], rule: str
) -> None:
    found = _severities(*lines)
    assert found[parents[0]] in ("error", "warning")
    assert found[rule] == "note"
    assert _severities(*lines, off=parents)[rule] == "warning"
    assert shipped_catalogue().rule(rule).severities == ("warning", "note")


def test_what_something_else_enables_as_well_is_a_warning() -> None:
    lines = ("DEBUG_KERNEL", "DEBUG_KMEMLEAK", "SLUB_DEBUG_ON")
    assert _severities(*lines)["stackdepot/early-in-production"] == "note"
    assert _severities(*lines, off=_SLAB)["stackdepot/early-in-production"] == "warning"


def test_an_option_that_no_other_enables_has_one_severity() -> None:
    assert shipped_catalogue().rule("drm/driver-debug-in-production").severities == ("error",)
