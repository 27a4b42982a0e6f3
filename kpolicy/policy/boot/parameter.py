# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot parameters of debug and hardening options.

A parameter is data.  It is written as a TOML file (`kpolicy.policy.boot.load`) below `kpolicy/parameters`, and words of
a command line are checked against it by `kpolicy.policy.checks.command_line`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.policy.expressions.expression import CLASSES, Expression

if TYPE_CHECKING:
    from kpolicy.evaluate.handlers import Release

Handler: TypeAlias = Literal["early_param", "__setup", "core_param", "module_param", "own parser"]
Form: TypeAlias = Literal[
    "switch",
    "bool",
    "on-off",
    "flag",
    "integer",
    "unsigned",
    "decimal",
    "count",
    "size",
    "fault",
    "slab flags",
    "word",
    "text",
]
Purpose: TypeAlias = Literal["debug", "hardening", "report"]

HANDLERS: tuple[Handler, ...] = get_args(Handler)
FORMS: tuple[Form, ...] = get_args(Form)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)

FORM_MEANINGS: Mapping[Form, str] = {
    "switch": "1 or 0, y or n, on or off",
    "bool": "1 or 0, y or n, or no value",
    "on-off": "on or off",
    "flag": "no value",
    "integer": "a whole number",
    "unsigned": "a whole number, not negative",
    "decimal": "a decimal number, not negative",
    "count": "a number",
    "size": "a number of bytes, with K, M or G",
    "fault": "four numbers: interval,probability,space,times",
    "slab flags": "letters of FZPUTAO or -, then a comma and names of caches",
    "word": "one of its words",
    "text": "any text",
}
"""What a handler takes, in words."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name of a parameter.

    `since` is a release that knows it, (0, 0) where all do that were looked at; `not_in` the latest release that was
    looked at and does not know it.  `is_old`: another name is preferred now.  `form` is what its handler takes, and
    `needs` what the kernel must have for this name to be known.
    """

    name: str
    since: Release
    not_in: Release
    is_old: bool
    form: Form
    needs: Expression


@dataclass(frozen=True, slots=True)
class Word:
    """A value that a handler compares with, and what the kernel must have for it."""

    name: str
    needs: Expression


@dataclass(frozen=True, slots=True)
class Source:
    """Where a parameter was looked up in a release: file:line of the line that registers it, and of its description."""

    release: str
    code: str
    documented: str


@dataclass(frozen=True, slots=True)
class BootParameter:
    """A parameter.

    `title` says what it does.  `needs` is what the kernel must have for one of its names to be known.  Where `adds`
    holds a second word does not take the place of the first; a word with the value `final` cannot be taken back.
    Words with the character `apart` in their value, and those without it, do not override each other.  `off` is the
    condition under which the command line switches off what is on without it, and `lost` says what that means.
    `words` are the values of the form `word`, or those of another form that need something.
    """

    id: str
    title: str
    purpose: Purpose
    handler: Handler
    needs: Expression
    spellings: tuple[Spelling, ...]
    words: tuple[Word, ...]
    adds: Expression
    final: str
    apart: str
    off: Expression
    lost: str
    sources: tuple[Source, ...]
    location: Location

    @property
    def name(self) -> str:
        """The name that is preferred now."""
        return self.spellings[0].name


CLASSES_OF_PARAMETERS: Final = (BootParameter, Spelling, Word, Source, Location, *CLASSES)
"""What parameters consist of."""
