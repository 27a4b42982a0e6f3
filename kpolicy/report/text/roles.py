# SPDX-License-Identifier: GPL-2.0-or-later
"""The roles of configs in words: which, by what evidence, and what indicates another one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kpolicy.location import Location
from kpolicy.policy.roles.role import Evidence, OtherRole, RoleVerdict
from kpolicy.report.records import ConfigReport, Report
from kpolicy.report.text.lines import number
from kpolicy.report.text.plain import line
from kpolicy.report.text.style import Style
from kpolicy.wording import first_few

_MOST: Final = 4
"""So many options are named in a line; the JSON report has them all."""


def role_line(config: ConfigReport, style: Style) -> str:
    """By which role a config was judged, how that is known, and what indicates another one."""
    verdict = config.verdict
    name = style.mark("strong", f"{line(config.config)}:")
    role = style.mark("strong", line(verdict.role))
    return f"{name} judged as {role} for {line(config.architecture)}{_how(verdict, config.config)}"


def role_lines(report: Report, style: Style) -> Iterator[str]:
    """The roles of all configs with findings: a line for each role, one for each config with two readings."""
    judged = [config for config in report.configs if config.findings]
    by_role: dict[str, list[ConfigReport]] = {}
    for config in judged:
        if config.verdict.other is None:
            by_role.setdefault(config.verdict.role, []).append(config)
    for role in (role for role in report.roles if role in by_role):
        configs = by_role[role]
        names = ", ".join(line(config.config) for config in configs)
        yield f"judged as {line(role)}: {names if len(configs) < _MOST else number(len(configs), 'config')}"
    yield from (role_line(config, style) for config in judged if config.verdict.other is not None)


def other_role(verdict: RoleVerdict, other: OtherRole, config: str) -> str:
    """What indicates another role than the one that the config of this name is judged by."""
    found = _options(other.evidence, config)
    words = line(other_role_words(verdict, other))
    return f"{words}: {found}" if found else words


def other_role_words(verdict: RoleVerdict, other: OtherRole) -> str:
    """The same without the options."""
    if verdict.certainty == "earlier":
        return f"the role before the change; now its options are those of a {other.role} kernel"
    return f"role unclear, with options of a {other.role} kernel"


def _how(verdict: RoleVerdict, config: str) -> str:
    if verdict.other is not None:
        return f", {other_role(verdict, verdict.other, config)}"
    if verdict.certainty == "stated":
        place = next((item.location for item in verdict.evidence if item.location is not None), None)
        return f", as {line(str(place))} states" if place is not None else ", as stated"
    if not verdict.reading:
        return ": too few marks of another role"
    return f": {_options(verdict.evidence, config)}"


def _options(evidence: Sequence[Evidence], config: str) -> str:
    """Some options with their lines."""
    return first_few([line(item.text) + _place(item.location, config) for item in evidence], _MOST)


def _place(place: Location | None, config: str) -> str:
    if place is None:
        return ""
    return f" (line {place.line})" if place.path == config else f" ({line(str(place))})"
