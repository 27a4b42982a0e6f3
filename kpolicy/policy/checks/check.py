# SPDX-License-Identifier: GPL-2.0-or-later
"""What a check is."""

from __future__ import annotations

from typing import Literal, TypeAlias

from kpolicy.frozen import dataclass
from kpolicy.policy.rules.rule import Severity

Subject: TypeAlias = Literal["config", "kconfig"]


@dataclass(frozen=True, slots=True)
class Check:
    """A check: `config` ones are about the lines of a config, `kconfig` ones about a tree.

    `quiet` ones report only when they are requested: they are true of thousands of lines that
    do no harm.
    """

    id: str
    title: str
    severity: Severity
    rationale: str
    source: str
    quiet: bool = False

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return "kconfig" if self.id.startswith("kconfig/") else "config"
