# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings, and the reports that they are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from kpolicy.api.results.costs import CostSummary
from kpolicy.api.results.places import Failure, Location, Place
from kpolicy.api.results.proofs import Ground
from kpolicy.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a chain of causes: `symbol` has `value` because of `by`, or of the line that `text` repeats."""

    symbol: str
    value: str
    kind: str
    by: str | None
    location: Location | None
    text: str


@dataclass(frozen=True, slots=True)
class Waiver:
    """Why a finding is accepted, and by whom."""

    rule: str
    config: str | None
    symbol: str | None
    reason: str
    owner: str
    expires: str | None
    location: Location | None


@dataclass(frozen=True, slots=True)
class Origin:
    """The change since a revision that others follow; `why` is "removed" where `text` is a removed config line."""

    symbol: str
    before: str
    after: str
    why: str
    text: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class Root:
    """What keeps a config line, which asks for `asked`, from taking effect.

    `kind` is "needs" for a condition that does not hold, "select" for a symbol that selects another value, "prompt"
    where no line can set the symbol, "undefined" where the architecture does not define it, "tree" for a .config made
    with other Kconfig files.  `symbols` are those of the `condition` with their values, for a "tree" those that it does
    not define.  `location` is the config line that gave one its value, `change` what a run since a revision knows.
    """

    kind: str
    condition: str
    symbols: Mapping[str, str]
    asked: str
    location: Location | None
    change: Origin | None


@dataclass(frozen=True, slots=True)
class Witness:
    """The fewest lines of a config that show a finding about a Kconfig line, and the architecture of the config."""

    architecture: str
    config: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule, a check or a requirement has to say about a config, or about the tree.

    `fingerprint` is the same while lines move.  `config` and `role` are "" for what is about the tree;
    `architectures` are those that such a finding is of.  `waiver` is there for one that is accepted.  `root` is what
    keeps a config line from taking effect; one that stands for several with the same root has their fingerprints in
    `members`.  `note` says why something is required and `owner` who answers for that, "" where nothing states it.
    `grounds` are the other lines that a proof about a Kconfig line needs, or the rest of a list that the message
    has no room for; `witness` is a config that shows it.
    """

    rule: str
    severity: str
    symbol: str
    symbols: Mapping[str, str]
    message: str
    location: Location
    causes: tuple[Link, ...]
    remedy: tuple[str, ...]
    fingerprint: str
    tree: str = ""
    architecture: str = ""
    config: str = ""
    role: str = ""
    architectures: tuple[str, ...] = ()
    waiver: Waiver | None = None
    root: Root | None = None
    members: tuple[str, ...] = ()
    note: str = ""
    owner: str = ""
    grounds: tuple[Ground, ...] = ()
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence for a role."""

    symbol: str | None
    value: str | None
    location: Location | None
    why: str


@dataclass(frozen=True, slots=True)
class OtherRole:
    """Another role that options indicate."""

    name: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """What a kernel is for, and why; `reading` names the definition that decided, where there are several.

    `certainty` is stated (by the policy), clear, unclear (options indicate an `other` role too) or earlier (the role
    before a change).
    """

    name: str
    reading: str | None
    certainty: str
    evidence: tuple[Evidence, ...]
    other: OtherRole | None


@dataclass(frozen=True, slots=True)
class Observed:
    """What a config adds to the census: the symbols that it sets to something else than n, and those that are on."""

    set: tuple[str, ...]
    on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConfigReport:
    """What was found out about one config.

    `findings` stand; beside them are those that are `waived`, and those that a baseline has `known`.
    `unjudged` are rules that could not be judged for lack of Kconfig files.  `folded` are findings that each stand for
    several of `findings`, with one cause.  `touched` is False where nothing changed since the revision of the run.
    """

    config: str
    architecture: str
    srcarch: str
    toolchain: str
    role: Role
    remarks: tuple[Place, ...]
    unjudged: tuple[str, ...]
    cost: CostSummary | None
    observed: Observed
    policy: int
    findings: tuple[Finding, ...]
    waived: tuple[Finding, ...]
    known: tuple[Finding, ...]
    folded: tuple[Finding, ...]
    touched: bool = True


@dataclass(frozen=True, slots=True)
class TreeReport:
    """What was found out about the Kconfig files and fragments of a tree."""

    architectures: tuple[str, ...]
    checks: tuple[str, ...]
    complete: bool
    policy: int
    findings: tuple[Finding, ...]
    waived: tuple[Finding, ...]
    known: tuple[Finding, ...]
    folded: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class AppliedPolicy:
    """A policy that configs were held against: its files, and what there is to say about it."""

    files: tuple[str, ...]
    fail_on: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run found out; `errors` say what could not be analysed.

    `failed` says whether a finding that stands is as bad as makes the command fail.
    """

    command: str
    toolchain: str
    roles: tuple[str, ...]
    about_tree: TreeReport | None
    configs: tuple[ConfigReport, ...]
    policies: tuple[AppliedPolicy, ...]
    since: str | None
    remarks: tuple[Place, ...]
    errors: tuple[Failure, ...]
    failed: bool = False

    @property
    def findings(self) -> Iterator[Finding]:
        """Every finding that stands: about the tree, the configs and the policies."""
        if self.about_tree is not None:
            yield from self.about_tree.findings
        for config in self.configs:
            yield from config.findings
        for policy in self.policies:
            yield from policy.findings

    def counts(self) -> Counter[str]:
        """How many findings each rule has."""
        return Counter(finding.rule for finding in self.findings)
