# SPDX-License-Identifier: GPL-2.0-or-later
"""The report for people: gcc-style lines, the census, the summary."""

from __future__ import annotations

from collections.abc import Iterator

from kpolicy.errors import printable
from kpolicy.policy.finding import Finding
from kpolicy.policy.roles import Evidence
from kpolicy.report.census import census_lines
from kpolicy.report.records import ConfigReport, Report
from kpolicy.report.style import Style, columns


def render(report: Report, style: Style | None = None, *, details: bool = False) -> Iterator[str]:
    """The lines of a report.

    With `details` every finding is followed by the chain of its causes and its remedy, and every
    config by its role and what that rests on.
    """
    style = style or Style()
    for finding in report.about.findings if report.about is not None else ():
        yield _line(finding, style)
    for config in report.configs:
        for finding in config.findings:
            yield _line(finding, style)
            if details:
                yield from _details(finding)
        if details:
            yield from _accepted(config, style)
            yield from _role(config, style)
    for policy in report.policies:
        for finding in policy.findings:
            yield _line(finding, style)
    if report.census is not None and report.census.architectures:
        yield ""
        yield from census_lines(report, style)
        yield ""
    yield summary(report, style)


def summary(report: Report, style: Style | None = None) -> str:
    """The last line: how many configs (or architectures), how many findings of each severity, what failed."""
    style = style or Style()
    counts = [
        style.mark(severity, _number(count, severity)) if count else _number(0, severity)
        for severity, count in report.severities().items()
    ]
    about = report.about
    only_tree = about is not None and not report.configs
    looked_at = (len(about.architectures), "architecture") if about and only_tree else (len(report.configs), "config")
    line = f"{_number(*looked_at)}: {', '.join(counts)}"
    waived, known = (sum(len(getattr(item, what)) for item in report.judged) for what in ("waived", "known"))
    if waived:
        line += f"; {waived} waived"
    if known:
        line += f"; {known} known {f'already (--since {report.since})' if report.since else 'to the baseline'}"
    if report.unread:
        line += f"; {style.mark('error', f'{report.unread} could not be analysed')}"
    return line


def _line(finding: Finding, style: Style) -> str:
    place = style.mark("strong", f"{printable(str(finding.place))}:")
    severity = style.mark(finding.severity, f"{finding.severity}:")
    # A line of a Kconfig file does not tell whose value it is that it gave.
    whose = "" if _is_its_own(finding) else f"{printable(finding.config)}: "
    tag = style.mark("faint", f"[{finding.rule}]")
    return f"{place} {severity} {whose}{printable(finding.message)} {tag}"


def _is_its_own(finding: Finding) -> bool:
    """Whether the place is a line of the config itself: of a file of its stack, which may be named as make does.

    A finding about a waiver is of no config: its line is that of the waiver.
    """
    path = finding.place.path
    if not finding.architecture:
        return True
    return any(path == part or path.endswith(f"/{part}") for part in (finding.config, *finding.config.split("+")))


def _details(finding: Finding) -> Iterator[str]:
    if any(link.kind not in ("assigned", "unset") for link in finding.causes) or len(finding.causes) > 1:
        rows = [
            (f"{link.symbol}={link.value}", link.text, str(link.location) if link.location else "")
            for link in finding.causes
        ]
        yield from (printable(line) for line in columns(rows, indent="    "))
    for number, line in enumerate(finding.remedy):
        yield f"    {'remedy:' if number == 0 else '       '} {printable(line)}"


def _accepted(config: ConfigReport, style: Style) -> Iterator[str]:
    for item in config.waived:
        until = f", until {item.waiver.expires}" if item.waiver.expires is not None else ""
        yield style.mark("faint", f"waived: {_line(item.finding, Style())}")
        yield style.mark(
            "faint", printable(f"    {item.waiver.owner}: {item.waiver.reason}{until}  {item.waiver.location}")
        )


def _role(config: ConfigReport, style: Style) -> Iterator[str]:
    verdict = config.verdict
    reading = f", by the reading '{verdict.reading}'" if verdict.reading else ""
    name = style.mark("strong", f"{printable(config.config)}:")
    yield f"{name} judged as a {verdict.role} kernel for {config.architecture}{reading}"
    # The first few are enough to see why; the JSON report has them all.
    shown = verdict.evidence[:4]
    yield from (printable(line) for line in columns((_evidence(item) for item in shown), indent="    "))
    if len(verdict.evidence) > len(shown):
        yield f"    and {len(verdict.evidence) - len(shown)} more"


def _evidence(item: Evidence) -> tuple[str, ...]:
    return (f"{item.symbol}={item.value}", str(item.location) if item.location else "", item.why)


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
