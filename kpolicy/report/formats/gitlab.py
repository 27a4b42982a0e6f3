# SPDX-License-Identifier: GPL-2.0-or-later
"""GitLab Code Quality: a list of issues, of the fields that GitLab documents.

Of issues with the same fingerprint it shows one: a fingerprint that comes again is made another one by its number.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import Severity
from kpolicy.report.presentation import Presentation
from kpolicy.report.records import Report
from kpolicy.report.text.lines import message_and_why
from kpolicy.report.text.plain import line, relative

SEVERITY: Final[Mapping[Severity, str]] = {"error": "critical", "warning": "major", "note": "info"}
"""What GitLab calls our severities; it also has "minor" and "blocker"."""


def render(report: Report, how: Presentation) -> str:  # noqa: ARG001 - every format has the same signature
    """A JSON list, an issue a line."""
    seen: Counter[str] = Counter()
    issues = ",\n".join(json.dumps(_issue(finding, seen)) for finding in report.told)
    return f"[\n{issues}\n]\n" if issues else "[]\n"


def _issue(finding: Finding, seen: Counter[str]) -> dict[str, Any]:
    fingerprint = finding.fingerprint
    seen[fingerprint] += 1
    if seen[fingerprint] > 1:
        fingerprint = hashlib.sha256(f"{fingerprint} {seen[fingerprint]}".encode()).hexdigest()
    return {
        "description": message_and_why(finding),
        "check_name": line(finding.rule),
        "fingerprint": fingerprint,
        "severity": SEVERITY[finding.severity],
        "location": {"path": relative(finding.place.path), "lines": {"begin": finding.place.line}},
    }
