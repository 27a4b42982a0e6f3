# SPDX-License-Identifier: GPL-2.0-or-later
"""HTML: the page of `kpolicy.report.page`."""

from __future__ import annotations

import importlib

from kpolicy.report.presentation import Presentation
from kpolicy.report.records import Report


def render(report: Report, how: Presentation) -> str:  # noqa: ARG001 - every format has the same signature
    """The report as one page."""
    page = importlib.import_module("kpolicy.report.page")
    text: str = page.render(report)
    return text
