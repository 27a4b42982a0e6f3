# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kpolicy prove` prints: the verdict on each condition, with a proof or a witness."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any, Final, Literal

from kpolicy.errors import printable
from kpolicy.explain.grounds import Ground
from kpolicy.frozen import dataclass
from kpolicy.report.json.pieces import ground_document
from kpolicy.report.text.style import Style, columns

Word = Literal["holds", "fails", "undecided", "excluded"]
_INDENT: Final = "  "
_WIDTH: Final = 100
_WORDS: Final[dict[Word, str]] = {
    "holds": "holds in every configuration",
    "fails": "does not hold with these lines",
    "undecided": "not decided",
    "excluded": "the given lines cannot hold together",
}


@dataclass(frozen=True, slots=True)
class ShownConflict:
    """Given lines that exclude each other, or one that cannot hold, and why."""

    lines: tuple[Ground, ...]
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a condition, by its number, on one architecture.

    `grounds` are those of a proof, `lines` a config in which the condition does not hold, `conflicts` of the
    given lines, `reasons` what keeps a condition undecided.
    """

    condition: int
    architecture: str
    word: Word
    grounds: tuple[Ground, ...] = ()
    lines: tuple[str, ...] = ()
    conflicts: tuple[ShownConflict, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProofReport:
    """The verdicts on some conditions; one without a text asks whether the lines of `given` can hold together."""

    conditions: tuple[str, ...]
    given: str | None
    version: str
    toolchain: str
    verdicts: tuple[Verdict, ...]

    @property
    def all_hold(self) -> bool:
        """Whether every condition holds on every architecture; given lines alone, whether they can hold."""
        return all(self._is_good(verdict) for verdict in self.verdicts)

    def _is_good(self, verdict: Verdict) -> bool:
        return verdict.word == ("holds" if self.conditions[verdict.condition] else "fails")


def proof_lines(report: ProofReport, style: Style) -> Iterator[str]:
    """Each condition, and below it the architectures with the same verdict, with what shows it."""
    for index, condition in enumerate(report.conditions):
        if index:
            yield ""
        under = f", given {report.given}" if report.given is not None else ""
        title = condition or f"the lines of {report.given} together"
        yield f"{style.mark('strong', printable(title))}  Linux {report.version}{under if condition else ''}"
        groups: dict[tuple[object, ...], list[Verdict]] = {}
        for verdict in report.verdicts:
            if verdict.condition == index:
                key = (verdict.word, verdict.grounds, verdict.lines, verdict.conflicts, verdict.reasons)
                groups.setdefault(key, []).append(verdict)
        for verdicts in groups.values():
            yield from _group(verdicts, style, is_question=bool(condition))


def _group(verdicts: list[Verdict], style: Style, *, is_question: bool) -> Iterator[str]:
    first = verdicts[0]
    kind = {"holds": "good", "fails": "error" if is_question else "good", "undecided": "warning"}.get(
        first.word, "error"
    )
    words = _words(first, is_question=is_question)
    yield f"{_INDENT}{style.mark(kind, words)}: {_wrapped([verdict.architecture for verdict in verdicts])}"
    rows: list[tuple[str, ...]] = []
    rows += [(printable(line),) for line in first.lines]
    rows += [row for ground in first.grounds for row in _wrapped_row(ground)]
    if first.word == "holds" and not first.grounds:
        rows.append(("it follows from the condition, the release and the types and prompts of its symbols alone",))
    rows += [(f"because of: {printable(reason)}",) for reason in first.reasons]
    for count, conflict in enumerate(first.conflicts):
        rows += [("",)] if count else []
        rows += [row for line in conflict.lines for row in _wrapped_row(line)]
        rows += [(_INDENT + cells[0], *cells[1:]) for ground in conflict.grounds for cells in _wrapped_row(ground)]
    yield from columns(rows, indent=_INDENT * 2)


def _words(verdict: Verdict, *, is_question: bool) -> str:
    if verdict.word == "fails" and not is_question:
        return "can hold together, with these lines" if verdict.lines else "can hold together"
    if verdict.word == "fails" and not verdict.lines:
        return "does not hold, without further lines"
    if verdict.word == "excluded" and all(len(item.lines) == 1 for item in verdict.conflicts):
        return "given lines that cannot hold"
    return _WORDS[verdict.word]


def _wrapped(words: list[str]) -> str:
    return f"\n{_INDENT * 2}".join(textwrap.wrap(" ".join(words), _WIDTH))


def _wrapped_row(ground: Ground) -> Iterator[tuple[str, ...]]:
    wrapped = textwrap.wrap(
        printable(ground.text), _WIDTH, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False
    )
    for count, line in enumerate(wrapped):
        yield (line,) if count or ground.location is None else (line, f"{ground.location}")


def proof_document(report: ProofReport) -> dict[str, Any]:
    """The same as plain lists and dicts."""
    return {
        "version": report.version,
        "toolchain": report.toolchain,
        "given": report.given,
        "conditions": [
            {
                "condition": condition,
                "architectures": [_verdict(item) for item in report.verdicts if item.condition == index],
            }
            for index, condition in enumerate(report.conditions)
        ],
    }


def _verdict(item: Verdict) -> dict[str, Any]:
    return {
        "architecture": item.architecture,
        "verdict": item.word,
        "grounds": _grounds(item.grounds),
        "config": list(item.lines),
        "conflicts": [
            {"lines": _grounds(conflict.lines), "grounds": _grounds(conflict.grounds)} for conflict in item.conflicts
        ],
        "reasons": list(item.reasons),
    }


def _grounds(grounds: tuple[Ground, ...]) -> list[dict[str, Any]]:
    return [ground_document(ground) for ground in grounds]
