# SPDX-License-Identifier: GPL-2.0-or-later
"""The policies that ship with kpolicy, kept in the cache as plain data once they have been read."""

from __future__ import annotations

from typing import Final

from kpolicy.kernel.version import KernelVersion
from kpolicy.location import Location
from kpolicy.policy.expressions.expression import CLASSES
from kpolicy.policy.files.policy_file import (
    SHIPPED_PACKAGE,
    Change,
    Fragment,
    Layer,
    Placed,
    PolicyFile,
    StatedRole,
)
from kpolicy.policy.files.requirement import Requirement, Scope
from kpolicy.policy.files.settings import Policy
from kpolicy.policy.files.vocabulary import Vocabulary
from kpolicy.policy.toml.compiled import compiled

SHIPPED: Final = ("production", "debug", "fuzzing", "hardening", "kspp", "upstream")
"""The names of the policies that ship with kpolicy."""

_CLASSES: Final = (
    PolicyFile, StatedRole, Placed, Layer, Change, Fragment, Requirement, Scope, KernelVersion, Location, *CLASSES,
)  # fmt: skip
"""What shipped policies consist of."""


def shipped_text(name: str) -> str:
    """The text of a shipped policy."""
    from importlib import resources  # what comes from the cache does without

    return resources.files(SHIPPED_PACKAGE).joinpath(f"{name}.toml").read_text(encoding="utf-8")


def shipped_policy(name: str, vocabulary: Vocabulary, cache: str | None = None) -> Policy:
    """A shipped policy by its name, kept in a cache if there is one."""

    def load() -> tuple[PolicyFile, ...]:
        from kpolicy.policy.files.extends import load_policy  # what comes from the cache does without

        return load_policy(name, vocabulary).files

    return Policy(compiled(f"policy {name}", load, _CLASSES, cache, "rules"), vocabulary)
