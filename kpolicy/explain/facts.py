# SPDX-License-Identifier: GPL-2.0-or-later
"""Facts about values, and what supports them: the words of `kpolicy.explain.support`."""

from __future__ import annotations

from typing import Literal, TypeAlias

from kpolicy.kconfig.nodes import YES
from kpolicy.tuples import NamedTuple

Bound: TypeAlias = Literal["least", "most", "same"]
Kind: TypeAlias = Literal["assigned", "selected", "implied", "default", "choice", "toolchain", "unset", "expression"]


class Fact(NamedTuple):
    """A node is at least or at most `level`; or ("same") has the text that it has."""

    node: int
    bound: Bound
    level: int = 0


class Way(NamedTuple):
    """One way in which a fact comes about.

    `lines` are the symbols whose config lines it uses.  `by` is the symbol that selects or implies, or
    the number of the default; `condition` that of the select.  `is_open` says that a line could be
    added which ends it.
    """

    kind: Kind
    needs: tuple[Fact, ...] = ()
    lines: tuple[int, ...] = ()
    by: int = -1
    condition: int = YES
    is_open: bool = False


class Support(NamedTuple):
    """The ways of a fact, and over all of them the symbols whose lines are used and whether one is open."""

    ways: tuple[Way, ...]
    lines: frozenset[int]
    is_open: bool

    @property
    def is_fixed(self) -> bool:
        """Whether nothing that a config says matters to it."""
        return not self.lines and not self.is_open
