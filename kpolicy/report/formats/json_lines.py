# SPDX-License-Identifier: GPL-2.0-or-later
"""JSON Lines: one finding a line that stands, each with all that is to be known about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from kpolicy import __version__
from kpolicy.policy.rules.finding import Finding
from kpolicy.report.json.document import Whose, finding_document
from kpolicy.report.presentation import Presentation
from kpolicy.report.records import Report

SCHEMA: Final = "kpolicy-finding/1"


def render(report: Report, how: Presentation) -> str:  # noqa: ARG001 - every format has the same signature
    """A line for each finding, in the order of the text report."""
    return "".join(f"{json.dumps(item)}\n" for item in _objects(report))


def _objects(report: Report) -> Iterator[dict[str, Any]]:
    titles = {note.id: note.title for note in report.notes}
    for finding in report.findings:
        yield {
            "schema": SCHEMA,
            "kpolicy": __version__,
            "tree": {"name": report.tree, "version": report.version} if report.tree or report.version else None,
            **_whole(finding),
            "title": titles.get(finding.rule),
        }


def _whole(finding: Finding) -> dict[str, Any]:
    # Nothing is taken for granted, so that all of these are reported; "" stands for none.
    given = finding_document(finding, Whose(finding.tree, finding.architecture, finding.config, finding.role))
    whose = {"architecture": finding.architecture, "config": finding.config, "role": finding.role}
    return {**{key: value or None for key, value in whose.items()}, **given}
