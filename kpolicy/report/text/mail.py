# SPDX-License-Identifier: GPL-2.0-or-later
"""The text report for mails to kernel lists: 75 columns, ASCII, the findings of a rule together."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from kpolicy.policy.rules.finding import Finding
from kpolicy.report.records import Report
from kpolicy.report.text.groups import Group, grouped, where
from kpolicy.report.text.lines import number, why_required
from kpolicy.report.text.plain import line
from kpolicy.report.text.roles import role_lines
from kpolicy.report.text.style import Style
from kpolicy.report.text.summary import summary

WIDTH = 75


def mail(report: Report) -> str:
    """The report as the text of a mail."""
    roles = [text for item in role_lines(report, Style()) for text in wrapped(item, "", "  ")]
    groups = [_group(group) for group in grouped(report)]
    paragraphs = [_head(report), *groups, *([roles] if roles else []), wrapped(summary(report))]
    return "\n\n".join("\n".join(paragraph) for paragraph in paragraphs) + "\n"


def _head(report: Report) -> list[str]:
    of = f" of {line(report.tree)}" if report.tree else ""
    version = f" (Linux {line(report.version)})" if report.version else ""
    return wrapped(f"kpolicy {line(report.command)}{of}{version}, {number(report.rules, 'rule')}:")


def _group(group: Group) -> list[str]:
    count = f"{number(len(group.findings), group.severity)} in {group.spread}"
    title = f"{line(group.title)}; {count}" if group.title else count
    lines = wrapped(f"[{line(group.rule)}] {title}")
    for text, findings in group.by_message():
        lines += ["", *wrapped(text, "  ")]
        for why in dict.fromkeys(map(why_required, findings)):
            lines += wrapped(why, "  ") if why else []
        if len({finding.remedy for finding in findings}) == 1:
            lines += (f"    > {_ascii(item)}" for item in findings[0].remedy)
        lines += _places(findings)
    return lines


def _places(findings: Sequence[Finding]) -> Iterator[str]:
    """Every place, those in a folder together."""
    folders: dict[str, list[str]] = {}
    for finding in findings:
        folder, _, name = where(finding).rpartition("/")
        folders.setdefault(folder, []).append(name)
    for folder, names in folders.items():
        yield from wrapped(f"{folder}/: {' '.join(names)}" if folder else " ".join(names), "    ", "      ")


def wrapped(text: str, first: str = "", others: str | None = None) -> list[str]:
    """A text in lines of a mail; a word that is longer is left in one piece, so that paths can be copied."""
    return textwrap.wrap(
        _ascii(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if others is None else others,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def _ascii(text: str) -> str:
    return line(text).encode("ascii", "backslashreplace").decode()
