# SPDX-License-Identifier: GPL-2.0-or-later
"""Which findings of a run stand, and which are accepted: by a waiver, or because a baseline knows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kpolicy.policy.baseline import Baseline, InScope, Known, scope_of, subtract
from kpolicy.policy.finding import Finding
from kpolicy.policy.standard import Standard
from kpolicy.policy.waivers import Scope, apply_waivers
from kpolicy.report.records import ConfigReport, PolicyReport


@dataclass(frozen=True, slots=True)
class Accepted:
    """Configs with their findings sorted, what there is to say about the policies, and what a baseline has in vain."""

    configs: tuple[ConfigReport, ...]
    policies: tuple[PolicyReport, ...]
    gone: tuple[Known, ...]


def accept(
    configs: Sequence[ConfigReport],
    standards: Sequence[Standard],
    baseline: Baseline | None,
    today: dt.date,
    *,
    waivers: bool = True,
    complete: bool = False,
    unmade: Iterable[str] = (),
) -> Accepted:
    """Apply the waivers of each standard to its configs, then the baseline to all.

    `complete` says that the configs are all that there are; `unmade` are checks that the command does not
    make unless it is asked to: that they find nothing proves nothing.
    """
    policies: list[PolicyReport] = []
    for number, standard in enumerate(standards):
        remarks: tuple[Finding, ...] = ()
        if waivers and standard.policy.waivers:
            configs, remarks = _waive(configs, number, standard, today, complete=complete, unmade=unmade)
        files = tuple(file.path for file in standard.policy.files)
        policies.append(PolicyReport(files, standard.policy.fail_on.value, remarks))
    gone: tuple[Known, ...] = ()
    if baseline is not None:
        result = subtract((item for config in configs for item in config.findings), baseline, judged(configs, unmade))
        new, gone = _identities(result.new), result.gone
        configs = [
            replace(
                config,
                findings=tuple(item for item in config.findings if id(item) in new),
                known=tuple(item for item in config.findings if id(item) not in new),
            )
            for config in configs
        ]
    return Accepted(tuple(configs), tuple(policies), gone)


def judged(configs: Sequence[ConfigReport], unmade: Iterable[str] = ()) -> InScope:
    """What a run looked at, for a baseline: these configs, by all rules but those that could not be judged."""
    unjudged = {rule for config in configs for rule in config.unjudged}
    return scope_of({(config.architecture, config.config) for config in configs}, unjudged.union(unmade))


def _waive(
    configs: Sequence[ConfigReport],
    number: int,
    standard: Standard,
    today: dt.date,
    *,
    complete: bool,
    unmade: Iterable[str],
) -> tuple[list[ConfigReport], tuple[Finding, ...]]:
    """The configs, those of one standard with their findings waived, and findings about the waivers."""
    own = [config for config in configs if config.standard == number]
    scope = Scope(
        configs=[config.config for config in own],
        complete=complete,
        unjudged={rule for config in own for rule in config.unjudged}.union(unmade),
    )
    findings = [item for config in own for item in config.findings]
    result = apply_waivers(findings, standard.policy.waivers, scope, today)
    kept = _identities(result.findings)
    waived = {id(item.finding): item for item in result.waived}
    sorted_out = [
        replace(
            config,
            findings=tuple(item for item in config.findings if id(item) in kept),
            waived=tuple(waived[id(item)] for item in config.findings if id(item) in waived),
        )
        if config.standard == number
        else config
        for config in configs
    ]
    return sorted_out, standard.policy.settings("").adjust(result.remarks)


def _identities(findings: Iterable[Finding]) -> set[int]:
    """Two findings can be equal, of two lines that say the same: so each is known by its place in memory."""
    return {id(item) for item in findings}
