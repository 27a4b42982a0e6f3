# SPDX-License-Identifier: GPL-2.0-or-later
"""Waivers: what they set apart, up to which day, and what is said about those that do nothing."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.location import Location
from kpolicy.policy.files.extends import default_policy, policy_of_text
from kpolicy.policy.files.policy_file import Waiver
from kpolicy.policy.judging.check import judge
from kpolicy.policy.judging.waivers import Scope, WaiverResult, apply_waivers
from kpolicy.policy.rules.finding import Finding
from tests.policy.support import values_of

TODAY = dt.date(2026, 7, 1)
CONFIG = "arch/x86/configs/some_defconfig"


def found() -> tuple[Finding, ...]:
    values = values_of("DEBUG_KERNEL", "DEBUG_VM", "KASAN", name=CONFIG)
    return judge(values, default_policy().rules, "production")


def waivers(text: str) -> tuple[Waiver, ...]:
    tables = [f'[[waiver]]\nreason = "known"\nowner = "us"\n{part}\n' for part in text.split(";")]
    return policy_of_text("kpolicy.toml", "".join(tables)).waivers


def apply(text: str, *, complete: bool = True, today: dt.date = TODAY) -> WaiverResult:
    return apply_waivers(found(), waivers(text), Scope([CONFIG], complete=complete), today)


def said(result: WaiverResult) -> list[tuple[str, str, int, str]]:
    return [(item.rule, item.severity, item.place.line, item.message) for item in result.remarks]


def test_what_is_waived_is_kept_apart_and_counted() -> None:
    result = apply('rule = "debug-vm/in-production"')
    assert [item.finding.rule for item in result.waived] == ["debug-vm/in-production"]
    assert result.waived[0].waiver.reason == "known"
    assert len(result.findings) == len(found()) - 1
    assert result.remarks == ()


def test_every_key_narrows() -> None:
    everything = len(found())
    assert len(apply('rule = "*"').waived) == everything
    assert len(apply('rule = "*"\nconfig = "some_defconfig"').waived) == everything
    assert len(apply('rule = "*"\nconfig = "arch/arm64/**"').waived) == 0
    assert len(apply('rule = "*"\nsymbol = "DEBUG_VM"').waived) == sum(item.symbol == "DEBUG_VM" for item in found())
    assert len(apply('rule = "*"\nsymbol = "DEBUG_SG"').waived) == 0
    family = [item for item in found() if item.rule.startswith("kasan/")]
    assert family
    assert [item.finding for item in apply('rule = "kasan"').waived] == family


def test_a_waiver_holds_up_to_its_last_day() -> None:
    text = 'rule = "debug-vm"\nexpires = 2026-07-01'
    assert len(apply(text).waived) == 1
    late = apply(text, today=dt.date(2026, 7, 2))
    assert late.waived == ()
    assert late.findings == found()
    assert said(late) == [
        (
            "policy/waiver-expired",
            "warning",
            1,
            "waiver of debug-vm in all configs expired on 2026-07-01 (us: known)",
        )
    ]
    assert late.remarks[0].place == Location("kpolicy.toml", 1)


def test_an_expired_waiver_does_not_keep_another_from_holding() -> None:
    result = apply('rule = "debug-vm"\nexpires = "2026-01-01";rule = "debug-vm"\nconfig = "some_defconfig"')
    assert len(result.waived) == 1
    assert result.waived[0].waiver.config == "some_defconfig"
    assert [item.rule for item in result.remarks] == ["policy/waiver-expired"]


def test_a_waiver_that_waives_nothing() -> None:
    result = apply('rule = "slab";rule = "debug-vm";rule = "kmemleak"\nsymbol = "DEBUG_VM"\nexpires = 2020-01-01')
    assert said(result) == [
        ("policy/waiver-unused", "note", 1, "unused waiver: slab matches no finding in any config (us: known)"),
        (
            "policy/waiver-expired",
            "warning",
            9,
            "waiver of kmemleak for DEBUG_VM in all configs expired on 2020-01-01 and matches no finding (us: known)",
        ),
    ]


def test_only_what_was_judged_can_be_unused() -> None:
    def unused(text: str, scope: Scope) -> bool:
        return bool(apply_waivers((), waivers(text), scope, TODAY).remarks)

    some = Scope([CONFIG])
    assert not unused('rule = "slab"', some)
    assert not unused('rule = "slab"\nconfig = "*_defconfig"', some)
    assert not unused('rule = "slab"\nconfig = "other_defconfig"', some)
    assert unused('rule = "slab"\nconfig = "some_defconfig"', some)
    everything = Scope([CONFIG], complete=True)
    assert unused('rule = "slab"\nconfig = "other_defconfig"', everything)
    assert unused('rule = "slab"', everything)
    assert not unused('rule = "slab"', Scope([CONFIG], True, ["slab/debug-on-in-production"]))


def test_remarks_have_fingerprints_of_their_own_that_hold_when_lines_move() -> None:
    text = 'rule = "slab";rule = "slab"\nsymbol = "X";rule = "kmsan"\nconfig = "a";rule = "kmsan"\nconfig = "b"'
    prints = [item.fingerprint for item in apply(text).remarks]
    assert len(set(prints)) == 4
    moved = apply(f'rule = "debug-vm";{text}')
    assert [item.fingerprint for item in moved.remarks] == prints
    # What a report shows of every finding is there.
    assert all(item.causes[0].location == item.place for item in moved.remarks)


def test_a_policy_can_switch_the_remarks() -> None:
    result = apply('rule = "slab";rule = "kmsan"\nexpires = 2020-01-01')
    settings = policy_of_text("p.toml", 'rules."policy/waiver-*" = "error"\nrules."policy/waiver-unused" = "off"')
    assert [(item.rule, item.severity) for item in settings.settings("x").adjust(result.remarks)] == [
        ("policy/waiver-expired", "error")
    ]


def test_requirements_can_be_waived() -> None:
    assert waivers('rule = "required/debug-vm"')[0].rule == "required/debug-vm"
    assert waivers('rule = "required"')


rules = st.sampled_from(("*", "debug-vm", "kasan/*", "slab", "*/in-production"))
days = st.dates(dt.date(2026, 6, 1), dt.date(2026, 8, 1)) | st.none()


@given(st.lists(st.tuples(rules, days), max_size=5))
@settings(deadline=None)
def test_no_finding_is_lost_or_doubled(given_waivers: list[tuple[str, dt.date | None]]) -> None:
    made = [
        Waiver(rule, "", "", "reason", "owner", day, Location("kpolicy.toml", number))
        for number, (rule, day) in enumerate(given_waivers, 1)
    ]
    result = apply_waivers(found(), made, Scope([CONFIG], complete=True), TODAY)
    parts = [*result.findings, *(item.finding for item in result.waived)]
    assert sorted(parts, key=lambda item: item.fingerprint) == sorted(found(), key=lambda item: item.fingerprint)
    assert all(item.waiver.expires is None or item.waiver.expires >= TODAY for item in result.waived)
    assert {item.place.line for item in result.remarks if item.rule == "policy/waiver-expired"} == {
        number for number, waiver in enumerate(made, 1) if waiver.expires is not None and waiver.expires < TODAY
    }
