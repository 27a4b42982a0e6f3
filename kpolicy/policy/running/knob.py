# SPDX-License-Identifier: GPL-2.0-or-later
"""Settings of a running kernel.

A setting is data, called a knob here to tell it from the options of a config.  It is written as a TOML file
(`kpolicy.policy.running.load`) below `kpolicy/knobs`, and what a system says is checked against it by
`kpolicy.policy.checks.running`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.policy.boot.parameter import Source
from kpolicy.policy.expressions.expression import CLASSES, Expression

if TYPE_CHECKING:
    from kpolicy.evaluate.handlers import Release

Form: TypeAlias = Literal["integer", "switch", "text", "selected", "count", "presence", "bits", "log"]
Meaning: TypeAlias = Literal["weakened", "disabled", "enabled", "gave-up", "reported", "tainted"]

FORMS: tuple[Form, ...] = get_args(Form)
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)


@dataclass(frozen=True, slots=True)
class Default:
    """What a setting is after boot where `when` holds.

    That is a `value`, the value of a `symbol`, or what the boot `parameter` sets it to: that one only where the command
    line has the word.  An empty value: it can be any.
    """

    when: Expression
    value: str
    symbol: str
    parameter: str


@dataclass(frozen=True, slots=True)
class Case:
    """What a value means.

    `test` is a value, `not` and a value, `below` or `above` and a number, or `lower`, `higher` or `other` than after
    boot.  `says` is the consequence.  Of the form `bits` the `test` is a bit, and `letter` its name.
    """

    test: str
    when: Expression
    meaning: Meaning
    says: str
    letter: str


@dataclass(frozen=True, slots=True)
class Knob:
    """A setting.

    `paths` are where it is read, the first that there is; none for what the kernel log says.  `form` is what the file
    holds: the value follows `line` where there is such a text, is the word number `field` of it where that is not 0,
    and of a `count` it is the number of lines that `pattern` matches.  `needs` is what the kernel must have for it to
    be there, `since` and `not_in` are as for the spelling of a boot parameter, and `harmless_since` is the release from
    which on reading it is known to change nothing.
    """

    id: str
    title: str
    name: str
    paths: tuple[str, ...]
    form: Form
    line: str
    field: int
    pattern: str
    needs: Expression
    since: Release
    not_in: Release
    harmless_since: Release
    defaults: tuple[Default, ...]
    cases: tuple[Case, ...]
    sources: tuple[Source, ...]
    location: Location

    @property
    def sysctl(self) -> str:
        """Its name for sysctl, "" where it is none."""
        path = self.paths[0] if self.paths else ""
        return path.removeprefix("/proc/sys/").replace("/", ".") if path.startswith("/proc/sys/") else ""


CLASSES_OF_KNOBS: Final = (Knob, Default, Case, Source, Location, *CLASSES)
"""What knobs consist of."""
