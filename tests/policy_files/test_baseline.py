# SPDX-License-Identifier: GPL-2.0-or-later
"""Baselines: what is known, what is new, what is gone, and how the file changes."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.errors import UsageError
from kpolicy.location import Location
from kpolicy.policy.files.extends import default_policy
from kpolicy.policy.judging.baseline import (
    FORMAT,
    KEYS,
    Baseline,
    Known,
    make_baseline,
    parse_baseline,
    read_baseline,
    scope_of,
    subtract,
    update,
)
from kpolicy.policy.judging.check import judge
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.toml.toml_file import FileErrors
from tests.policy.support import values_of

TEMPLATE = judge(values_of("DEBUG_KERNEL", "DEBUG_VM"), default_policy().rules, "production")[0]


def finding(key: tuple[str, str, str, str], line: int = 1) -> Finding:
    config, architecture, rule, symbol = key
    return dataclasses.replace(
        TEMPLATE, config=config, architecture=architecture, rule=rule, symbol=symbol, place=Location(config, line)
    )


keys = st.tuples(
    st.sampled_from(("a_defconfig", "b_defconfig")),
    st.sampled_from(("x86", "arm64")),
    st.sampled_from(("kasan/x", "slab/y")),
    st.sampled_from(("KASAN", "SLUB_DEBUG")),
)
many = st.lists(keys, max_size=12).map(lambda found: [finding(key) for key in found])
A = ("a_defconfig", "x86", "kasan/x", "KASAN")
B = ("b_defconfig", "arm64", "slab/y", "SLUB_DEBUG")


def test_the_file_is_sorted_and_has_a_line_for_each_finding() -> None:
    baseline = make_baseline([finding(B), finding(A, 7), finding(A, 8)])
    assert baseline.known == (Known(*A, 2), Known(*B))
    lines = baseline.text().splitlines()
    assert lines[:3] == ["{", f'  "format": "{FORMAT}",', '  "findings": [']
    assert json.loads(lines[3].rstrip(",")) == {
        "fingerprint": finding(A).fingerprint,
        "rule": "kasan/x",
        "architecture": "x86",
        "config": "a_defconfig",
        "symbol": "KASAN",
        "count": 2,
    }
    assert tuple(json.loads(lines[3].rstrip(","))) == KEYS
    assert Baseline().text() == f'{{\n  "format": "{FORMAT}",\n  "findings": []\n}}\n'


@given(many)
@settings(deadline=None)
def test_what_is_written_is_read_again(found: list[Finding]) -> None:
    baseline = make_baseline(found)
    assert parse_baseline("b.json", baseline.text()) == baseline
    assert make_baseline(reversed(found)).text() == baseline.text()
    assert json.loads(baseline.text())["format"] == FORMAT


@given(many)
@settings(deadline=None)
def test_a_baseline_knows_what_it_was_made_of(found: list[Finding]) -> None:
    result = subtract(found, make_baseline(found))
    assert (result.new, result.gone) == ((), ())
    assert result.known == tuple(found)


@given(many, many)
@settings(deadline=None)
def test_subtraction_adds_up(before: list[Finding], now: list[Finding]) -> None:
    baseline = make_baseline(before)
    result = subtract(now, baseline)
    assert sorted(item.fingerprint for item in (*result.new, *result.known)) == sorted(i.fingerprint for i in now)
    known = Counter(item.fingerprint for item in before)
    here = Counter(item.fingerprint for item in now)
    assert Counter(item.fingerprint for item in result.new) == here - known
    assert Counter({item.fingerprint: item.count for item in result.gone}) == known - here


@given(many, many)
@settings(deadline=None)
def test_an_update_only_shrinks_unless_it_may_grow(before: list[Finding], now: list[Finding]) -> None:
    baseline = make_baseline(before)
    shrunk = update(baseline, now)
    assert Counter({item.fingerprint: item.count for item in shrunk.known}) == Counter(
        item.fingerprint for item in before
    ) & Counter(item.fingerprint for item in now)
    assert update(baseline, now, grow=True) == make_baseline(now)
    assert update(shrunk, now) == shrunk


@given(many, many)
@settings(deadline=None)
def test_what_was_not_looked_at_stays(before: list[Finding], now: list[Finding]) -> None:
    baseline = make_baseline(before)
    scope = scope_of([("x86", "a_defconfig")], ["slab/y"])
    seen = [item for item in now if scope(Known(item.config, item.architecture, item.rule, item.symbol))]
    after = update(baseline, seen, scope, grow=True)
    outside = [item for item in baseline.known if not scope(item)]
    assert [item for item in after.known if not scope(item)] == outside
    assert [item for item in after.known if scope(item)] == list(make_baseline(seen).known)
    assert not [item for item in subtract(seen, baseline, scope).gone if not scope(item)]


def test_lines_may_move() -> None:
    baseline = make_baseline([finding(A, 3)])
    assert subtract([finding(A, 300)], baseline).new == ()
    assert len(subtract([finding(A, 3), finding(A, 4)], baseline).new) == 1


def test_a_rule_that_was_renamed_is_known_by_its_old_name() -> None:
    old = make_baseline([finding(A)])
    read = parse_baseline("b.json", old.text(), lambda rule: "kasan/new" if rule == "kasan/x" else rule)
    assert read.known[0].rule == "kasan/new"
    new = finding((A[0], A[1], "kasan/new", A[3]))
    assert subtract([new], read).new == ()


def one(**changes: object) -> str:
    entry = {**json.loads(make_baseline([finding(A)]).text())["findings"][0], **changes}
    entry = {key: value for key, value in entry.items() if value is not None}
    return f'{{"format": "{FORMAT}",\n"findings": [\n{json.dumps(entry)}\n]}}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "b.json:1:1: not JSON: expecting value"),
        ('{"format": \n', "b.json:2:1: not JSON: expecting value"),
        ("{'format': 1}", "b.json:1:2: not JSON: expecting property name enclosed in double quotes"),
        (
            f'{{"format": "{FORMAT}", "findings": [{"9" * 5000}]}}',
            "b.json:None: not JSON: a number too long, or nested too deeply",
        ),
        ("[]", "b.json:None: not a baseline"),
        ('{"format": "kpolicy-baseline/2", "findings": []}', "b.json:None: not a baseline"),
        (f'{{"format": "{FORMAT}", "findings": {{}}}}', "b.json:None: not a baseline"),
        (f'{{"format": "{FORMAT}", "findings": [], "x": 1}}', "b.json:1:None: unknown key 'x'"),
        (f'{{"format": "{FORMAT}", "findings": [\n  7]}}', "b.json:2:3: an entry is an object"),
        (one(symbol=None), "b.json:3:1: the key 'symbol' is missing"),
        (one(symbol=7), "b.json:3:1: 'symbol' must be a text"),
        (one(count=0), "b.json:3:1: 'count' must be a whole number from 1 on"),
        (one(count=True), "b.json:3:1: 'count' must be a whole number from 1 on"),
        (one(count=None), "b.json:3:1: the key 'count' is missing"),
        (one(symbols="X"), "b.json:3:1: unknown key 'symbols'"),
        (one(rule="kasan/y"), "b.json:3:1: the fingerprint is not that of this finding"),
        (one(config="\ud800"), "b.json:3:1: a text has a character that no file name has"),
    ],
)
def test_what_is_wrong_with_a_baseline(text: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_baseline("b.json", text)
    error = caught.value.errors[0] if isinstance(caught.value, FileErrors) else caught.value
    assert f"{error.location}:{error.column}: {error.message}".startswith(expected)
    assert caught.value.exit_status == 2


def test_all_that_is_wrong_is_said_at_once() -> None:
    entry = one().split("\n")[2]
    text = f'{{"format": "{FORMAT}", "findings": [\n{entry},\n{{}},\n{entry}]}}'
    with pytest.raises(FileErrors) as caught:
        parse_baseline("b.json", text)
    assert [(error.location and error.location.line, error.message) for error in caught.value.errors] == [
        (3, "the key 'fingerprint' is missing"),
        (4, "kasan/x for KASAN in a_defconfig is here twice"),
    ]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="kpolicy baseline update") as caught:
        read_baseline(str(tmp_path / "gone.json"))
    assert caught.value.exit_status == 2
    with pytest.raises(UsageError, match="Is a directory"):
        read_baseline(str(tmp_path))
    (tmp_path / "b.json").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not UTF-8"):
        read_baseline(str(tmp_path / "b.json"))
    (tmp_path / "b.json").write_text(make_baseline([finding(A)]).text(), encoding="utf-8")
    assert read_baseline(str(tmp_path / "b.json")) == make_baseline([finding(A)])


def test_names_that_are_no_utf_8() -> None:
    odd = finding(("a\udcff_defconfig", "x86", "kasan/x", "KASAN"))
    baseline = make_baseline([odd])
    assert parse_baseline("b.json", baseline.text()) == baseline
    assert baseline.text().isascii()


@given(st.text(max_size=60) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
@settings(deadline=None)
def test_any_text_is_a_baseline_or_an_error(text: str) -> None:
    for candidate in (text, f'{{"format": "{FORMAT}", "findings": {text}}}'):
        with suppress(UsageError):
            assert len(parse_baseline("b.json", candidate).known) == 0
