# SPDX-License-Identifier: GPL-2.0-or-later
"""`kpolicy history`: the debug options and findings of defconfigs over releases."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from kpolicy.errors import InputError, KpolicyError, UsageError, did_you_mean
from kpolicy.frozen import dataclass, field, replace
from kpolicy.kernel.architecture import resolve_architecture
from kpolicy.kernel.source import KernelTree
from kpolicy.kernel.version import read_version
from kpolicy.location import Location
from kpolicy.policy.checks.lifetime import lifetime_words
from kpolicy.policy.checks.registry import SLOW_CHECKS
from kpolicy.policy.checks.renames import all_names
from kpolicy.policy.judging.standard import Standard
from kpolicy.policy.judging.waivers import covers, expired
from kpolicy.policy.rules.message import conjoined
from kpolicy.report.views.history_records import HistoryReport, Key, OptionChange, Release, Snapshot
from kpolicy.run.conclude import plan_by
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.plan import Plan, Target
from kpolicy.run.policies import Standards
from kpolicy.run.release_changes import ChangesMemory, differing
from kpolicy.run.release_memory import ReleaseMemory
from kpolicy.run.request import Terms
from kpolicy.run.selection import defconfig_targets

if TYPE_CHECKING:
    from kpolicy.report.views.history_records import Found
    from kpolicy.run.release import Rows


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """Releases in the order to compare them, each with the one before.

    `configs` are names or paths of defconfigs, `archs` ARCH words, `symbols` names of symbols; without any, all
    defconfigs, all architectures, and the symbols of the census are looked at.
    """

    releases: tuple[KernelTree, ...]
    configs: tuple[str, ...] = ()
    archs: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    terms: Terms = field(default_factory=Terms)


class _Kernel:
    """One of the releases: its configs, and what it adds."""

    def __init__(self, source: KernelTree, plan: Plan, request: HistoryRequest) -> None:
        self.source = source
        self.plan = plan
        self._request = request
        self.errors: tuple[KpolicyError, ...] = ()
        self.name = ""

    @cached_property
    def targets(self) -> Mapping[Key, Target]:
        """The configs that were requested, as far as this release has them."""
        words, configs = self._request.archs, self._request.configs
        archs = [word for word in words if self.knows(word)]
        found = defconfig_targets(self.source, archs) if archs or not words else []
        return {
            Key(item.name, item.arch): item
            for item in found
            if not configs or any(_is_called(item.name, word) for word in configs)
        }

    def knows(self, word: str) -> bool:
        """Whether this release has the architecture of an ARCH word."""
        try:
            resolve_architecture(self.source, word)
        except UsageError:
            return False
        return True

    def _memory(self, rows: Rows) -> tuple[Examiner, ReleaseMemory]:
        looking = Examiner(self.plan, self.source)
        words = [self._request.archs, self._request.configs]
        return looking, ReleaseMemory(looking, rows, words, lambda: tuple(self.targets.values()))

    def is_unchanged(self, rows: Rows) -> bool:
        """Whether the files still have the content that `release` was about."""
        return bool(self.name) and self._memory(rows)[1].name() == self.name

    def release(self, rows: Rows, context: Context) -> Release:
        """What this release adds, taken from the cache where that has it."""
        looking, memory = self._memory(rows)
        kept = memory.recall()
        if kept is not None:
            found, self.name = kept
            return found
        # Only here: what is known already needs no evaluation.
        from kpolicy.run.release import look_at

        if looking.tree.cache is not None:
            # Every process would read them.
            looking.names()
        outcomes = dict(zip(self.targets, look_at(looking, tuple(self.targets.values()), rows, context), strict=True))
        parts = [item for item in outcomes.values() if not isinstance(item, KpolicyError)]
        failed = {key: item for key, item in outcomes.items() if isinstance(item, KpolicyError)}
        self.errors = tuple(_of(self.source, item) for item in failed.values())
        if not failed:
            self.name = memory.keep(parts)
        snapshots = tuple(part.snapshot for part in parts)
        return Release(self.plan.name, str(read_version(self.source)), snapshots, tuple(failed))


def history(request: HistoryRequest, context: Context) -> HistoryReport:
    """What changes over some releases; raises UsageError where there is nothing to compare."""
    sources, terms = request.releases, request.terms
    if len(sources) < 2:
        raise UsageError("a history needs two releases or more", hint="for example kpolicy history v6.1 v6.6 v6.12")
    standards = Standards(terms.policy, sources[-1], context, quiet=SLOW_CHECKS)
    standards.number_for(sources[-1].root)
    standard = standards.all[0]
    symbols = [name.removeprefix("CONFIG_") for name in request.symbols]
    wanted = symbols or standard.policy.vocabulary.counted
    rows: Rows = dict(sorted({names[0]: names for names in map(all_names, wanted)}.items()))
    plans = [replace(plan_by(item, terms, context), standards=(standard,)) for item in sources]
    kernels = [_Kernel(*item, request) for item in zip(sources, plans, strict=True)]
    releases = tuple(item.release(rows, context) for item in kernels)
    _check(request, releases, kernels)
    for name in symbols:
        _check_symbol(name, releases, kernels)
    errors = [error for kernel in kernels for error in kernel.errors]
    report = HistoryReport(releases, tuple(rows), (), asked=bool(symbols))
    changes: list[OptionChange] = []
    for number in report.pairs:
        found, failed = _changes(report, number, kernels, rows, context)
        changes += found
        errors += failed
    if terms.policy.waivers and standard.policy.waivers:
        releases = tuple(_waived(item, standard, context) for item in releases)
    once = {item.render(): item for item in errors}
    return replace(report, releases=releases, changes=tuple(changes), errors=tuple(once.values()))


def _is_called(path: str, word: str) -> bool:
    """Whether a word is the path of a defconfig, or its name for make."""
    return path in (word, os.path.normpath(word)) or path.endswith((f"/configs/{word}", f"/{word}"))


def _of(source: KernelTree, error: KpolicyError) -> KpolicyError:
    """An error, at a path that says of which release the file is."""
    if error.location is None:
        return error
    place = Location(os.path.join(source.name, error.location.path), error.location.line)
    return InputError(error.message, place, source_line=error.source_line, column=error.column, hint=error.hint)


def _check(request: HistoryRequest, releases: Sequence[Release], kernels: Sequence[_Kernel]) -> None:
    """Refuse words that no release knows, and releases without defconfigs; raises UsageError."""
    for word in request.archs:
        if not any(kernel.knows(word) for kernel in kernels):
            resolve_architecture(kernels[-1].source, word)
    if any(kernel.errors for kernel in kernels):
        return
    paths = {item.key.config for release in releases for item in release.snapshots}
    for word in request.configs:
        if not any(_is_called(path, word) for path in paths):
            every = defconfig_targets(kernels[-1].source, ())
            others = sorted({item.arch for item in every if _is_called(item.name, word)})
            if request.archs and others:
                text = f"{word}: no release has such a defconfig for {conjoined(request.archs)}"
                raise UsageError(text, hint=f"it is one for {conjoined(others)}")
            hint = did_you_mean(word, {item.name.rpartition("/")[2] for item in every})
            raise UsageError(
                f"{word}: no release has such a defconfig", hint=hint or "defconfigs are in arch/*/configs"
            )
    for kernel, release in zip(kernels, releases, strict=True):
        if not release.snapshots and not request.configs and not request.archs:
            hint = "defconfigs are expected in arch/*/configs"
            raise UsageError(f"{kernel.source.name}: there are no defconfigs", hint=hint)


def _check_symbol(name: str, releases: Sequence[Release], kernels: Sequence[_Kernel]) -> None:
    """Refuse a symbol that no config has; raises UsageError, with the reason."""
    row = all_names(name)[0]
    if any(row in item.names for release in releases for item in release.snapshots):
        return
    if any(kernel.errors for kernel in kernels):
        return
    version = releases[-1].version
    when = lifetime_words(name, version)
    if when:
        raise UsageError(f"no config of these releases has {name}: {when}")
    names = Examiner(kernels[-1].plan, kernels[-1].source).names()
    archs = names.having(name)
    if archs:
        raise UsageError(f"{name} is defined for {', '.join(archs)} only", hint=f"pass --arch {archs[0]}")
    raise UsageError(f"no Kconfig file of these releases defines {name}", hint=did_you_mean(name, names.places))


def _changes(
    report: HistoryReport, number: int, kernels: Sequence[_Kernel], rows: Rows, context: Context
) -> tuple[list[OptionChange], tuple[KpolicyError, ...]]:
    """The options that differ from the release before."""
    before, after = kernels[number - 1], kernels[number]
    errors: tuple[KpolicyError, ...] = ()
    if before.name and before.name == after.name:
        return [], errors
    memory = ChangesMemory(context.cache, (before.name, after.name))
    explained = memory.recall()
    if explained is None:
        questions = differing(report.common(number), (before.targets, after.targets))
        from kpolicy.run.release_changes import explain

        explained, errors = explain((before.plan, after.plan), questions, context)
        # Somebody may edit the tree meanwhile.
        if not errors and before.is_unchanged(rows) and after.is_unchanged(rows):
            memory.keep(explained)
    found = []
    for item in explained:
        _row, was, now, old, new = item.differs
        found.append(OptionChange(number, now, was if was != now else "", old, new, item.steps, item.configs))
    return found, tuple(_of(after.source, error) for error in errors)


def _waived(release: Release, standard: Standard, context: Context) -> Release:
    """A release without the findings that are waived today."""
    day = context.today()
    waivers = [item for item in standard.policy.waivers if not expired(item, day)]

    def standing(item: Snapshot) -> Iterator[Found]:
        return (
            found
            for found in item.findings
            if not any(covers(waiver, found.rule, found.symbol, item.key.config) for waiver in waivers)
        )

    snapshots = (replace(item, findings=tuple(standing(item))) for item in release.snapshots)
    return replace(release, snapshots=tuple(snapshots))
