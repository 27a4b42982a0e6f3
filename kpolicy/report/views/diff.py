# SPDX-License-Identifier: GPL-2.0-or-later
"""What differs in effect, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kpolicy import __version__
from kpolicy.errors import KpolicyError, printable, printable_lines
from kpolicy.explain.value_change import Change
from kpolicy.frozen import dataclass
from kpolicy.location import Location
from kpolicy.policy.files.policy_file import Threshold
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import SEVERITIES, Severity
from kpolicy.report.records import reaches
from kpolicy.report.text.lines import number
from kpolicy.report.text.style import Style, columns
from kpolicy.tuples import NamedTuple
from kpolicy.wording import first_few, shortened

_LABELS = {
    "line": "config",
    "new": "new symbol",
    "gone": "symbol removed",
    "follows": "",
    "kconfig": "Kconfig",
    "toolchain": "toolchain",
}
_DEEPEST = 40
# So wide a value may be in a column, in characters.
_WIDEST = 24
_MOST_NAMES = 6


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: what the user calls it, and the release of its tree ("" without one)."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} (Linux {self.version})" if self.version else self.name


class Effect(NamedTuple):
    """A change and the pairs of configs in which it is to be seen; its cause is the one in the first of them."""

    change: Change
    configs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiffReport:
    """All that differs between two sides.

    `configs` are the pairs that were compared, `unread` is how many could not be; `only_before` and `only_after` the
    configs that only one side has; `gained` and `lost` the findings that only one side has; `fail_on` is the least
    severity of a gained one that fails.
    """

    before: Side
    after: Side
    configs: tuple[str, ...]
    effects: tuple[Effect, ...]
    gained: tuple[Finding, ...]
    lost: tuple[Finding, ...]
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    errors: tuple[KpolicyError, ...] = ()
    fail_on: Threshold = "warning"
    unread: int = 0

    @property
    def fails(self) -> bool:
        """Whether a finding was gained that fails."""
        return any(reaches(item, self.fail_on) for item in self.gained)

    def gains(self) -> dict[Severity, int]:
        """How many findings came, by severity, the worst first."""
        return {severity: sum(item.severity == severity for item in self.gained) for severity in SEVERITIES}


def diff_lines(report: DiffReport, style: Style | None = None, *, everything: bool = False) -> Iterator[str]:
    """The lines of a report; of many configs only what no other change explains, unless `everything` is requested."""
    style = style or Style()
    many = len(report.configs) > 1
    yield style.mark("strong", f"{printable(str(report.before))} -> {printable(str(report.after))}")
    for word, names in (("before", report.only_before), ("after", report.only_after)):
        if names:
            yield f"only {word}: {number(len(names), 'config')}: {first_few([*map(printable, names)], _MOST_NAMES)}"
    yield ""
    gained, lost = _told(report.gained), _told(report.lost)
    yield from _findings(report, gained, lost, style)
    if many:
        yield from _many(report, style, everything=everything)
    else:
        yield from _tree(report)
    yield _summary(report, len(gained), len(lost), style)


def _told(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of each config, those with one cause as one."""
    if not findings:
        return []
    from kpolicy.policy.folding.fold import fold  # of most pairs no finding differs

    found: dict[tuple[str, str], list[Finding]] = {}
    for item in findings:
        found.setdefault((item.architecture, item.config), []).append(item)
    return [one for items in found.values() for one in fold(items)]


def _findings(report: DiffReport, gained: Sequence[Finding], lost: Sequence[Finding], style: Style) -> Iterator[str]:
    for sign, findings in (("+", gained), ("-", lost)):
        # What a line of a Kconfig file causes is printed once, however many configs have it.
        alike: dict[object, list[Finding]] = {}
        for item in findings:
            alike.setdefault((_origin(item), item.rule, item.message), []).append(item)
        for items in alike.values():
            yield f"{style.mark('warning' if sign == '+' else 'good', sign)} {_finding(items, report, style)}"
    if gained or lost:
        yield ""


def _finding(items: Sequence[Finding], report: DiffReport, style: Style) -> str:
    item = items[0]
    severity = style.mark(item.severity, f"{item.severity}:")
    whose = ""
    if len(items) > 1:
        whose = f"{len(items)} configs: "
    elif len(report.configs) > 1 and _origin(item).path != item.config:
        whose = f"{item.config}: "
    return f"{printable(str(_origin(item)))}: {severity} {printable(whose + item.message)} [{item.rule}]"


