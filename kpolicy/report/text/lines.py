# SPDX-License-Identifier: GPL-2.0-or-later
"""A finding in lines of text, as every format that people read has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kpolicy.report.text.plain import line
from kpolicy.report.text.style import Style, columns

if TYPE_CHECKING:
    from kpolicy.policy.judging.waivers import Waived
    from kpolicy.policy.rules.finding import Finding


def finding_line(finding: Finding, style: Style | None = None) -> str:
    """`file:line: severity: message [family/rule]`."""
    style = style or Style()
    place = style.mark("strong", f"{line(str(finding.place))}:")
    severity = style.mark(finding.severity, f"{finding.severity}:")
    return f"{place} {severity} {message(finding)} {style.rule(finding.rule)}"


def message(finding: Finding) -> str:
    """What is wrong, with the config that it is about where the location does not show that."""
    # A line of a Kconfig file does not show for which config it is.
    whose = "" if is_its_own(finding) else f"{line(finding.config)}: "
    return f"{whose}{line(finding.message)}"


def why_required(finding: Finding) -> str:
    """Why it is required, and who answers for that, where a requirement states it; "" where none does."""
    if finding.note:
        return line(f"{finding.note} ({finding.owner})" if finding.owner else finding.note)
    return line(f"for {finding.owner}") if finding.owner else ""


def message_and_why(finding: Finding) -> str:
    """The message, for formats with nothing but that: with why it is required."""
    why = why_required(finding)
    return f"{message(finding)}; required: {why}" if why else message(finding)


def is_its_own(finding: Finding) -> bool:
    """Whether the place is a line of the config itself: of a file of its stack, which may be named as make does.

    A finding about a waiver is of no config: its line is that of the waiver.
    """
    path = finding.place.path
    if not finding.architecture:
        return True
    return any(path == part or path.endswith(f"/{part}") for part in (finding.config, *finding.config.split("+")))


def detail_lines(finding: Finding, indent: str = "    ", most: int | None = None) -> Iterator[str]:
    """The findings with this cause (`most` of them), its causes or grounds, a witness, why, and the fix."""
    for member in finding.members[:most]:
        yield f"{indent}{line(str(member.place))}: {line(member.message)}"
    if most is not None and len(finding.members) > most:
        yield f"{indent}and {len(finding.members) - most} more (-v shows them)"
    if any(link.kind not in ("assigned", "unset") for link in finding.causes) or len(finding.causes) > 1:
        rows = [
            (line(f"{link.symbol}={link.value}"), line(link.text), line(str(link.location)) if link.location else "")
            for link in finding.causes
        ]
        yield from columns(rows, indent=indent)
    grounds = [(line(ground.text), line(str(ground.location)) if ground.location else "") for ground in finding.grounds]
    yield from columns(grounds[:most], indent=indent)
    if most is not None and len(grounds) > most:
        yield f"{indent}and {len(grounds) - most} more (-v shows them)"
    if finding.witness is not None:
        yield from _labelled(
            line(f"config for {finding.witness.architecture}"), finding.witness.lines or ("(empty)",), indent
        )
    why = why_required(finding)
    if why:
        yield f"{indent}why: {why}"
    yield from _labelled("fix", finding.remedy, indent)


def _labelled(title: str, lines: Iterable[str], indent: str) -> Iterator[str]:
    for number, text in enumerate(lines):
        yield f"{indent}{f'{title}:' if number == 0 else ' ' * (len(title) + 1)} {line(text)}"


def waiver_words(item: Waived) -> str:
    """Who waived a finding, why and up to when, and the line of the waiver."""
    until = f", until {item.waiver.expires}" if item.waiver.expires is not None else ""
    return line(f"{item.waiver.owner}: {item.waiver.reason}{until}  {item.waiver.location}")


def number(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
