# SPDX-License-Identifier: GPL-2.0-or-later
"""GitHub Actions: workflow commands, which become annotations, and the summary of a job.

GitHub shows ten annotations of each kind a step: the most severe are written, and how many there are besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import SEVERITIES, Severity
from kpolicy.report.formats.markdown import summary_page
from kpolicy.report.presentation import Presentation
from kpolicy.report.records import Report
from kpolicy.report.text.lines import message_and_why
from kpolicy.report.text.plain import line, relative
from kpolicy.report.text.summary import known_words

SHOWN: Final = 10
"""So many annotations of each kind GitHub shows for a step."""
SUMMARY_SIZE: Final = 1 << 20
"""So many bytes may the summary of a step have; of a larger one nothing is shown."""
Kind: TypeAlias = str
_KINDS: Final[Mapping[Severity, Kind]] = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report, how: Presentation) -> str:  # noqa: ARG001 - every format has the same signature
    """The annotations, the most severe first, and what is not annotated."""
    findings = list(report.told)
    lines: list[str] = []
    for severity in SEVERITIES:
        failed = [_failure(report, number) for number in range(len(report.errors))] if severity == "error" else []
        found = [_annotation(finding) for finding in findings if finding.severity == severity]
        lines += _kind(severity, [*failed, *found])
    waived, known = report.accepted
    if waived or known:
        lines.append(f"not annotated: {waived} waived, {known} {known_words(report)}")
    return "".join(f"{text}\n" for text in lines)


def job_summary(report: Report, room: int) -> str:
    """The Markdown of the job summary, in at most `room` bytes of UTF-8."""
    return summary_page(report, room, "the annotations and the log have more")


def _kind(severity: Severity, commands: Sequence[str]) -> Iterator[str]:
    yield from commands[:SHOWN]
    if len(commands) > SHOWN:
        yield f"{SHOWN} of {len(commands)} {severity}s are annotated: GitHub shows {SHOWN} of a kind for a step"


def _annotation(finding: Finding) -> str:
    place = f"file={_property(relative(finding.place.path))},line={finding.place.line}"
    title = _property(line(finding.rule))
    return f"::{_KINDS[finding.severity]} {place},title={title}::{_data(message_and_why(finding))}"


def _failure(report: Report, number: int) -> str:
    error = report.errors[number]
    place = ""
    if error.location is not None:
        line_number = f"line={error.location.line}," if error.location.line else ""
        place = f"file={_property(relative(error.location.path))},{line_number}"
    return f"::error {place}title=could not be analysed::{_data(line(error.message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
