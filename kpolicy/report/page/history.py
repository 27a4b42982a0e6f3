# SPDX-License-Identifier: GPL-2.0-or-later
"""The page about releases: pictures of findings and options, and a table for each part of the history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from posixpath import basename
from typing import Final

from kpolicy.errors import printable
from kpolicy.frozen import dataclass
from kpolicy.policy.rules.rule import SEVERITIES
from kpolicy.report.page.history_picture import findings_picture, options_picture
from kpolicy.report.page.render import render_sections
from kpolicy.report.text.lines import number
from kpolicy.report.views.history import Cause, Course, causes, kind_of, kinds, option_courses, rule_courses, severities
from kpolicy.report.views.history_records import HistoryReport, Release

_NAMED: Final = 12
"""So many configs of a cause are listed."""


@dataclass(frozen=True, slots=True)
class PageSection:
    """A table with a title; `anchor` names it."""

    anchor: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def history_page(report: HistoryReport) -> str:
    """The whole HTML document; the same for the same report."""
    options = option_courses(report)
    moved = [item for item in options if item.moves or report.asked]
    pictures = [findings_picture(report), *([options_picture(report, moved)] if moved else ())]
    title = printable(" -> ".join(map(report.title, range(len(report.releases)))))
    lead = f"{number(len(report.keys), 'defconfig')}, {number(len(report.symbols), 'option')}"
    # An empty table says nothing.
    sections = [section for section in _sections(report, options) if section.rows]
    notes = [f"could not be analysed: {printable(error.message)}" for error in report.errors]
    return render_sections(title, lead, sections, notes, pictures)


def _sections(report: HistoryReport, options: Sequence[Course]) -> Iterator[PageSection]:
    releases = (
        (report.title(place), *_numbers(item), basename(item.name)) for place, item in enumerate(report.releases)
    )
    heads = ("release", "configs", *(f"{severity}s" for severity in SEVERITIES), "tree")
    yield _section("releases", "Releases", heads, releases)
    for release in report.pairs:
        rows = (_row(item) for _, items in kinds(causes(report, release)) for item in _every(items))
        yield _section(
            f"since-{release}",
            report.pair_title(release),
            ("option", "change", "value", "configs", "cause", "where"),
            rows,
        )
    versions = tuple(_heads(report))
    rules = ((item.course.name, item.severity, *_course(item.course)) for item in rule_courses(report))
    yield _section("rules", "Findings by rule", ("rule", "severity", *versions), rules)
    on = ((item.name, *_course(item)) for item in options if any(item.counts))
    yield _section("options", "Configs in which an option is on", ("option", *versions), on)
    yield _section("configs", "Configs added and removed", ("config", "release", "change"), _configs(report))


def _every(items: Sequence[Cause]) -> Iterator[Cause]:
    for item in items:
        yield from (item, *item.followers)


def _row(item: Cause) -> tuple[str, ...]:
    names = [key.config for key in item.configs]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    place = f"{item.place}; " if item.place is not None and item.place.path == names[0] else ""
    where = f"{place}{', '.join(names[:_NAMED])}{more}"
    return item.change.symbol, kind_of(item.change), item.value, str(len(names)), item.text, where


def _configs(report: HistoryReport) -> Iterator[tuple[str, ...]]:
    for release in report.pairs:
        for word, keys in (
            ("added", report.only(release, release - 1)),
            ("removed", report.only(release - 1, release)),
        ):
            yield from ((key.config, report.title(release), word) for key in keys)


def _numbers(release: Release) -> Iterator[str]:
    yield str(len(release.snapshots))
    yield from map(str, severities(release).values())


def _heads(report: HistoryReport) -> Iterator[str]:
    yield report.labels[0]
    for label in report.labels[1:]:
        yield from ("gained, lost", label)


def _course(course: Course) -> Iterator[str]:
    yield str(course.counts[0])
    for gained, lost, count in zip(course.gained, course.lost, course.counts[1:], strict=True):
        yield f"+{gained} -{lost}" if gained or lost else ""
        yield str(count)


def _section(anchor: str, title: str, heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> PageSection:
    return PageSection(anchor, printable(title), heads, tuple(tuple(map(printable, row)) for row in rows))
