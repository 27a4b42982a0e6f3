# SPDX-License-Identifier: GPL-2.0-or-later
"""Many configs: what is known is recalled, the rest is looked at in batches of one architecture."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from kpolicy.collection import no_collection
from kpolicy.errors import KpolicyError
from kpolicy.frozen import dataclass
from kpolicy.report.records import ConfigReport
from kpolicy.report.remark import Remark
from kpolicy.run.attempt import attempt
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import LOST, examiner, spread
from kpolicy.run.plan import Plan, Target
from kpolicy.run.remembered import Judged, Memory

if TYPE_CHECKING:
    from kpolicy.run.first_model import Unbuilt

# What the model of an architecture costs, in configs: that is what splitting an architecture wastes.
_MODEL_COST = 15
Outcome = tuple[ConfigReport | KpolicyError, tuple[Remark, ...]]
"""Findings and remarks about a config, and about the Kconfig files that were looked at for it."""

_memories: list[Memory] = []
Beside: TypeAlias = Callable[[], Any]
"""Work on one architecture that is done while its model is available; it goes to other processes."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A report or an error for every target, in their order, and remarks about the Kconfig files.

    `beside` is what the work beside gave, in no order; what a worker owes that died is missing.
    """

    outcomes: tuple[ConfigReport | KpolicyError, ...]
    remarks: tuple[Remark, ...] = ()
    beside: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class _Batch:
    """Targets of one architecture, by number, and work to do beside them."""

    arch: str
    targets: tuple[tuple[int, Target], ...]
    beside: Beside | None = None


def examine_all(
    plan: Plan,
    targets: Sequence[Target],
    context: Context,
    looking: Examiner | None = None,
    beside: Mapping[str, Beside] = MappingProxyType({}),
) -> Examined:
    """Look at all targets, and do the work `beside`, by ARCH word.

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
        context.listener.progress(len(outcomes), len(targets) + len(beside))
    rest = [number for number in range(len(targets)) if number not in outcomes]
    batches = _with_beside(split([targets[number] for number in rest], context.jobs), beside)
    ahead = None
    if len(batches) > 1:
        from kpolicy.run.first_model import build_first  # one config is checked here

        batches, unbuilt = _unbuilt_first(looking, batches)
        ahead = partial(build_first, looking, unbuilt)
    given: list[Any] = []
    # Workers start without the collector too: each would go through the models that it holds again and again.
    with no_collection():
        for found, result in spread(plan, _examine, batches, context, looking, ahead):
            outcomes.update((rest[number], outcome) for number, outcome in found)
            given += result
            context.listener.progress(len(outcomes) + len(given), len(targets) + len(beside))
    looking.tree.keep_digests()
    lost: Outcome = (LOST, ())
    in_order = [outcomes.get(number, lost) for number in range(len(targets))]
    remarks = dict.fromkeys(remark for _, said in in_order for remark in said)
    return Examined(tuple(outcome for outcome, _ in in_order), tuple(remarks), tuple(given))


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


def _with_beside(batches: Sequence[Sequence[tuple[int, Target]]], beside: Mapping[str, Beside]) -> list[_Batch]:
    """Batches with what is to be done beside them, each once; what belongs to none has one of its own."""
    left = dict(beside)
    words = [batch[0][1].arch for batch in batches]
    found = [_Batch(word, tuple(batch), left.pop(word, None)) for word, batch in zip(words, batches, strict=True)]
    return [*found, *(_Batch(word, (), work) for word, work in left.items())]


def _unbuilt_first(looking: Examiner, batches: list[_Batch]) -> tuple[list[_Batch], list[Unbuilt]]:
    """Batches in the order in which they are best done, and the models that the first of them want, one for each.

    What architectures share is held until a model is met that need not be built: such batches come last.
    """
    from kpolicy.run.first_model import unbuilt_model  # as above

    first: list[_Batch] = []
    last: list[_Batch] = []
    unbuilt: list[Unbuilt] = []
    for batch in batches:
        model = unbuilt_model(looking, batch.arch, batch.targets[0][1] if batch.targets else None)
        if model is None:
            last.append(batch)
        else:
            first.append(batch)
            unbuilt.append(model)
    return [*first, *last], unbuilt


def _memory() -> Memory:
    """Where this process keeps what it finds out."""
    if not _memories or _memories[0].examiner is not examiner():
        _memories[:] = [Memory(examiner())]
    return _memories[0]


def _examine(batch: _Batch) -> tuple[list[tuple[int, Outcome]], list[Any]]:
    memory = _memory()
    found = [(number, _look(memory, target)) for number, target in batch.targets]
    return found, [batch.beside()] if batch.beside is not None else []


def _look(memory: Memory, target: Target) -> Outcome:
    # Only here: what is known already needs no judging.
    from kpolicy.run.judging import judge

    looking = memory.examiner

    def look() -> Outcome:
        known = memory.recall(target, anew=True)
        if known is not None:
            return known.report, known.remarks
        looking.begin()
        found = judge(looking, target)
        memory.keep(target, Judged(found, looking.kconfig_remarks()))
        return found, looking.kconfig_remarks()

    found = attempt(look, target.name)
    return (found, looking.kconfig_remarks()) if isinstance(found, KpolicyError) else found
