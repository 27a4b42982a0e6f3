# SPDX-License-Identifier: GPL-2.0-or-later
"""What one release adds to a history: the values of the symbols that are looked at, and the findings, by config."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TypeAlias

from kpolicy.collection import no_collection
from kpolicy.errors import KpolicyError
from kpolicy.explain.shown import shown
from kpolicy.frozen import dataclass
from kpolicy.kconfig.cache import digest
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.policy.checks.heirs import name_here
from kpolicy.report.records import ConfigReport
from kpolicy.report.views.history_records import Found, Key, Snapshot
from kpolicy.run.attempt import attempt
from kpolicy.run.batches import split
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import LOST, examiner, spread
from kpolicy.run.judging import judge_values
from kpolicy.run.plan import Target
from kpolicy.run.remembered import Judged, Memory

Rows: TypeAlias = Mapping[str, tuple[str, ...]]
"""The symbols that are looked at, by the newest of their names: all names, the newest first."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a config adds, and what it rests on.

    `contents` are the digests of the files of the config; `models` the names in the cache of the models that were
    used, by toolchain, None for one that was not kept.
    """

    snapshot: Snapshot
    contents: tuple[str, ...]
    models: tuple[tuple[Toolchain, str | None], ...]


@dataclass(frozen=True, slots=True)
class _Work:
    rows: Rows
    targets: tuple[tuple[int, Target], ...]


def look_at(
    looking: Examiner, targets: Sequence[Target], rows: Rows, context: Context
) -> tuple[Part | KpolicyError, ...]:
    """What each config adds, in their order; the work is spread over processes."""
    batches = [_Work(rows, tuple(batch)) for batch in split(targets, context.jobs)]
    found: dict[int, Part | KpolicyError] = {}
    # Workers start without the collector too: each would go through the models that it holds again and again.
    with no_collection():
        for parts in spread(looking.plan, _look, batches, context, looking):
            found.update(parts)
            context.listener.progress(len(found), len(targets))
    looking.forget_keys()
    looking.tree.keep_digests()
    return tuple(found.get(number, LOST) for number in range(len(targets)))


def _look(work: _Work) -> list[tuple[int, Part | KpolicyError]]:
    """The configs of a batch; runs in a worker."""
    memory = Memory(examiner())
    return [
        (number, attempt(partial(_part, memory, target, work.rows), target.name)) for number, target in work.targets
    ]


def _part(memory: Memory, target: Target, rows: Rows) -> Part:
    looking = memory.examiner
    known = memory.recall(target, anew=True)
    looking.begin()
    contents = looking.contents(target)
    values = looking.values(target)
    if known is None:
        report = judge_values(looking, target, values)
        memory.keep(target, Judged(report, looking.kconfig_remarks()))
    else:
        report = known.report
    names = {row: name for row, all_names in rows.items() if (name := name_here(values.model, all_names)) is not None}
    texts = {row: text for row, name in names.items() if (text := shown(values, name)) != "n"}
    snapshot = Snapshot(Key(target.name, target.arch), names, texts, _counted(report))
    models = _models(looking, target, contents, values.model.toolchain_identity)
    return Part(snapshot, tuple(map(digest, contents)), models)


def _counted(report: ConfigReport) -> tuple[Found, ...]:
    counts = Counter((item.rule, item.severity, item.symbol) for item in report.findings)
    return tuple(Found(*what, count) for what, count in sorted(counts.items()))


def _models(
    looking: Examiner, target: Target, contents: Sequence[bytes], used: str
) -> tuple[tuple[Toolchain, str | None], ...]:
    architecture = looking.architecture(target.arch)
    found = []
    for toolchain in looking.toolchains(target, looking.full_config(target, contents)):
        found.append((toolchain, looking.tree.kept_as(architecture, toolchain)))
        if toolchain.identity == used:
            break
    return tuple(found)
