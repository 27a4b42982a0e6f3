# SPDX-License-Identifier: GPL-2.0-or-later
"""Records of the debug options and findings of defconfigs over releases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from posixpath import basename
from typing import TYPE_CHECKING

from kpolicy.frozen import dataclass
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.errors import KpolicyError
    from kpolicy.explain.value_change import Change
    from kpolicy.policy.rules.rule import Severity


class Key(NamedTuple):
    """A config, in every release: its path and the ARCH word that it is read for."""

    config: str
    architecture: str


class Found(NamedTuple):
    """So many findings of a rule about a symbol of a config."""

    rule: str
    severity: Severity
    symbol: str
    times: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A config in a release.

    A symbol that was renamed has the newest of its names here, as a key: `names` gives the name that this release has,
    for those that it defines on this architecture; `values` are the values that are not n.
    """

    key: Key
    names: Mapping[str, str]
    values: Mapping[str, str]
    findings: tuple[Found, ...]

    def value(self, symbol: str) -> str:
        """The value of a symbol as .config shows it, n where it is not defined."""
        return self.values.get(symbol, "n")


@dataclass(frozen=True, slots=True)
class Release:
    """A kernel: what the user calls it, its version, its configs, and those that could not be analysed (`failed`)."""

    name: str
    version: str
    snapshots: tuple[Snapshot, ...]
    failed: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionChange:
    """A symbol whose value differs from the release before, in some configs for the same cause.

    `release` is the number of the release that has the value `after`.  `symbol` is the name in that release if that
    defines it, `earlier` another name that the release before has for it, "" if there is none.  `steps` begin with the
    change itself; each one follows the next.  There is none if the configs could not be evaluated again.
    """

    release: int
    symbol: str
    earlier: str
    before: str
    after: str
    steps: tuple[Change, ...]
    configs: tuple[Key, ...]


@dataclass(frozen=True)
class HistoryReport:
    """All that changes over some releases, in the order in which they were named.

    `symbols` are those that were looked at, each by the newest of its names; `asked` says that the user named them.
    """

    releases: tuple[Release, ...]
    symbols: tuple[str, ...]
    changes: tuple[OptionChange, ...]
    asked: bool = False
    errors: tuple[KpolicyError, ...] = ()

    @cached_property
    def by_key(self) -> tuple[Mapping[Key, Snapshot], ...]:
        """The configs of each release."""
        return tuple({item.key: item for item in release.snapshots} for release in self.releases)

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """The configs of all releases, by path."""
        return tuple(sorted({key for configs in self.by_key for key in configs}))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """What distinguishes the releases: their versions, or the ends of their names if two have the same version."""
        versions = tuple(release.version for release in self.releases)
        ends = tuple(basename(release.name) for release in self.releases)
        names = tuple(release.name for release in self.releases)
        return next((found for found in (versions, ends) if len({*found}) == len(found)), names)

    def title(self, release: int) -> str:
        """A release with the name of the kernel, where its label is a version."""
        label = self.labels[release]
        return f"Linux {label}" if label == self.releases[release].version else label

    def pair_title(self, release: int) -> str:
        """The release before, and a release."""
        return f"{self.title(release - 1)} -> {self.labels[release]}"

    @property
    def pairs(self) -> Iterator[int]:
        """The numbers of the releases that have one before them."""
        yield from range(1, len(self.releases))

    def common(self, release: int) -> tuple[tuple[Snapshot, Snapshot], ...]:
        """The configs that a release has in common with the one before, as both have them."""
        before = self.by_key[release - 1]
        return tuple((before[item.key], item) for item in self.releases[release].snapshots if item.key in before)

    def only(self, release: int, other: int) -> tuple[Key, ...]:
        """The configs that a release has and another one lacks."""
        has = {*self.by_key[other], *self.releases[other].failed}
        return tuple(item.key for item in self.releases[release].snapshots if item.key not in has)
