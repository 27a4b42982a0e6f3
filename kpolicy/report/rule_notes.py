# SPDX-License-Identifier: GPL-2.0-or-later
"""What rules are about, once for all findings, taken from the policies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kpolicy.policy.checks.registry import CHECKS
from kpolicy.policy.files.vocabulary import REQUIRED, Vocabulary
from kpolicy.policy.judging.standard import Standard
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import Reference, Rule
from kpolicy.report.records import Report, RuleNote

_REQUIRED_TITLE = "line of a required fragment that is not honoured"
_REQUIRED_RATIONALE = "A policy file, or --require, names a config fragment whose every line must hold."


def notes_for(report: Report, standards: Sequence[Standard]) -> tuple[RuleNote, ...]:
    """The notes about every rule that the findings of a report are of, accepted ones too, by id."""
    findings = [
        *report.findings,
        *(item.finding for judged in report.judged for item in judged.waived),
        *(item for judged in report.judged for item in judged.known),
    ]
    first = {finding.rule: finding for finding in reversed(findings)}
    vocabularies = [standard.policy.vocabulary for standard in standards]
    rules = {rule.id: rule for vocabulary in reversed(vocabularies) for rule in vocabulary.rules}
    return tuple(_note(first[name], rules.get(name), vocabularies) for name in sorted(first))


def _note(finding: Finding, rule: Rule | None, vocabularies: Iterable[Vocabulary]) -> RuleNote:
    if rule is not None:
        return RuleNote(
            rule.id, rule.title, rule.severity, rule.kind, rule.rationale, rule.references, rule.remedy, rule.cost
        )
    name = finding.rule
    for check in CHECKS:
        if check.id == name:
            source = (Reference("", check.source),)
            return RuleNote(name, check.title, check.severity, "", check.rationale, source, (), None)
    if name.startswith(f"{REQUIRED}/"):
        return RuleNote(name, _REQUIRED_TITLE, finding.severity, "", _REQUIRED_RATIONALE, (), (), None)
    titles = {entry.id: entry.title for vocabulary in vocabularies for entry in vocabulary.entries}
    return RuleNote(name, titles.get(name, name), finding.severity, "", "", (), (), None)
