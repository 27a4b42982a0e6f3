# SPDX-License-Identifier: GPL-2.0-or-later
"""KTAP version 1, as the kernel's Documentation/dev-tools/ktap.rst has it: a test a config, a subtest a finding.

Findings are in diagnostic lines before the result that they belong to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kpolicy.report.presentation import Presentation
from kpolicy.report.records import Report
from kpolicy.report.text.suites import Case, Suite, suites

_VERSION = "KTAP version 1"
# Where these are in a line, tools/testing/kunit takes the kernel to be at its end, and reads no further.
_LAST_WORDS = re.compile(r"(List of all partitions|Kernel panic - not syncing: VFS|reboot): ?")


def render(report: Report, how: Presentation) -> str:  # noqa: ARG001 - every format has the same signature
    """The report as KTAP."""
    found = suites(report)
    if not found:
        return f"{_VERSION}\n1..0 # SKIP nothing was looked at\n"
    lines = [_VERSION, f"1..{len(found)}"]
    for number, suite in enumerate(found, 1):
        lines += _suite(number, suite)
    return "\n".join(lines) + "\n"


def _suite(number: int, suite: Suite) -> Iterator[str]:
    if suite.cases:
        yield f"  {_VERSION}"
        # KUnit writes, and shows, the name before the results too.
        yield f"  # Subtest: {_description(suite.name)}"
        yield f"  1..{len(suite.cases)}"
        for subtest, case in enumerate(suite.cases, 1):
            yield from _case(subtest, case)
    skipped = " # SKIP every finding is accepted" if suite.cases and suite.count("skipped") == len(suite.cases) else ""
    yield f"{'not ok' if suite.fails else 'ok'} {number} {_description(suite.name)}{skipped}"


def _case(number: int, case: Case) -> Iterator[str]:
    directive = {"skipped": " # SKIP", "error": " # ERROR"}.get(case.result, "")
    if not directive:
        yield f"  # {_safe(case.text)}"
    for text in case.details:
        yield f"  #   {_safe(text)}"
    result = "not ok" if case.result in ("failed", "error") else "ok"
    why = f"{directive} {_description(case.text)}" if directive else ""
    yield f"  {result} {number} {_description(case.name)}{why}"


def _description(text: str) -> str:
    """A text in a result line, where # begins a directive; a - would be passed over at the beginning."""
    text = _safe(text).replace("#", "\\x23").strip() or "(no name)"
    return f"\\x2d{text[1:]}" if text.startswith("-") else text


def _safe(text: str) -> str:
    return _LAST_WORDS.sub(r"\1\\x3a ", text)
