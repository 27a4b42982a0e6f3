# SPDX-License-Identifier: GPL-2.0-or-later
"""What `kpolicy upgrade` prints: text, and Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kpolicy.report.text.lines import number
from kpolicy.report.text.markdown import prose, table
from kpolicy.report.text.plain import line
from kpolicy.report.text.style import Style, columns
from kpolicy.report.views.upgrade import Section, fitted, footer, older, sections, summary
from kpolicy.report.views.upgrade_records import TreeUpgrade, UpgradeReport, UpgradeRow
from kpolicy.wording import shortened

MOST_LINES: Final = 60
"""So many lines has a summary."""
_WIDEST: Final = {1: 160, 2: 110}
_USUAL: Final = 72
"""So many characters has a cell of a summary, in a row of one or two, and of more."""
TREE_HEADS: Final = ("lost", "kept", "changed", "protections", "findings", "questions", "config")


def upgrade_lines(report: UpgradeReport, style: Style | None = None, *, full: bool = False) -> Iterator[str]:
    """The report in at most 60 lines, unless more protections are lost or findings gained; `full` has everything."""
    style = style or Style()
    yield style.mark("strong", line(report.title))
    yield f"  {line(summary(report.upgrade))}"
    rest = [f"  {line(text)}" for text in footer(report)]
    for section in _chosen(report, full=full, around=3 + len(rest)):
        yield ""
        kind = "warning" if section.title.startswith(("protections and checks lost", "requests lost")) else "strong"
        yield style.mark(kind, line(section.heading))
        right = (0,) if section.heads[0] in ("questions", "requests") else ()
        rows = section.rows if full else [_narrow(row) for row in section.rows]
        yield from (line(text) for text in columns(rows, right=right))
        if section.more:
            yield style.mark("faint", f"  {section.more}")
    yield ""
    yield from rest


def upgrade_markdown(report: UpgradeReport, *, full: bool = False) -> Iterator[str]:
    """The same in Markdown."""
    yield f"## {prose(line(report.title))}"
    yield ""
    yield prose(line(summary(report.upgrade)))
    for section in _chosen(report, full=full, around=0):
        yield ""
        yield f"### {prose(line(section.heading))}"
        yield ""
        yield from table(section.heads, [tuple(prose(line(cell)) for cell in row) for row in section.rows])
        if section.more:
            yield from ("", prose(section.more))
    for text in footer(report):
        yield from ("", prose(line(text)))


def _narrow(row: tuple[str, ...]) -> tuple[str, ...]:
    """A row of a summary."""
    most = _WIDEST.get(len(row), _USUAL)
    return tuple(shortened(cell, most) for cell in row)


def _chosen(report: UpgradeReport, *, full: bool, around: int) -> list[Section]:
    found = list(sections(report, full=full))
    return found if full else fitted(found, MOST_LINES - around)


def tree_lines(report: TreeUpgrade, style: Style | None = None) -> Iterator[str]:
    """A row for each defconfig, and the sums."""
    style = style or Style()
    yield style.mark("strong", line(f"{report.before} -> {report.after}"))
    rows = [tree_row(row) for row in report.rows if row.error is None]
    if rows:
        yield from (line(text) for text in columns([TREE_HEADS, *rows], right=range(len(TREE_HEADS) - 1)))
    yield ""
    yield tree_summary(report)


def tree_markdown(report: TreeUpgrade) -> Iterator[str]:
    """The same in Markdown."""
    yield f"## {prose(line(f'{report.before} -> {report.after}'))}"
    yield ""
    rows = [tuple(prose(line(cell)) for cell in tree_row(row)) for row in report.rows if row.error is None]
    yield from table(TREE_HEADS, rows)
    yield ""
    yield prose(line(tree_summary(report)))


def tree_row(row: UpgradeRow) -> tuple[str, ...]:
    """A defconfig in the table of a tree."""
    numbers = map(str, map(len, (row.lost, row.kept, row.changed)))
    return (
        *numbers,
        f"-{len(row.protections_lost)} +{len(row.protections_gained)}",
        f"-{len(row.findings_lost)} +{len(row.findings_gained)}",
        str(len(row.questions)),
        row.config,
    )


def tree_summary(report: TreeUpgrade) -> str:
    """The sums of a tree."""
    rows = report.rows
    lost, kept, questions = (sum(map(len, found)) for found in (
        [row.lost for row in rows], [row.kept for row in rows], [row.questions for row in rows]
    ))  # fmt: skip
    text = f"{number(len(rows), 'config')}: {number(lost, 'request')} lost, {kept} kept by edits;"
    text += f" {number(questions, 'new question')}"
    if report.only_before:
        text += f"; {number(report.only_before, 'defconfig')} only in {report.before.name}"
    if report.older:
        text += f"; {older(report)}"
    failed = sum(row.error is not None for row in rows)
    return f"{text}; {failed} could not be analysed" if failed else text
