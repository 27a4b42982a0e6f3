# SPDX-License-Identifier: GPL-2.0-or-later
"""A saved report is read again exactly; what is no report is refused, with its line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpolicy.errors import InputError
from kpolicy.report.formats import FORMATS
from kpolicy.report.json.nodes import parse
from kpolicy.report.json.saved import read_report
from kpolicy.report.presentation import PLAIN
from kpolicy.report.records import Report
from tests.report.formats.samples import hostile, reports, sample


def _saved(made: Report) -> bytes:
    return FORMATS["json"].render(made, PLAIN).encode("ascii")


@pytest.mark.parametrize("made", [sample(), hostile(many=50)], ids=["sample", "hostile"])
def test_read_again_and_shown_in_every_format(made: Report) -> None:
    again = read_report("saved", _saved(made))
    assert again == made
    for form in FORMATS.values():
        assert form.render(again, PLAIN) == form.render(made, PLAIN)


@settings(deadline=None)
@given(made=reports())
def test_any_report_is_read_again(made: Report) -> None:
    again = read_report("saved", _saved(made))
    assert again == made
    assert _saved(again) == _saved(made)
    assert [type(error) for error in again.errors] == [type(error) for error in made.errors]


def test_packed() -> None:
    assert read_report("saved.gz", gzip.compress(_saved(sample()))) == sample()


def test_keys_that_are_not_known_are_passed_over() -> None:
    document = json.loads(_saved(sample()))
    document["new"] = document["configs"][0]["new"] = document["configs"][0]["findings"][0]["new"] = [{}]
    assert read_report("saved", json.dumps(document).encode()) == sample()


def _refused(content: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        read_report("saved", content)
    assert caught.value.location is not None
    assert caught.value.exit_status == 3
    return caught.value


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"[]", "not a saved report of kpolicy"),
        (b"{}", "not a saved report of kpolicy"),
        (b'{"schema": "kpolicy-baseline/1"}', "not a saved report of kpolicy"),
        (b'{"schema": "kpolicy/2"}', "a report of schema 'kpolicy/2'"),
        (b'{"schema": "kpolicy/1"}', "the document: the key 'tree' is missing"),
        (b'{"schema": NaN}', "a number too long, or one that JSON does not have"),
        (b"9" * 10_000, "a number too long"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"\x1f\x8b\x08", "cannot be unpacked"),
        (gzip.compress(b"[1]", mtime=0)[:-6], "cannot be unpacked"),
    ],
)
def test_what_is_no_report(content: bytes, message: str) -> None:
    assert message in _refused(content).message


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpolicy.report.json.saved.MAX_SIZE", 1 << 20)
    assert "larger than 1 MiB when unpacked" in _refused(gzip.compress(b" " * (1 << 22))).message


def test_every_beginning_of_a_report_is_refused() -> None:
    content = _saved(sample())
    for end in range(0, len(content) - 2, 97):
        assert "not JSON" in _refused(content[:end]).message
    assert _refused(content[: len(content) // 2]).hint == "does the file end too early?"


def _set(*way: str | int, to: object) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in way[:-1]:
            document = document[step]
        document[way[-1]] = to

    return change


_FINDING = ("configs", 0, "findings", 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set(*_FINDING, "severity", to="bad"), "findings[1].severity: 'bad' is none of error, warning, note"),
        (_set(*_FINDING, "location", "line", to=0), "findings[1].location.line: expected a number from 1 on"),
        (_set(*_FINDING, "location", "line", to=True), "findings[1].location.line: expected a whole number"),
        (_set(*_FINDING, "location", "line", to=1 << 60), "findings[1].location.line: expected a number from 1 on"),
        (_set(*_FINDING, "symbols", to=["A"]), "findings[1].symbols: expected an object"),
        (_set(*_FINDING, "symbols", to={"A": 1}), "findings[1].symbols.A: expected a text"),
        (_set(*_FINDING, "message", to="\ud800"), "findings[1].message: a text with a character that no file"),
        (_set(*_FINDING, "symbol", to="OTHER"), "findings[1].fingerprint: not the fingerprint of this finding"),
        (_set(*_FINDING, "causes", 0, "kind", to="magic"), "findings[1].causes[0].kind: 'magic' is none of"),
        (_set(*_FINDING, to=None), "findings[1]: expected an object"),
        (_set("configs", to={}), "configs: expected a list"),
        (_set("configs", 0, "policy", to=7), "configs[0].policy: there are only 1 policies"),
        (_set("configs", 0, "waived", 0, "waiver", "expires", to="soon"), "expires: expected a day, YYYY-MM-DD"),
        (_set("about_tree", "complete", to=1), "about_tree.complete: expected true or false"),
        (_set("line_hashes", to={"a": {"-1": "x"}}), "line_hashes.a.-1: expected the number of a line"),
        (_set("rules", 1, "id", to="debug-vm/in-production"), "the rule 'debug-vm/in-production' is here twice"),
        (_set("fail_on", to="all"), "fail_on: 'all' is none of"),
    ],
)
def test_what_is_wrong_in_a_report(change: Callable[[Any], None], message: str) -> None:
    document = json.loads(_saved(sample()))
    change(document)
    assert message in _refused(json.dumps(document).encode()).message


def test_the_line_of_what_is_wrong() -> None:
    lines = _saved(replace(sample(), notes=())).decode().split("\n")
    number = next(number for number, text in enumerate(lines) if '"rule": "config/dropped-request"' in text)
    lines[number] = lines[number].replace('"warning"', '"bad"')
    place = _refused("\n".join(lines).encode()).location
    assert place is not None
    assert (place.path, place.line) == ("saved", number + 1)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    document = json.loads(_saved(sample()))
    at = document
    while isinstance(at, (dict, list)) and at:
        keys = list(at) if isinstance(at, dict) else range(len(at))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(at[key], (dict, list)) or not at[key] or data.draw(st.booleans()):
            at[key] = data.draw(_JSON)
            break
        at = at[key]
    try:
        found = read_report("saved", json.dumps(document).encode())
    except InputError as error:
        refusal = error
    else:
        for form in FORMATS.values():
            form.render(found, PLAIN)
        return
    assert refusal.location is not None


@given(value=_JSON)
def test_the_way_to_a_value_leads_to_its_line(value: object) -> None:
    text = json.dumps([0, {"a": [value, "here"]}], indent=1, allow_nan=True)
    if "NaN" in text or "Infinity" in text:
        return
    node = parse("x", text)
    with pytest.raises(InputError) as caught:
        node.elements()[1]["a"].elements()[1].wrong("found")
    assert caught.value.message == "[1].a[1]: found"
    assert caught.value.location is not None
    assert text.split("\n")[caught.value.location.line - 1].strip() == '"here"'
