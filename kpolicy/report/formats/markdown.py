# SPDX-License-Identifier: GPL-2.0-or-later
"""A summary in Markdown, GitHub's dialect, to paste in an issue: tables, and the findings of each rule folded in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import SEVERITIES
from kpolicy.report.presentation import Presentation
from kpolicy.report.records import ConfigReport, Report
from kpolicy.report.text.groups import Group, grouped, where
from kpolicy.report.text.lines import number, why_required
from kpolicy.report.text.markdown import block, code, prose, table
from kpolicy.report.text.plain import line
from kpolicy.report.text.roles import role_lines
from kpolicy.report.text.style import Style
from kpolicy.report.text.summary import summary

ISSUE_SIZE: Final = 65536
"""So many characters may an issue or a comment have on GitHub."""
_LINKED: Final = re.compile(r"@|#\d|GH-\d|://|www\.")
# Room for what is said about that which is left out.
_RESERVE = 400


def render(report: Report, how: Presentation) -> str:  # noqa: ARG001 - every format has the same signature
    """The summary, no longer than an issue may be."""
    return summary_page(report, ISSUE_SIZE, "the text report has them all")


def summary_page(report: Report, room: int, elsewhere: str) -> str:
    """The summary in at most `room` bytes of UTF-8; what is left out is counted, with where it is available."""
    pieces = ["\n".join(_head(report))]
    left = room - _RESERVE - _size(pieces[0])
    left_out: list[Group] = []
    for group in grouped(report):
        piece = "\n".join(("", *_group(group)))
        if _size(piece) > left:
            left_out.append(group)
            continue
        pieces.append(piece)
        left -= _size(piece)
    if left_out:
        rest = sum(len(group.findings) for group in left_out)
        more = f"{number(rest, 'finding')} of {number(len(left_out), 'rule')} would be too much to list here"
        pieces.append(f"\n_{more}: {elsewhere}._")
    text = "\n".join(pieces).rstrip("\n") + "\n"
    return text if _size(text) <= room else _only_numbers(report, room)


def _only_numbers(report: Report, room: int) -> str:
    text = f"**kpolicy:** {prose(summary(report))}\n"
    return text if _size(text) <= room else ""


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))


def _head(report: Report) -> Iterator[str]:
    of = f" of {code(line(report.tree))}" if report.tree else ""
    version = f", Linux {_words(report.version)}" if report.version else ""
    yield f"## kpolicy {_words(report.command)}{of}{version}"
    yield ""
    yield prose(summary(report))
    if report.configs:
        yield from ("", *table(("architecture", "configs", *(f"{word}s" for word in SEVERITIES)), _rows(report)))
    roles = [f"- {prose(text)}" for text in role_lines(report, Style())]
    if roles:
        yield from ("", *roles)
    if report.errors:
        yield from ("", "**Could not be analysed:**", "")
        for error in report.errors:
            where = f"{code(line(str(error.location)))}: " if error.location is not None else ""
            yield f"- {where}{_words(error.message)}"
    groups = grouped(report)
    if groups:
        yield ""
        rows: list[tuple[str, ...]] = [
            (
                group.severity,
                _code_in_cell(group.rule),
                _cell(group.title),
                str(len(group.findings)),
                group.spread,
            )
            for group in groups
        ]
        yield from table(("severity", "rule", "title", "findings", "in"), rows)


def _rows(report: Report) -> list[tuple[str, ...]]:
    by_name: dict[str, list[ConfigReport]] = {}
    for config in report.configs:
        by_name.setdefault(config.srcarch, []).append(config)
    rows = []
    for name, configs in sorted(by_name.items()):
        found = [finding.severity for config in configs for finding in config.told]
        rows.append((_cell(name), str(len(configs)), *(str(found.count(word)) for word in SEVERITIES)))
    return rows


def _group(group: Group) -> Iterator[str]:
    """The findings of a rule behind a line that unfolds; in HTML only what is our own, or escaped."""
    count = f"{number(len(group.findings), group.severity)} in {group.spread}"
    yield "<details>"
    yield f"<summary><code>{_html(group.rule)}</code>: {count}</summary>"
    yield ""
    for text, findings in group.by_message():
        yield f"- {_words(text)}"
        yield from (f"  {_words(why)}" for why in dict.fromkeys(map(why_required, findings)) if why)
        if len({finding.remedy for finding in findings}) == 1 and findings[0].remedy:
            yield from ("", *block("\n".join(map(line, findings[0].remedy)), "  "), "")
        for finding in findings:
            yield f"  - {code(where(finding))}"
            yield from _shown_by(finding)
    yield ""
    yield "</details>"


def _shown_by(finding: Finding) -> Iterator[str]:
    """The lines that a proof needs, and the config that shows it."""
    for text, location in finding.grounds:
        yield f"    - {code(line(text))}{f' at {code(line(str(location)))}' if location is not None else ''}"
    if finding.witness is not None:
        yield f"    - config for {_words(finding.witness.architecture)}:"
        yield from ("", *block("\n".join(map(line, finding.witness.lines)), "      "), "")


def _words(text: str) -> str:
    """A text; as code where GitHub would take a part of it for a person, who gets a mail then, or an issue."""
    text = line(text)
    return code(text) if _LINKED.search(text) else prose(text)


def _cell(text: str) -> str:
    """A text in the cell of a table."""
    text = line(text)
    return _code_in_cell(text) if _LINKED.search(text) else prose(text)


def _code_in_cell(text: str) -> str:
    """Code in the cell of a table, which a bar would end even there, and sometimes one behind a backslash."""
    text = line(text)
    if "|" not in text:
        return code(text)
    return f"<code>{re.sub(r'[^A-Za-z0-9 /.-]', lambda match: f'&#{ord(match.group())};', text)}</code>"


def _html(text: str) -> str:
    return line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
