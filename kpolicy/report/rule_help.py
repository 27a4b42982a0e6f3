# SPDX-License-Identifier: GPL-2.0-or-later
"""The notes about rules, written out as help."""

from __future__ import annotations

from collections.abc import Iterator

from kpolicy.policy.rules.rule import KIND_MEANINGS, Reference
from kpolicy.report.records import RuleNote
from kpolicy.report.text.markdown import block, code, prose


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
        yield f"{head('Cost:')} {words(_fact(note.cost))}"
    if note.remedy:
        lines = block("\n".join(note.remedy)) if markdown else [f"    {line}" for line in note.remedy]
        yield "\n".join([head("Fix:"), *([""] if markdown else []), *lines])
    if note.references:
        yield "\n".join(
            [head("References:"), *([""] if markdown else []), *(f"- {words(_fact(item))}" for item in note.references)]
        )
    yield f"{head('Rule:')} {code(note.id) if markdown else note.id}"


def _fact(reference: Reference) -> str:
    return f"{reference.text} ({reference.source})" if reference.text else reference.source
