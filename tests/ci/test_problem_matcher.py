# SPDX-License-Identifier: GPL-2.0-or-later
"""The problem matcher, on lines that kpolicy writes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.ci.support import CONFIG, ROOT, change, shown
from tests.cli.support import append, kpolicy
from tests.git import Repository

_MATCHERS: list[dict[str, Any]] = json.loads((ROOT / "ci" / "problem-matcher.json").read_text())["problemMatcher"]
# By the source of the runner; it drops any other.
_KNOWN = ("error", "warning", "notice")


def _match(line: str) -> list[dict[str, str]]:
    """What the runner makes of a line: the first match of each matcher, by the number of the group."""
    found = []
    for matcher in _MATCHERS:
        (pattern,) = matcher["pattern"]
        match = re.match(pattern["regexp"], line)
        if match:
            groups = {name: match[number] for name, number in pattern.items() if name != "regexp"}
            found.append({"severity": matcher.get("severity", ""), **groups})
    return found


def test_every_finding_is_matched_once_and_nothing_else(linux: Repository) -> None:
    change(linux)
    done = kpolicy("audit", linux.folder, "-v")
    report = kpolicy("audit", linux.folder, "-o", "json").json
    wanted = [
        (
            item["location"]["path"],
            str(item["location"]["line"]),
            item["severity"].replace("note", "notice"),
            item["rule"],
        )
        for config in report["configs"]
        for item in config["findings"]
    ]
    wanted += [
        (
            item["location"]["path"],
            str(item["location"]["line"]),
            item["severity"].replace("note", "notice"),
            item["rule"],
        )
        for item in report["about_tree"]["findings"]
    ]
    found = []
    for line in done.out.splitlines():
        matches = _match(line)
        assert len(matches) <= 1, line
        found += [(item["file"], item["line"], item["severity"], item["code"]) for item in matches]
    assert sorted(found) == sorted(wanted)
    assert {severity for _, _, severity, _ in found} == set(_KNOWN)
    assert all((linux.folder / path).is_file() for path, _, _, _ in found)


@pytest.mark.parametrize("text", ["CONFIG_NR_CPUS=x\n", "CONFIG_A\n"])
def test_what_is_said_on_stderr_is_matched(linux: Repository, text: str) -> None:
    number = append(linux.folder / CONFIG, text)
    lines = kpolicy("expand", "--tree", linux.folder, CONFIG).err.splitlines()
    found = [item for line in lines for item in _match(line)]
    assert len(found) == len(lines)
    assert {(item["file"], item["line"], item["severity"]) for item in found} == {(CONFIG, str(number), "warning")}


def test_the_page_has_the_same_for_an_editor() -> None:
    task = json.loads(shown("json", '{\n  "version": "2.0.0"'))["tasks"][0]
    pattern = task["problemMatcher"]["pattern"]
    ours = _MATCHERS[0]["pattern"][0]
    assert pattern == {**ours, "regexp": ours["regexp"].replace("(error|warning)", "(error|warning|note)")}
