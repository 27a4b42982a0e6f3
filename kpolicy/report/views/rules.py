# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules in text: the list of them, and all there is to say about one."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator

from kpolicy.policy.rules.rule import Rule
from kpolicy.report.text.style import Style, columns

_WIDTH = 100


def rule_list(rules: Iterable[Rule]) -> list[str]:
    """One line a rule: id, severity, kind, roles, title."""
    rows = [(rule.id, "/".join(rule.severities), rule.kind, ",".join(rule.roles), rule.title) for rule in rules]
    return columns(rows, indent="")


def rule_json(rules: Iterable[Rule]) -> str:
    """The rules for programs: a list of objects, in the order of the ids."""
    return json.dumps([_record(rule) for rule in rules], indent=2) + "\n"


def rule_page(rule: Rule, style: Style) -> Iterator[str]:
    """A rule with its rationale, cost and fix."""
    yield style.mark("strong", f"{rule.id}: {rule.title}")
    facts = (
        ("severity", rule.severity_in_words),
        ("kind", rule.kind),
        ("roles", ", ".join(rule.roles)),
        ("symbols", ", ".join(rule.symbols)),
        ("needs", str(rule.requires)),
        ("fires on", str(rule.when)),
        ("formerly", ", ".join(rule.aliases)),
    )
    for name, value in facts:
        yield from _wrapped(value, f"  {name.ljust(10)}", " " * 12) if value else ()
    yield ""
    yield from _paragraphs(rule.rationale)
    if rule.cost is not None:
        yield from ("", style.mark("strong", "Cost"))
        yield from _paragraphs(f"{rule.cost.text} ({rule.cost.source})")
    if rule.remedy:
        yield from ("", style.mark("strong", "Fix"))
        yield from (f"  {line}" for line in rule.remedy)
    if rule.references:
        yield from ("", style.mark("strong", "References"))
        for reference in rule.references:
            yield from _wrapped(f"{reference.text} ({reference.source})", "  - ", "    ")
    yield from ("", style.mark("strong", "Examples"))
    for example in rule.examples:
        verb = "fires" if example.fires else "is silent"
        yield from _wrapped(f"{verb} on {example.architecture}, {example.role}: {example.why}", "  ", "  ")
        yield from (f"      {line}" for line in example.config.strip().splitlines())


def _record(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "title": rule.title,
        "kind": rule.kind,
        "severity": rule.severity,
        "roles": rule.roles,
        "symbols": rule.symbols,
        "requires": str(rule.requires),
        "when": str(rule.when),
        "remedy": rule.remedy,
        "aliases": rule.aliases,
        "file": rule.location.path,
    }


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.strip().split("\n\n")):
        if number:
            yield ""
        yield from _wrapped(" ".join(paragraph.split()), "  ", "  ")


def _wrapped(text: str, first: str, others: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)
