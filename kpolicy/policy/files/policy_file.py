# SPDX-License-Identifier: GPL-2.0-or-later
"""What one policy file says, every setting with its line (`kpolicy.policy.files.policy_reader` reads it)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Literal, TypeAlias, TypeVar, get_args

from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.policy.rules.rule import Severity

if TYPE_CHECKING:
    import datetime as dt

    from kpolicy.policy.files.requirement import Requirement, Scope

Value = TypeVar("Value")
Threshold: TypeAlias = Literal["error", "warning", "note", "never"]
Tool: TypeAlias = Literal["compiler", "assembler", "linker", "pahole", "rustc", "bindgen"]

THRESHOLDS: tuple[Threshold, ...] = get_args(Threshold)
TOOLS: tuple[Tool, ...] = get_args(Tool)
SHIPPED_FOLDER = "kpolicy/policy/shipped"
"""The path that shipped policies are shown with."""
SHIPPED_PACKAGE = SHIPPED_FOLDER.replace("/", ".")
IN_TREE = "tree:"
"""Stands before the path of a fragment that is looked for in the kernel tree."""


@dataclass(frozen=True, slots=True)
class Placed(Generic[Value]):
    """A setting and the line that it comes from; None for a default."""

    value: Value
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed for the rules that a selector matches; None for what stays as it is."""

    selector: str
    enabled: Placed[bool] | None
    severity: Placed[Severity] | None
    parameters: tuple[tuple[str, Placed[int | str]], ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Layer:
    """Changes for the configs that one of some globs matches; without globs for all.

    The changes are in the order in which they apply: the more exact selector comes later.
    """

    configs: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class StatedRole:
    """The role of the configs that a glob matches."""

    glob: str
    role: str
    location: Location


@dataclass(frozen=True, slots=True)
class Fragment:
    """A config fragment, or a policy of another tool, all of which is required of the configs in a scope, None for all.

    `name` is a path relative to the policy file or, after `tree:`, to the kernel tree.  A severity, a note and an owner
    are for all of its lines that have none.
    """

    name: str
    location: Location | None = None
    scope: Scope | None = None
    severity: Severity | None = None
    note: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that is accepted: which, why, by whom, and up to which day.

    `rule` is a rule selector, `config` a config glob; "" for `config` and `symbol` stands for all.
    """

    rule: str
    config: str
    symbol: str
    reason: str
    owner: str
    expires: dt.date | None
    location: Location


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What one policy file says by itself.

    `readings` chooses, by role, how the role is derived; `require` is what is required, in order.
    """

    path: str
    roles: tuple[StatedRole, ...] = ()
    readings: tuple[tuple[str, Placed[str]], ...] = ()
    layers: tuple[Layer, ...] = ()
    require: tuple[Fragment | Requirement, ...] = ()
    tools: tuple[tuple[Tool, Placed[str]], ...] = ()
    fail_on: Placed[Threshold] | None = None
    waivers: tuple[Waiver, ...] = ()
