# SPDX-License-Identifier: GPL-2.0-or-later
"""Symbols that were renamed or replaced: those looked up by hand, and those that releases side by side show."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

from kpolicy.frozen import dataclass
from kpolicy.installed import data_text

RenameKind: TypeAlias = Literal["renamed", "merged", "choice", "opposite"]
_KINDS: Final[Mapping[str, RenameKind]] = {
    "renamed": "renamed",
    "merged": "merged",
    "choice": "choice",
    "opposite": "opposite",
}


@dataclass(frozen=True, slots=True)
class Rename:
    """What a symbol became: the names that stand for it now, how it is known.

    `kind` is "renamed" where every value carries over; "merged" where a symbol that does more took it in, so that y
    stands for y and n for nothing; "choice" where a member of a choice is what y was; "opposite" where y is what n was,
    and n what y was.
    """

    names: tuple[str, ...]
    source: str
    kind: RenameKind = "renamed"


def renamed(name: str) -> Rename | None:
    """What became of a symbol, as far as the tables know."""
    return renames().get(name)


def earlier_names(name: str) -> tuple[str, ...]:
    """The names that a symbol had before, where they meant the same."""
    return _earlier().get(name, ())


def opposite_of(name: str) -> str | None:
    """The name of an option before it was turned round."""
    return _opposites().get(name)


def all_names(name: str) -> tuple[str, ...]:
    """The names that a symbol has had and meant the same, itself among them; the newest first."""
    newest, seen = name, {name}
    while (entry := renames().get(newest)) is not None and entry.kind == "renamed" and len(entry.names) == 1:
        if entry.names[0] in seen:
            break
        newest = entry.names[0]
        seen.add(newest)
    found = [newest]
    for item in found:
        found += [old for old in earlier_names(item) if old not in found]
    return tuple(found)


@functools.cache
def renames() -> Mapping[str, Rename]:
    """Everything in both tables, by the old name: what was looked up by hand counts first."""
    return {**dict(_shown_by_trees()), **looked_up()}


@functools.cache
def looked_up() -> Mapping[str, Rename]:
    """The entries that were looked up by hand: `kpolicy/names/renames.txt`."""
    rows = (line.split(None, 3) for line in table_lines("renames.txt"))
    return {old: Rename((new,), source, _KINDS[kind]) for old, kind, new, source in rows}


def _shown_by_trees() -> Iterator[tuple[str, Rename]]:
    """`kpolicy/names/successors.txt`, see names/make.py."""
    for line in table_lines("successors.txt"):
        old, kind, new, last, first, evidence = line.split()
        source = f"Linux {last} and {first}: {evidence.replace('+', ', ')}"
        yield old, Rename((new,), source, _KINDS[kind])


def table_lines(name: str) -> Iterator[str]:
    """What a table of `kpolicy/names` says, without comments and empty lines."""
    return (line for line in data_text(f"names/{name}").splitlines() if line and not line.startswith("#"))


@functools.cache
def _opposites() -> Mapping[str, str]:
    return {entry.names[0]: old for old, entry in renames().items() if entry.kind == "opposite"}


@functools.cache
def _earlier() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for old, entry in renames().items():
        if entry.kind == "renamed" and len(entry.names) == 1:
            found[entry.names[0]] = (*found.get(entry.names[0], ()), old)
    return found
