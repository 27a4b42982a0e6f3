# SPDX-License-Identifier: GPL-2.0-or-later
"""The report for people: what matters of an audit, or gcc-style lines; the census, the summary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kpolicy.policy.rules.finding import Finding
from kpolicy.report.presentation import Presentation
from kpolicy.report.records import ConfigReport, Report, TreeReport
from kpolicy.report.text.lines import detail_lines, finding_line, waiver_words
from kpolicy.report.text.roles import role_line, role_lines
from kpolicy.report.text.style import Style
from kpolicy.report.text.summary import summary

# So many findings of one cause are named where no one asks for all.
_NAMED: Final = 10


def render(report: Report, how: Presentation) -> str:
    """The report in lines; for a mail where that is wanted."""
    if how.mail and not how.failing:
        from kpolicy.report.text.mail import mail  # seldom wanted

        return mail(report)
    return "".join(f"{text}\n" for text in lines(report, how))


def lines(report: Report, how: Presentation) -> Iterator[str]:
    """The lines of a report."""
    style, has_roles = how.style, False
    if how.failing:
        yield from (finding_line(finding, style) for finding in report.failing)
        return
    if how.statistics:
        from kpolicy.report.text.statistics import statistics_lines  # seldom wanted

        yield from statistics_lines(report, style)
    elif how.group_by is not None:
        from kpolicy.report.text.grouping import grouping_lines  # seldom wanted

        yield from grouping_lines(report, how)
    elif report.command == "audit" and not (report.since or how.full or how.details or how.terse):
        from kpolicy.report.text.overview import overview_lines  # of audits only

        yield from overview_lines(report, style)
        has_roles = True
    else:
        yield from _each(report, how)
        has_roles = how.details
    if how.terse:
        return
    if (how.census or how.full) and report.census is not None and report.census.architectures:
        from kpolicy.report.text.census import census_lines  # of audits only

        yield ""
        yield from census_lines(report, style, full=how.full)
        yield ""
    if not has_roles:
        yield from role_lines(report, style)
    yield summary(report, style, full=how.full)


def _each(report: Report, how: Presentation) -> Iterator[str]:
    """A line a finding, with details where they are wanted."""
    style = how.style
    details = how.details and not how.terse
    for finding in _shown(report.about, how) if report.about is not None else ():
        yield finding_line(finding, style)
        if details:
            yield from detail_lines(finding, most=None if how.lists_all else _NAMED)
    for config in report.configs:
        for finding in _shown(config, how):
            yield finding_line(finding, style)
            if details:
                yield from detail_lines(finding, most=None if how.lists_all else _NAMED)
        if details and config.touched:
            yield from _accepted(config, style)
            yield role_line(config, style)
    for policy in report.policies:
        for finding in policy.findings:
            yield finding_line(finding, style)


def _shown(judged: ConfigReport | TreeReport, how: Presentation) -> tuple[Finding, ...]:
    return judged.findings if how.full else judged.told


def _accepted(config: ConfigReport, style: Style) -> Iterator[str]:
    for item in config.waived:
        yield style.mark("faint", f"waived: {finding_line(item.finding)}")
        yield style.mark("faint", f"    {waiver_words(item)}")
