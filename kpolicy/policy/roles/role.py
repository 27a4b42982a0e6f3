# SPDX-License-Identifier: GPL-2.0-or-later
"""Roles: what a kernel is for, derived from its configuration by a written definition.

The definition is data, `kpolicy/rules/roles.toml`.  A role has *marks*, conditions that
speak for it, and *readings*, ways to decide that a config has the role: a condition, and
how many of the marks must hold besides.  The first reading is the one that is used unless
another is chosen.  Roles are tried in the order of the file; the one without a reading is
what remains.

The names of a config count too: where one of them says that the kernel is of a role, fewer marks
suffice, and a tree's own defconfig is never a debug or fuzzing kernel unless its name says so.  Fewer
suffice also where fragments ask for them that are put on a defconfig: such lines are not left over.  A
config that has some marks of a role, but too few, gets a later role, and the verdict keeps both
readings: a production kernel, role unclear, with options of a debug kernel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from kpolicy.errors import UsageError, did_you_mean
from kpolicy.explain.shown import assignment_of, shown
from kpolicy.frozen import dataclass, replace
from kpolicy.kernel.version import parse_version
from kpolicy.location import Location
from kpolicy.policy.expressions.expression import (
    Constant,
    Expression,
    symbols,
)
from kpolicy.policy.roles.marks import asked_at_boot, denies, grounds, wanted
from kpolicy.policy.roles.names import is_own_defconfig, names_in_fragments, word_in_names
from kpolicy.policy.toml.absence import Absence

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values


@dataclass(frozen=True, slots=True)
class Mark:
    """A condition that speaks for a role: why it does, and where that is known from."""

    name: str
    when: Expression
    why: str
    source: str
    absent: tuple[Absence, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to decide: `when` holds, and at least `at_least` of the role's marks.

    `named` marks suffice, whatever `when` says, where a name of the config says that it has the role (0: names do
    not count).  `added` marks suffice where `when` holds and fragments on a defconfig ask for them (0: these do not
    count).  From `doubt` marks on, or half of `at_least` where `when` holds, a config that gets another role is
    reported with both (0: never).
    """

    name: str
    when: Expression
    at_least: int
    why: str
    absent: tuple[Absence, ...] = ()
    named: int = 0
    added: int = 0
    doubt: int = 0


