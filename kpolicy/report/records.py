# SPDX-License-Identifier: GPL-2.0-or-later
"""What a report is made of, whatever its format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kpolicy.errors import KpolicyError
from kpolicy.location import Location
from kpolicy.policy.census import Census, Observation
from kpolicy.policy.finding import Finding
from kpolicy.policy.roles import RoleVerdict
from kpolicy.policy.rule import SEVERITIES, Severity


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the input that a person would want to know; no finding of a rule."""

    location: Location | None
    text: str


@dataclass(frozen=True, slots=True)
class ConfigReport:
    """What was found out about one config.

    `architecture` is the ARCH word, `srcarch` the folder of arch/.  `toolchain` says which answered the
    probes.  `unjudged` are the rules that could not be judged, for want of Kconfig files.
    """

    config: str
    architecture: str
    srcarch: str
    toolchain: str
    verdict: RoleVerdict
    findings: tuple[Finding, ...]
    remarks: tuple[Remark, ...]
    observation: Observation
    unjudged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run found out.

    `tree` is the tree as the user named it, "" where there was none; `version` its release.
    `unread` counts the configs that could not be analysed; `errors` say why.  `roles` are the
    names of all roles, in the order to show them.
    """

    command: str
    tree: str
    version: str
    toolchain: str
    rules: int
    roles: tuple[str, ...]
    configs: tuple[ConfigReport, ...]
    census: Census | None
    remarks: tuple[Remark, ...]
    errors: tuple[KpolicyError, ...]
    unread: int

    @property
    def findings(self) -> Iterator[Finding]:
        """The findings of all configs."""
        for config in self.configs:
            yield from config.findings

    def severities(self) -> dict[Severity, int]:
        """How many findings there are of each severity, the worst first."""
        counts = Counter(finding.severity for finding in self.findings)
        return {severity: counts[severity] for severity in SEVERITIES}

    def reaches(self, threshold: Severity | None) -> bool:
        """Whether some finding is at least as bad as `threshold`; None is never reached."""
        if threshold is None:
            return False
        bad = SEVERITIES[: SEVERITIES.index(threshold) + 1]
        return any(finding.severity in bad for finding in self.findings)
