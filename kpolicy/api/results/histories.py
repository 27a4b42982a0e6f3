# SPDX-License-Identifier: GPL-2.0-or-later
"""Debug options and findings over releases."""

from __future__ import annotations

from kpolicy.api.results.places import Failure, Location
from kpolicy.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """A kernel: the number of its defconfigs that were looked at, and of their findings by severity."""

    name: str
    version: str
    configs: int
    errors: int
    warnings: int
    notes: int


@dataclass(frozen=True, slots=True)
class ConfigOverTime:
    """A config, and the numbers of the releases that have it."""

    config: str
    architecture: str
    releases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RuleOverTime:
    """How many findings of a rule each release has; `gained` and `lost` are those in configs of two neighbours."""

    rule: str
    severity: str
    findings: tuple[int, ...]
    gained: tuple[int, ...]
    lost: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OptionOverTime:
    """In how many configs of each release a symbol has a value that is not n; `names` are its names there."""

    symbol: str
    names: tuple[str | None, ...]
    on: tuple[int, ...]
    gained: tuple[int, ...]
    lost: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A changed value on the way from an option to the line behind its change."""

    symbol: str
    before: str
    after: str
    why: str
    through: str | None
    text: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class OptionChange:
    """An option that the release of this number changed, for one reason, and the numbers of the configs.

    `steps` begin with the change itself; each one follows the next.
    """

    symbol: str
    earlier_name: str | None
    release: int
    before: str
    after: str
    steps: tuple[Step, ...]
    configs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class History:
    """All that changes over some releases."""

    releases: tuple[Release, ...]
    configs: tuple[ConfigOverTime, ...]
    rules: tuple[RuleOverTime, ...]
    options: tuple[OptionOverTime, ...]
    changes: tuple[OptionChange, ...]
    errors: tuple[Failure, ...]
