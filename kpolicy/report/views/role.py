# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kpolicy role` prints."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kpolicy.errors import printable
from kpolicy.frozen import dataclass
from kpolicy.policy.roles.alternatives import Alternative
from kpolicy.policy.roles.role import Evidence, RoleVerdict
from kpolicy.report.json.pieces import evidence_document, other_role_document
from kpolicy.report.text.roles import other_role
from kpolicy.report.text.style import Style, columns

_WIDTH: Final = 98


@dataclass(frozen=True, slots=True)
class RoleReport:
    """The role of a config, what would make it another, and what it is by other readings (role, reading).

    `in_fragment`: the config is a defconfig of the tree, whose name counts: the lines were tested in a fragment on it.
    """

    config: str
    architecture: str
    version: str
    title: str
    verdict: RoleVerdict
    alternatives: tuple[Alternative, ...]
    other_readings: Mapping[tuple[str, str], str]
    in_fragment: bool = False


def role_lines(report: RoleReport, style: Style) -> Iterator[str]:
    """The role with its evidence, then the lines that would make it another, then the other readings."""
    verdict = report.verdict
    by = f", by the reading '{verdict.reading}'" if verdict.reading else ""
    name = style.mark("strong", f"{printable(report.config)}:")
    yield f"{name} {style.mark('good', verdict.role)}{by}"
    yield f"  {report.title} ({report.architecture}, Linux {report.version})"
    if verdict.other is not None:
        yield f"  {other_role(verdict, verdict.other, report.config)}"
    yield from (printable(line) for line in columns(_marks(verdict), indent="    "))
    yield from (printable(line) for line in _absent(verdict))
    if report.alternatives:
        untried = not any(item.tried for item in report.alternatives)
        how = "not tested: needs --tree" if untried else "each tested"
        where = f" in a fragment on {printable(report.config.rpartition('/')[2])}" if report.in_fragment else ""
        yield f"  lines that change the role{where} ({how})"
        yield from columns(_alternatives(report), indent="    ")
    if report.other_readings:
        yield "  by other readings"
        rows = [(f"{role}={reading}", name) for (role, reading), name in report.other_readings.items()]
        yield from columns(rows, indent="    ")


def _marks(verdict: RoleVerdict) -> Iterator[tuple[str, ...]]:
    for why, items in _by_reason(verdict):
        if not _are_off(items):
            for item in items:
                yield (item.text, str(item.location) if item.location else "", why)


def _absent(verdict: RoleVerdict) -> Iterator[str]:
    """The marks of other roles that are all off."""
    for why, items in _by_reason(verdict):
        if _are_off(items):
            text = f"{why}: {', '.join(item.symbol for item in items)} {'is' if len(items) == 1 else 'are'} off"
            yield from textwrap.wrap(text, _WIDTH, initial_indent="    ", subsequent_indent="      ")


def _by_reason(verdict: RoleVerdict) -> Iterator[tuple[str, list[Evidence]]]:
    for why, group in itertools.groupby(verdict.evidence, key=lambda item: item.why):
        yield why, list(group)


def _are_off(items: Sequence[Evidence]) -> bool:
    return all(item.value == "n" for item in items)


def _alternatives(report: RoleReport) -> Iterator[tuple[str, str]]:
    for item in report.alternatives:
        if not item.lines:
            yield (item.role, "no such lines found")
        for number, line in enumerate(item.lines):
            yield (item.role if number == 0 else "", line)


def role_document(report: RoleReport) -> dict[str, Any]:
    """The same as plain lists and dicts."""
    return {
        "config": report.config,
        "architecture": report.architecture,
        "version": report.version,
        "role": report.verdict.role,
        "reading": report.verdict.reading or None,
        "certainty": report.verdict.certainty,
        "evidence": [evidence_document(item) for item in report.verdict.evidence],
        "other": other_role_document(report.verdict.other),
        "alternatives": [
            {"role": item.role, "reading": item.reading or None, "lines": list(item.lines), "tried": item.tried}
            for item in report.alternatives
        ],
        "other_readings": [
            {"role": role, "reading": reading, "makes": name} for (role, reading), name in report.other_readings.items()
        ],
    }
