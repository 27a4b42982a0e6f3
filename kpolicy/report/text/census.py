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


def census_lines(report: Report, style: Style, *, full: bool = False) -> Iterator[str]:
    """What the configs of each architecture are for, how many findings they have, and what is on in them.

    Where the run compares with a revision, of those that have changed.
    """
    census = report.census
    assert census is not None
    version = f"Linux {report.version}, " if report.version else ""
    yield style.mark("strong", line(f"census: {version}toolchain {report.toolchain}"))
    yield from columns(_architectures(report, full=full), right=range(1, 3 + len(report.roles) + len(SEVERITIES)))
    symbols = list(_symbols(census))
    if symbols:
        yield ""
        yield from columns([("symbol", "set", "on", "where it is on"), *symbols], right=(1, 2))


def _architectures(report: Report, *, full: bool) -> Iterator[tuple[str, ...]]:
    yield ("architecture", "configs", *map(line, report.roles), *(f"{severity}s" for severity in SEVERITIES))
    by_name: dict[str, list[ConfigReport]] = {}
    counted = [config for config in report.configs if config.touched]
    for config in counted:
        by_name.setdefault(config.srcarch, []).append(config)
    for name in sorted(by_name):
        yield _row(name, by_name[name], report.roles, full=full)
    if len(by_name) > 1:
        yield _row("all", counted, report.roles, full=full)


def _row(name: str, configs: list[ConfigReport], roles: tuple[str, ...], *, full: bool) -> tuple[str, ...]:
    found = Counter(config.verdict.role for config in configs)
    severities = Counter(item.severity for config in configs for item in (config.findings if full else config.told))
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
