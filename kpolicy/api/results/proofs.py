# SPDX-License-Identifier: GPL-2.0-or-later
"""What holds in every configuration."""

from __future__ import annotations

from kpolicy.api.results.places import Location
from kpolicy.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Ground:
    """A line of a Kconfig file or a config that a proof needs, in words."""

    text: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Given lines that cannot hold together, or one that cannot hold, and why."""

    lines: tuple[Ground, ...]
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer on one architecture: "holds", "fails", "undecided", or "excluded" where given lines cannot hold.

    `grounds` are what a proof needs, `config` the fewest lines with which the condition is false, `conflicts` those of
    the given lines, `reasons` what keeps it undecided.
    """

    architecture: str
    verdict: str
    grounds: tuple[Ground, ...]
    config: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The answers to a condition; an empty one asks whether given lines can hold together."""

    condition: str
    architectures: tuple[Verdict, ...]
