# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings by rule: what hundreds of configs have in common is reported once."""

from __future__ import annotations

from kpolicy.frozen import dataclass
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import SEVERITIES, Severity
from kpolicy.report.records import Report
from kpolicy.report.text.lines import is_its_own, number
from kpolicy.report.text.plain import line


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule and severity; `title` is "" where nothing is known about the rule."""

    rule: str
    severity: Severity
    title: str
    findings: tuple[Finding, ...]

    @property
    def spread(self) -> str:
        """How many configs have one, in words; what is about the tree itself is in files of it."""
        places = {(finding.architecture, finding.config) for finding in self.findings}
        return number(len(places), "file" if self.findings[0].architectures else "config")

    def by_message(self) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
        """The findings that say the same, their own places aside; what most of them say first."""
        found: dict[str, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(_common(finding), []).append(finding)
        ordered = sorted(found.items(), key=lambda item: -len(item[1]))
        return tuple((text, tuple(findings)) for text, findings in ordered)


def where(finding: Finding) -> str:
    """What distinguishes a finding from others with the same message: its line; the config where that is Kconfig's."""
    return line(str(finding.place) if is_its_own(finding) else finding.config)


def _common(finding: Finding) -> str:
    """The message without what only this finding can say."""
    if is_its_own(finding):
        return line(finding.message.replace(f" at {finding.place}", ""))
    return line(f"{finding.message} ({finding.place})")


def grouped(report: Report, *, each: bool = False) -> tuple[Group, ...]:
    """The findings that count, the worst first, then what most configs have; `each` by itself, or by causes."""
    titles = {note.id: note.title for note in report.notes}
    found: dict[tuple[str, Severity], list[Finding]] = {}
    for finding in report.findings if each else report.told:
        found.setdefault((finding.rule, finding.severity), []).append(finding)
    groups = [Group(rule, severity, titles.get(rule, ""), tuple(items)) for (rule, severity), items in found.items()]
    return tuple(sorted(groups, key=lambda group: (SEVERITIES.index(group.severity), -len(group.findings), group.rule)))
