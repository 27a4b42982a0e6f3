# SPDX-License-Identifier: GPL-2.0-or-later
"""What differs in effect, between two configs or two trees, and which findings come and go."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kpolicy.errors import UsageError
from kpolicy.frozen import dataclass, field, replace
from kpolicy.kernel.version import read_version
from kpolicy.policy.files.policy_file import Threshold
from kpolicy.policy.judging.standard import Standard
from kpolicy.policy.rules.finding import Finding
from kpolicy.report.records import ConfigReport
from kpolicy.report.views.diff import DiffReport, Effect, Side
from kpolicy.run.acceptance import accept
from kpolicy.run.compared import Batch, Compared, Pairing, beyond
from kpolicy.run.context import Context
from kpolicy.run.plan import Plan, Target
from kpolicy.run.policies import Standards
from kpolicy.run.request import Terms, check_release, check_toolchain

if TYPE_CHECKING:
    from kpolicy.kernel.source import KernelTree


@dataclass(frozen=True, slots=True)
class TreesDiff:
    """Two trees, for some ARCH words where any are named; of the `configs`, or of all defconfigs that both have."""

    before: KernelTree
    after: KernelTree
    configs: tuple[str, ...] = ()
    archs: tuple[str, ...] = ()
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class ConfigsDiff:
    """Two configs of a tree, or two full .config files without a `source`."""

    source: KernelTree | None
    before: str
    after: str
    arch: str | None = None
    release: str | None = None
    terms: Terms = field(default_factory=Terms)


def diff_trees(request: TreesDiff, context: Context) -> DiffReport:
    """What differs between two trees; raises UsageError where they have no defconfigs."""
    sources, archs, terms = (request.before, request.after), request.archs, request.terms
    from kpolicy.run.conclude import plan_by  # a .config is compared without a tree, too

    standards = Standards(terms.policy, request.after, context)
    standards.number_for(request.after.root)
    plans = [replace(plan_by(source, terms, context), standards=tuple(standards.all)) for source in sources]
    if request.configs:
        pairings = [_one_config(spec, request, context) for spec in request.configs]
        only: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    else:
        old, new = (_defconfigs(source, archs) for source in sources)
        both = [key for key in new if key in old]
        times = Counter(name for name, _ in both)
        # One file can be looked at for two ARCH words of its folder.
        names = {key: key[0] if times[key[0]] == 1 else f"{key[0]} ({key[1]})" for key in both}
        pairings = [Pairing(names[key], old[key], new[key]) for key in both]
        only = _names(old.keys() - new.keys()), _names(new.keys() - old.keys())
    if not pairings and not any(only):
        raise UsageError("the two trees have no defconfigs", hint="defconfigs are expected in arch/*/configs")
    report = _report(plans, sources, pairings, terms, context)
    return replace(report, only_before=only[0], only_after=only[1])


def diff_configs(request: ConfigsDiff, context: Context) -> DiffReport:
    """What differs between two configs; raises UsageError or InputError for one that cannot be looked at."""
    check_release(request.release, has_tree=request.source is not None)
    return _configs(request.source, request, context) if request.source is not None else _bare(request, context)


def _one_config(spec: str, request: TreesDiff, context: Context) -> Pairing:
    from kpolicy.run.selection import read_target  # a .config is compared without a tree, too

    arch = request.archs[0] if request.archs else None
    old, new = (read_target(spec, source, arch, context.stdin) for source in (request.before, request.after))
    return Pairing(new.config.name if new.config is not None else spec, old, new)


def _defconfigs(source: KernelTree, archs: Sequence[str]) -> dict[tuple[str, str], Target]:
    from kpolicy.run.selection import defconfig_targets  # a .config is compared without a tree, too

    return {(target.name, target.arch): target for target in defconfig_targets(source, archs)}


def _names(keys: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted(name for name, _ in keys))


def _configs(source: KernelTree, request: ConfigsDiff, context: Context) -> DiffReport:
    # A .config is compared without a tree, too.
    from kpolicy.run.conclude import plan_by
    from kpolicy.run.selection import policy_start, read_target

    before, after, terms = request.before, request.after, request.terms
    old, new = (read_target(spec, source, request.arch, context.stdin) for spec in (before, after))
    standards = Standards(terms.policy, source, context)
    targets = [replace(item, standard=standards.number_for(policy_start(item, source))) for item in (old, new)]
    plan = replace(plan_by(source, terms, context), standards=tuple(standards.all))
    name = new.config.name if new.config is not None else after
    report = _report((plan, plan), (source, source), [Pairing(name, *targets)], terms, context)
    version = report.after.version
    return replace(report, before=Side(before, version), after=Side(after, version))


def _bare(request: ConfigsDiff, context: Context) -> DiffReport:
    """Two full .config files by what they say themselves."""
    before, after, terms = request.before, request.after, request.terms
    for spec in (before, after):
        if spec != "-" and not os.path.lexists(spec):
            hint = (
                "A and B are two trees (DIR, DIR@REV, REV of the repository here) or two configs (files, or of --tree)"
            )
            raise UsageError(f"{spec}: neither a config nor a tree", hint=hint)
    check_toolchain(terms.toolchain, has_tree=False)
    # Only here: what makes a model of a .config is seldom wanted.
    from kpolicy.run.bare_diff import compare_bare

    standards = Standards(terms.policy, None, context)
    number = standards.number_for(after if after != "-" else None)
    standard = standards.all[number]
    compared, changes = compare_bare(
        before, after, request.arch, request.release, standard, context.stdin, terms.loader, context.cache
    )
    context.listener.note("compared without Kconfig files: differences have no causes; pass --tree for them")
    gained, lost = _findings([compared], standards.all, terms, context)
    effects = tuple(Effect(change, (after,)) for change in changes)
    sides = Side(before, ""), Side(after, "")
    return DiffReport(*sides, (after,), effects, gained, lost, fail_on=_threshold(standards.all, terms))


def _report(
    plans: Sequence[Plan],
    sources: Sequence[KernelTree],
    pairings: Sequence[Pairing],
    terms: Terms,
    context: Context,
) -> DiffReport:
    # Only here: without a tree there is none of this.
    from kpolicy.run.compare import compare_all

    batches = compare_all(plans[0], plans[1], pairings, context) if pairings else []
    pairs = [pair for batch in batches for pair in batch.pairs]
    standards = plans[1].standards
    gained, lost = _findings(pairs, standards, terms, context)
    sides = [Side(source.name, str(read_version(source))) for source in sources]
    return DiffReport(
        before=sides[0],
        after=sides[1],
        configs=tuple(pair.pairing.name for pair in pairs if pair.error is None),
        effects=_effects(batches),
        gained=gained,
        lost=lost,
        errors=tuple({pair.error.render(): pair.error for pair in pairs if pair.error is not None}.values()),
        fail_on=_threshold(standards, terms),
        unread=sum(pair.error is not None for pair in pairs),
    )


def _effects(batches: Sequence[Batch]) -> tuple[Effect, ...]:
    """The changes of all batches, each once, with all pairs in which it is to be seen; sorted by symbol."""
    found: dict[object, Effect] = {}
    for batch in batches:
        names: list[list[str]] = [[] for _ in batch.changes]
        for pair in batch.pairs:
            for number in pair.changes:
                names[number].append(pair.pairing.name)
        for change, configs in zip(batch.changes, names, strict=True):
            known = found.get(change)
            found[change] = Effect(change, (*(known.configs if known is not None else ()), *configs))
    return tuple(sorted(found.values(), key=lambda item: (item.change.symbol, item.configs)))


def _findings(
    pairs: Sequence[Compared], standards: Sequence[Standard], terms: Terms, context: Context
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that only the configs after have, and those that only the ones before have."""

    def standing(report: ConfigReport) -> tuple[Finding, ...]:
        return accept((report,), standards, None, context.today, waivers=terms.policy.waivers).configs[0].findings

    gained: list[Finding] = []
    lost: list[Finding] = []
    for pair in pairs:
        if pair.before is not None and pair.after is not None:
            old, new = standing(pair.before), standing(pair.after)
            gained += beyond(new, old)
            lost += beyond(old, new)
    return tuple(gained), tuple(lost)


def _threshold(standards: Sequence[Standard], terms: Terms) -> Threshold:
    return terms.fail_on or standards[-1].policy.fail_on.value
