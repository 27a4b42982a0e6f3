# SPDX-License-Identifier: GPL-2.0-or-later
"""Values, why they are what they are, and chains."""

from __future__ import annotations

from collections.abc import Mapping

from kpolicy.api.results.places import Location
from kpolicy.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """A symbol in a config: its value as the build sees it, its type, its prompt (None without) and definition."""

    symbol: str
    value: str
    type: str
    prompt: str | None
    location: Location | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for a value, and what it depends on itself; `decider` says who decided it, where someone did."""

    kind: str
    symbol: str | None
    value: str | None
    text: str
    location: Location | None
    decider: str | None
    repeated: bool
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """A line that decided a value, and what its opposite gives."""

    symbol: str
    decider: str
    text: str
    location: Location | None
    opposite: str | None
    opposite_gives: str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines that would give another value, and that value."""

    lines: tuple[str, ...]
    gives: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """The lines that decided a value: each, they alone, all their opposites, and what would change the value."""

    by: tuple[Decision, ...]
    alone: str | None
    all_opposite: str | None
    change: Edit | None


@dataclass(frozen=True, slots=True)
class KconfigLine:
    """A line of the Kconfig files about a symbol, such as `depends on X`; `kind` says what it is."""

    kind: str
    text: str
    location: Location


@dataclass(frozen=True, slots=True)
class SetIn:
    """A defconfig that sets a symbol, and the value."""

    config: str
    value: str


@dataclass(frozen=True, slots=True)
class Defconfigs:
    """Those of `total` defconfigs in which a symbol is not n."""

    total: int
    set: tuple[SetIn, ...]


@dataclass(frozen=True, slots=True)
class SymbolThere:
    """A symbol on one architecture: its lines, what can set it, and where it is set.

    `set_by` has "config", "select", "imply" and "default"; it is empty for a symbol that is n in every config, and
    then `never` has the conditions that no config can meet.  `successors` are the new names of a transitional symbol.
    """

    architecture: str
    type: str
    prompt: str | None
    definitions: tuple[Location, ...]
    set_by: tuple[str, ...]
    never: tuple[str, ...]
    successors: tuple[str, ...]
    lines: tuple[KconfigLine, ...]
    defconfigs: Defconfigs


@dataclass(frozen=True, slots=True)
class SymbolInTree:
    """A symbol in a tree; `not_defined` are the architectures that do not have it."""

    symbol: str
    version: str
    toolchain: str
    architectures: tuple[SymbolThere, ...]
    not_defined: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a symbol has its value in a config; `successors` are the new names of a transitional symbol."""

    symbol: str
    value: str
    type: str
    prompt: str | None
    location: Location | None
    config: str
    architecture: str
    version: str
    successors: tuple[str, ...]
    reasons: tuple[Reason, ...]
    decisions: Decisions


@dataclass(frozen=True, slots=True)
class Edge:
    """A select, an imply, or a default that depends on another symbol; `in_force` is None without a config."""

    kind: str
    source: str
    target: str
    value: str | None
    condition: str | None
    location: Location
    in_force: bool | None
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """What is reached from a symbol; `omitted` counts the edges of symbols that were not followed."""

    edges: tuple[Edge, ...]
    omitted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Note:
    """The value of a symbol, where a config is examined, and its definition."""

    value: str | None
    location: Location | None


@dataclass(frozen=True, slots=True)
class SymbolChain:
    """What a symbol enables (`out`) and what can enable it (`in_`), or the ways between two symbols."""

    architecture: str
    version: str
    config: str | None
    by: tuple[str, ...]
    symbol: str | None
    from_: str | None
    to: str | None
    paths: tuple[tuple[str, ...], ...] | None
    more_paths: bool | None
    edges: tuple[Edge, ...] | None
    symbols: Mapping[str, Note]
    out: Reach | None = None
    in_: Reach | None = None
