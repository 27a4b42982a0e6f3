# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of the list of findings: debug policy first, then what is about the text of configs, Kconfig and policies.

Config lines are most of the findings of a real tree, and are read by other people than debug policy is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kpolicy.frozen import dataclass
from kpolicy.policy.rules.rule import SEVERITIES
from kpolicy.report.page.findings import Row

_POLICY = "policy"
_OF_FAMILY: Mapping[str, str] = {"config": "lines", "kconfig": "kconfig", "policy": "files"}
_TITLES: Mapping[str, str] = {
    _POLICY: "Debug policy",
    "lines": "Config lines",
    "kconfig": "Kconfig files",
    "files": "Policy files",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Findings of one part, the worst first, those of a rule together; `key` stands in the address."""

    key: str
    title: str
    anchor: str
    rows: tuple[Row, ...]


def parts(rows: Iterable[Row]) -> Iterator[Part]:
    """The parts that have a finding."""
    found: dict[str, list[Row]] = {key: [] for key in _TITLES}
    for row in rows:
        found[_part(row.family)].append(row)
    for key, members in found.items():
        if members:
            # A sort in Python leaves the rest as it was: configs stay in their order.
            members.sort(key=lambda row: (SEVERITIES.index(row.severity), row.rule))
            yield Part(key, _TITLES[key], f"part-{key}", tuple(members))


def part_rank(family: str) -> int:
    """The place of the part that the rules of a family belong to."""
    return tuple(_TITLES).index(_part(family))


def _part(family: str) -> str:
    return _OF_FAMILY.get(family, _POLICY)
