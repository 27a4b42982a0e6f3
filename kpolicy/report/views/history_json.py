# SPDX-License-Identifier: GPL-2.0-or-later
"""A history as plain data, format "kpolicy-history/1"."""

from __future__ import annotations

from typing import Any, Final

from kpolicy import __version__
from kpolicy.report.json.pieces import error_document, value_change_document
from kpolicy.report.views.history import names_over_time, option_courses, rule_courses, severities
from kpolicy.report.views.history_records import HistoryReport

FORMAT: Final = "kpolicy-history/1"


def history_document(report: HistoryReport) -> dict[str, Any]:
    """The report as plain lists and dicts; releases and configs are named by their numbers."""
    numbers = {key: number for number, key in enumerate(report.keys)}
    names = names_over_time(report)
    return {
        "format": FORMAT,
        "kpolicy": __version__,
        "releases": [
            {
                "name": release.name,
                "version": release.version,
                "configs": len(release.snapshots),
                **{f"{severity}s": count for severity, count in severities(release).items()},
            }
            for release in report.releases
        ],
        "configs": [
            {
                "config": key.config,
                "architecture": key.architecture,
                "releases": [number for number, configs in enumerate(report.by_key) if key in configs],
            }
            for key in report.keys
        ],
        "rules": [
            {
                "rule": item.course.name,
                "severity": item.severity,
                "findings": list(item.course.counts),
                "gained": list(item.course.gained),
                "lost": list(item.course.lost),
            }
            for item in rule_courses(report)
        ],
        "options": [
            {
                "symbol": item.name,
                "names": list(names[item.name]),
                "on": list(item.counts),
                "gained": list(item.gained),
                "lost": list(item.lost),
            }
            for item in option_courses(report)
        ],
        "changes": [
            {
                "symbol": change.symbol,
                "earlier_name": change.earlier or None,
                "release": change.release,
                "before": change.before,
                "after": change.after,
                "steps": [value_change_document(step) for step in change.steps],
                "configs": [numbers[key] for key in change.configs],
            }
            for change in report.changes
        ],
        "errors": [error_document(error) for error in report.errors],
    }