def _origin(item: Finding) -> Location:
    """The line that causes a finding: it may be one of a Kconfig file, which one of two trees has."""
    root = item.causes[-1].location if item.causes else None
    return root or item.place


def _tree(report: DiffReport) -> Iterator[str]:
    """The changes of one pair: under each those that follow it."""
    changes = [item.change for item in report.effects]
    # Without a tree none follows another.
    order = _by_cause(changes) if any(one.through for one in changes) else ((one, "") for one in changes)
    rows = [(indent + one.symbol, _values(one), *_cause(one)) for one, indent in order]
    if rows:
        yield from printable_lines(columns(rows, indent=""))
        yield ""


def _by_cause(changes: Sequence[Change]) -> Iterator[tuple[Change, str]]:
    """Each change before those that follow it, with the indentation of its depth."""
    followers: dict[str | None, list[Change]] = {}
    known = {one.symbol for one in changes}
    for one in changes:
        followers.setdefault(one.through if one.through in known else None, []).append(one)
    told: set[str] = set()
    # The last is told first; what no other leads to is a loop.
    waiting = [(one, 0) for one in reversed(changes)]
    waiting += [(one, 0) for one in reversed(followers.get(None, []))]
    while waiting:
        one, level = waiting.pop()
        if one.symbol in told:
            continue
        told.add(one.symbol)
        yield one, "  " * min(level, _DEEPEST)
        if one.symbol in followers:
            waiting += [(next_one, level + 1) for next_one in reversed(followers[one.symbol])]


def _many(report: DiffReport, style: Style, *, everything: bool) -> Iterator[str]:
    """The changes of many pairs, those in most configs first."""
    shown = [item for item in report.effects if everything or item.change.why != "follows"]
    rows = [
        (str(len(item.configs)), item.change.symbol, _values(item.change), *_cause(item.change))
        for item in sorted(shown, key=lambda item: -len(item.configs))
    ]
    if rows:
        head = ("configs", "symbol", "value", "", "why")
        yield from printable_lines(columns([head, *rows], right=(0,)))
        yield ""
    left = len(report.effects) - len(shown)
    if left:
        follow = "follows" if left == 1 else "follow"
        yield style.mark("faint", f"{number(left, 'more change')} {follow} from these; -v and --format json have them")
        yield ""


def _values(change: Change) -> str:
    """The values in a narrow column; the JSON report has all of them."""
    return f"{shortened(change.before, _WIDEST)} -> {shortened(change.after, _WIDEST)}"


def _cause(change: Change) -> tuple[str, str]:
    place = f"  {change.location}" if change.location is not None else ""
    return _LABELS[change.why], change.text + place


def _summary(report: DiffReport, gained: int, lost: int, style: Style) -> str:
    symbols = len({item.change.symbol for item in report.effects})
    changes = sum(len(item.configs) for item in report.effects)
    what = number(len(report.configs), "config")
    line = f"{what}: {number(symbols, 'symbol')} changed" + (
        f", {number(changes, 'value')} in all" if len(report.configs) > 1 else ""
    )
    line += f"; {number(gained, 'finding')} gained, {lost} lost"
    if report.unread:
        left = number(report.unread, "more config")
        line += f"; {style.mark('error', f'{left} could not be analysed')}"
    return line


def diff_document(report: DiffReport) -> dict[str, Any]:
    """The report as plain lists and dicts, format "kpolicy-diff/1"."""
    from kpolicy.report.json.pieces import error_document, value_change_document  # a text takes none of this

    numbers = {name: index for index, name in enumerate(report.configs)}
    return {
        "format": "kpolicy-diff/1",
        "kpolicy": __version__,
        "before": {"name": report.before.name, "version": report.before.version or None},
        "after": {"name": report.after.name, "version": report.after.version or None},
        "configs": list(report.configs),
        "only_before": list(report.only_before),
        "only_after": list(report.only_after),
        "gained": _documents(report.gained),
        "lost": _documents(report.lost),
        "changes": [
            {**value_change_document(item.change), "configs": [numbers[name] for name in item.configs]}
            for item in report.effects
        ],
        "errors": [error_document(error) for error in report.errors],
    }


def _documents(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    from kpolicy.report.json.document import finding_document  # a text takes none of this

    return [{"config": item.config, "architecture": item.architecture, **finding_document(item)} for item in findings]
