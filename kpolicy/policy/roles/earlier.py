# SPDX-License-Identifier: GPL-2.0-or-later
"""The role that a config had before a change, which goes on judging it."""

from __future__ import annotations

from collections.abc import Iterator

from kpolicy.frozen import dataclass
from kpolicy.policy.roles.role import Evidence, OtherRole, RoleVerdict


@dataclass(frozen=True, slots=True)
class EarlierRole:
    """The role of a config before a change, and values that it had: those that it rested on if they are `exact`."""

    role: str
    options: frozenset[tuple[str, str]] = frozenset()
    exact: bool = True


def earlier_role(verdict: RoleVerdict) -> EarlierRole | None:
    """What is to be kept of a verdict before a change; None for a role that the policy states."""
    if verdict.is_stated:
        return None
    return EarlierRole(verdict.role, frozenset((item.symbol, item.value) for item in all_evidence(verdict)))


def differs(verdict: RoleVerdict, earlier: EarlierRole | None) -> bool:
    """Whether a config has to be judged by another role than its own.

    Not where the policy or its name says that it has this one: two configs may be compared.
    """
    given = verdict.is_stated or verdict.is_named
    return earlier is not None and not given and verdict.role != earlier.role


def judged_by(verdict: RoleVerdict, earlier: EarlierRole | None) -> RoleVerdict:
    """The verdict that judges: a config keeps the role that it had before, unless the policy states one."""
    if earlier is None or not differs(verdict, earlier):
        return verdict
    # What remains rests on what is off.
    options = verdict.evidence if verdict.reading else ()
    return RoleVerdict(earlier.role, "", (), "earlier", OtherRole(verdict.role, options))


def all_evidence(verdict: RoleVerdict) -> Iterator[Evidence]:
    """What speaks for the role of a verdict, and for another one."""
    yield from verdict.evidence
    yield from verdict.other.evidence if verdict.other is not None else ()
