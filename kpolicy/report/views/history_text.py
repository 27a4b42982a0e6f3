# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kpolicy history` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final

from kpolicy.policy.rules.rule import SEVERITIES
from kpolicy.report.text.lines import number
from kpolicy.report.text.plain import line
from kpolicy.report.text.style import Style, columns
from kpolicy.report.views.history import Cause, Course, causes, kinds, option_courses, rule_courses, severities
from kpolicy.report.views.history_records import HistoryReport, Key
from kpolicy.wording import first_few

_MOST_LINES: Final = 30
"""So many lines has a part of a summary: two releases take less than 150."""
_WIDEST: Final = 160
_NAMED: Final = 3


def history_lines(report: HistoryReport, style: Style | None = None, *, full: bool = False) -> Iterator[str]:
    """What changed: findings first, then the options, each cause on a line; `full` has everything."""
    style = style or Style()
    for text in _lines(report, style, full=full):
        yield from (text,) if full else _fitted(text)


def _fitted(text: str) -> list[str]:
    return wrap(text, _WIDEST, subsequent_indent=" " * 10, break_on_hyphens=False) if len(text) > _WIDEST else [text]


def _lines(report: HistoryReport, style: Style, *, full: bool) -> Iterator[str]:
    yield style.mark("strong", line(" -> ".join(map(report.title, range(len(report.releases))))))
    yield from (line(text) for text in columns(_releases(report), right=range(1, 5)))
    for release in report.pairs:
        yield from _configs(report, release, full=full)
    if full or not report.asked:
        yield from _findings(report, style, full=full)
    if full or report.asked:
        yield from _options(report, style, full=full)
    for release in report.pairs:
        yield from _changes(report, release, style, full=full)


def _releases(report: HistoryReport) -> Iterator[tuple[str, ...]]:
    yield ("release", "configs", *(f"{severity}s" for severity in SEVERITIES), "tree")
    for place, release in enumerate(report.releases):
        counts = map(str, severities(release).values())
        yield (report.title(place), str(len(release.snapshots)), *counts, release.name)


def _configs(report: HistoryReport, release: int, *, full: bool) -> Iterator[str]:
    added, removed = report.only(release, release - 1), report.only(release - 1, release)
    for word, keys in (("added", added), ("removed", removed)):
        if keys:
            yield line(f"  {report.title(release)}: {number(len(keys), 'config')} {word}: {_some(keys, full=full)}")


def _some(keys: Sequence[Key], *, full: bool) -> str:
    return first_few([key.config for key in keys], len(keys) if full else _NAMED)


def _findings(report: HistoryReport, style: Style, *, full: bool) -> Iterator[str]:
    found = rule_courses(report)
    moved = [item for item in found if item.course.moves]
    by_configs = sum(not item.course.moves and len(set(item.course.counts)) > 1 for item in found)
    shown = found if full else moved
    yield ""
    if not shown:
        yield style.mark("strong", "no config has gained or lost a finding")
    else:
        title = "findings by rule" if full else f"findings that rose or fell: {number(len(moved), 'rule')}"
        yield style.mark("strong", f"{title} (+ gained and - lost in configs that both releases have)")
        rows = [(item.severity, item.course.name, *_course(item.course)) for item in shown]
        yield from _table(("", "rule", *_heads(report)), rows, full=full, right=2)
    if by_configs and not full:
        rules = number(by_configs, "more rule")
        yield f"  {rules}: other counts only because configs were added or removed (--full)"


def _options(report: HistoryReport, style: Style, *, full: bool) -> Iterator[str]:
    found = option_courses(report)
    rows = [(item.name, *_course(item)) for item in found if any(item.counts) or report.asked]
    yield ""
    yield style.mark("strong", "options by the number of configs in which they are on, or have a value")
    yield from _table(("option", *_heads(report)), rows, full=full, right=1)


def _heads(report: HistoryReport) -> Iterator[str]:
    yield report.labels[0]
    for label in report.labels[1:]:
        yield from ("", label)


def _course(course: Course) -> Iterator[str]:
    yield str(course.counts[0])
    for gained, lost, count in zip(course.gained, course.lost, course.counts[1:], strict=True):
        yield " ".join(filter(None, (f"+{gained}" if gained else "", f"-{lost}" if lost else "")))
        yield str(count)


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, full: bool, right: int) -> Iterator[str]:
    most = len(rows) if full else _MOST_LINES
    yield from (line(text) for text in columns([heads, *rows[:most]], right=range(right, len(heads))))
    if len(rows) > most:
        yield f"  {len(rows) - most} more (--full)"


def _changes(report: HistoryReport, release: int, style: Style, *, full: bool) -> Iterator[str]:
    found = causes(report, release)
    both = report.pair_title(release)
    yield ""
    if not found:
        yield style.mark("strong", line(f"{both}: no option changed"))
        return
    every = [one for item in found for one in (item, *item.followers)]
    options = len({item.change.symbol for item in every})
    configs = len({key for item in every for key in item.configs})
    changed = f"{number(options, 'option')} changed in {configs} of {number(len(report.common(release)), 'config')}"
    yield style.mark("strong", line(f"{both}: {changed}"))
    for title, items in kinds(found):
        yield from _part(title, items, full=full)


def _part(title: str, items: Sequence[Cause], *, full: bool) -> Iterator[str]:
    """Options that changed in the same way; each cause with what follows it below."""
    rows: list[tuple[str, ...]] = [(title, "", "configs", "cause")]
    starts = []
    for item in items:
        starts.append(len(rows))
        rows += [_row(item, "  ", full=full), *(_row(one, "    ", full=True) for one in item.followers if full)]
    head, *lines = columns(rows, right=(2,))
    yield head
    used = 0
    for place, item in enumerate(items):
        start, end = (starts[at] - 1 if at < len(starts) else len(lines) for at in (place, place + 1))
        block = [line(text) for text in lines[start:end]]
        if not full:
            block = [*_fitted(block[0]), *_with_it(item)]
            used += len(block)
            if used > _MOST_LINES:
                yield f"    {number(len(items) - place, 'more cause')} (--full)"
                return
        yield from block


def _with_it(item: Cause) -> list[str]:
    if not item.followers:
        return []
    words = f"changes with it: {', '.join(_follower(one, item) for one in item.followers)}"
    return wrap(line(words), _WIDEST, initial_indent=" " * 6, subsequent_indent=" " * 8)


def _row(item: Cause, indent: str, *, full: bool) -> tuple[str, ...]:
    where = item.where(full=full)
    text = f"{item.text}  {where}" if where else item.text
    return f"{indent}{item.change.symbol}", item.value, str(len(item.configs)), text


def _follower(item: Cause, leader: Cause) -> str:
    """An option that changes with another one: its values and configs, where they are other ones."""
    value = f" {item.value}" if item.value != leader.value else ""
    count = len(item.configs)
    return f"{item.change.symbol}{value}" + (f" (in {count})" if count != len(leader.configs) else "")
