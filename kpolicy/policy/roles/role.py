# SPDX-License-Identifier: GPL-2.0-or-later
"""Roles: what a kernel is for, worked out from its configuration by a written definition.

The definition is data, `kpolicy/rules/roles.toml`.  A role has *marks*, conditions that
speak for it, and *readings*, ways to decide that a config has the role: a condition, and
how many of the marks must hold besides.  The first reading is the one that is used unless
another is chosen.  Roles are tried in the order of the file; the one without a reading is
what remains.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kpolicy.errors import UsageError, did_you_mean
from kpolicy.explain.cause import assignment_of, place, shown
from kpolicy.frozen import dataclass
from kpolicy.kernel.version import parse_version
from kpolicy.location import Location
from kpolicy.policy.expressions.expression import CLASSES, And, Expression, Not, Or, Predicate, symbols
from kpolicy.policy.toml.absence import Absence
from kpolicy.policy.toml.compiled import compiled
from kpolicy.policy.toml.reader import TableReader
from kpolicy.policy.toml.toml_file import KeyPath, TomlFile

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

_PACKAGE, _FILE = "kpolicy.rules", "roles.toml"
ROLES_FILE = f"kpolicy/rules/{_FILE}"
_ROLE_KEYS = ("name", "title", "rationale", "mark", "reading")
_MARK_KEYS = ("name", "when", "why", "source", "absent")
_READING_KEYS = ("name", "when", "at_least", "why", "absent")


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
    """A way to decide: `when` holds, and at least `at_least` of the role's marks."""

    name: str
    when: Expression
    at_least: int
    why: str
    absent: tuple[Absence, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A role and its definition."""

    name: str
    title: str
    rationale: str
    marks: tuple[Mark, ...]
    readings: tuple[Reading, ...]


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


@dataclass(frozen=True, slots=True)
class RoleVerdict:
    """The role of a config, the reading that decided ("" for the role that remains), and the evidence."""

    role: str
    reading: str
    evidence: tuple[Evidence, ...]


def role_of(
    values: Values, roles: tuple[Role, ...] | None = None, readings: Mapping[str, str] | None = None
) -> RoleVerdict:
    """The role of a config by what it sets.

    `readings` chooses, by role, another reading than the first; a name that the role does not
    have raises UsageError.
    """
    roles = shipped_roles() if roles is None else roles
    chosen = readings or {}
    for role in roles:
        reading = reading_of(role, chosen.get(role.name))
        if reading is None:
            return RoleVerdict(role.name, "", tuple(_against(values, roles, chosen)))
        if _decides(values, role, reading):
            return RoleVerdict(role.name, reading.name, tuple(_for(values, role, reading)))
    raise ValueError("no role remains: the last one must have no reading")


def role_names() -> tuple[str, ...]:
    """The names of the shipped roles, what remains first."""
    return tuple(role.name for role in reversed(shipped_roles()))


@functools.cache
def shipped_roles(cache: Path | None = None) -> tuple[Role, ...]:
    """The roles that ship with kpolicy, kept in a cache if there is one."""

    def load() -> tuple[Role, ...]:
        from importlib import resources

        return load_roles(ROLES_FILE, resources.files(_PACKAGE).joinpath(_FILE).read_text(encoding="utf-8"))

    return compiled("roles", load, (Role, Reading, Mark, Absence, *CLASSES), cache)


def load_roles(path: str, text: str) -> tuple[Role, ...]:
    """The roles that a file defines.

    Raises `UsageError` when it is no TOML and `FileErrors` with everything else that is wrong.
    """
    file = TomlFile(path, text)
    reader = _RoleReader(file)
    roles = reader.roles()
    file.finish()
    return roles


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


def _decides(values: Values, role: Role, reading: Reading) -> bool:
    if not reading.when.holds(values):
        return False
    return reading.at_least <= 0 or sum(mark.when.holds(values) for mark in role.marks) >= reading.at_least


def _for(values: Values, role: Role, reading: Reading) -> Iterator[Evidence]:
    """What speaks for a role: the values that the reading asks about, then those of its marks."""
    release = parse_version(values.model.version)
    if not symbols(reading.when):
        yield Evidence("rc", str(release.release_candidate or 0), None, f"{values.model.version}: {reading.why}")
    named = dict.fromkeys(_grounds(reading.when, values))
    for mark in role.marks:
        if mark.when.holds(values):
            for name in dict.fromkeys(_grounds(mark.when, values)):
                named.pop(name, None)
                yield Evidence(name, shown(values, name), place(values, name), mark.why)
    for name in named:
        yield Evidence(name, shown(values, name), place(values, name), reading.why)


def _grounds(expression: Expression, values: Values) -> Iterator[str]:
    """The symbols whose values make an expression hold that does."""
    match expression:
        case And(operands):
            for operand in operands:
                yield from _grounds(operand, values)
        case Or(operands):
            for operand in operands:
                if operand.holds(values):
                    yield from _grounds(operand, values)
        case Predicate():
            return
        case _:
            yield from symbols(expression)


def _against(values: Values, roles: tuple[Role, ...], chosen: Mapping[str, str]) -> Iterator[Evidence]:
    """Why none of the other roles: what they ask for and is off."""
    seen: set[str] = set()
    for role in roles:
        reading = reading_of(role, chosen.get(role.name))
        for mark in role.marks if reading is not None else ():
            # Where a mark asks for something to be off, its being off speaks for the role.
            for name in symbols(mark.when) if not _denies(mark.when) else ():
                if name not in seen and not values.is_on(name):
                    seen.add(name)
                    line = assignment_of(values, name)
                    why = f"no sign of a {role.name} kernel: {mark.why}"
                    yield Evidence(name, shown(values, name), line.location if line else None, why)


def _denies(expression: Expression) -> bool:
    """Whether the expression asks for something to be off."""
    match expression:
        case Not():
            return True
        case And(operands) | Or(operands):
            return any(_denies(operand) for operand in operands)
        case _:
            return False


class _RoleReader(TableReader):
    def roles(self) -> tuple[Role, ...]:
        self.known_keys((), ("role",))
        roles = tuple(self._role(("role", number)) for number in range(self.count(("role",))))
        for number, role in enumerate(roles):
            last = number == len(roles) - 1
            if last and role.readings:
                self.file.complain(("role", number), "the last role must have no reading: it is what remains")
            if not last and not role.readings:
                self.file.complain(("role", number), "only the last role may have no reading")
            if role.name in [other.name for other in roles[:number]]:
                self.file.complain(("role", number, "name"), f"the role {role.name!r} is defined twice", value=True)
        if not roles:
            self.file.complain((), "there is no [[role]]")
        return roles

    def _role(self, where: KeyPath) -> Role:
        self.known_keys(where, _ROLE_KEYS)
        return Role(
            name=self.string((*where, "name")),
            title=self.string((*where, "title")),
            rationale=self.string((*where, "rationale")),
            marks=tuple(self._mark((*where, "mark", n)) for n in range(self.count((*where, "mark")))),
            readings=tuple(self._one_reading((*where, "reading", n)) for n in range(self.count((*where, "reading")))),
        )

    def _mark(self, where: KeyPath) -> Mark:
        self.known_keys(where, _MARK_KEYS)
        when = self.condition((*where, "when"))
        return Mark(
            self.string((*where, "name")),
            when,
            self.string((*where, "why")),
            self.string((*where, "source")),
            self.absent((*where, "absent"), symbols(when)),
        )

    def _one_reading(self, where: KeyPath) -> Reading:
        self.known_keys(where, _READING_KEYS)
        at_least = self.value((*where, "at_least"))
        if at_least is not None and (not isinstance(at_least, int) or isinstance(at_least, bool) or at_least < 0):
            self.file.complain((*where, "at_least"), "'at_least' must be a number of marks", value=True)
            at_least = None
        when = self.condition((*where, "when"))
        return Reading(
            self.string((*where, "name")),
            when,
            at_least if isinstance(at_least, int) else 0,
            self.string((*where, "why")),
            self.absent((*where, "absent"), symbols(when)),
        )
