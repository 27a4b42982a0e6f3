# SPDX-License-Identifier: GPL-2.0-or-later
"""What the readers of a format take at most: it is kept to, the worst comes first, and a cut is said."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace

import pytest

from kpolicy.explain.cause import Link
from kpolicy.location import Location
from kpolicy.report.formats import github, markdown, sarif
from kpolicy.report.presentation import PLAIN
from kpolicy.report.records import Report
from tests.report.formats.readers import read_github, read_sarif
from tests.report.formats.samples import config, finding, note, report


def _many(count: int) -> Report:
    return report(config(*(finding(severity="warning", line=number + 1) for number in range(count)), finding()))


def _said(run: dict[str, list[dict[str, list[dict[str, dict[str, str]]]]]]) -> list[str]:
    return [item["message"]["text"] for item in run["invocations"][0]["toolExecutionNotifications"][1:]]


def test_sarif_leaves_out_the_least_severe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 20)
    monkeypatch.setattr(sarif, "MOST_SHOWN", 10)
    run = read_sarif(sarif.render(_many(30), PLAIN))
    assert [result["level"] for result in run["results"]] == ["error", *["warning"] * 19]
    assert _said(run) == [
        "11 results of 31 left out, the least severe: GitHub takes no larger file",
        "GitHub shows 10 results of a run, and there are 20 here",
    ]
    assert _said(read_sarif(sarif.render(_many(5), PLAIN))) == []


def test_sarif_is_small_when_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_BYTES", 5_000)
    text = sarif.render(_many(1000), PLAIN)
    assert 2_500 < len(zlib.compress(text.encode())) <= 5_000
    run = read_sarif(text)
    assert run["results"][0]["level"] == "error"
    assert _said(run)[0].startswith(f"{1001 - len(run['results'])} results of 1001 left out")


def test_sarif_rules_and_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RULES", 2)
    monkeypatch.setattr(sarif, "MOST_STEPS", 3)
    chain = tuple(Link("selected", f"S{n}", "y", f"S{n + 1}", Location("Kconfig", n + 1), "selected") for n in range(5))
    made = replace(report(config(replace(finding(), causes=chain))), notes=(note("a/a"), note("b/b"), note("c/c")))
    run = read_sarif(sarif.render(made, PLAIN))
    assert len(run["tool"]["driver"]["rules"]) == 2
    (flow,) = run["results"][0]["codeFlows"]
    steps = [step["location"]["message"]["text"] for step in flow["threadFlows"][0]["locations"]]
    # The end is the symbol itself.
    assert steps == ["S2=y: selected", "S1=y: selected", "S0=y: selected"]
    assert len(_said(run)) == 2


def test_sarif_names_a_tag_once() -> None:
    made = replace(report(config(finding())), notes=(replace(note("stale/x"), kind="stale"),))
    (rule,) = read_sarif(sarif.render(made, PLAIN))["tool"]["driver"]["rules"]
    assert rule["properties"]["tags"] == ["stale"]


def test_sarif_paths() -> None:
    paths = ("arch/a b#.config", "/etc/x", "../x", "\udcff", "a:b")
    made = report(config(*(replace(finding(), place=Location(path, 1)) for path in paths)))
    found = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]
        for result in read_sarif(sarif.render(made, PLAIN))["results"]
    ]
    base = {"uriBaseId": "%SRCROOT%"}
    assert found == [
        {"uri": "arch/a%20b%23.config", **base}, {"uri": "file:///etc/x"}, {"uri": "../x"}, {"uri": "%FF", **base},
        {"uri": "a%3Ab", **base},
    ]  # fmt: skip
    run = json.loads(sarif.render(replace(made, tree="", version=""), PLAIN))["runs"][0]
    assert "originalUriBaseIds" not in run
    assert "uriBaseId" not in json.dumps(run)


def test_github_annotates_ten_of_each_kind() -> None:
    text = github.render(_many(30), PLAIN)
    kinds = [kind for kind, _, _ in read_github(text)]
    assert kinds == ["error", *["warning"] * 10]
    assert text.endswith("10 of 30 warnings are annotated: GitHub shows 10 of a kind for a step\n")


def test_a_job_summary_keeps_to_its_room() -> None:
    names = [f"rule/number-{number}" for number in range(40)]
    made = report(config(*(finding(rule=name, message="long " * 50) for name in names)))
    whole = github.job_summary(made, github.SUMMARY_SIZE)
    assert whole.count("<details>") == whole.count("</details>") == 40
    for room in range(0, 12_000, 1_000):
        part = github.job_summary(made, room)
        assert len(part.encode()) <= room
        assert part.count("<details>") == part.count("</details>")
        assert not part or "40 errors" in part
        assert ("would be too much" in part) == ("<details>" in part or len(part) > 200)


def test_markdown_fits_into_an_issue() -> None:
    made = report(config(*(finding(message=f"message {number} " * 9) for number in range(2000)), finding(rule="a/b")))
    text = markdown.render(made, PLAIN)
    assert len(text.encode()) <= markdown.ISSUE_SIZE
    assert "_2000 findings of 1 rule would be too much to list here: the text report has them all._" in text
    assert "<code>a/b</code>" in text
