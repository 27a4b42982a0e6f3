# SPDX-License-Identifier: GPL-2.0-or-later
"""A report as test results: a suite a config, a case a finding.

A case fails where its finding is as bad as makes the run fail, and passes with a word otherwise; what is waived
or known is skipped; a config that could not be analysed is an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias, TypeVar

from kpolicy.frozen import dataclass, replace
from kpolicy.policy.files.policy_file import Threshold
from kpolicy.policy.rules.finding import Finding
from kpolicy.report.records import ConfigReport, Report, TreeReport, reaches
from kpolicy.report.text.lines import detail_lines, finding_line, waiver_words
from kpolicy.report.text.plain import line
from kpolicy.report.text.summary import known_words

TestResult: TypeAlias = Literal["passed", "failed", "skipped", "error"]


@dataclass(frozen=True, slots=True)
class Case:
    """A finding as the result of a test.

    `kind` is the severity; `text` says in one line what was found, or why it is skipped; `details` are further lines.
    """

    name: str
    result: TestResult
    kind: str
    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suite:
    """The findings of one config, or of something else: `file` is its path, "" where it has none."""

    name: str
    file: str
    cases: tuple[Case, ...]

    @property
    def fails(self) -> bool:
        """Whether some case failed."""
        return any(case.result in ("failed", "error") for case in self.cases)

    def count(self, result: TestResult) -> int:
        """How many cases have a result."""
        return sum(case.result == result for case in self.cases)


Named = TypeVar("Named", Case, Suite)


def suites(report: Report) -> tuple[Suite, ...]:
    """The suites: the tree itself, each config, the policies where there is something about them, what failed.

    No two suites, and no two cases of a suite, have the same name.
    """
    return _numbered(_suites(report))


def _suites(report: Report) -> Iterator[Suite]:
    if report.about is not None:
        yield Suite("Kconfig files", "", _judged(report.about, report))
    for config in report.configs:
        yield Suite(line(config.config), line(config.config), _judged(config, report))
    found = [
        _standing(finding, report.threshold(number))
        for number, policy in enumerate(report.policies)
        for finding in policy.findings
    ]
    if found:
        yield Suite("policy", "", _numbered(found))
    if report.errors:
        errors = [
            Case(
                line(str(error.location)) if error.location is not None else "run",
                "error",
                "error",
                line(error.message),
                tuple(map(line, (error.hint or "").splitlines())),
            )
            for error in report.errors
        ]
        yield Suite("not analysed", "", _numbered(errors))


def _judged(judged: ConfigReport | TreeReport, report: Report) -> tuple[Case, ...]:
    cases = [_standing(finding, report.threshold(judged.standard)) for finding in judged.told]
    cases += [_skipped(item.finding, f"waived by {waiver_words(item)}") for item in judged.waived]
    cases += [_skipped(finding, known_words(report)) for finding in judged.known]
    return _numbered(cases)


def _standing(finding: Finding, threshold: Threshold) -> Case:
    result: TestResult = "failed" if reaches(finding, threshold) else "passed"
    details = tuple(text.strip() for text in detail_lines(finding))
    return Case(_name(finding), result, finding.severity, finding_line(finding), details)


def _skipped(finding: Finding, why: str) -> Case:
    return Case(_name(finding), "skipped", finding.severity, why, (finding_line(finding),))


def _name(finding: Finding) -> str:
    return line(f"{finding.rule} {finding.symbol}".rstrip())


def _numbered(items: Iterable[Named]) -> tuple[Named, ...]:
    """Readers take two of one name for one: those after the first are numbered."""
    seen: Counter[str] = Counter()
    found = []
    for item in items:
        seen[item.name] += 1
        count = seen[item.name]
        found.append(item if count == 1 else replace(item, name=f"{item.name} ({count})"))
    return tuple(found)
