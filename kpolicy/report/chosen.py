# SPDX-License-Identifier: GPL-2.0-or-later
"""A report of some of the findings: the others are in no format, and no exit status depends on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from kpolicy.policy.files.globs import matches_rule
from kpolicy.policy.files.vocabulary import check_selector, shipped_vocabulary
from kpolicy.policy.judging.choice import EVERYTHING, Choice
from kpolicy.report.records import ConfigReport, Report, TreeReport

Judged = TypeVar("Judged", ConfigReport, TreeReport)


def chosen(report: Report, choice: Choice) -> Report:
    """The report without findings that do not count, and without what is reported about their rules."""
    if choice == EVERYTHING:
        return report
    report = replace(
        report,
        configs=tuple(_judged(item, choice) for item in report.configs),
        about=_judged(report.about, choice) if report.about is not None else None,
        policies=tuple(replace(item, findings=tuple(filter(choice.takes, item.findings))) for item in report.policies),
    )
    left = {finding.rule for finding in report.findings}
    for judged in report.judged:
        left.update(item.finding.rule for item in judged.waived)
        left.update(finding.rule for finding in judged.known)
    places = report.places
    return replace(
        report,
        notes=tuple(note for note in report.notes if note.id in left),
        line_hashes={place: value for place, value in report.line_hashes.items() if place in places},
    )


def check_words(report: Report, choice: Choice) -> None:
    """Refuse words for rules that neither a saved report nor kpolicy knows; raises UsageError."""
    words = [("--select", word) for word in choice.select] + [("--ignore", word) for word in choice.ignore]
    unknown = [item for item in words if not any(matches_rule(item[1], note.id) for note in report.notes)]
    vocabulary = shipped_vocabulary(examples=False) if unknown else None
    for option, word in unknown:
        if vocabulary is not None:
            check_selector(option, word, vocabulary)


def _judged(judged: Judged, choice: Choice) -> Judged:
    return replace(
        judged,
        findings=tuple(filter(choice.takes, judged.findings)),
        waived=tuple(item for item in judged.waived if choice.takes(item.finding)),
        known=tuple(filter(choice.takes, judged.known)),
    )
