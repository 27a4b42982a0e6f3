# SPDX-License-Identifier: GPL-2.0-or-later
"""How many findings each rule has, in a table."""

from __future__ import annotations

from collections.abc import Iterator

from kpolicy.report.records import Report
from kpolicy.report.text.groups import grouped
from kpolicy.report.text.plain import line
from kpolicy.report.text.style import Style, columns


def statistics_lines(report: Report, style: Style) -> Iterator[str]:
    """A line a rule and severity: how many findings, in how many configs; the worst first."""
    groups = grouped(report, each=True)
    if not groups:
        return
    rows = [
        (str(len(group.findings)), group.spread, group.severity, line(group.rule), line(group.title))
        for group in groups
    ]
    head, *body = columns([("findings", "in", "severity", "rule", "what it is about"), *rows], right=(0,), indent="")
    yield style.mark("strong", head)
    yield from body
    yield ""
