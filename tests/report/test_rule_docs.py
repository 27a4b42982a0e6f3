# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages about rules: complete, the committed ones up to date, and every link leads somewhere."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from kpolicy.policy.checks.registry import CHECKS
from kpolicy.policy.roles.shipped import shipped_roles
from kpolicy.policy.rules.catalogue import shipped_catalogue
from kpolicy.policy.rules.rule import Rule, RuleParameter
from kpolicy.report.text.markdown import anchor, code, prose
from kpolicy.report.views.rule_docs import INDEX, MARKER, ROLES, rule_pages, target

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "rules"
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^ *(`{3,})\n.*?^ *\1$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(`+).+?\1")


@cache
def pages() -> dict[str, str]:
    return dict(rule_pages(shipped_catalogue(), CHECKS, shipped_roles()))


def section(page: str, heading: str) -> str:
    match = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", pages()[page], re.MULTILINE | re.DOTALL)
    assert match is not None, heading
    return match.group(1)


def flat(text: str) -> str:
    return " ".join(text.split())


def headings(text: str) -> list[str]:
    """The anchors of a page, a link in a heading counting as its text."""
    found = re.findall(r"^#+ (.+)$", _FENCED.sub("", text), re.MULTILINE)
    return [anchor(re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)) for heading in found]


def test_the_committed_pages_are_those_of_the_rules() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*")}
    wrong = sorted(name for name in committed.keys() | pages().keys() if committed.get(name) != pages().get(name))
    assert not wrong, "run `make docs`"


def test_pages_are_the_same_each_time() -> None:
    assert pages() == dict(rule_pages(list(shipped_catalogue()), iter(CHECKS), shipped_roles()))


def test_every_page_says_where_it_comes_from() -> None:
    for text in pages().values():
        assert text.split("\n")[:2] == ["<!-- SPDX-License-Identifier: GPL-2.0-or-later -->", MARKER]
        assert text.endswith("\n")
        assert not re.search(r"[ \t]\n|\n\n\n", text)


@pytest.mark.parametrize("rule", list(shipped_catalogue()), ids=lambda rule: rule.id)
def test_a_rule_is_told_whole(rule: Rule) -> None:
    # Without backslashes: wrapping adds some where a line would begin a list.
    text = flat(section(f"{rule.family}.md", rule.id.partition("/")[2])).replace("\\", "")
    facts = [*rule.references, *([rule.cost] if rule.cost else [])]
    wanted = [
        prose(rule.title), code(rule.id), rule.severity_in_words, rule.kind, code(str(rule.requires)),
        code(str(rule.when)),
        code(rule.message), *map(code, rule.symbols), *map(prose, rule.rationale.split("\n\n")),
        *(f"{prose(fact.text)} ({prose(fact.source)})" for fact in facts),
        *rule.remedy, *(flat(example.config) for example in rule.examples),
        *(prose(example.why) for example in rule.examples),
    ]  # fmt: skip
    assert [item for item in wanted if flat(item).replace("\\", "") not in text] == []


def test_checks_and_roles_are_told_whole() -> None:
    for check in CHECKS:
        text = flat(section(f"{check.subject}.md", check.id.partition("/")[2]))
        for item in (prose(check.title), prose(check.rationale), prose(check.source), check.severity):
            assert flat(item) in text
        assert check.quiet == ("off by default" in text)
    for role in shipped_roles():
        text = flat(section(ROLES, role.name))
        for mark in role.marks:
            assert flat(f"**{mark.name}**: {code(str(mark.when))}: {prose(mark.why)} ({prose(mark.source)})") in text
        for reading in role.readings:
            assert f"**{reading.name}**" in text
            assert code(str(reading.when)) in text


def test_the_index_has_everything_by_family_and_by_role() -> None:
    index = pages()[INDEX]
    by_family, _, by_role = index.partition("## By role")
    for rule in shipped_catalogue():
        assert f"| [{code(rule.id)}]({target(rule.id)}) | {'/'.join(rule.severities)} | {rule.kind} |" in by_family
    for role in shipped_roles():
        match = re.search(rf"### \[{role.name}\]\(\S+\)\n(.*?)(?=### |\Z)", by_role, re.DOTALL)
        assert match is not None
        listed = re.findall(r"\[`([^`]+)`\]", match.group(1))
        assert sorted(listed) == [rule.id for rule in shipped_catalogue() if rule.is_for(role.name)]


def test_every_link_leads_somewhere() -> None:
    links = 0
    for name, text in pages().items():
        for found in _LINK.findall(_FENCED.sub("", text)):
            path, _, part = found.partition("#")
            links += 1
            assert "://" not in path
            if path in pages():
                assert not part or part in headings(pages()[path]), f"{name}: {found}"
            else:
                assert not part
                assert (FOLDER / path).resolve().is_file(), f"{name}: {found}"
    assert links > 800


def test_no_two_headings_of_a_page_have_the_same_anchor() -> None:
    for name, text in pages().items():
        doubled = [heading for heading, times in Counter(headings(text)).items() if times > 1]
        assert not doubled, name


def test_nothing_is_left_that_markdown_would_take_for_its_own() -> None:
    for name, text in pages().items():
        body = text.split("\n", 2)[2]
        bare = _CODE.sub("", _FENCED.sub("", body))
        bare = re.sub(r"\\.", "", _LINK.sub("]", bare))
        assert "`" not in bare, name
        assert not re.search(r"[<>_~]|&\w+;", bare), name
        assert bare.count("**") % 2 == 0, name
        assert "*" not in bare.replace("**", ""), name
        # Cells of tables: as many in each row as in its head.
        for rows in re.findall(r"(?:^\|.*\|\n)+", body, re.MULTILINE):
            assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows.splitlines()}) == 1


def test_aliases_parameters_and_odd_texts() -> None:
    rule = dataclasses.replace(
        shipped_catalogue().rule("kmsan/in-production"),
        title="<b>*bold*</b> | a_b",
        aliases=("kmsan/old",),
        parameters=(RuleParameter("pool_size", 16000, "how many", 16000),),
        message="a ` and | b",
    )
    found = rule_pages([rule], (), shipped_roles())
    page = found["kmsan.md"]
    assert "- formerly: `kmsan/old`\n" in page
    assert "- parameter `$pool_size`: how many (default `16000`)\n" in page
    assert "- message: ``a ` and | b``\n" in page
    assert r"**\<b\>\*bold\*\</b\> \| `a_b`**" in page
    assert r"| \<b\>\*bold\*\</b\> \| `a_b` |" in found[INDEX]
