# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that some releases do not have because their code is always built: `kpolicy/names/always.txt`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from kpolicy.policy.checks.renames import table_lines

Side: TypeAlias = Literal["since", "until"]
_SIDES: Final[Mapping[str, Side]] = {"since": "since", "until": "until"}


def side_of(name: str) -> Side | None:
    """Which releases without an option have its code: those after the last with it, those before the first, or none."""
    return sides().get(name)


@functools.cache
def sides() -> Mapping[str, Side]:
    """The whole table."""
    rows = (line.split(None, 2) for line in table_lines("always.txt"))
    return {name: _SIDES[side] for name, side, _source in rows}
