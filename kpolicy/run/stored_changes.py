# SPDX-License-Identifier: GPL-2.0-or-later
"""Changes of values as they are kept in the cache."""

from __future__ import annotations

from typing import Any

from kpolicy.explain.value_change import Change
from kpolicy.location import Location


def packed_change(change: Change) -> list[Any]:
    """A change as JSON values."""
    where = change.location
    return [change.symbol, change.before, change.after, change.why, change.text, where, change.through]


def read_change(stored: Any) -> Change:
    """The change that `packed_change` packed."""
    symbol, before, after, why, text, where, through = stored
    return Change(symbol, before, after, why, text, Location(*where) if where is not None else None, through)
