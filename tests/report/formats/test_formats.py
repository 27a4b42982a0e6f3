# SPDX-License-Identifier: GPL-2.0-or-later
"""Every format: small outputs as they are kept, and what its own readers make of it, whatever the files hold."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from kpolicy.location import Location
from kpolicy.policy.files.policy_file import Threshold
from kpolicy.report.formats import FORMATS
from kpolicy.report.formats.csv_table import COLUMNS
from kpolicy.report.presentation import PLAIN, Presentation
from kpolicy.report.records import Report
from kpolicy.report.text.mail import WIDTH
from kpolicy.report.text.plain import line, relative
from kpolicy.report.text.suites import suites
from tests.report.formats import golden, readers
from tests.report.formats.samples import HOSTILE, config, finding, hostile, report, reports, sample

_READERS: dict[str, Callable[[str], Any]] = {
    "json": readers.read_json,
    "sarif": readers.read_sarif,
    "junit": readers.read_junit,
    "gitlab": readers.read_gitlab,
    "csv": readers.read_csv,
    "github": readers.read_github,
    "ktap": readers.read_ktap,
    "markdown": readers.read_markdown,
}
# Whatever drives a terminal, or begins another line.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]")


def render(name: str, made: Report, how: Presentation = PLAIN) -> str:
    return FORMATS[name].render(made, how)


def read(name: str, made: Report) -> Any:
    return _READERS[name](render(name, made))


@pytest.mark.parametrize("name", sorted(path.name for path in golden.FOLDER.iterdir()))
def test_small_outputs_are_as_they_are_kept(name: str) -> None:
    assert (golden.FOLDER / name).read_bytes().decode() == golden.outputs()[name]


def test_every_format_has_a_kept_output() -> None:
    assert set(golden.outputs()) == {path.name for path in golden.FOLDER.iterdir()}


@pytest.mark.parametrize("name", _READERS)
@pytest.mark.parametrize("made", [sample(), report(), report(config())], ids=["sample", "nothing", "clean"])
def test_readers_take_it(name: str, made: Report) -> None:
    read(name, made)


@pytest.mark.parametrize("name", _READERS)
def test_hostile_texts_break_nothing(name: str) -> None:
    read(name, hostile(many=100))


def test_ten_thousand_findings_break_nothing() -> None:
    made = hostile(many=10_000)
    count = sum(1 for _ in made.findings)
    assert count > 10_000
    assert len(json.loads(render("sarif", made))["runs"][0]["results"]) > count
    assert sum(len(item["findings"]) for item in json.loads(render("json", made))["configs"]) > 10_000
    assert len(ET.fromstring(render("junit", made)).findall("*/testcase")) > count
    assert len(readers.read_csv(render("csv", made))) == count
    assert len(readers.read_gitlab(render("gitlab", made))) == count
    assert sum(len(test.subtests) for test in readers.read_ktap(render("ktap", made))) > count
    assert len(readers.read_github(render("github", made))) == 30


@pytest.mark.parametrize("name", [*_READERS, "jsonl"])
@settings(deadline=None, max_examples=15)
@given(made=reports())
def test_nothing_at_all_breaks_it(name: str, made: Report) -> None:
    text = render(name, made)
    if name in _READERS:
        _READERS[name](text)
    else:
        assert len([json.loads(row) for row in text.splitlines()]) == sum(1 for _ in made.findings)


@pytest.mark.parametrize("name", ["text", "github", "ktap", "markdown", "junit", "gitlab", "csv"])
def test_nothing_drives_a_terminal_or_forges_a_line(name: str) -> None:
    text = render(name, hostile(many=100), Presentation(details=True))
    # CSV ends its rows with both characters.
    assert not _CONTROL.search(text.replace("\r\n", "\n"))


def test_text_has_a_line_a_finding_whatever_the_names() -> None:
    made = hostile(many=100)
    assert render("text", made, Presentation(terse=True)).count("\n") == sum(1 for _ in made.findings)


def test_what_is_not_shown_stands_as_an_escape() -> None:
    assert line("a\nb\x1b\udcff\u202e\u0085") == "a\\x0ab\\x1b\\xff\\u202e\\x85"
    assert line("caf\u00e9 \U0001f600") == "caf\u00e9 \U0001f600"
    assert [relative(path) for path in ("/a/b", "./a", "a/./b", ".//./a", "/", "../a")] == [
        "a/b", "a", "a/./b", "a", ".", "../a"
    ]  # fmt: skip


def test_findings_are_the_same_in_all() -> None:
    made = sample()
    standing = [item.rule for item in made.findings]
    assert [row["rule"] for row in read("csv", made)] == standing
    assert [issue["check_name"] for issue in read("gitlab", made)] == standing
    assert [json.loads(row)["rule"] for row in render("jsonl", made).splitlines()] == standing
    assert sorted(result["ruleId"] for result in read("sarif", made)["results"]) == sorted(
        [*standing, "debug-vm/in-production", "lockdep/known"]
    )
    assert sorted(title["title"] for _, title, _ in read("github", made)) == sorted(
        [*standing, "could not be analysed"]
    )


def test_what_fails_the_run_fails_its_test() -> None:
    made = sample()
    counts: dict[Threshold, int] = {"error": 2, "warning": 5, "note": 7, "never": 0}
    for threshold, failed in counts.items():
        chosen = replace(made, fail_on=threshold)
        root = read("junit", chosen)
        assert (int(root.get("failures")), int(root.get("errors"))) == (failed, 1)
        tests = [subtest for test in read("ktap", chosen) for subtest in test.subtests]
        assert sum(not test.ok and not test.directive for test in tests) == failed
        assert [suite.fails for suite in suites(chosen)] == [not test.ok for test in read("ktap", chosen)]


def test_what_is_accepted_is_skipped() -> None:
    root = read("junit", sample())
    skipped = {case.get("name"): case.find("skipped").get("message") for case in root.iter("testcase")
               if case.find("skipped") is not None}  # fmt: skip
    assert skipped["debug-vm/in-production DEBUG_VM"].startswith("waived by jane: the lab wants it, until 2030-01-31")
    assert skipped["lockdep/known LOCKDEP"] == "in the baseline"
    tests = [subtest for test in read("ktap", sample()) for subtest in test.subtests]
    assert {test.name: test.ok for test in tests if test.directive == "SKIP"} == dict.fromkeys(skipped, True)


def test_a_config_of_which_all_is_accepted_is_skipped_in_ktap() -> None:
    (test,) = read("ktap", report(replace(config(), known=(finding(),))))
    assert (test.ok, test.directive) == (True, "SKIP")


def test_cases_of_one_name_are_numbered() -> None:
    (suite,) = suites(report(config(finding(), finding(line=4), finding(line=5))))
    assert [case.name.removeprefix("kmemleak/in-production DEBUG_KMEMLEAK") for case in suite.cases] == [
        "", " (2)", " (3)"
    ]  # fmt: skip
    assert [suite.name for suite in suites(report(config(name="a"), config(name="a")))] == ["a", "a (2)"]


def test_csv_is_text_to_a_spreadsheet() -> None:
    texts = ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1")
    made = report(config(*(finding(symbol=text, message=f'{text} "quoted", and more') for text in texts)))
    rows = read("csv", made)
    assert [row["symbol"] for row in rows] == ["'=1+1", "'+1", "'-1", "'@x", "\\x09=1", "\\x0d=1"]
    assert rows[0]["message"] == '\'=1+1 "quoted", and more'
    assert rows[0]["remedy"] == "# CONFIG_ROOT is not set\n# CONFIG_=1+1 is not set"
    assert render("csv", report(config())) == ",".join(COLUMNS) + "\r\n"


def test_the_mail_is_narrow_and_ascii() -> None:
    made = hostile(many=300)
    text = render("text", replace(made, tree="caf\u00e9"), Presentation(mail=True))
    assert text.isascii()
    # A word that is longer stays in one piece, and so do the config lines of a remedy.
    assert all(len(row) <= WIDTH or len(row.split()) == 1 or row.startswith("    > ") for row in text.splitlines())


def test_in_a_mail_200_configs_with_a_finding_are_one_paragraph() -> None:
    names = [f"arch/arm/configs/board{number}_defconfig" for number in range(200)]
    placed = [finding(config=name, message=f"ON=y (set to y at {name}:3): slow") for name in names]
    elsewhere = [replace(finding(config=name, rule="a/b"), place=Location("lib/Kconfig", 3)) for name in names]
    made = report(*(config(*both, name=name) for name, *both in zip(names, placed, elsewhere, strict=True)))
    text = render("text", made, Presentation(mail=True))
    assert text.count("slow") == 1
    assert "ON=y (set to y): slow" in text
    assert text.count("(lib/Kconfig:3)") == 1
    assert len(text.split("\n\n")) == 7
    assert all(f"{name.rpartition('/')[2]}:3" in text for name in names)


def test_markdown_names_nobody() -> None:
    text = render("markdown", report(config(finding(message="ask @torvalds about #1, or http://x <b>"))))
    assert "- `ask @torvalds about #1, or http://x <b>`" in text


@pytest.mark.trees
def test_the_kernels_own_parser_reads_it(kernel: Path, tmp_path: Path) -> None:
    made = hostile(many=500)
    path = tmp_path / "report.ktap"
    path.write_text(render("ktap", made))
    tool = kernel / "tools/testing/kunit/kunit.py"
    run = subprocess.run(
        [sys.executable, tool, "parse", path], capture_output=True, text=True, timeout=120, cwd=tmp_path
    )
    tests = [test for test in read("ktap", made) if not test.subtests]
    tests += [subtest for test in read("ktap", made) for subtest in test.subtests]
    skipped = sum(test.directive == "SKIP" for test in tests)
    failed = sum(not test.ok for test in tests)
    passed = len(tests) - skipped - failed
    assert f"Ran {len(tests)} tests: passed: {passed}, failed: {failed}, skipped: {skipped}" in run.stdout
    assert "ERROR" not in re.sub(r"# .*", "", run.stdout)
    assert len(HOSTILE) < failed
