# SPDX-License-Identifier: GPL-2.0-or-later
"""The roles that ship with kpolicy, defined in `kpolicy/rules/roles.toml`."""

from __future__ import annotations

import functools

from kpolicy.policy.expressions.expression import CLASSES
from kpolicy.policy.roles.role import Mark, Reading, Role
from kpolicy.policy.toml.absence import Absence
from kpolicy.policy.toml.compiled import compiled

_PACKAGE, _FILE = "kpolicy.rules", "roles.toml"
ROLES_FILE = f"kpolicy/rules/{_FILE}"


def role_names() -> tuple[str, ...]:
    """The names of the shipped roles, what remains first."""
    return tuple(role.name for role in reversed(shipped_roles()))


@functools.cache
def shipped_roles(cache: str | None = None) -> tuple[Role, ...]:
    """The roles that ship with kpolicy, kept in a cache if there is one."""

    def load() -> tuple[Role, ...]:
        from importlib import resources

        from kpolicy.policy.roles.load import load_roles  # what comes from the cache does without

        return load_roles(ROLES_FILE, resources.files(_PACKAGE).joinpath(_FILE).read_text(encoding="utf-8"))

    return compiled("roles", load, (Role, Reading, Mark, Absence, *CLASSES), cache, "rules")
