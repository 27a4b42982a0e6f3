# SPDX-License-Identifier: GPL-2.0-or-later
"""The results: frozen, with the fields of the JSON documents (docs/json.md describes each).

Mappings are plain dicts, so that `dataclasses.asdict` works: do not change them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A line of a file; lines count from 1, 0 stands for the whole file."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


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
class Finding:
    """What a rule, a check or a requirement has to say about a config, or about the tree.

    `fingerprint` is the same while lines move.  `config` and `role` are "" for what is about the tree;
    `architectures` are those that such a finding is of.  `waiver` is there for one that is accepted.
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


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a role."""

    symbol: str | None
    value: str | None
    location: Location | None
    why: str


@dataclass(frozen=True, slots=True)
class Role:
    """What a kernel is for, and why; `reading` names the way of telling it, where there are several."""

    name: str
    reading: str | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Something to say about the input, and where; `location` is None for what has none."""

    location: Location | None
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something could not be looked at; `status` is the exit status that it means."""

    location: Location | None
    message: str
    hint: str | None
    source_line: str | None
    column: int | None
    status: int


@dataclass(frozen=True, slots=True)
class Observed:
    """What a config adds to the census: the symbols that it sets to something else than n, and those that are on."""

    set: tuple[str, ...]
    on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CostLine:
    """What an option costs, in short, and the line that has it on."""

    id: str
    title: str
    kind: str
    state: str
    bytes: int | None
    figure: str | None
    certainty: str | None
    per: str | None
    needs: str | None
    worked: str | None
    sources: tuple[str, ...]
    missing: tuple[str, ...]
    reason: str | None
    symbol: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class CostSummary:
    """What the options of a config cost on a machine; `totals` are bytes by certainty."""

    machine: Machine
    totals: Mapping[str, int]
    costs: tuple[CostLine, ...]


@dataclass(frozen=True, slots=True)
class ConfigReport:
    """What was found out about one config.

    `findings` stand; beside them are those that are `waived`, and those that a baseline has `known`.
    `unjudged` are rules that could not be judged for want of Kconfig files.
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


@dataclass(frozen=True, slots=True)
class Value:
    """A symbol in a config: its value as the build sees it, its type, its prompt (None without) and definition."""

    symbol: str
    value: str
    type: str
    prompt: str | None
    location: Location | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for a value, and what it rests on itself; `decider` says who decided it, where somebody did."""

    kind: str
    symbol: str | None
    value: str | None
    text: str
    location: Location | None
    decider: str | None
    repeated: bool
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """A line that decided a value, and what its opposite gives."""

    symbol: str
    decider: str
    text: str
    location: Location | None
    opposite: str | None
    opposite_gives: str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines that would give another value, and that value."""

    lines: tuple[str, ...]
    gives: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """The lines that decided a value: each, they alone, all their opposites, and what would change the value."""

    by: tuple[Decision, ...]
    alone: str | None
    all_opposite: str | None
    change: Edit | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a symbol has its value in a config."""

    symbol: str
    value: str
    type: str
    prompt: str | None
    location: Location | None
    config: str
    architecture: str
    version: str
    reasons: tuple[Reason, ...]
    decisions: Decisions


@dataclass(frozen=True, slots=True)
class Edge:
    """A select, an imply, or a default that rests on another symbol; `in_force` is None without a config."""

    kind: str
    source: str
    target: str
    value: str | None
    condition: str | None
    location: Location
    in_force: bool | None
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """What is reached from a symbol; `omitted` counts the edges of symbols that were not followed."""

    edges: tuple[Edge, ...]
    omitted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Note:
    """The value of a symbol, where a config is looked at, and its definition."""

    value: str | None
    location: Location | None


@dataclass(frozen=True, slots=True)
class SymbolChain:
    """What a symbol brings in (`out`) and what can bring it in (`in_`), or the ways between two symbols."""

    architecture: str
    version: str
    config: str | None
    by: tuple[str, ...]
    symbol: str | None
    from_: str | None
    to: str | None
    paths: tuple[tuple[str, ...], ...] | None
    more_paths: bool | None
    edges: tuple[Edge, ...] | None
    symbols: Mapping[str, Note]
    out: Reach | None = None
    in_: Reach | None = None


@dataclass(frozen=True, slots=True)
class LineEdit:
    """An edited line of a config: `kind` is added, changed or removed."""

    kind: str
    symbol: str
    line: int | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A value that changes."""

    symbol: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """A finding that edits clear, and other edits that would."""

    rule: str
    severity: str
    symbol: str
    message: str
    fingerprint: str
    location: Location
    edits: tuple[LineEdit, ...]
    alternatives: tuple[tuple[LineEdit, ...], ...]


@dataclass(frozen=True, slots=True)
class NotFixed:
    """A finding that no edit clears, and why."""

    rule: str
    severity: str
    symbol: str
    message: str
    fingerprint: str
    reason: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class Fix:
    """The fewest edits that clear findings, as a patch, with everything that they change."""

    config: str
    architecture: str
    file: str
    fixed: tuple[Fixed, ...]
    not_fixed: tuple[NotFixed, ...]
    edits: tuple[LineEdit, ...]
    changes: tuple[Change, ...]
    side_effects: tuple[Change, ...]
    patch: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison."""

    name: str
    version: str | None


@dataclass(frozen=True, slots=True)
class Effect:
    """A symbol that differs, why, and the numbers of the configs in which it does."""

    symbol: str
    before: str
    after: str
    why: str
    through: str | None
    text: str
    location: Location | None
    configs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two sides, and the findings that only one of them has."""

    before: Side
    after: Side
    configs: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    gained: tuple[Finding, ...]
    lost: tuple[Finding, ...]
    changes: tuple[Effect, ...]
    errors: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine that costs are worked out for: memory and page size in bytes, possible CPUs; None: not stated."""

    ram: int | None
    cpus: int | None
    page_size: int | None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an option is on that costs something."""

    symbol: str
    value: str
    text: str
    location: Location | None


@dataclass(frozen=True, slots=True)
class CostItem:
    """What an option costs: `bytes`, where they can be worked out, `figure` in words, or the `reason` for neither."""

    id: str
    title: str
    kind: str
    state: str
    bytes: int | None
    figure: str | None
    certainty: str | None
    per: str | None
    needs: str | None
    worked: str | None
    sources: tuple[str, ...]
    missing: tuple[str, ...]
    reason: str | None
    command_line: str | None = None
    formula: str | None = None
    note: str | None = None
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class CostReport:
    """What the debug options of a config cost; `totals` are bytes by certainty."""

    config: str
    architecture: str
    version: str
    machine: Machine
    totals: Mapping[str, int]
    costs: tuple[CostItem, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Lines that would give a config another role; `tried` says whether that was proved by evaluation."""

    role: str
    reading: str | None
    lines: tuple[str, ...]
    tried: bool


@dataclass(frozen=True, slots=True)
class OtherReading:
    """The role that another reading of a role would give."""

    role: str
    reading: str
    makes: str


@dataclass(frozen=True, slots=True)
class RoleReport:
    """What a kernel is for, why, and what would make it another."""

    config: str
    architecture: str
    version: str
    role: str
    reading: str | None
    evidence: tuple[Evidence, ...]
    alternatives: tuple[Alternative, ...]
    other_readings: tuple[OtherReading, ...]
