# SPDX-License-Identifier: GPL-2.0-or-later
"""What matters of an audit, on few screens.

First errors, and warnings about debug policy, each rule once; then config lines, each cause once; then the Kconfig
files, and the policy files.  What there is no room for is counted.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from kpolicy.policy.rules.finding import Finding
from kpolicy.report.records import Report
from kpolicy.report.text.causes import Cause, cause_line, causes
from kpolicy.report.text.groups import Group, grouped, where
from kpolicy.report.text.lines import finding_line, number
from kpolicy.report.text.parts import FILES, KCONFIG, LINES, POLICY, TITLES, part_of
from kpolicy.report.text.plain import line
from kpolicy.report.text.roles import role_lines
from kpolicy.report.text.style import Style
from kpolicy.wording import shortened

WIDTH: Final = 160
MOST_LINES: Final = 140
"""Without the summary, and the census where that is requested."""
_INDENT: Final = "    "
# Parts that come first leave so many lines for those that follow.
_FOR_LINES, _FOR_TREE, _FOR_OWN, _FOR_ROLES = 30, 14, 6, 12
_MOST_PLACES: Final = {"error": 6, "warning": 1, "note": 1}


def overview_lines(report: Report, style: Style) -> Iterator[str]:
    """The parts, with an empty line after each."""
    room = MOST_LINES
    for part in (_policy, _config_lines, _tree, _own, _roles):
        made = list(part(report, style, room))
        room -= len(made)
        yield from made


def _policy(report: Report, style: Style, room: int) -> Iterator[str]:
    """Every error; every warning that is about no line of a config or of a Kconfig file; the rules of the notes."""
    every = [item for item in grouped(report) if item.severity == "error" or part_of(item.rule) == POLICY]
    groups = [group for group in every if group.severity != "note"]
    notes = [group for group in every if group.severity == "note"]
    if not groups and not notes:
        return
    yield style.mark("strong", "Errors, and warnings about debug policy")
    room -= _FOR_LINES + _FOR_TREE + _FOR_OWN + _FOR_ROLES
    while groups and room > 0:
        group = groups.pop(0)
        made = list(_group(group, style))
        room -= len(made)
        yield from made
    if groups:
        yield f"{_INDENT}and {number(len(groups), 'more rule')}: --group-by rule"
    if notes:
        count = number(sum(len(group.findings) for group in notes), "note")
        rules = ", ".join(f"{group.rule} ({len(group.findings)})" for group in notes)
        yield from _wrapped(f"{count}: {rules}", "", 3)
    yield ""


def _group(group: Group, style: Style) -> Iterator[str]:
    """A rule and its configs: what all findings say, if that is the same and not too long, else what it is about."""
    messages, title = group.by_message(), line(group.title or group.rule)
    rest = f" ({group.spread})"
    room = WIDTH - len(f"{group.severity}: {rest} [{line(group.rule)}]")
    said = messages[0][0] if len(messages) == 1 and len(messages[0][0]) <= room else title
    yield f"{style.mark(group.severity, f'{group.severity}:')} {shortened(said, room)}{rest} {style.rule(group.rule)}"
    yield from _wrapped(" ".join(map(where, group.findings)), _INDENT, _MOST_PLACES[group.severity])


def _config_lines(report: Report, style: Style, room: int) -> Iterator[str]:
    found = causes(item for item in report.told if part_of(item.rule) == LINES and item.severity != "error")
    if not found:
        return
    titles = {note.id: note.title for note in report.notes}
    count = sum(len(item.lines) for item in found)
    yield style.mark("strong", f"{number(count, 'finding')} about config lines, by cause")
    yield from _some(
        found,
        room - _FOR_TREE - _FOR_OWN - _FOR_ROLES,
        lambda item: _cause_line(item, titles, style),
        "--group-by cause",
    )
    yield ""


def _cause_line(cause: Cause, titles: dict[str, str], style: Style) -> str:
    tag = f"[{line(cause.rule)}]"
    text = shortened(
        cause_line(cause, titles.get(cause.rule, cause.rule), "defconfig"), WIDTH - len(tag) - len(_INDENT) - 1
    )
    return f"{_INDENT}{text} {style.rule(cause.rule)}"


def _tree(report: Report, style: Style, room: int) -> Iterator[str]:
    found = [item for item in report.told if part_of(item.rule) == KCONFIG and item.severity != "error"]
    yield from _listed(TITLES[KCONFIG], found, style, min(room, _FOR_TREE), "--select kconfig --full")


def _own(report: Report, style: Style, room: int) -> Iterator[str]:
    found = [item for item in report.told if part_of(item.rule) == FILES and item.severity != "error"]
    yield from _listed(TITLES[FILES], found, style, min(room, _FOR_OWN), "--select policy --full")


def _roles(report: Report, style: Style, room: int) -> Iterator[str]:  # noqa: ARG001 - as the other parts
    """By which roles the configs were judged; those with two readings as far as there is room."""
    made = [shortened(text, WIDTH) for text in role_lines(report, Style())]
    yield from _some(made, max(min(room, _FOR_ROLES), 2), lambda text: text, "-v")


def _listed(head: str, found: Sequence[Finding], style: Style, room: int, option: str) -> Iterator[str]:
    if found:
        yield style.mark("strong", head)
        yield from _some(found, room - 2, lambda item: _listed_line(item, style), option)
        yield ""


def _listed_line(finding: Finding, style: Style) -> str:
    """A finding with its place; the message gives way where it is too long."""
    text = finding_line(finding)
    over = len(_INDENT) + len(text) - WIDTH
    if over <= 0:
        return f"{_INDENT}{finding_line(finding, style)}"
    tag = f" [{line(finding.rule)}]"
    return f"{_INDENT}{shortened(text.removesuffix(tag), WIDTH - len(_INDENT) - len(tag))} {style.rule(finding.rule)}"


def _some(
    items: Sequence[Finding] | Sequence[Cause] | Sequence[str], room: int, shown: Callable[..., str], option: str
) -> Iterator[str]:
    most = len(items) if len(items) <= room else room - 1
    yield from (shown(item) for item in items[:most])
    if len(items) > most:
        yield f"{_INDENT}and {len(items) - most} more: {option}"


def _wrapped(text: str, indent: str, most: int) -> list[str]:
    """A text in lines, no more than `most`; of a longer one the end is left out."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent or _INDENT,
        break_long_words=True,
        break_on_hyphens=False,
        max_lines=most,
        placeholder=" ...",
    )
