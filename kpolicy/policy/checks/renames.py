# SPDX-License-Identifier: GPL-2.0-or-later
"""Symbols that were renamed or replaced, by hand and with evidence."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Rename:
    """What a symbol became: the names that stand for it now, how it is known."""

    names: tuple[str, ...]
    source: str


def renamed(name: str) -> Rename | None:
    """What became of a symbol, as far as the table in `kpolicy/rules/renames.toml` knows."""
    return renames().get(name)


@functools.cache
def renames() -> Mapping[str, Rename]:
    """Everything in that table, by the old name."""
    text = (resources.files("kpolicy.rules") / "renames.toml").read_text(encoding="utf-8")
    return {old: Rename(tuple(entry["now"]), str(entry["source"])) for old, entry in tomllib.loads(text).items()}
