# SPDX-License-Identifier: GPL-2.0-or-later
"""Which findings of a run count: some rules, from some severity on."""

from __future__ import annotations

from collections.abc import Callable

from kpolicy.frozen import dataclass, replace
from kpolicy.policy.files.globs import matches_rule
from kpolicy.policy.rules.finding import Finding
from kpolicy.policy.rules.rule import SEVERITIES, Severity


@dataclass(frozen=True, slots=True)
class Choice:
    """Rule selectors, and the least severity; without `select` every rule, but for those of `ignore`."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    least: Severity = "note"

    def takes(self, finding: Finding) -> bool:
        """Whether a finding counts."""
        return (
            SEVERITIES.index(finding.severity) <= SEVERITIES.index(self.least)
            and (not self.select or any(matches_rule(word, item) for word in self.select for item in _ids(finding)))
            and not any(matches_rule(word, finding.rule) for word in self.ignore)
        )

    def by(self, canonical: Callable[[str], str]) -> Choice:
        """The same with today's ids of the rules for their aliases."""
        return replace(self, select=tuple(map(canonical, self.select)), ignore=tuple(map(canonical, self.ignore)))


def _ids(finding: Finding) -> tuple[str, ...]:
    """The ids by which a finding is selected: one that a requirement cannot be judged also by that requirement."""
    if not finding.rule.startswith("policy/"):
        return (finding.rule,)
    # Only here: without a policy nothing needs the vocabulary of one.
    from kpolicy.policy.files.vocabulary import UNKNOWN_REQUIREMENT, requirement_id

    required = (requirement_id(finding.symbol),) if finding.rule == UNKNOWN_REQUIREMENT else ()
    return (finding.rule, *required)


EVERYTHING = Choice()
"""Every finding counts."""
