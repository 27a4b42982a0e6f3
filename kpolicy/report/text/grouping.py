# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings under the rule, the config or the cause that they have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from kpolicy.policy.folding.words import cause_words
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import SEVERITIES
from kpolicy.report.records import Report
from kpolicy.report.text.causes import by_severity
from kpolicy.report.text.groups import grouped
from kpolicy.report.text.lines import detail_lines, finding_line
from kpolicy.report.text.plain import line

if TYPE_CHECKING:
    from kpolicy.report.presentation import Presentation

# A head, and the findings below it.
_Section: TypeAlias = "tuple[str, Sequence[Finding]]"


def grouping_lines(report: Report, how: Presentation) -> Iterator[str]:
    """The groups, the gravest first, then the largest; below each its findings in lines."""
    sections = {"rule": _by_rule, "config": _by_config, "cause": _by_cause}[how.group_by or "rule"](report, how)
    for head, findings in sections:
        yield how.style.mark("strong", f"{line(head)}: {by_severity(findings)}")
        for finding in findings:
            yield f"  {finding_line(finding, how.style)}"
            if how.details:
                yield from detail_lines(finding, "      ", None if how.lists_all else 0)
        yield ""


def _by_rule(report: Report, how: Presentation) -> list[_Section]:
    found: dict[str, list[Finding]] = {}
    titles: dict[str, str] = {}
    for group in grouped(report, each=how.full):
        titles[group.rule] = f"{group.rule}, {group.title}" if group.title else group.rule
        found.setdefault(group.rule, []).extend(group.findings)
    return [(titles[rule], findings) for rule, findings in found.items()]


def _by_config(report: Report, how: Presentation) -> list[_Section]:
    found = [(finding.config, finding) for finding in (report.findings if how.full else report.told)]
    return _ordered(found)


def _by_cause(report: Report, how: Presentation) -> list[_Section]:
    return _ordered([(_cause(finding), finding) for finding in (report.findings if how.full else report.told)])


def _cause(finding: Finding) -> str:
    """What has to change: the root of a lost line, the line that gives the symbol its value, else the symbol."""
    if finding.root is not None and finding.root.change is None:
        return cause_words(finding.root)
    root = finding.causes[-1] if finding.causes else None
    if finding.root is None and root is not None and root.kind == "assigned":
        return f"{root.symbol}={root.value}" if root.value else root.symbol
    return finding.symbol or finding.rule


def _ordered(found: Sequence[tuple[str, Finding]]) -> list[_Section]:
    sections: dict[str, list[Finding]] = {}
    for head, finding in found:
        sections.setdefault(head, []).append(finding)
    return sorted(sections.items(), key=lambda item: _rank(item[1]))


def _rank(findings: Sequence[Finding]) -> tuple[int, ...]:
    return tuple(-sum(item.severity == severity for item in findings) for severity in SEVERITIES)
