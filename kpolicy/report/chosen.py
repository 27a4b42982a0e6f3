# SPDX-License-Identifier: GPL-2.0-or-later
"""A report of some of the findings: the others are in no format, and no exit status depends on them."""

from __future__ import annotations

from typing import TypeVar

from kpolicy.frozen import replace
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


def known_choice(report: Report, choice: Choice) -> Choice:
    """The choice with today's ids for aliases that the saved report does not use.

    Raises UsageError for a word that neither the saved report nor kpolicy knows.
    """
    words = [("--select", word) for word in choice.select] + [("--ignore", word) for word in choice.ignore]
    unknown = {word: option for option, word in words if not any(matches_rule(word, note.id) for note in report.notes)}
    if not unknown:
        return choice
    vocabulary = shipped_vocabulary(examples=False)
    for word, option in unknown.items():
        check_selector(option, word, vocabulary)
    return choice.by(lambda word: vocabulary.canonical(word) if word in unknown else word)


def _judged(judged: Judged, choice: Choice) -> Judged:
    return replace(
        judged,
        findings=tuple(filter(choice.takes, judged.findings)),
        waived=tuple(item for item in judged.waived if choice.takes(item.finding)),
        known=tuple(filter(choice.takes, judged.known)),
    )
