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

    `signs` are what its role rests on, each with its line, where a reading of the role decided; `other` says what
    speaks for another role, "" where nothing does.
    """

    anchor: str
    name: str
    architecture: str
    role: str
    reason: Reason
    signs: tuple[Sign, ...]
    other: str
    counts: tuple[int, ...]
    waived: int
    known: int
    toolchain: str
    unjudged: tuple[str, ...]
    remarks: tuple[str, ...]
    bars: tuple[Bar | None, ...]
    paid: tuple[Paid, ...]


@dataclass(frozen=True, slots=True)
class RoleShare:
    """A role and the configs that are judged by it."""

    role: str
    configs: tuple[ConfigRow, ...]


@dataclass(frozen=True, slots=True)
class CensusRow:
    """An architecture, or all: how many configs, how many of the less common roles, how many findings by severity.

    `configs` is None for findings that are about no config.
    """

    name: str
    anchor: str
    configs: int | None
    roles: tuple[int, ...]
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
        verdict = config.verdict
        reason = self._reason(verdict)
        return ConfigRow(
            anchor=anchor,
            name=words(config.config),
            architecture=words(config.architecture),
            role=words(verdict.role),
            reason=reason,
            signs=(*(self._signs(verdict) if verdict.reading else ()), *self._others(verdict)),
            other=words(_other(verdict)),
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


def _other(verdict: RoleVerdict) -> str:
    if verdict.other is None:
        return ""
    if verdict.certainty == "earlier":
        return f"the role before the change; now the options are those of a {verdict.other.role} kernel"
    return f"role unclear, with options of a {verdict.other.role} kernel"


def remark_text(remark: Remark, words: Words) -> str:
    """A remark with its place."""
    place = f"{remark.location}: " if remark.location is not None else ""
    return words(f"{place}{remark.text}")


def severities_of(findings: Iterable[Finding]) -> tuple[int, ...]:
    """How many findings there are of each severity, the worst first."""
    found = Counter(finding.severity for finding in findings)
    return tuple(found[severity] for severity in SEVERITIES)


def census_row(name: str, anchor: str, configs: Sequence[ConfigRow], roles: Sequence[str]) -> CensusRow:
    """What some configs come to."""
    of_role = Counter(config.role for config in configs)
    counts = tuple(sum(column) for column in zip(*(config.counts for config in configs), strict=True))
    return CensusRow(name, anchor, len(configs), tuple(of_role[role] for role in roles), counts)


def worst_first(configs: Iterable[ConfigRow]) -> tuple[ConfigRow, ...]:
    """The configs with the most findings of the worst severity first."""
    return tuple(sorted(configs, key=lambda row: (*(-count for count in row.counts), row.name)))


def role_shares(configs: Iterable[ConfigRow]) -> tuple[RoleShare, ...]:
    """The roles of some configs, the most common first."""
    found: dict[str, list[ConfigRow]] = {}
    for row in configs:
        found.setdefault(row.role, []).append(row)
    shares = (RoleShare(role, tuple(members)) for role, members in found.items())
    return tuple(sorted(shares, key=lambda share: (-len(share.configs), share.role)))
