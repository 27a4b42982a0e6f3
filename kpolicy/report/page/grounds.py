# SPDX-License-Identifier: GPL-2.0-or-later
"""Why there is a rule: what the page says about each rule, check and requirement, once."""

from __future__ import annotations

from kpolicy.frozen import dataclass
from kpolicy.policy.rules.rule import KIND_MEANINGS, Reference
from kpolicy.report.page.words import Words, sentence
from kpolicy.report.records import RuleNote


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement, which may be empty, and its source."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Grounds:
    """What there is to know about a rule; `paragraphs` are its rationale."""

    title: str
    kind: str = ""
    paragraphs: tuple[str, ...] = ()
    references: tuple[Fact, ...] = ()
    cost: Fact | None = None


def grounds_of(note: RuleNote | None, words: Words) -> Grounds:
    """The grounds that a note about a rule gives; empty without a note."""
    if note is None:
        return Grounds("")
    return Grounds(
        title=sentence(words(note.title)),
        kind=next((words(f"{kind}: {text}") for kind, text in KIND_MEANINGS.items() if kind == note.kind), ""),
        paragraphs=tuple(words(" ".join(part.split())) for part in note.rationale.split("\n\n") if part.strip()),
        references=tuple(_fact(item, words) for item in note.references),
        cost=_fact(note.cost, words) if note.cost is not None else None,
    )


def _fact(reference: Reference, words: Words) -> Fact:
    return Fact(words(reference.text), words(reference.source))
