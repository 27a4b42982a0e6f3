# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON Schema (draft 2020-12) of a saved report, for those who read it with programs of their own."""

from __future__ import annotations

from importlib import resources


def report_schema() -> str:
    """The schema as JSON."""
    return resources.files(__name__).joinpath("report.schema.json").read_text(encoding="utf-8")
