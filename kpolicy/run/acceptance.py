# SPDX-License-Identifier: GPL-2.0-or-later
"""Which findings of a run count, and which are accepted: by a waiver, or because a baseline knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from kpolicy.frozen import dataclass, replace
from kpolicy.policy.judging.standard import Standard
from kpolicy.policy.rules.finding import Finding
from kpolicy.report.records import ConfigReport, PolicyReport, TreeReport

if TYPE_CHECKING:
    import datetime as dt

    from kpolicy.policy.judging.baseline import Baseline, InScope, Known

# What has findings that can be accepted.
Judged: TypeAlias = "ConfigReport | TreeReport"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Configs and tree with their findings sorted, remarks about the policies, and what is gone."""

    configs: tuple[ConfigReport, ...]
    about: TreeReport | None
    policies: tuple[PolicyReport, ...]
    gone: tuple[Known, ...]


def accept(
    configs: Sequence[ConfigReport],
    standards: Sequence[Standard],
    baseline: Baseline | None,
    today: Callable[[], dt.date],
    *,
    about: TreeReport | None = None,
    waivers: bool = True,
    complete: bool = False,
    unmade: Iterable[str] = (),
) -> Accepted:
    """Apply the waivers of each standard to its configs and to the tree, then the baseline to all.

    `complete` says that the configs are all that there are; `unmade` are checks that the command does not
    make unless it is asked to: that they find nothing proves nothing.
    """
    policies: list[PolicyReport] = []
    items: list[Judged] = [*configs, *([about] if about is not None else ())]
    for number, standard in enumerate(standards):
        remarks: tuple[Finding, ...] = ()
        if waivers and standard.policy.waivers:
            items, remarks = _waive(items, number, standard, today(), complete=complete, unmade=unmade)
        files = tuple(file.path for file in standard.policy.files)
        policies.append(PolicyReport(files, standard.policy.fail_on.value, remarks))
    gone: tuple[Known, ...] = ()
    if baseline is not None:
        from kpolicy.policy.judging.baseline import subtract  # most runs have none

        result = subtract((one for item in items for one in item.findings), baseline, judged(items, unmade))
        new, gone = _identities(result.new), result.gone
        items = [
            replace(
                item,
                findings=tuple(one for one in item.findings if id(one) in new),
                known=tuple(one for one in item.findings if id(one) not in new),
            )
            for item in items
        ]
    return Accepted(
        tuple(item for item in items if isinstance(item, ConfigReport)),
        next((item for item in items if isinstance(item, TreeReport)), None),
        tuple(policies),
        gone,
    )


def judged(items: Sequence[Judged], unmade: Iterable[str] = ()) -> InScope:
    """What a run looked at, for a baseline: these configs, by all rules that could be judged, and the whole tree."""
    from kpolicy.policy.judging.baseline import scope_of  # most runs have none

    unjudged = {rule for item in items if isinstance(item, ConfigReport) for rule in item.unjudged}
    configs = {(item.architecture, item.config) for item in items if isinstance(item, ConfigReport)}
    of_configs = scope_of(configs, unjudged.union(unmade))
    trees = [item for item in items if isinstance(item, TreeReport) and item.complete]
    made = frozenset[str]().union(*(item.checks for item in trees))
    return lambda known: known.rule in made or of_configs(known)


def _waive(
    items: Sequence[Judged],
    number: int,
    standard: Standard,
    today: dt.date,
    *,
    complete: bool,
    unmade: Iterable[str],
) -> tuple[list[Judged], tuple[Finding, ...]]:
    """All, those of one standard with their findings waived, and findings about the waivers."""
    # Only here: most policies waive nothing.
    from kpolicy.policy.judging.waivers import Scope, apply_waivers

    own = [item for item in items if item.standard == number]
    configs = [item for item in own if isinstance(item, ConfigReport)]
    scope = Scope(
        configs=[config.config for config in configs],
        complete=complete,
        unjudged={rule for config in configs for rule in config.unjudged}.union(unmade),
    )
    result = apply_waivers((one for item in own for one in item.findings), standard.policy.waivers, scope, today)
    kept = _identities(result.findings)
    waived = {id(item.finding): item for item in result.waived}
    sorted_out: list[Judged] = [
        replace(
            item,
            findings=tuple(one for one in item.findings if id(one) in kept),
            waived=tuple(waived[id(one)] for one in item.findings if id(one) in waived),
        )
        if item.standard == number
        else item
        for item in items
    ]
    return sorted_out, standard.policy.settings("").adjust(result.remarks)


def _identities(findings: Iterable[Finding]) -> set[int]:
    """Two findings can be equal, of two lines that say the same: so each is known by its place in memory."""
    return {id(item) for item in findings}
