# SPDX-License-Identifier: GPL-2.0-or-later
"""A history as CSV: a row for each event, and for the findings of each rule in each release."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from kpolicy.report.text.plain import csv_cell, line
from kpolicy.report.views.history import described, findings_by_symbol, rule_courses, versions_of
from kpolicy.report.views.history_records import HistoryReport

COLUMNS: Final = (
    "event", "release", "version", "since", "architecture", "config", "name", "before", "after", "why", "cause",
    "path", "line",
)  # fmt: skip
Row = tuple[str, ...]


def history_csv(report: HistoryReport) -> str:
    """The table, as in RFC 4180."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(report):
        writer.writerow([csv_cell(line(cell)) for cell in row])
    return text.getvalue()


def _rows(report: HistoryReport) -> Iterator[Row]:
    for item in rule_courses(report):
        for place, count in enumerate(item.course.counts):
            before = str(item.course.counts[place - 1]) if place else ""
            yield (*_release(report, "total", place), "", "", item.course.name, before, str(count), *_EMPTY)
    for place in report.pairs:
        for word, keys in (
            ("added", report.only(place, place - 1)),
            ("removed", report.only(place - 1, place)),
        ):
            for key in keys:
                yield (*_release(report, word, place), key.architecture, key.config, "", "", "", *_EMPTY)
        yield from _findings(report, place)
        yield from _options(report, place)


_EMPTY: Final = ("",) * 4


def _release(report: HistoryReport, event: str, place: int) -> Row:
    release = report.releases[place]
    return event, release.name, release.version, report.releases[place - 1].version if place else ""


def _findings(report: HistoryReport, place: int) -> Iterator[Row]:
    for before, after in report.common(place):
        if before.findings == after.findings:
            continue
        old, new = findings_by_symbol(before), findings_by_symbol(after)
        for rule in sorted({rule for rule, _ in (new - old) + (old - new)}):
            counts = (sum(count for (name, _), count in found.items() if name == rule) for found in (old, new))
            key = after.key
            yield (*_release(report, "finding", place), key.architecture, key.config, rule, *map(str, counts), *_EMPTY)


def _options(report: HistoryReport, place: int) -> Iterator[Row]:
    versions = versions_of(report, place)
    for change in report.changes:
        if change.release != place:
            continue
        cause: Row = _EMPTY
        if change.steps:
            root = change.steps[-1]
            where = root.location
            texts = [described(step, versions) for step in change.steps]
            cause = (root.why, "; ".join(texts), where.path if where else "", str(where.line) if where else "")
        for key in change.configs:
            head = _release(report, "option", place)
            yield (*head, key.architecture, key.config, change.symbol, change.before, change.after, *cause)
