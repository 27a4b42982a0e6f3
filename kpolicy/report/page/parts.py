# SPDX-License-Identifier: GPL-2.0-or-later
"""The list of findings in its parts (`kpolicy.report.text.parts`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kpolicy.frozen import dataclass
from kpolicy.policy.rules.rule import SEVERITIES
from kpolicy.report.page.findings import Row
from kpolicy.report.text.parts import TITLES, part_of


@dataclass(frozen=True, slots=True)
class Part:
    """Findings of one part, the worst first, those of a rule together; `key` is used in the address."""

    key: str
    title: str
    anchor: str
    rows: tuple[Row, ...]


def parts(rows: Iterable[Row]) -> Iterator[Part]:
    """The parts that have a finding."""
    found: dict[str, list[Row]] = {key: [] for key in TITLES}
    for row in rows:
        found[part_of(row.family)].append(row)
    for key, members in found.items():
        if members:
            # A sort in Python leaves the rest as it was: configs stay in their order.
            members.sort(key=lambda row: (SEVERITIES.index(row.severity), row.rule))
            yield Part(key, TITLES[key], f"part-{key}", tuple(members))


def part_rank(rule: str) -> int:
    """The place of the part that the findings of a rule, or of a family, belong to."""
    return tuple(TITLES).index(part_of(rule))
