# SPDX-License-Identifier: GPL-2.0-or-later
"""The page about a config, or the defconfigs of a tree, on another kernel: sections with a table each."""

from __future__ import annotations

from kpolicy.errors import printable
from kpolicy.frozen import dataclass
from kpolicy.report.page.render import render_sections
from kpolicy.report.views.upgrade import footer, sections, summary
from kpolicy.report.views.upgrade_records import TreeUpgrade, UpgradeReport
from kpolicy.report.views.upgrade_text import TREE_HEADS, tree_row, tree_summary


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
        _section(f"s-{place}", section.heading, section.heads, section.rows)
        for place, section in enumerate(sections(report, full=True))
    )
    notes = [printable(text) for text in footer(report)]
    return render_sections(printable(report.title), printable(summary(report.upgrade)), found, notes)


def tree_page(report: TreeUpgrade) -> str:
    """The whole HTML document about the defconfigs of a tree."""
    rows = tuple((row.config, *tree_row(row)[:-1]) for row in report.rows if row.error is None)
    table = _section("configs", "defconfigs", (TREE_HEADS[-1], *TREE_HEADS[:-1]), rows)
    return render_sections(
        printable(f"{report.before} -> {report.after}"), printable(tree_summary(report)), [table], []
    )


def _section(anchor: str, title: str, heads: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> PageSection:
    return PageSection(anchor, printable(title), heads, tuple(tuple(map(printable, row)) for row in rows))
