# SPDX-License-Identifier: GPL-2.0-or-later
"""A config on another kernel."""

from __future__ import annotations

from collections.abc import Mapping

from kpolicy.api.results.changes import Change, LineEdit
from kpolicy.api.results.findings import Finding
from kpolicy.api.results.places import Location
from kpolicy.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel: the name of its tree, None without one, and its version."""

    name: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class LostRequest:
    """A request that is not honoured any more, and whether the edits keep it, maybe under the name of a successor."""

    symbol: str
    requested: str
    value: str
    reason: str
    successors: tuple[str, ...]
    location: Location
    edits: tuple[LineEdit, ...]
    kept: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """A value that other Kconfig files change, and why; `settable`: the symbol has a prompt on the new kernel."""

    symbol: str
    before: str
    after: str
    why: str
    through: str | None
    text: str
    location: Location | None
    settable: bool


@dataclass(frozen=True, slots=True)
class Protection:
    """A protection or a check that one of the kernels has, why only that, and what says that it is one.

    `kept`: it is lost, and the edited config has it.
    """

    symbol: str
    before: str
    after: str
    reason: str
    source: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Question:
    """An option that could be set and has no line; `remarks` are what rules, roles and requirements say about it."""

    symbol: str
    type: str
    default: str
    prompt: str
    menu: tuple[str, ...]
    choice: str | None
    help: str | None
    location: Location
    selects: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What another kernel makes of a config; what is not known of the kernel before is None."""

    config: str
    architecture: str
    before: Kernel
    after: Kernel
    older: bool
    requests: tuple[LostRequest, ...]
    dropped: Mapping[str, int]
    changes: tuple[Shift, ...] | None
    gone: tuple[str, ...] | None
    new: tuple[str, ...] | None
    protections_lost: tuple[Protection, ...] | None
    protections_gained: tuple[Protection, ...] | None
    findings_gained: tuple[Finding, ...]
    findings_lost: tuple[Finding, ...]
    questions: tuple[Question, ...]
    edits: tuple[LineEdit, ...]
    side_effects: tuple[Change, ...]
