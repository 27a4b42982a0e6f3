# SPDX-License-Identifier: GPL-2.0-or-later
"""A change of value between two configurations, and which symbols have one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.location import Location

Why: TypeAlias = Literal["line", "new", "gone", "follows", "kconfig", "toolchain"]


class Change(NamedTuple):
    """A symbol whose value is another one, as `.config` would show it, n for one that has no line there.

    `why` is "line" for another line in the config, "new" and "gone" for a symbol that only one tree defines,
    "kconfig" for other Kconfig lines, "toolchain" for another answer to a probe, and "follows" where it is another
    change, that of the symbol `through`, that causes this one.  `text` says it in Kconfig's words, `location`
    is the line: of the values after where that has one, else of those before.
    """

    symbol: str
    before: str
    after: str
    why: Why
    text: str
    location: Location | None
    through: str | None = None


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The names whose values differ between two effects (see `kpolicy.evaluate.effect`), sorted."""
    return sorted({name for name, _ in before.items() ^ after.items()})
