# SPDX-License-Identifier: GPL-2.0-or-later
"""Symbols that were renamed or replaced: those looked up by hand, and those that releases side by side show."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from kpolicy.frozen import dataclass
from kpolicy.policy.checks.rules_table import rules_table

RenameKind: TypeAlias = Literal["renamed", "merged", "choice"]


@dataclass(frozen=True, slots=True)
class Rename:
    """What a symbol became: the names that stand for it now, how it is known.

    `kind` is "renamed" where every value carries over; "merged" where a symbol that does more took it in, so that y
    stands for y and n for nothing; "choice" where a member of a choice is what y was.
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
    """Everything in both tables, by the old name: `kpolicy/rules/renames.toml` counts before `kpolicy/names`."""
    by_hand = {
        old: Rename(tuple(entry["now"]), str(entry["source"]), entry.get("kind", "renamed"))
        for old, entry in rules_table("renames").items()
    }
    return {**dict(_shown_by_trees()), **by_hand}


def _shown_by_trees() -> Iterator[tuple[str, Rename]]:
    """See names/make.py."""
    from importlib import resources

    text = (resources.files("kpolicy.names") / "successors.txt").read_text(encoding="ascii")
    for line in text.splitlines():
        if not line.startswith("#"):
            old, kind, new, last, first, evidence = line.split()
            source = f"Linux {last} and {first}: {evidence.replace('+', ', ')}"
            yield old, Rename((new,), source, "merged" if kind == "merged" else "renamed")


@functools.cache
def _earlier() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for old, entry in renames().items():
        if entry.kind == "renamed" and len(entry.names) == 1:
            found[entry.names[0]] = (*found.get(entry.names[0], ()), old)
    return found
