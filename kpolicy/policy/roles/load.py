# SPDX-License-Identifier: GPL-2.0-or-later
"""The definitions of roles, read from a file."""

from __future__ import annotations

from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.roles.role import Mark, Reading, Role
from kpolicy.policy.toml.reader import TableReader
from kpolicy.policy.toml.toml_file import KeyPath, TomlFile

_ROLE_KEYS = ("name", "title", "rationale", "names", "mark", "reading")
_MARK_KEYS = ("name", "when", "why", "source", "absent")
_READING_KEYS = ("name", "when", "at_least", "named", "added", "doubt", "why", "absent")


def load_roles(path: str, text: str) -> tuple[Role, ...]:
    """The roles that a file defines.

    Raises `UsageError` when it is no TOML and `FileErrors` with everything else that is wrong.
    """
    file = TomlFile(path, text)
    reader = _RoleReader(file)
    roles = reader.roles()
    file.finish()
    return roles


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
            names=self.strings((*where, "names"), required=False),
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
        when = self.condition((*where, "when"))
        return Reading(
            self.string((*where, "name")),
            when,
            self._count((*where, "at_least")),
            self.string((*where, "why")),
            self.absent((*where, "absent"), symbols(when)),
            self._count((*where, "named")),
            self._count((*where, "added")),
            self._count((*where, "doubt")),
        )

    def _count(self, where: KeyPath) -> int:
        """A number of marks, 0 where none is stated."""
        found = self.value(where)
        if found is None:
            return 0
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            self.file.complain(where, f"{where[-1]!r} must be a number of marks", value=True)
            return 0
        return found
