# SPDX-License-Identifier: GPL-2.0-or-later
"""A reason for a value, and who decided it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias

from kpolicy.frozen import dataclass

if TYPE_CHECKING:
    from kpolicy.location import Location


Kind: TypeAlias = Literal[
    "assigned",
    "selected",
    "implied",
    "default",
    "choice",
    "range",
    "toolchain",
    "unset",
    "depends",
    "passed-over",
    "more",
]


Decider: TypeAlias = Literal["person", "tree", "architecture", "toolchain", "environment"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A link: why `symbol` has `value`, in Kconfig's words, and what that depends on.

    `decider` says whose decision it is: that of a person (a config line), of the tree, of the
    architecture (the tree too, but below arch/), of the toolchain, or of the environment.  `is_repeated` marks a symbol
    whose reasons are elsewhere in the tree of reasons.
    """

    kind: Kind
    symbol: str
    value: str
    text: str
    location: Location | None
    decider: Decider
    because: tuple[Reason, ...] = ()
    is_repeated: bool = False


def decider_at(location: Location | None) -> Decider:
    """Who decided what a Kconfig line says: an architecture has its say in arch/, the tree everywhere else."""
    return "architecture" if location is not None and location.path.startswith("arch/") else "tree"


def every(found: Iterable[Reason]) -> Iterator[Reason]:
    """Some reasons and all below them."""
    for reason in found:
        yield reason
        yield from every(reason.because)


def decided_outside(found: Iterable[Reason]) -> Decider | None:
    """The toolchain or the environment, where one of several reasons is its decision alone: no line can change it."""
    for reason in found:
        roots = set(_roots(reason))
        if len(roots) == 1 and roots <= {"toolchain", "environment"}:
            return roots.pop()
    return None


def _roots(reason: Reason) -> Iterator[Decider]:
    if not reason.because:
        yield reason.decider
    for below in reason.because:
        yield from _roots(below)
