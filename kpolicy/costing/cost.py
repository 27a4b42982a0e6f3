# SPDX-License-Identifier: GPL-2.0-or-later
"""Costs: what an option costs, by which formula or in which words, and by whose account.

A cost is data.  It is written as a TOML file (`kpolicy.costing.load`) and worked out for a config by
`kpolicy.costing.bill`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

from kpolicy.costing.formula import Formula
from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.policy.expressions.expression import Expression
from kpolicy.policy.toml.absence import Absence

CostKind: TypeAlias = Literal["memory", "size", "slow-down", "boot"]
Certainty: TypeAlias = Literal["exact", "computed", "at most", "at least", "as documented", "address space"]

KINDS: tuple[CostKind, ...] = get_args(CostKind)
CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)

KIND_MEANINGS: Mapping[CostKind, str] = {
    "memory": "memory of the running kernel",
    "size": "size of the kernel's files",
    "slow-down": "slow-down while the kernel runs",
    "boot": "time to boot",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: a `formula` in bytes, or the words of its source as `text`, exactly one of them.

    It is for configs on which `when` holds.  `certainty` says what the bytes are worth (docs/costs.md), `per` what they
    are paid for each of (an object, a task), `needs` what must happen before anything is paid, a boot parameter for
    example, unless the config itself sees to that: then `unless` holds.  `note` says how the figure follows from the
    `sources`.
    """

    when: Expression
    formula: Formula | None
    text: str
    certainty: Certainty
    per: str
    needs: str
    unless: Expression
    note: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost of `symbols`, for configs on which `when` holds.

    The first of `figures` whose own condition holds counts; where none does, the figure is not known,
    for the reason `unknown`.  `absent` says of symbols that a condition negates, or that a formula takes for 0, what it
    means when a tree does not define them.
    """

    id: str
    title: str
    kind: CostKind
    symbols: tuple[str, ...]
    when: Expression
    figures: tuple[Figure, ...]
    unknown: str
    location: Location
    absent: tuple[Absence, ...] = ()


@dataclass(frozen=True, slots=True)
class Trait:
    """What a config tells about its machine: `formula` is the value where `when` holds, by `source`."""

    when: Expression
    formula: Formula
    source: str


@dataclass(frozen=True, slots=True)
class Costs:
    """All costs, in the order of their ids, and how configs tell the size of a page."""

    costs: tuple[Cost, ...]
    page_sizes: tuple[Trait, ...]