@dataclass(frozen=True, slots=True)
class Role:
    """A role and its definition; `names` are words in the name of a config that say it."""

    name: str
    title: str
    rationale: str
    marks: tuple[Mark, ...]
    readings: tuple[Reading, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A value that a verdict rests on.

    `location` is the line that a person would edit to change it, None where there is none:
    a symbol that is off because nothing says anything about it, or a release number.
    """

    symbol: str
    value: str
    location: Location | None
    why: str

    @property
    def is_word(self) -> bool:
        """Whether it is a word of the command line: boot parameters have no capitals in their names, symbols have."""
        return self.symbol not in (NAME, RC) and self.symbol.islower()

    @property
    def text(self) -> str:
        """What it is, in a few words: KASAN=y, slab_debug=FZ, or a name."""
        if self.symbol == NAME:
            return f"named {self.value}"
        # A boot parameter can be without a value.
        return f"{self.symbol}={self.value}" if self.value else self.symbol


Certainty: TypeAlias = Literal["stated", "clear", "unclear", "earlier"]
RC: Final = "rc"
"""Stands in evidence where a symbol would, for the number of a release candidate."""
NAME: Final = "name"
"""Stands in evidence where a symbol would, for a name of the config."""
CERTAINTIES: Final[tuple[Certainty, ...]] = get_args(Certainty)


@dataclass(frozen=True, slots=True)
class OtherRole:
    """Another role that values indicate, and those values."""

    role: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class RoleVerdict:
    """The role of a config, the reading that decided ("" for the role that remains), and the evidence.

    `certainty` is how the role is known: stated by the policy, clear or unclear from the values, or that which the
    config had before a change.  `other` is what indicates another role: with "unclear" too little to decide,
    with "earlier" what the values say now.
    """

    role: str
    reading: str
    evidence: tuple[Evidence, ...]
    certainty: Certainty = "clear"
    other: OtherRole | None = None

    @property
    def doubt(self) -> str | None:
        """The other role where the marks of two roles meet."""
        return self.other.role if self.other is not None and self.certainty == "unclear" else None

    @property
    def is_stated(self) -> bool:
        """Whether the policy states the role; any other is derived from the config."""
        return self.certainty == "stated"

    @property
    def is_named(self) -> bool:
        """Whether a name of the config says the role."""
        return any(item.symbol == NAME for item in self.evidence)


def role_of(
    values: Values, roles: tuple[Role, ...] | None = None, readings: Mapping[str, str] | None = None
) -> RoleVerdict:
    """The role of a config by what it sets.

    `readings` chooses, by role, another reading than the first; a name that the role does not
    have raises UsageError.
    """
    if roles is None:
        from kpolicy.policy.roles.shipped import shipped_roles  # reads the definitions of this module's classes

        roles = shipped_roles()
    chosen = readings or {}
    doubts: list[tuple[int, OtherRole]] = []
    for role in roles:
        reading = reading_of(role, chosen.get(role.name))
        # The role that most speaks for; of equals the first.
        other = max(doubts, key=lambda item: item[0])[1] if doubts else None
        certainty: Certainty = "clear" if other is None else "unclear"
        if reading is None:
            evidence = (*_own_name(values, roles), *_against(values, roles, chosen))
            return RoleVerdict(role.name, "", evidence, certainty, other)
        bar = bar_for(values, role, reading)
        if bar is not None and _decides(values, role, bar):
            return RoleVerdict(role.name, reading.name, tuple(_for(values, role, reading)), certainty, other)
        doubts += _doubt(values, role, reading)
    raise ValueError("no role remains: the last one must have no reading")


def reading_of(role: Role, name: str | None) -> Reading | None:
    """The reading of a role with a name, the first one without; None for the role that remains.

    Raises UsageError for a name that the role does not have.
    """
    if name is None:
        return role.readings[0] if role.readings else None
    for reading in role.readings:
        if reading.name == name:
            return reading
    hint = did_you_mean(name, [reading.name for reading in role.readings])
    raise UsageError(f"the role {role.name!r} has no reading {name!r}", hint=hint)


def bar_for(values: Values, role: Role, reading: Reading) -> Reading | None:
    """What a reading asks of a config with these names: fewer marks where they say the role; None where it cannot be.

    A defconfig of the tree is what people build who ask for nothing in particular; who puts a fragment on one
    asks for what is in it.
    """
    if not reading.named:
        return reading
    if word_in_names(values, role.names) is not None:
        return replace(reading, when=Constant("y"), at_least=reading.named)
    if reading.added and reading.when.holds(values) and _is_added(values, role, reading):
        return replace(reading, at_least=min(reading.added, reading.at_least))
    return None if reading.doubt and is_own_defconfig(values) else reading


def _decides(values: Values, role: Role, reading: Reading) -> bool:
    if not reading.when.holds(values):
        return False
    return reading.at_least <= 0 or sum(mark.when.holds(values) for mark in role.marks) >= reading.at_least


def _is_added(values: Values, role: Role, reading: Reading) -> bool:
    """Whether fragments on a defconfig ask for as many marks as `added`."""
    names = names_in_fragments(values)
    if not names:
        return False
    asked = [
        mark for mark in role.marks if mark.when.holds(values) and not names.isdisjoint(grounds(mark.when, values))
    ]
    return len(asked) >= reading.added


def _doubt(values: Values, role: Role, reading: Reading) -> Iterator[tuple[int, OtherRole]]:
    """How many marks speak for a role that the config does not get, and their options; nothing for too few."""
    if not reading.doubt:
        return
    held = [mark for mark in role.marks if mark.when.holds(values)]
    half = reading.at_least // 2 if reading.when.holds(values) else reading.doubt
    if len(held) < min(reading.doubt, half):
        return
    found = {
        item.symbol: item
        for mark in reversed(held)
        for item in (*_of_values(mark.when, values, mark.why), *_of_words(mark.when, values, mark.why))
        if values.is_on(item.symbol) or item.is_word
    }
    if found:
        yield len(held), OtherRole(role.name, tuple(reversed(found.values())))


def _own_name(values: Values, roles: tuple[Role, ...]) -> Iterator[Evidence]:
    words = [word for role in roles for word in role.names]
    if values.config is not None and is_own_defconfig(values) and word_in_names(values, words) is None:
        yield Evidence(NAME, values.config.name, None, "a defconfig of the tree")


def _for(values: Values, role: Role, reading: Reading) -> Iterator[Evidence]:
    """What speaks for a role: the values that the reading asks about, then those of its marks."""
    release = parse_version(values.model.version)
    if not symbols(reading.when):
        yield Evidence(RC, str(release.release_candidate or 0), None, f"{values.model.version}: {reading.why}")
    word = word_in_names(values, role.names) if reading.named else None
    if word is not None:
        yield Evidence(NAME, word, None, f"the config is called a {role.name} kernel")
    named = dict.fromkeys(grounds(reading.when, values) if reading.when.holds(values) else ())
    for mark in role.marks:
        if mark.when.holds(values):
            for item in _of_values(mark.when, values, mark.why):
                named.pop(item.symbol, None)
                yield item
            yield from _of_words(mark.when, values, mark.why)
    for name in named:
        yield _of_value(name, values, reading.why)


def _of_values(expression: Expression, values: Values, why: str) -> Iterator[Evidence]:
    """The values that make an expression hold that does."""
    for name in dict.fromkeys(grounds(expression, values)):
        yield _of_value(name, values, why)


def _of_value(name: str, values: Values, why: str) -> Evidence:
    from kpolicy.explain.cause import place  # for the role that remains no value speaks

    return Evidence(name, shown(values, name), place(values, name), why)


def _of_words(expression: Expression, values: Values, why: str) -> Iterator[Evidence]:
    """The words of the command line that make an expression hold that does."""
    if not values.has_command_line:
        return
    from kpolicy.evaluate.command_line import asking  # most configs have none, and need nothing that reads one

    for item in dict.fromkeys(asked_at_boot(expression, values)):
        # Of several words the last one counts.
        for word in asking(values, item.parameter)[-1:]:
            yield Evidence(word.name, word.value or "", word.location, why)


def _against(values: Values, roles: tuple[Role, ...], chosen: Mapping[str, str]) -> Iterator[Evidence]:
    """Why none of the other roles: what they ask for and is off."""
    seen: set[str] = set()
    for role in roles:
        reading = reading_of(role, chosen.get(role.name))
        for mark in role.marks if reading is not None else ():
            # Where a mark asks for something to be off, its being off speaks for the role.
            for name in wanted(mark.when) if not denies(mark.when) else ():
                if name not in seen and not values.is_on(name):
                    seen.add(name)
                    line = assignment_of(values, name)
                    where = line.location if line else None
                    yield Evidence(name, shown(values, name), where, f"not a {role.name} kernel")
