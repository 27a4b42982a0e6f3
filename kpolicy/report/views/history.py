# SPDX-License-Identifier: GPL-2.0-or-later
"""What a history counts: findings of each rule, options that are on, and the causes of changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from kpolicy.frozen import dataclass, replace
from kpolicy.policy.checks.lifetime import lifetime_words
from kpolicy.policy.rules.rule import SEVERITIES
from kpolicy.report.text.lines import number
from kpolicy.wording import shortened

if TYPE_CHECKING:
    from kpolicy.explain.value_change import Change
    from kpolicy.location import Location
    from kpolicy.policy.rules.rule import Severity
    from kpolicy.report.views.history_records import HistoryReport, Key, OptionChange, Release, Snapshot

ON: Final = ("y", "m")
_WIDEST: Final = 24
_Step: TypeAlias = "tuple[str, str, str, str, Location | None]"
"""A step without the line of a config that it may be about."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is counted in each release, and what came and went in the configs that two neighbouring ones have.

    `gained` and `lost` have a number less than `counts`.
    """

    name: str
    counts: tuple[int, ...]
    gained: tuple[int, ...]
    lost: tuple[int, ...]

    @property
    def moves(self) -> bool:
        """Whether something came or went in a config that two neighbouring releases have."""
        return any(self.gained) or any(self.lost)


@dataclass(frozen=True, slots=True)
class RuleCourse:
    """The findings of a rule, and the worst severity that one of them has."""

    severity: Severity
    course: Course


@dataclass(frozen=True, slots=True)
class Cause:
    """A change of an option in some configs for one reason, which `text` says as one line.

    `place` is the line behind it, of the first of these configs or of a Kconfig file.  `followers` are other options
    that change because this one does.
    """

    change: OptionChange
    text: str
    place: Location | None
    configs: tuple[Key, ...]
    followers: tuple[Cause, ...] = ()

    @property
    def value(self) -> str:
        """The value before and the one after."""
        before, after = short(self.change.before), short(self.change.after)
        return f"{before} -> {after}" if before != after else "another string"

    def where(self, *, full: bool = False) -> str:
        """The line if it is one of the config, and the configs: all of them, or a single one."""
        first, *others = (key.config for key in self.configs)
        of_config = self.place is not None and self.place.path == first
        if full:
            more = "".join(f", {name}" for name in others)
        elif others:
            return f"{self.place} and {number(len(others), 'more config')}" if of_config else ""
        else:
            more = ""
        return f"{self.place}{more}" if of_config else f"in {first}{more}"


def severities(release: Release) -> Mapping[Severity, int]:
    """How many findings a release has, by severity, the worst first."""
    counts: Counter[Severity] = Counter()
    for item in release.snapshots:
        for found in item.findings:
            counts[found.severity] += found.times
    return {severity: counts[severity] for severity in SEVERITIES}


def rule_courses(report: HistoryReport) -> tuple[RuleCourse, ...]:
    """The findings of each rule, the worst first, those with the largest change first among them."""
    worst: dict[str, Severity] = {}
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for place, release in enumerate(report.releases):
        for item in release.snapshots:
            for found in item.findings:
                counts[found.rule][place] += found.times
                worst[found.rule] = min(worst.get(found.rule, found.severity), found.severity, key=SEVERITIES.index)
    gained: dict[str, Counter[int]] = defaultdict(Counter)
    lost: dict[str, Counter[int]] = defaultdict(Counter)
    for place in report.pairs:
        for before, after in report.common(place):
            if before.findings != after.findings:
                old, new = findings_by_symbol(before), findings_by_symbol(after)
                for (rule, _), count in (new - old).items():
                    gained[rule][place] += count
                for (rule, _), count in (old - new).items():
                    lost[rule][place] += count
    found_rules = [
        RuleCourse(worst[rule], _course(report, rule, counts[rule], gained[rule], lost[rule])) for rule in counts
    ]
    return tuple(
        sorted(
            found_rules,
            key=lambda item: (
                SEVERITIES.index(item.severity),
                -sum(item.course.gained) - sum(item.course.lost),
                item.course.name,
            ),
        )
    )


def findings_by_symbol(item: Snapshot) -> Counter[tuple[str, str]]:
    """How many findings a config has, by rule and symbol."""
    return Counter({(found.rule, found.symbol): found.times for found in item.findings})


def option_courses(report: HistoryReport) -> tuple[Course, ...]:
    """In how many configs each symbol has a value that is not n, those with the most changes first.

    Symbols that no release defines are left out.  What came and went are values other than n.
    """
    gained: dict[str, Counter[int]] = defaultdict(Counter)
    lost: dict[str, Counter[int]] = defaultdict(Counter)
    moved: Counter[str] = Counter()
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    labels = _labels(report)
    for place, release in enumerate(report.releases):
        for item in release.snapshots:
            for row in item.values:
                counts[row][place] += 1
    for place in report.pairs:
        for before, after in report.common(place):
            for row in before.values.keys() | after.values.keys():
                old, new = before.value(row), after.value(row)
                if old != new:
                    moved[row] += 1
                    if old == "n":
                        gained[row][place] += 1
                    elif new == "n":
                        lost[row][place] += 1
    courses = [
        _course(report, labels[row], counts[row], gained[row], lost[row]) for row in report.symbols if row in labels
    ]
    by_label = {labels[row]: moved[row] for row in labels}
    return tuple(sorted(courses, key=lambda item: (-by_label[item.name], item.name)))


def _course(
    report: HistoryReport, name: str, counts: Mapping[int, int], gained: Mapping[int, int], lost: Mapping[int, int]
) -> Course:
    every = range(len(report.releases))
    return Course(
        name,
        tuple(counts.get(place, 0) for place in every),
        tuple(gained.get(place, 0) for place in report.pairs),
        tuple(lost.get(place, 0) for place in report.pairs),
    )


def _labels(report: HistoryReport) -> Mapping[str, str]:
    """The name of each symbol in the last release that defines it."""
    found: dict[str, str] = {}
    for release in report.releases:
        done: set[str] = set()
        for item in release.snapshots:
            # All configs of an architecture have the same names.
            if item.key.architecture not in done:
                done.add(item.key.architecture)
                found |= item.names
    return found


def names_over_time(report: HistoryReport) -> Mapping[str, tuple[str | None, ...]]:
    """The name that each release has for a symbol, None where it has none, by the name of `option_courses`."""
    labels = _labels(report)
    names = [
        {row: name for item in release.snapshots for row, name in item.names.items()} for release in report.releases
    ]
    return {label: tuple(found.get(row) for found in names) for row, label in labels.items()}


def causes(report: HistoryReport, release: int) -> tuple[Cause, ...]:
    """The changes since the release before, each cause once: those in the most configs first.

    Causes that differ only in the line of the config are one.  What follows the change of another option that is looked
    at is among the followers of that one.
    """
    groups: dict[tuple[_Step, ...], list[OptionChange]] = {}
    for change in report.changes:
        if change.release == release:
            paths = {key.config for key in change.configs}
            steps = tuple(_step(step, paths) for step in change.steps)
            groups.setdefault(steps or ((change.symbol, change.before, change.after, "", None),), []).append(change)
    versions = versions_of(report, release)
    found = {steps: _cause(members, versions) for steps, members in groups.items()}
    followers: dict[tuple[_Step, ...], list[Cause]] = defaultdict(list)
    leaders = []
    for steps, item in found.items():
        # The last steps first: of two options on the way the one behind the other counts.
        leader = next((steps[at:] for at in range(len(steps) - 1, 0, -1) if steps[at:] in found), None)
        if leader is None:
            leaders.append(steps)
        else:
            followers[leader].append(item)
    return _ordered(replace(found[steps], followers=_ordered(followers[steps])) for steps in leaders)


def _ordered(found: Iterable[Cause]) -> tuple[Cause, ...]:
    return tuple(sorted(found, key=lambda item: (-len(item.configs), item.change.symbol, item.value, item.text)))


def versions_of(report: HistoryReport, release: int) -> tuple[str, str]:
    """The version of the release before, and of a release."""
    return report.releases[release - 1].version, report.releases[release].version


def _cause(members: Sequence[OptionChange], versions: tuple[str, str]) -> Cause:
    first = members[0]
    place = first.steps[-1].location if first.steps else None
    return Cause(first, _words(first, versions), place, tuple(key for member in members for key in member.configs))


def _step(step: Change, configs: set[str]) -> _Step:
    return step.symbol, step.before, step.after, step.text, _kconfig_place(step, configs)


def _kconfig_place(step: Change, configs: set[str]) -> Location | None:
    return None if step.location is not None and step.location.path in configs else step.location


def _words(change: OptionChange, versions: tuple[str, str]) -> str:
    if not change.steps:
        return "the cause could not be determined"
    first, last = change.steps[0], change.steps[-1]
    paths = {key.config for key in change.configs}
    text = described(first, versions)
    if change.earlier:
        text = f"named {change.earlier} in Linux {versions[0]}; {first.text}"
    place = _kconfig_place(first, paths)
    if place is not None:
        text = f"{text}  {place}"
    if last is not first:
        text = f"{text}; {last.symbol} {short(last.before)} -> {short(last.after)}: {described(last, versions)}"
        place = _kconfig_place(last, paths)
        text = f"{text}  {place}" if place is not None else text
    return text


def described(step: Change, versions: tuple[str, str]) -> str:
    """A step between two versions in words; of a symbol that only one of them has, since when, if that is known."""
    if step.why == "new":
        since = lifetime_words(step.symbol, versions[0])
        return f"{since if since.startswith('new in ') else 'new symbol'}: {step.text}"
    if step.why == "gone":
        until = lifetime_words(step.symbol, versions[1])
        return step.text.replace("no longer defined", f"no longer defined ({until})", 1) if until else step.text
    return step.text


def kinds(found: Sequence[Cause]) -> Iterator[tuple[str, tuple[Cause, ...]]]:
    """The causes by what they do, with a title; kinds that have none are left out."""
    titles = ("turned on", "turned off", "other values")
    for title in titles:
        items = tuple(item for item in found if kind_of(item.change) == title)
        if items:
            yield title, items


def kind_of(change: OptionChange) -> str:
    """What a change does, as a title."""
    if change.before == "n" and change.after in ON:
        return "turned on"
    return "turned off" if change.before in ON and change.after == "n" else "other values"


def short(value: str) -> str:
    """A value in a narrow column."""
    return shortened(value, _WIDEST)
