# SPDX-License-Identifier: GPL-2.0-or-later
"""A config on another kernel, all together: what is lost, what the edits keep of it, what is new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kpolicy.frozen import dataclass

if TYPE_CHECKING:
    from kpolicy.policy.checks.fates import Fate
    from kpolicy.policy.fixes.lines import Edit
    from kpolicy.policy.fixes.plan import Change
    from kpolicy.policy.rules.finding import Finding
    from kpolicy.policy.upgrade.lost import Lost
    from kpolicy.policy.upgrade.protections import Protections
    from kpolicy.policy.upgrade.questions import Question
    from kpolicy.policy.upgrade.shifts import Shifts


@dataclass(frozen=True, slots=True)
class LostRequest:
    """A lost request, the edits that were made for it, and whether the edited config has it, maybe by another name."""

    lost: Lost
    edits: tuple[Edit, ...]
    kept: bool


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What another kernel makes of a config, as it is; and the edits that keep what can be kept.

    `counts` are the lines that cost nothing, by what becomes of them.  `shifts`, `protections` and findings that come
    and go take the values on the kernel before: None and nothing where these are not known.  `edits` are all edits of
    the file, `side_effects` the values that they change besides.
    """

    requests: tuple[LostRequest, ...]
    counts: Mapping[Fate, int]
    shifts: Shifts | None
    protections: Protections | None
    findings_gained: tuple[Finding, ...]
    findings_lost: tuple[Finding, ...]
    questions: tuple[Question, ...]
    edits: tuple[Edit, ...]
    side_effects: tuple[Change, ...]

    @property
    def lost(self) -> tuple[LostRequest, ...]:
        """The requests that no edit keeps."""
        return tuple(item for item in self.requests if not item.kept)

    @property
    def kept(self) -> tuple[LostRequest, ...]:
        """The requests that the edits keep."""
        return tuple(item for item in self.requests if item.kept)
