# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings by rule: what hundreds of configs have in common is told once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpolicy.policy.finding import Finding
from kpolicy.policy.rule import SEVERITIES, Severity
from kpolicy.report.lines import message
from kpolicy.report.records import Report


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule and severity; `title` is "" where nothing is known about the rule."""

    rule: str
    severity: Severity
    title: str
    findings: tuple[Finding, ...]

    @property
    def configs(self) -> int:
        """How many configs (or files of the tree) have one."""
        return len({(finding.architecture, finding.config) for finding in self.findings})

    def by_message(self) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
        """The findings that say the same, what most of them say first."""
        found: dict[str, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(message(finding), []).append(finding)
        ordered = sorted(found.items(), key=lambda item: -len(item[1]))
        return tuple((text, tuple(findings)) for text, findings in ordered)


def grouped(report: Report) -> tuple[Group, ...]:
    """The findings that stand, the worst first, then what most configs have."""
    titles = {note.id: note.title for note in report.notes}
    found: dict[tuple[str, Severity], list[Finding]] = {}
    for finding in report.findings:
        found.setdefault((finding.rule, finding.severity), []).append(finding)
    groups = [Group(rule, severity, titles.get(rule, ""), tuple(items)) for (rule, severity), items in found.items()]
    return tuple(sorted(groups, key=lambda group: (SEVERITIES.index(group.severity), -len(group.findings), group.rule)))


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings with the most severe first, otherwise in their order."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
