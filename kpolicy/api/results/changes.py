# SPDX-License-Identifier: GPL-2.0-or-later
"""Edits, what differs, and roles."""

from __future__ import annotations

from kpolicy.api.results.costs import CostDifference
from kpolicy.api.results.findings import Evidence, Finding, OtherRole
from kpolicy.api.results.places import Failure, Location
from kpolicy.frozen import dataclass


@dataclass(frozen=True, slots=True)
class LineEdit:
    """An edited line of a config: `kind` is added, changed or removed."""

    kind: str
    symbol: str
    line: int | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A value that changes."""

    symbol: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """A finding that edits clear, and other edits that would."""

    rule: str
    severity: str
    symbol: str
    message: str
    fingerprint: str
    location: Location
    edits: tuple[LineEdit, ...]
    alternatives: tuple[tuple[LineEdit, ...], ...]


@dataclass(frozen=True, slots=True)
class NotFixed:
    """A finding that no edit clears, and why."""

    rule: str
    severity: str
    symbol: str
    message: str
    fingerprint: str
    reason: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A request that is given up: it cannot be had, or with `works` it was honoured before."""

    symbol: str
    line: str
    location: Location
    reason: str
    works: bool
    proved: bool
    never: bool


@dataclass(frozen=True, slots=True)
class Fix:
    """The fewest edits that clear findings and keep what is requested, as a patch, with everything that they change.

    `costs` is what they cost, None if that was not asked for.
    """

    config: str
    architecture: str
    file: str
    given_up: tuple[GivenUp, ...]
    minimal: bool
    fixed: tuple[Fixed, ...]
    not_fixed: tuple[NotFixed, ...]
    edits: tuple[LineEdit, ...]
    changes: tuple[Change, ...]
    side_effects: tuple[Change, ...]
    costs: CostDifference | None
    patch: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison."""

    name: str
    version: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """A symbol that differs, why, and the numbers of the configs in which it does."""

    symbol: str
    before: str
    after: str
    why: str
    through: str | None
    text: str
    location: Location | None
    configs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two sides, and the findings that only one of them has."""

    before: Side
    after: Side
    configs: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    gained: tuple[Finding, ...]
    lost: tuple[Finding, ...]
    changes: tuple[Effect, ...]
    errors: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Lines that would give a config another role; `tried` says whether that was proved by evaluation."""

    role: str
    reading: str | None
    lines: tuple[str, ...]
    tried: bool


@dataclass(frozen=True, slots=True)
class OtherReading:
    """The role that another reading of a role would give."""

    role: str
    reading: str
    makes: str


@dataclass(frozen=True, slots=True)
class RoleReport:
    """What a kernel is for, why, and what would make it another."""

    config: str
    architecture: str
    version: str
    role: str
    reading: str | None
    certainty: str
    evidence: tuple[Evidence, ...]
    other: OtherRole | None
    alternatives: tuple[Alternative, ...]
    other_readings: tuple[OtherReading, ...]
