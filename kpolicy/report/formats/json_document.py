# SPDX-License-Identifier: GPL-2.0-or-later
"""The report for programs: JSON, schema "kpolicy/1"."""

from __future__ import annotations

import json
from typing import Any, Final

from kpolicy.report.json.document import document
from kpolicy.report.presentation import Presentation
from kpolicy.report.records import Report

# So deep an object or a list has an item a line: one finding a line reads well, and is written fast.
_LINED: Final = 4


def render(report: Report, how: Presentation) -> str:  # noqa: ARG001 - every format has the same signature
    """The report as JSON text, with a last newline."""
    return f"{_laid_out(document(report), 0)}\n"


def _laid_out(value: Any, depth: int) -> str:
    if depth == _LINED or not value or not isinstance(value, (dict, list)):
        return json.dumps(value)
    indent = " " * depth
    if isinstance(value, dict):
        rows = [f"{indent} {json.dumps(key)}: {_laid_out(item, depth + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    rows = [f"{indent} {_laid_out(item, depth + 1)}" for item in value]
    return "[\n" + ",\n".join(rows) + f"\n{indent}]"
