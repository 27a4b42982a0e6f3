# SPDX-License-Identifier: GPL-2.0-or-later
"""What a check has to say about lines of Kconfig files, for one architecture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.frozen import dataclass
from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.explain.grounds import Ground
    from kpolicy.policy.rules.finding import Witness


@dataclass(frozen=True, slots=True)
class Claim:
    """What a check has to say about a line, or a `part` of it; `rests_on` are the other lines that its text rests on.

    `grounds` are the lines that a proof needs.  Where the claim is that the conditions of a line are not met together,
    `never` are those that are never met, each by itself, and their lines; it is None for other claims.
    """

    check: str
    symbol: str
    message: str
    place: Location
    rests_on: tuple[Location, ...] = ()
    part: str = ""
    grounds: tuple[Ground, ...] = ()
    never: tuple[tuple[str, Ground], ...] | None = None
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """All claims of an architecture.

    `files` are its Kconfig files, `idle` the selects and defaults in them that can do nothing here,
    since their condition needs a symbol that this architecture does not define.
    """

    architecture: str
    claims: tuple[Claim, ...]
    files: frozenset[str]
    idle: frozenset[Location]
