# SPDX-License-Identifier: GPL-2.0-or-later
"""CSV as in RFC 4180: a head, then a row for each finding that stands."""

from __future__ import annotations

import csv
import io

from kpolicy.report.presentation import Presentation
from kpolicy.report.records import Report
from kpolicy.report.text.plain import csv_cell, line

COLUMNS = (
    "severity", "rule", "architecture", "config", "role", "symbol", "value",
    "path", "line", "message", "remedy", "fingerprint", "note", "owner",
)  # fmt: skip


def render(report: Report, how: Presentation) -> str:  # noqa: ARG001 - every format has the same signature
    """The table; of a remedy of several lines each is in a line of its cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for finding in report.findings:
        value = next((item.value for item in finding.symbols if item.symbol == finding.symbol), "")
        cells = (
            finding.severity, finding.rule, finding.architecture, finding.config, finding.role, finding.symbol, value,
            finding.place.path, str(finding.place.line), finding.message,
        )  # fmt: skip
        remedy = "\n".join(map(line, finding.remedy))
        why = (line(finding.note), line(finding.owner))
        writer.writerow([csv_cell(item) for item in (*map(line, cells), remedy, finding.fingerprint, *why)])
    return text.getvalue()
