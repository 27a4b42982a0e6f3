# SPDX-License-Identifier: GPL-2.0-or-later
"""The page about a config, or the defconfigs of a tree, on another kernel: sections with a table each."""

from __future__ import annotations

from kpolicy.errors import printable
from kpolicy.frozen import dataclass
from kpolicy.report.page.render import render_sections
from kpolicy.report.views.upgrade import UpgradeReport, costless, edited, sections, summary


@dataclass(frozen=True, slots=True)
class PageSection:
    """A table with a title; `anchor` names it."""

    anchor: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def upgrade_page(report: UpgradeReport) -> str:
    """The whole HTML document: everything that `--full` lists."""
    found = tuple(
        PageSection(
            f"s-{place}",
            printable(section.heading),
            section.heads,
            tuple(tuple(map(printable, row)) for row in section.rows),
        )
        for place, section in enumerate(sections(report, full=True))
    )
    notes = [printable(text) for text in (costless(report.upgrade), edited(report.upgrade)) if text]
    return render_sections(printable(report.title), printable(summary(report.upgrade)), found, notes)
