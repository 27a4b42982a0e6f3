# SPDX-License-Identifier: GPL-2.0-or-later
"""JUnit XML as Jenkins and GitLab read it: a testsuite a config, a testcase a finding.

It keeps to junit-10.xsd of Jenkins' xUnit plugin.  GitLab shows `classname` as the suite and takes cases of one
name for one: so the class is the config, and names are distinct (`kpolicy.report.text.suites`).
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from kpolicy.report.presentation import Presentation
from kpolicy.report.records import Report
from kpolicy.report.text.suites import Case, Suite, suites

_NOTHING = '  <testcase classname={} name="no finding" time="0"/>'


def render(report: Report, how: Presentation) -> str:  # noqa: ARG001 - every format has the same signature
    """The report as XML; ASCII, so that it does not matter how it is written down."""
    found = suites(report)
    numbers = [_numbers(suite) for suite in found]
    tests, failures, errors = (sum(column) for column in zip(*numbers, strict=True)) if found else (0, 0, 0)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="kpolicy" tests="{tests}" failures="{failures}" errors="{errors}" time="0">',
        *(line for suite in found for line in _suite(suite)),
        "</testsuites>",
    ]
    return "\n".join(lines).encode("ascii", "xmlcharrefreplace").decode() + "\n"


def _numbers(suite: Suite) -> tuple[int, int, int]:
    return len(suite.cases) or 1, suite.count("failed"), suite.count("error")


def _suite(suite: Suite) -> Iterator[str]:
    tests, failures, errors = _numbers(suite)
    file = f" file={_attribute(suite.file)}" if suite.file else ""
    yield (
        f' <testsuite name={_attribute(suite.name)}{file} tests="{tests}" failures="{failures}" errors="{errors}"'
        f' skipped="{suite.count("skipped")}" time="0">'
    )
    name = _attribute(suite.name)
    for case in suite.cases:
        yield from _case(case, name)
    if not suite.cases:
        yield _NOTHING.format(name)
    yield " </testsuite>"


def _case(case: Case, suite: str) -> Iterator[str]:
    yield f'  <testcase classname={suite} name={_attribute(case.name)} time="0">'
    body = escape("\n".join((case.text, *case.details)))
    if case.result == "passed":
        yield f"   <system-out>{body}</system-out>"
    else:
        element = {"failed": "failure", "error": "error", "skipped": "skipped"}[case.result]
        yield f'   <{element} type="{case.kind}" message={_attribute(case.text)}>{body}</{element}>'
    yield "  </testcase>"


def _attribute(text: str) -> str:
    return quoteattr(text)
