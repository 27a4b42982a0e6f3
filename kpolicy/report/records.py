# SPDX-License-Identifier: GPL-2.0-or-later
"""What a report is made of, whatever its format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from kpolicy.errors import KpolicyError
from kpolicy.frozen import dataclass, field
from kpolicy.location import Location
from kpolicy.policy.files.policy_file import Threshold
from kpolicy.policy.judging.census import Census, Observation
from kpolicy.policy.roles.role import RoleVerdict
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import SEVERITIES, Reference, Severity
from kpolicy.report.remark import Remark

if TYPE_CHECKING:
    from kpolicy.costing.summary import CostSummary
    from kpolicy.policy.judging.waivers import Waived


@dataclass(frozen=True)
class ConfigReport:
    """What was found out about one config.

    `architecture` is the ARCH word, `srcarch` the folder of arch/.  `toolchain` says which answered the
    probes.  `unjudged` are the rules that could not be judged, for lack of Kconfig files.  `standard` is
    the number of the policy that it was held against, among those of the report.  `findings` are
    those that stand; beside them are those that are `waived`, and those that a baseline has `known`.
    `cost` is there when someone asked what the options cost.  `touched` says that it depends on other files than at the
    revision that a run compares with, where it compares with one.
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
    standard: int = 0
    waived: tuple[Waived, ...] = ()
    known: tuple[Finding, ...] = ()
    cost: CostSummary | None = None
    touched: bool = True

    @cached_property
    def told(self) -> tuple[Finding, ...]:
        """The findings that count, those with one cause as one."""
        from kpolicy.policy.folding.fold import fold  # many reports have no finding

        return fold(self.findings) if self.findings else ()


@dataclass(frozen=True, slots=True)
class TreeReport:
    """What was found out about the Kconfig files and fragments of a tree.

    `checks` are the ids of the checks that were made, `architectures` those that were examined;
    `complete` says that these are all, and that no file was left out.  `standard` is the number of the
    policy that it was held against.
    """

    findings: tuple[Finding, ...]
    checks: frozenset[str]
    architectures: tuple[str, ...]
    complete: bool = True
    standard: int = 0
    waived: tuple[Waived, ...] = ()
    known: tuple[Finding, ...] = ()

    @property
    def told(self) -> tuple[Finding, ...]:
        """The findings that count; none about the tree itself has its cause in common with another."""
        return self.findings


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """A policy that configs were held against.

    `files` are its files in the order in which they apply, none where no policy was found; `fail_on`
    is the least severity that makes a run fail; `findings` are about the policy itself, its waivers.
    """

    files: tuple[str, ...]
    fail_on: Threshold
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleNote:
    """What a rule, a check or a requirement is about, told once for all of its findings.

    `kind` is that of a rule (`kpolicy.policy.rules.rule.KINDS`), "" for anything else; `cost` is what it costs
    to do otherwise, with its source.
    """

    id: str
    title: str
    severity: Severity
    kind: str
    rationale: str
    references: tuple[Reference, ...]
    remedy: tuple[str, ...]
    cost: Reference | None


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run found out.

    `tree` is the tree as the user named it, "" where there was none; `version` its release.
    `unread` counts the configs that could not be analysed; `errors` say why.  `roles` are the
    names of all roles, in the order to show them.  `fail_on` is what the command line says to that,
    None where the policies say it.  `about` is what there is to
    say about the tree itself.  `since` names the revision whose findings are known, "" where there is none.
    `notes` are about the rules that findings are of, by their ids; `line_hashes` are those of the lines
    that findings point at (`kpolicy.report.line_hash`), where someone asked for them.
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
    policies: tuple[PolicyReport, ...] = (PolicyReport((), "warning"),)
    fail_on: Threshold | None = None
    about: TreeReport | None = None
    since: str = ""
    notes: tuple[RuleNote, ...] = ()
    line_hashes: Mapping[Location, str] = field(default_factory=dict)

    @property
    def judged(self) -> tuple[ConfigReport | TreeReport, ...]:
        """Everything that was held against a policy: the tree, and the configs."""
        return (*((self.about,) if self.about is not None else ()), *self.configs)

    @property
    def findings(self) -> Iterator[Finding]:
        """The findings that count, about the tree, of all configs and about the policies."""
        for judged in self.judged:
            yield from judged.findings
        for policy in self.policies:
            yield from policy.findings

    @property
    def told(self) -> Iterator[Finding]:
        """The same, those of a config that have one cause as one."""
        for judged in self.judged:
            yield from judged.told
        for policy in self.policies:
            yield from policy.findings

    @property
    def places(self) -> frozenset[Location]:
        """The lines that findings point at, waived and known ones too."""
        places = {finding.place for finding in (*self.findings, *self.told)}
        for judged in self.judged:
            places.update(item.finding.place for item in judged.waived)
            places.update(finding.place for finding in judged.known)
        return frozenset(places)

    def severities(self) -> dict[Severity, int]:
        """How many findings there are of each severity, the worst first."""
        counts = Counter(finding.severity for finding in self.findings)
        return {severity: counts[severity] for severity in SEVERITIES}

    def told_severities(self) -> dict[Severity, int]:
        """The same, where findings with one cause count as one."""
        counts = Counter(finding.severity for finding in self.told)
        return {severity: counts[severity] for severity in SEVERITIES}

    @property
    def accepted(self) -> tuple[int, int]:
        """How many findings are waived, and how many a baseline knows."""
        return sum(len(item.waived) for item in self.judged), sum(len(item.known) for item in self.judged)

    def threshold(self, standard: int) -> Threshold:
        """The least severity that makes a run fail, for what is held against a policy."""
        return self.fail_on or self.policies[standard].fail_on

    @property
    def failing(self) -> Iterator[Finding]:
        """The findings that are as bad as makes a run fail, those of a config that have one cause as one."""
        for judged in self.judged:
            threshold = self.threshold(judged.standard)
            yield from (finding for finding in judged.told if reaches(finding, threshold))
        for number, policy in enumerate(self.policies):
            yield from (finding for finding in policy.findings if reaches(finding, self.threshold(number)))

    @property
    def fails(self) -> bool:
        """Whether some finding is as bad as makes a run fail."""
        return any(True for _ in self.failing)


def reaches(finding: Finding, threshold: Threshold) -> bool:
    """Whether a finding is as bad as a threshold says."""
    return threshold != "never" and SEVERITIES.index(finding.severity) <= SEVERITIES.index(threshold)
