# SPDX-License-Identifier: GPL-2.0-or-later
"""Symbols that were renamed or replaced, by hand and with evidence."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Literal, TypeAlias

from kpolicy.frozen import dataclass
from kpolicy.policy.checks.rules_table import rules_table

RenameKind: TypeAlias = Literal["renamed", "merged", "choice"]


@dataclass(frozen=True, slots=True)
class Rename:
    """What a symbol became: the names that stand for it now, how it is known.

    `kind` is "renamed" where every value carries over; "merged" where a symbol that does more took it in, so that y
    stands for y and n for nothing; "choice" where a member of a choice is what y was.  `since` is the first release
    without the old name, where that is known.
    """

    names: tuple[str, ...]
    source: str
    kind: RenameKind = "renamed"
    since: str = ""


def renamed(name: str) -> Rename | None:
    """What became of a symbol, as far as the table in `kpolicy/rules/renames.toml` knows."""
    return renames().get(name)


def earlier_names(name: str) -> tuple[str, ...]:
    """The names that a symbol had before, where they meant the same."""
    return _earlier().get(name, ())


@functools.cache
def renames() -> Mapping[str, Rename]:
    """Everything in that table, by the old name."""
    return {
        old: Rename(
            tuple(entry["now"]), str(entry["source"]), entry.get("kind", "renamed"), str(entry.get("since", ""))
        )
        for old, entry in rules_table("renames").items()
    }


@functools.cache
def _earlier() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for old, entry in renames().items():
        if entry.kind == "renamed" and len(entry.names) == 1:
            found[entry.names[0]] = (*found.get(entry.names[0], ()), old)
    return found
