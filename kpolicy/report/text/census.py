# SPDX-License-Identifier: GPL-2.0-or-later
"""The census in text: one line an architecture, one line a symbol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kpolicy.policy.judging.census import Census
from kpolicy.policy.rules.rule import SEVERITIES
from kpolicy.report.records import ConfigReport, Report
from kpolicy.report.text.plain import line
from kpolicy.report.text.style import Style, columns

# As many architectures are named after a symbol; the JSON report has them all.
_NAMED = 6


def census_lines(report: Report, style: Style) -> Iterator[str]:
    """What the configs of each architecture are for, how many findings they have, and what is on in them."""
    census = report.census
    assert census is not None
    version = f"Linux {report.version}, " if report.version else ""
    yield style.mark("strong", line(f"census: {version}toolchain {report.toolchain}"))
    yield from columns(_architectures(report), right=range(1, 3 + len(report.roles) + len(SEVERITIES)))
    symbols = list(_symbols(census))
    if symbols:
        yield ""
        yield from columns([("symbol", "set", "on", "where it is on"), *symbols], right=(1, 2))


def _architectures(report: Report) -> Iterator[tuple[str, ...]]:
    yield ("architecture", "configs", *map(line, report.roles), *(f"{severity}s" for severity in SEVERITIES))
    by_name: dict[str, list[ConfigReport]] = {}
    for config in report.configs:
        by_name.setdefault(config.srcarch, []).append(config)
    for name in sorted(by_name):
        yield _row(name, by_name[name], report.roles)
    if len(by_name) > 1:
        yield _row("all", list(report.configs), report.roles)


def _row(name: str, configs: list[ConfigReport], roles: tuple[str, ...]) -> tuple[str, ...]:
    found = Counter(config.verdict.role for config in configs)
    severities = Counter(finding.severity for config in configs for finding in config.findings)
    numbers = (len(configs), *(found[role] for role in roles), *(severities[word] for word in SEVERITIES))
    return (line(name), *map(str, numbers))


def _symbols(census: Census) -> Iterator[tuple[str, ...]]:
    names = sorted({name for item in census.architectures for name in item.counts})
    for name in names:
        total = census.total(name)
        counts = [(item.counts[name].on, item.architecture) for item in census.architectures if name in item.counts]
        where = [f"{line(arch)} {on}" for on, arch in sorted(counts, key=lambda count: -count[0]) if on]
        more = f", and {len(where) - _NAMED} more" if len(where) > _NAMED else ""
        yield (line(name), str(total.set_in_text), str(total.on), ", ".join(where[:_NAMED]) + more)
