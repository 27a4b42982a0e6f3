# SPDX-License-Identifier: GPL-2.0-or-later
"""What rules are about, told once for all findings: taken from the policies, and written out as help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kpolicy.policy.checks.registry import CHECKS
from kpolicy.policy.files.vocabulary import REQUIRED, Vocabulary
from kpolicy.policy.judging.standard import Standard
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import KIND_MEANINGS, Reference, Rule
from kpolicy.report.records import Report, RuleNote
from kpolicy.report.text.markdown import block, code, prose

_REQUIRED_TITLE = "A line of a required fragment that is not kept"
_REQUIRED_RATIONALE = "A policy file, or --require, names a config fragment; every line of it has to hold."


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


def help_text(note: RuleNote) -> str:
    """All there is to say about a rule, as plain text."""
    return "\n\n".join(_help(note, markdown=False)) or note.title


def help_markdown(note: RuleNote) -> str:
    """The same in Markdown."""
    return "\n\n".join(_help(note, markdown=True)) or prose(note.title)


def _help(note: RuleNote, *, markdown: bool) -> Iterator[str]:
    def words(text: str) -> str:
        return prose(text) if markdown else " ".join(text.split())

    def head(text: str) -> str:
        return f"**{text}**" if markdown else text

    for paragraph in filter(None, note.rationale.strip().split("\n\n")):
        yield words(paragraph)
    if note.kind:
        meaning = next((text for kind, text in KIND_MEANINGS.items() if kind == note.kind), "")
        yield f"{head('Kind:')} {note.kind}{', ' if meaning else ''}{meaning}"
    if note.cost is not None:
        yield f"{head('What it costs:')} {words(_fact(note.cost))}"
    if note.remedy:
        lines = block("\n".join(note.remedy)) if markdown else [f"    {line}" for line in note.remedy]
        yield "\n".join([head("Remedy:"), *([""] if markdown else []), *lines])
    if note.references:
        yield "\n".join(
            [head("References:"), *([""] if markdown else []), *(f"- {words(_fact(item))}" for item in note.references)]
        )
    yield f"{head('Rule:')} {code(note.id) if markdown else note.id}"


def _fact(reference: Reference) -> str:
    return f"{reference.text} ({reference.source})" if reference.text else reference.source
