# SPDX-License-Identifier: GPL-2.0-or-later
"""Symbols and choices with all their properties, each with its file and line."""

from __future__ import annotations

from kpolicy.frozen import dataclass
from kpolicy.kconfig.expressions import Expr
from kpolicy.kconfig.syntax import Answerer
from kpolicy.location import Location
from kpolicy.tuples import NamedTuple


class Written(NamedTuple):
    """A line with macros as it is written, and what answered them."""

    text: str
    answerer: Answerer


class Condition(NamedTuple):
    """A line by which something has a condition: `depends on`, `if`, `visible if`, or that of the property itself.

    `written` is there where the line has macros; so it is for defaults and selects.
    """

    expression: Expr
    location: Location
    written: Written | None


class Prompt(NamedTuple):
    """A prompt; `condition` is everything that must hold for it to be shown.

    `conditions` are the lines that it is made of, the outermost first.
    """

    text: str
    condition: Expr
    location: Location
    conditions: tuple[Condition, ...]


class Default(NamedTuple):
    """A default; the first whose condition holds counts."""

    value: Expr
    condition: Expr
    location: Location
    written: Written | None


class Select(NamedTuple):
    """`source` selects (or implies) `target` while `condition` holds; it is at `location`."""

    source: str
    target: str
    condition: Expr
    location: Location
    written: Written | None


class Range(NamedTuple):
    """The bounds of an int or hex; the first whose condition holds counts."""

    low: Expr
    high: Expr
    condition: Expr
    location: Location


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol and all its properties, over all places that define it.

    Conditions include what menus, ifs and `depends on` around the property demand.
    `conditions` are those lines, for each place that defines the symbol.
    `choice` is the index of the choice that the symbol is a member of.  `probed` marks a
    symbol without prompt whose value a toolchain probe decides.
    """

    name: str
    type: str
    definitions: tuple[Location, ...]
    prompts: tuple[Prompt, ...]
    defaults: tuple[Default, ...]
    selects: tuple[Select, ...]
    implies: tuple[Select, ...]
    ranges: tuple[Range, ...]
    conditions: tuple[tuple[Condition, ...], ...]
    direct_dependency: Expr
    selected_by: tuple[Select, ...]
    implied_by: tuple[Select, ...]
    choice: int | None
    transitional: bool
    probed: bool

    def around(self, location: Location) -> tuple[Condition, ...]:
        """The lines whose conditions hold for a property that is at a line of the symbol."""
        # A property is below the head of its entry, in the same file.
        above = [
            (place.line, conditions)
            for place, conditions in zip(self.definitions, self.conditions, strict=True)
            if place.path == location.path and place.line <= location.line
        ]
        return max(above, key=lambda item: item[0])[1] if above else ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice: its type, its members in order, its defaults, where it is defined."""

    type: str
    members: tuple[str, ...]
    defaults: tuple[Default, ...]
    prompts: tuple[Prompt, ...]
    definitions: tuple[Location, ...]
    optional: bool
