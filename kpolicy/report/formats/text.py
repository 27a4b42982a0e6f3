# SPDX-License-Identifier: GPL-2.0-or-later
"""The report for people: gcc-style lines, the census, the summary."""

from __future__ import annotations

from collections.abc import Iterator

from kpolicy.report.presentation import Presentation
from kpolicy.report.records import ConfigReport, Report
from kpolicy.report.text.census import census_lines
from kpolicy.report.text.lines import detail_lines, finding_line, waiver_words
from kpolicy.report.text.roles import role_line, role_lines
from kpolicy.report.text.style import Style
from kpolicy.report.text.summary import summary


def render(report: Report, how: Presentation) -> str:
    """The report in lines; for a mail where that is wanted."""
    if how.mail:
        from kpolicy.report.text.mail import mail  # seldom wanted

        return mail(report)
    return "".join(f"{text}\n" for text in lines(report, how))


def lines(report: Report, how: Presentation) -> Iterator[str]:
    """The lines of a report."""
    style = how.style
    details = how.details and not how.terse
    for finding in report.about.findings if report.about is not None else ():
        yield finding_line(finding, style)
    for config in report.configs:
        for finding in config.findings:
            yield finding_line(finding, style)
            if details:
                yield from detail_lines(finding)
        if details:
            yield from _accepted(config, style)
            yield role_line(config, style)
    for policy in report.policies:
        for finding in policy.findings:
            yield finding_line(finding, style)
    if how.terse:
        return
    if report.census is not None and report.census.architectures:
        yield ""
        yield from census_lines(report, style)
        yield ""
    if not details:
        yield from role_lines(report, style)
    yield summary(report, style)


def _accepted(config: ConfigReport, style: Style) -> Iterator[str]:
    for item in config.waived:
        yield style.mark("faint", f"waived: {finding_line(item.finding)}")
        yield style.mark("faint", f"    {waiver_words(item)}")
