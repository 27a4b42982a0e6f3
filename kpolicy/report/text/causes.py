# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about config lines by their cause, over all configs: what keeps the lines from taking effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from kpolicy.explain.root import Root
from kpolicy.frozen import dataclass
from kpolicy.policy.folding.fold import cause_of, unfolded
from kpolicy.policy.folding.words import cause_in_short
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import SEVERITIES, Severity
from kpolicy.report.text.lines import number
from kpolicy.report.text.plain import line
from kpolicy.wording import first_few

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Cause:
    """Findings of one rule with one cause, those of a config as one; `root` is None where each is its own."""

    rule: str
    root: Root | None
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        """That of the gravest."""
        return min((item.severity for item in self.findings), key=SEVERITIES.index)

    @property
    def lines(self) -> tuple[Finding, ...]:
        """The findings one by one."""
        return tuple(one for item in self.findings for one in unfolded(item))

    @property
    def configs(self) -> int:
        """How many configs have one."""
        return len({(item.architecture, item.config) for item in self.findings})


def causes(findings: Iterable[Finding]) -> tuple[Cause, ...]:
    """The causes of some findings: the gravest first, then what most lines have."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(cause_of(finding), []).append(finding)
    made = [Cause(items[0].rule, items[0].root, tuple(items)) for items in found.values()]
    return tuple(sorted(made, key=lambda item: (SEVERITIES.index(item.severity), -len(item.lines))))


def cause_line(cause: Cause, title: str, noun: str) -> str:
    """A cause, how many configs it is in, and what those request."""
    configs = number(cause.configs, noun)
    if cause.root is None:
        name = cause.findings[0].symbol
        return line(f"{name}: {title}, in {configs}" if name else f"{title}, in {configs}")
    one = cause.configs == 1
    if cause.root.kind in ("prompt", "undefined"):
        return line(f"{cause_in_short(cause.root)}: {configs} {'has a line' if one else 'have lines'} for it")
    whose = f"{configs} request{'s' if one else ''}"
    return line(f"{cause_in_short(cause.root)}: {whose} {_names(cause.lines)}")


def _names(findings: Sequence[Finding]) -> str:
    """What is requested, the most frequent first: y and m go without saying."""
    names = [name for name, _ in Counter(map(_request, findings)).most_common()]
    return first_few(names, _NAMED)


def _request(finding: Finding) -> str:
    asked = finding.root.asked if finding.root is not None else ""
    return f"{finding.symbol}=n" if asked == "n" else finding.symbol


def by_severity(findings: Iterable[Finding]) -> str:
    """2 errors, 1 note."""
    counts = Counter(item.severity for item in findings)
    return ", ".join(number(counts[severity], severity) for severity in SEVERITIES if counts[severity])
