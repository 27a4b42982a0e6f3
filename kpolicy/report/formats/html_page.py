# SPDX-License-Identifier: GPL-2.0-or-later
"""HTML: the page of `kpolicy.report.page`."""

from __future__ import annotations

from kpolicy.report import page
from kpolicy.report.presentation import Presentation
from kpolicy.report.records import Report


def render(report: Report, how: Presentation) -> str:  # noqa: ARG001 - every format has the same signature
    """The report as one page."""
    return page.render(report)
