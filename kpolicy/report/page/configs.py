# SPDX-License-Identifier: GPL-2.0-or-later
"""The configs as rows of the page, and why they have their roles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from kpolicy.policy.roles.role import RoleVerdict
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import SEVERITIES
from kpolicy.report.page.costs import Bar, Costs, Paid
from kpolicy.report.page.words import Words
from kpolicy.report.records import ConfigReport
from kpolicy.report.remark import Remark

_SHARE = 100.0


@dataclass(frozen=True, slots=True)
class Sign:
    """A value that a verdict rests on, and the line that gave it."""

    symbol: str
    why: str
    place: str = ""


@dataclass(slots=True)
class Reason:
    """What told a role: the signs, and in how many of its configs each was there."""

    anchor: str
    role: str
    reading: str
    signs: Counter[Sign] = field(default_factory=Counter)
    configs: int = 0


@dataclass(frozen=True, slots=True)
class ConfigRow:
    """A config; `counts` are its findings by severity, the worst first, `toolchain` is "" where all have the same.

    `signs` are what its role rests on, each with its line, where a reading of the role decided.
    """

    anchor: str
    name: str
    architecture: str
    role: str
    reason: Reason
    signs: tuple[Sign, ...]
    counts: tuple[int, ...]
    waived: int
    known: int
    toolchain: str
    unjudged: tuple[str, ...]
    remarks: tuple[str, ...]
    bars: tuple[Bar | None, ...]
    paid: tuple[Paid, ...]


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of a bar of roles, from `start` on, both of 100; `number` says which role it is."""

    number: int
    role: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class CensusRow:
    """An architecture, or all: how many configs, of which roles, with how many findings of each severity.

    `configs` is None for findings that are about no config.
    """

    name: str
    anchor: str
    configs: int | None
    roles: tuple[int, ...]
    portions: tuple[Portion, ...]
    counts: tuple[int, ...]


@dataclass(slots=True)
class Configs:
    """Makes the rows of configs; `reasons` grow with them."""

    words: Words
    costs: Costs
    toolchain: str
    reasons: dict[tuple[str, str], Reason] = field(default_factory=dict)

    def row(self, config: ConfigReport, anchor: str) -> ConfigRow:
        """The row of a config."""
        words = self.words
        reason = self._reason(config.verdict)
        return ConfigRow(
            anchor=anchor,
            name=words(config.config),
            architecture=words(config.architecture),
            role=words(config.verdict.role),
            reason=reason,
            signs=(*(self._signs(config.verdict) if config.verdict.reading else ()), *self._others(config.verdict)),
            counts=severities_of(config.told),
            waived=len(config.waived),
            known=len(config.known),
            toolchain=words(config.toolchain) if config.toolchain != self.toolchain else "",
            unjudged=tuple(words(rule) for rule in config.unjudged),
            remarks=tuple(remark_text(remark, words) for remark in config.remarks),
            bars=self.costs.bars(config.cost),
            paid=self.costs.paid(config.cost),
        )

    def _reason(self, verdict: RoleVerdict) -> Reason:
        words = self.words
        key = (verdict.role, verdict.reading)
        reason = self.reasons.get(key)
        if reason is None:
            anchor = f"why-{len(self.reasons) + 1}"
            reason = self.reasons[key] = Reason(anchor, words(verdict.role), words(verdict.reading))
        reason.configs += 1
        # Lines are another in each config; the config's own row has them.
        reason.signs.update(dict.fromkeys(replace(sign, place="") for sign in self._signs(verdict)).keys())
        return reason

    def _signs(self, verdict: RoleVerdict) -> Iterator[Sign]:
        words = self.words
        for item in verdict.evidence:
            place = words(str(item.location)) if item.location is not None else ""
            yield Sign(words(f"{item.symbol}={item.value}"), words(item.why), place)

    def _others(self, verdict: RoleVerdict) -> Iterator[Sign]:
        words, other = self.words, verdict.other
        for item in other.evidence if other is not None else ():
            place = words(str(item.location)) if item.location is not None else ""
            yield Sign(words(f"{item.symbol}={item.value}"), words(f"{other.role if other else ''}: {item.why}"), place)


def remark_text(remark: Remark, words: Words) -> str:
    """A remark with its place."""
    place = f"{remark.location}: " if remark.location is not None else ""
    return words(f"{place}{remark.text}")


def severities_of(findings: Iterable[Finding]) -> tuple[int, ...]:
    """How many findings there are of each severity, the worst first."""
    found = Counter(finding.severity for finding in findings)
    return tuple(found[severity] for severity in SEVERITIES)


def census_row(name: str, anchor: str, configs: Sequence[ConfigReport], roles: Sequence[str]) -> CensusRow:
    """What some configs come to."""
    of_role = Counter(config.verdict.role for config in configs)
    portions: list[Portion] = []
    start = 0.0
    for number, role in enumerate(roles):
        if of_role[role]:
            width = _SHARE * of_role[role] / len(configs)
            portions.append(Portion(number, role, of_role[role], round(start, 2), round(width, 2)))
            start += width
    counts = severities_of(finding for config in configs for finding in config.told)
    return CensusRow(name, anchor, len(configs), tuple(of_role[role] for role in roles), tuple(portions), counts)


def shown_roles(configs: Sequence[ConfigReport], roles: Sequence[str]) -> tuple[str, ...]:
    """The roles that some config has: the known ones in their order, then any others."""
    found = {config.verdict.role for config in configs}
    return (*(role for role in roles if role in found), *sorted(found.difference(roles)))
