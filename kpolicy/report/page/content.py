# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that the page shows, put together from a report; the same for the same report.

No text is escaped here: the templates do that, all of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kpolicy import __version__
from kpolicy.errors import KpolicyError
from kpolicy.frozen import dataclass, replace
from kpolicy.policy.files.policy_file import Threshold
from kpolicy.policy.judging.census import Census
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import SEVERITIES, Severity
from kpolicy.report.page.chains import Drawings
from kpolicy.report.page.configs import (
    CensusRow,
    ConfigRow,
    Configs,
    Reason,
    RoleShare,
    census_row,
    remark_text,
    role_shares,
    severities_of,
    worst_first,
)
from kpolicy.report.page.costs import Costs
from kpolicy.report.page.findings import Accepted, Rows
from kpolicy.report.page.grounds import Grounds, grounds_of
from kpolicy.report.page.matrix import Map, make_map
from kpolicy.report.page.parts import Part, part_rank, parts
from kpolicy.report.page.words import Anchors, Words
from kpolicy.report.records import Report
from kpolicy.report.text.lines import number

_OR_WORSE: Mapping[Threshold, str] = {
    "error": "error",
    "warning": "warning or worse",
    "note": "note or worse",
}
_FAILS_ON: Mapping[Threshold, str] = {
    "error": "a run fails on errors",
    "warning": "a run fails on warnings and errors",
    "note": "a run fails on every finding",
    "never": "a run never fails",
}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule that has something to say here: how often, in how many configs, and its grounds."""

    anchor: str
    id: str
    family: str
    severity: Severity
    findings: int
    configs: int
    accepted: int
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class SymbolRow:
    """A symbol of the census: set by so many configs, on in so many, and where."""

    name: str
    set_in_text: int
    on: int
    where: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An error: what could not be analysed, and why."""

    place: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that configs were held against, in words."""

    files: str
    fails_on: str


@dataclass(frozen=True, slots=True)
class Page:
    """What the templates write down."""

    title: str
    subject: str
    version: str
    tree: str
    release: str
    toolchain: str
    rules_asked: int
    policies: tuple[Policy, ...]
    outcome: str
    unread: int
    severities: tuple[tuple[Severity, int], ...]
    waived: int
    known: int
    known_by: str
    roles: tuple[RoleShare, ...]
    mixed: tuple[ConfigRow, ...]
    census: tuple[CensusRow, ...]
    problems: tuple[Problem, ...]
    remarks: tuple[str, ...]
    map: Map | None
    parts: tuple[Part, ...]
    accepted: tuple[Accepted, ...]
    configs: tuple[ConfigRow, ...]
    costs: Costs
    rules: tuple[RuleRow, ...]
    symbols: tuple[SymbolRow, ...]
    reasons: tuple[Reason, ...]
    drawings: Drawings


def content(report: Report) -> Page:
    """What the page of a report shows."""
    words, anchors = Words(report), Anchors()
    drawings = Drawings(words)
    config_anchors = {number: anchors.name("c", words(item.config)) for number, item in enumerate(report.configs)}
    accepted_findings = [
        finding for item in report.judged for finding in (*(entry.finding for entry in item.waived), *item.known)
    ]
    ids = sorted({finding.rule for finding in (*report.told, *accepted_findings)})
    rule_anchors = {rule: anchors.name("r", rule) for rule in ids}
    rows = Rows(words, anchors, drawings, rule_anchors)
    found = tuple(parts(rows.standing(report, config_anchors)))
    costs = Costs(words, anchors, (config.cost for config in report.configs))
    made = Configs(words, costs, report.toolchain)
    configs = tuple(made.row(item, config_anchors[number]) for number, item in enumerate(report.configs))
    roles = role_shares(configs)
    census = tuple(_census(report, configs, roles, anchors)) if configs else ()
    return Page(
        title=words(_title(report)),
        subject=_subject(report),
        version=__version__,
        tree=words(report.tree),
        release=words(report.version),
        toolchain=words(report.toolchain),
        rules_asked=report.rules,
        policies=tuple(
            Policy(words(", ".join(policy.files)), _FAILS_ON[report.fail_on or policy.fail_on])
            for policy in report.policies
        ),
        outcome=_outcome(report),
        unread=report.unread,
        severities=tuple(report.told_severities().items()),
        waived=sum(len(item.waived) for item in report.judged),
        known=sum(len(item.known) for item in report.judged),
        known_by=words(f"present at {report.since}" if report.since else "in the baseline"),
        roles=roles,
        mixed=tuple(row for row in configs if row.other),
        census=census,
        problems=tuple(_problem(error, words) for error in report.errors),
        remarks=tuple(remark_text(remark, words) for remark in report.remarks),
        map=make_map((row for part in found for row in part.rows), configs, {row.name: row.anchor for row in census}),
        parts=found,
        accepted=tuple(rows.accepted(report, config_anchors)),
        configs=worst_first(configs),
        costs=costs,
        rules=tuple(sorted(_rules(report, accepted_findings, rule_anchors, words), key=_rule_rank)),
        symbols=tuple(_symbols(report.census, words)) if report.census is not None else (),
        reasons=tuple(made.reasons.values()),
        drawings=drawings,
    )


def _title(report: Report) -> str:
    of_linux = f" of Linux {report.version}" if report.version else ""
    if report.command == "audit":
        return f"Audit{of_linux}"
    if not report.configs and report.about is not None:
        return f"Kconfig files{of_linux}"
    return f"Check of {report.configs[0].config if len(report.configs) == 1 else number(len(report.configs), 'config')}"


def _subject(report: Report) -> str:
    """What was examined, in a few words."""
    if not report.configs and report.about is not None:
        return f"{number(len(report.about.architectures), 'architecture')} and their Kconfig files"
    architectures = {config.architecture for config in report.configs}
    return f"{number(len(report.configs), 'config')} of {number(len(architectures), 'architecture')}"


def _outcome(report: Report) -> str:
    """Whether the run fails, and why."""
    if report.unread:
        return f"incomplete: {number(report.unread, 'config')} could not be analysed"
    failing = sum(1 for _ in report.failing)
    if not failing:
        return "passes"
    found = f"{failing:,} finding{'s' if failing > 1 else ''}"
    thresholds = {report.threshold(place) for place in range(len(report.policies))} - {"never"}
    if len(thresholds) > 1:
        return f"fails: {found} at or above what the policies fail on"
    return f"fails: {found} of severity {_OR_WORSE[thresholds.pop()]}"


def _census(
    report: Report, configs: Sequence[ConfigRow], roles: Sequence[RoleShare], anchors: Anchors
) -> Iterator[CensusRow]:
    by_name: dict[str, list[ConfigRow]] = defaultdict(list)
    for config in configs:
        by_name[config.architecture].append(config)
    # The most common role needs no column: it has all other configs.
    others = [share.role for share in roles[1:]]
    for name in sorted(by_name):
        yield census_row(name, anchors.name("arch", name), by_name[name], others)
    about = (
        ("Kconfig files", report.about.told if report.about is not None else ()),
        ("policy files", tuple(finding for policy in report.policies for finding in policy.findings)),
    )
    for what, findings in about:
        if findings:
            yield CensusRow(what, "", None, (), severities_of(findings))
    if len(by_name) > 1:
        everything = census_row("all", "", configs, others)
        yield replace(everything, counts=tuple(report.told_severities().values()))


def _rules(report: Report, accepted: Sequence[Finding], anchors: Mapping[str, str], words: Words) -> Iterator[RuleRow]:
    notes = {note.id: note for note in report.notes}
    findings = tuple(report.told)
    counts = Counter(finding.rule for finding in findings)
    taken = Counter(finding.rule for finding in accepted)
    configs: dict[str, set[str]] = defaultdict(set)
    worst: dict[str, Severity] = {}
    for finding in (*findings, *accepted):
        configs[finding.rule].add(finding.config)
        before = worst.setdefault(finding.rule, finding.severity)
        worst[finding.rule] = min(before, finding.severity, key=SEVERITIES.index)
    for rule, anchor in anchors.items():
        family = words(rule.partition("/")[0])
        grounds = grounds_of(notes.get(rule), words)
        yield RuleRow(anchor, words(rule), family, worst[rule], counts[rule], len(configs[rule]), taken[rule], grounds)


def _rule_rank(rule: RuleRow) -> tuple[int, int, int, str]:
    return part_rank(rule.family), SEVERITIES.index(rule.severity), -rule.findings, rule.id


def _symbols(census: Census, words: Words) -> Iterator[SymbolRow]:
    names = sorted({name for item in census.architectures for name in item.counts})
    for name in names:
        total = census.total(name)
        counts = [(item.counts[name].on, item.architecture) for item in census.architectures if name in item.counts]
        ordered = sorted(counts, key=lambda count: (-count[0], count[1]))
        where = ", ".join(f"{architecture} {on}" for on, architecture in ordered if on)
        yield SymbolRow(words(name), total.set_in_text, total.on, words(where))


def _problem(error: KpolicyError, words: Words) -> Problem:
    place = words(str(error.location)) if error.location is not None else ""
    return Problem(place, words(error.message), words(error.hint or ""))
