# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kpolicy explain` prints."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any, Final

from kpolicy.errors import printable
from kpolicy.explain.decisions import Decision, Decisions
from kpolicy.explain.explanation import Explanation
from kpolicy.explain.reason import Reason
from kpolicy.frozen import dataclass
from kpolicy.policy.boot.effects import BootEffect
from kpolicy.report.json.pieces import location_document
from kpolicy.report.text.style import Style, columns

_INDENT: Final = "  "
# Longer words go on in the next line, so that the places stay visible.
_WIDTH: Final = 72


@dataclass(frozen=True, slots=True)
class ExplainReport:
    """What is explained, and for which kernel; `boot` is None where no command line is given."""

    config: str
    architecture: str
    version: str
    explanation: Explanation
    boot: tuple[BootEffect, ...] | None = None


def explain_lines(report: ExplainReport, style: Style) -> Iterator[str]:
    """The value, its reasons as a tree, who decided it and what would change it."""
    found = report.explanation
    head = style.mark("strong", printable(f"{found.symbol}={found.value}"))
    prompt = f' "{printable(found.prompt)}"' if found.prompt is not None else ", no prompt"
    yield f"{head}  {found.type}{prompt}, {found.location}"
    yield f"{_INDENT}in {printable(report.config)} ({report.architecture}, Linux {report.version})"
    if found.successors:
        yield f"{_INDENT}transitional: old name of {printable(' and '.join(found.successors))}"
    rows = [row for reason in found.reasons for row in _rows(reason, 0)]
    yield from (printable(line) for line in columns(rows, indent=_INDENT * 2))
    yield from (printable(line) for line in _decided(found))
    if report.boot is not None:
        yield from (printable(line) for line in _at_boot(report.boot))


def _rows(reason: Reason, depth: int) -> Iterator[tuple[str, str, str, str]]:
    again = " (see above)" if reason.is_repeated else ""
    first, *more = textwrap.wrap(
        reason.text + again, _WIDTH, subsequent_indent=_INDENT, break_long_words=False, break_on_hyphens=False
    )
    indent = _INDENT * depth
    if reason.kind == "passed-over":
        yield (f"{indent}-", first, str(reason.location), "")
    elif reason.kind == "more":
        yield (f"{indent}{reason.symbol}={reason.value}", first, "", "")
    else:
        place = str(reason.location) if reason.location is not None else ""
        yield (f"{indent}{reason.symbol}={reason.value}", first, place, f"[{reason.decider}]")
    for text in more:
        yield ("", text, "", "")
    for item in reason.because:
        yield from _rows(item, depth + 1)


def _decided(found: Explanation) -> Iterator[str]:
    made = found.decisions
    persons = sum(1 for item in made.all if item.line)
    if not persons and made.alone == found.value:
        yield f"{_INDENT}without any config line it is also {made.alone} (tested)"
    if made.all:
        yield f"{_INDENT}decided by"
        yield from columns((_decision(found, item) for item in made.all), indent=_INDENT * 2)
    if persons:
        which = "this line" if persons == 1 else "these lines"
        yield f"{_INDENT}with only {which}: {made.alone} (tested)"
    if len(made.all) > 1 and made.reversed == found.value:
        yield f"{_INDENT}changing all of them does not change the value (tested)"
    if made.changed is not None:
        yield f"{_INDENT}to make it {made.changed} (tested)"
        yield from (f"{_INDENT * 2}{line}" for line in made.changes)
    else:
        yield f"{_INDENT}no config line found that changes it"


def _at_boot(effects: tuple[BootEffect, ...]) -> Iterator[str]:
    if not effects:
        yield f"{_INDENT}at boot: no parameter of the command line is about it"
        return
    yield f"{_INDENT}at boot"
    yield from columns(((item.text, str(item.location)) for item in effects), indent=_INDENT * 2)


def _decision(found: Explanation, item: Decision) -> tuple[str, str, str, str]:
    if item.gives is None:
        result = "not tested"
    elif item.gives == found.value:
        result = f"{_contrary(item)} alone does not change the value"
    else:
        result = f"{_contrary(item)} makes it {item.gives}"
    place = str(item.location) if item.location is not None else ""
    return (item.text, place, f"[{item.decider}]", result)


def _contrary(item: Decision) -> str:
    return "changing this line" if item.line is not None else item.opposite


def explain_document(report: ExplainReport) -> dict[str, Any]:
    """The same as plain lists and dicts."""
    found = report.explanation
    document: dict[str, Any] = {
        "symbol": found.symbol,
        "value": found.value,
        "type": found.type,
        "prompt": found.prompt,
        "successors": list(found.successors),
        "location": location_document(found.location),
        "config": report.config,
        "architecture": report.architecture,
        "version": report.version,
        "reasons": [_reason(reason) for reason in found.reasons],
        "decisions": _decisions(found.decisions),
    }
    if report.boot is not None:
        document["boot"] = [
            {"word": item.word, "text": item.text, "location": location_document(item.location), "off": item.is_off}
            for item in report.boot
        ]
    return document


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "symbol": reason.symbol,
        "value": reason.value,
        "text": reason.text,
        "location": location_document(reason.location),
        "decider": reason.decider,
        "repeated": reason.is_repeated,
        "because": [_reason(item) for item in reason.because],
    }


def _decisions(made: Decisions) -> dict[str, Any]:
    return {
        "by": [
            {
                "symbol": item.symbol,
                "decider": item.decider,
                "text": item.text,
                "location": location_document(item.location),
                "opposite": item.opposite,
                "opposite_gives": item.gives,
            }
            for item in made.all
        ],
        "alone": made.alone,
        "all_opposite": made.reversed,
        "change": {"lines": list(made.changes), "gives": made.changed} if made.changed is not None else None,
    }
