# SPDX-License-Identifier: GPL-2.0-or-later
"""What reads each format: the parsers and schemas of those who take it, or a strict one of our own.

`sarif-schema-2.1.0.json` is the schema of OASIS (https://github.com/oasis-tcs/sarif-spec, Schemata), `junit-10.xsd`
that of Jenkins' xUnit plugin (https://github.com/jenkinsci/xunit-plugin; MIT licence, in the file).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import deque
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from lxml import etree
from markdown_it import MarkdownIt

from kpolicy.report.formats.csv_table import COLUMNS
from kpolicy.report.schema import report_schema

_HERE = Path(__file__).parent


@cache
def _sarif() -> Any:
    return jsonschema.Draft7Validator(json.loads((_HERE / "sarif-schema-2.1.0.json").read_text()))


@cache
def _own() -> Any:
    return jsonschema.Draft202012Validator(json.loads(report_schema()))


@cache
def _junit() -> Any:
    return etree.XMLSchema(etree.parse(_HERE / "junit-10.xsd"))


def read_json(text: str) -> Any:
    document = json.loads(text)
    _own().validate(document)
    return document


def read_sarif(text: str) -> Any:
    document = json.loads(text)
    _sarif().validate(document)
    (run,) = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert "ruleIndex" not in result or rules[result["ruleIndex"]] == result["ruleId"]
    assert len({"baselineState" in result for result in run["results"]}) <= 1, "all results have a state, or none"
    return run


def read_junit(text: str) -> Any:
    root = etree.fromstring(text.encode())
    _junit().assertValid(root)
    for attribute, tags in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        assert int(root.get(attribute, "")) == len(list(root.iter(tags)))
        for suite in root:
            assert int(suite.get(attribute, "")) == len(list(suite.iter(tags)))
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(names) == len(set(names)), "readers take cases of the same name for one"
    return root


def read_gitlab(text: str) -> list[dict[str, Any]]:
    issues: list[dict[str, Any]] = json.loads(text)
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert all(isinstance(issue[key], str) for key in ("description", "check_name", "fingerprint"))
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert not issue["location"]["path"].startswith(("/", "./"))
        assert issue["location"]["lines"]["begin"] >= 1
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    return issues


def read_csv(text: str) -> list[dict[str, str]]:
    # A line feed alone ends no row; within quotes it is a part of the cell.
    assert text.endswith("\r\n")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert tuple(rows[0]) == COLUMNS
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]


_TAG = re.compile(r"<(/?)(\w+)([^>]*)>")
_OWN_TAGS = set("h2 p strong em code pre ul li details summary table thead tbody tr th td".split())


def read_markdown(text: str) -> str:
    """The page that it makes: with none but our own tags, no link or picture, and whole tables."""
    page: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    tags = _TAG.findall(page)
    assert {name for _, name, _ in tags} <= _OWN_TAGS
    assert not [attributes for _, _, attributes in tags if attributes]
    for name in _OWN_TAGS:
        assert page.count(f"<{name}>") == page.count(f"</{name}>")
    assert {len(re.findall("<t[hd]>", row)) for row in re.findall("<tr>.*?</tr>", page, re.DOTALL)} <= {5}
    return page


_COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:]*)(?:,\w+=[^,:]*)*)::(.*)")


def read_github(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The annotations, undone as the runner does it; anything else must be no command."""
    found = []
    for line in text.split("\n"):
        match = _COMMAND.fullmatch(line)
        if match is None:
            assert "::" not in line
            continue
        properties = dict(item.split("=", 1) for item in match[2].split(","))
        found.append((match[1], {key: _undone(value) for key, value in properties.items()}, _undone(match[3])))
    return found


def _undone(text: str) -> str:
    for escape, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escape, character)
    return text


@dataclass(frozen=True)
class Test:
    """A result line of KTAP, with its subtests and the diagnostic lines before it."""

    __test__ = False

    ok: bool
    name: str
    directive: str
    subtests: tuple[Test, ...]
    diagnostics: tuple[str, ...]


_RESULT = re.compile(r"(ok|not ok) (\d+) ([^#]*?)(?: # (SKIP|ERROR)(?: .*)?)?")


def read_ktap(text: str) -> tuple[Test, ...]:
    """The tests, by Documentation/dev-tools/ktap.rst to the letter: every line must be one of its kinds."""
    lines = deque(text.removesuffix("\n").split("\n"))
    tests = _ktap(lines, "")
    assert not lines
    return tests


def _ktap(lines: deque[str], indent: str) -> tuple[Test, ...]:
    assert lines.popleft() == f"{indent}KTAP version 1"
    while lines[0].startswith(f"{indent}# "):
        lines.popleft()
    plan = re.fullmatch(rf"{indent}1\.\.(\d+)(?: # SKIP .*)?", lines.popleft())
    assert plan
    tests: list[Test] = []
    subtests: tuple[Test, ...] = ()
    diagnostics: list[str] = []
    while len(tests) < int(plan[1]):
        if lines[0].startswith(f"{indent}  KTAP"):
            subtests = _ktap(lines, f"{indent}  ")
            continue
        line = lines.popleft()
        if line.startswith(f"{indent}# "):
            diagnostics.append(line.removeprefix(f"{indent}# "))
            continue
        match = _RESULT.fullmatch(line.removeprefix(indent))
        assert match, line
        assert int(match[2]) == len(tests) + 1
        tests.append(Test(match[1] == "ok", match[3], match[4] or "", subtests, tuple(diagnostics)))
        subtests, diagnostics = (), []
    return tuple(tests)
