# SPDX-License-Identifier: GPL-2.0-or-later
"""Many configs: what is known is recalled, the rest is looked at in batches of one architecture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby

from kpolicy.bounds import failure
from kpolicy.collection import no_collection
from kpolicy.errors import KpolicyError
from kpolicy.location import Location
from kpolicy.report.records import ConfigReport
from kpolicy.report.remark import Remark
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import LOST, examiner, spread
from kpolicy.run.plan import Plan, Target
from kpolicy.run.remembered import Judged, Memory

# What the model of an architecture costs, in configs: that is what splitting an architecture wastes.
_MODEL_COST = 15
Outcome = tuple[ConfigReport | KpolicyError, tuple[Remark, ...]]
"""What there is to say about a config, and about the Kconfig files that were looked at for it."""

_memories: list[Memory] = []


def examine_all(
    plan: Plan, targets: Sequence[Target], context: Context, looking: Examiner | None = None
) -> tuple[list[ConfigReport | KpolicyError], list[Remark]]:
    """A report or an error for every target, in their order, and what there is to say about the Kconfig files.

    What is known already is read, here; for the rest the work is spread.  `looking` is what looks at the tree of the
    plan in this process, if there is one already.
    """
    looking = looking or Examiner(plan, plan.open())
    memory = Memory(looking)
    outcomes: dict[int, Outcome] = {}
    for number, target in enumerate(targets):
        known = memory.recall(target)
        if known is not None:
            outcomes[number] = known.report, known.remarks
    if outcomes:
        context.listener.progress(len(outcomes), len(targets))
    rest = [number for number in range(len(targets)) if number not in outcomes]
    batches = split([targets[number] for number in rest], context.jobs)
    # Workers start without the collector too: each would go through the models that it holds again and again.
    with no_collection():
        for found in spread(plan, _examine, batches, context.jobs, looking):
            outcomes.update((rest[number], outcome) for number, outcome in found)
            context.listener.progress(len(outcomes), len(targets))
    lost: Outcome = (LOST, ())
    in_order = [outcomes.get(number, lost) for number in range(len(targets))]
    return [outcome for outcome, _ in in_order], list(dict.fromkeys(remark for _, said in in_order for remark in said))


def split(targets: Sequence[Target], jobs: int) -> list[list[tuple[int, Target]]]:
    """Batches of one architecture each, the largest first; a large architecture is cut so that all are busy."""
    numbered = sorted(enumerate(targets), key=lambda item: (item[1].arch, item[1].standard, item[0]))
    groups = [list(group) for _, group in groupby(numbered, key=lambda item: item[1].arch)]
    total = sum(len(group) + _MODEL_COST for group in groups)
    fair = max(total / max(jobs, 1), 2 * _MODEL_COST)
    batches = []
    for group in groups:
        pieces = min(len(group), math.ceil((len(group) + _MODEL_COST) / fair)) if jobs > 1 else 1
        size = math.ceil(len(group) / pieces)
        batches += [group[start : start + size] for start in range(0, len(group), size)]
    return sorted(batches, key=len, reverse=True)


def _memory() -> Memory:
    """Where this process keeps what it finds out."""
    if not _memories or _memories[0].examiner is not examiner():
        _memories[:] = [Memory(examiner())]
    return _memories[0]


def _examine(batch: Iterable[tuple[int, Target]]) -> list[tuple[int, Outcome]]:
    memory = _memory()
    return [(number, _look(memory, target)) for number, target in batch]


def _look(memory: Memory, target: Target) -> Outcome:
    # Only here: what is known already needs no judging.
    from kpolicy.run.judging import judge

    looking = memory.examiner
    found: ConfigReport | KpolicyError
    try:
        known = memory.recall(target, anew=True)
        if known is not None:
            return known.report, known.remarks
        looking.begin()
        found = judge(looking, target)
        memory.keep(target, Judged(found, looking.kconfig_remarks()))
    except KpolicyError as error:
        found = error.kept()
    except Exception as error:  # noqa: BLE001 - a bug met in one config must not hide what the others show
        found = failure(error, "the config", Location(target.name, 0))
    return found, looking.kconfig_remarks()
