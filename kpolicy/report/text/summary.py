# SPDX-License-Identifier: GPL-2.0-or-later
"""What came out, in one line."""

from __future__ import annotations

from kpolicy.report.records import Report
from kpolicy.report.text.lines import number
from kpolicy.report.text.plain import line
from kpolicy.report.text.style import Style


def summary(report: Report, style: Style | None = None, *, full: bool = False) -> str:
    """How many configs (or architectures), how many findings of each severity, what failed.

    Findings with one cause count as one, but in a `full` report.
    """
    style = style or Style()
    severities = report.severities() if full else report.told_severities()
    counts = [
        style.mark(severity, number(count, severity)) if count else number(0, severity)
        for severity, count in severities.items()
    ]
    about = report.about
    only_tree = about is not None and not report.configs
    looked_at = (len(about.architectures), "architecture") if about and only_tree else (len(report.configs), "config")
    text = f"{number(*looked_at)}: {', '.join(counts)}"
    folded = [finding for finding in report.told if finding.members] if not full else []
    if folded:
        members = sum(len(finding.members) for finding in folded)
        text += f" ({members} config lines with {number(len(folded), 'cause')} in common)"
    waived, known = report.accepted
    if waived:
        text += f"; {waived} waived"
    if known:
        text += f"; {known} {known_words(report)}"
    if report.unread:
        text += f"; {style.mark('error', f'{report.unread} could not be analysed')}"
    return text


def known_words(report: Report) -> str:
    """By what the known findings of a run are known."""
    return f"not new (--since {line(report.since)})" if report.since else "in the baseline"
