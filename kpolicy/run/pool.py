# SPDX-License-Identifier: GPL-2.0-or-later
"""Many configs, in several processes: a job is a run of configs of one architecture."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from kpolicy.bounds import failure
from kpolicy.errors import InputError, KpolicyError
from kpolicy.location import Location
from kpolicy.report.records import ConfigReport
from kpolicy.report.remark import Remark
from kpolicy.run.context import Context
from kpolicy.run.endings import end_with_parent, signals_later
from kpolicy.run.examine import Examiner
from kpolicy.run.judging import judge
from kpolicy.run.plan import Plan, Target

# What the model of an architecture costs, in configs: that is what splitting an architecture wastes.
_MODEL_COST = 15
# Where there is it: workers start with everything imported that this process has.
_START = "fork"
# How long a worker may take to end, in seconds, when it is told to.
_PATIENCE = 2.0
Outcome = tuple[int, ConfigReport | KpolicyError]
Batch = tuple[list[Outcome], tuple[Remark, ...]]
LOST = InputError("a worker process died, probably for want of memory", hint="try fewer processes: -j 1")
"""What became of work whose result is missing."""
Item = TypeVar("Item")
Result = TypeVar("Result")

_examiners: list[tuple[Plan, Examiner]] = []


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def examine_all(
    plan: Plan, targets: Sequence[Target], context: Context
) -> tuple[list[ConfigReport | KpolicyError], list[Remark]]:
    """A report or an error for every target, in their order, and what there is to say about the Kconfig files."""
    batches = split(targets, context.jobs)
    results: list[ConfigReport | KpolicyError | None] = [None] * len(targets)
    remarks: dict[Remark, None] = {}
    done = 0
    for outcomes, said in spread(plan, _examine, batches, context.jobs):
        for number, outcome in outcomes:
            results[number] = outcome
        remarks.update(dict.fromkeys(said))
        done += len(outcomes)
        context.listener.progress(done, len(targets))
    return [LOST if result is None else result for result in results], list(remarks)


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


def spread(plan: Plan, work: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> Iterator[Result]:
    """The results of a piece of work for each item, as they come; one that a dead worker owes is missing.

    `work` is a function of a module, which gets at the tree by `examiner`.
    """
    jobs = min(jobs, len(items))
    if jobs <= 1:
        _start(plan)
        yield from map(work, items)
        return
    # Only here: in one process they would take longer than a config does.
    import multiprocessing
    from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    method = _START if _START in multiprocessing.get_all_start_methods() else None
    executor: Executor = ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context(method), initializer=_start_worker, initargs=(plan,)
    )
    try:
        waiting = []
        # Interrupted half way through starting workers we would not know of them all.
        with signals_later():
            try:
                for item in items:
                    waiting.append(executor.submit(work, item))  # noqa: PERF401 - those handed out before a failure stay
            except BrokenProcessPool:
                # A worker is dead before it all is handed out: what was not has no result either.
                pass
        for future in as_completed(waiting):
            try:
                yield future.result()
            except BrokenProcessPool:
                # One result missing is told to the user once for every config, with the others kept.
                continue
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        workers = multiprocessing.active_children()
        for process in workers:
            process.terminate()
        for process in workers:
            process.join(_PATIENCE)
        raise
    executor.shutdown()


def examiner(plan: Plan | None = None) -> Examiner:
    """What looks at the tree of the run in this process, or at that of another plan."""
    if plan is None:
        return _examiners[0][1]
    for known, found in _examiners:
        if known == plan:
            return found
    _examiners.append((plan, Examiner(plan, plan.open())))
    return _examiners[-1][1]


def _start_worker(plan: Plan) -> None:
    end_with_parent()
    _start(plan)


def _start(plan: Plan) -> None:
    # What a worker process keeps from batch to batch.
    _examiners[:] = [(plan, Examiner(plan, plan.open()))]


def _examine(batch: Iterable[tuple[int, Target]]) -> Batch:
    looking = examiner()
    outcomes: list[Outcome] = []
    for number, target in batch:
        try:
            outcomes.append((number, judge(looking, target)))
        except KpolicyError as error:
            outcomes.append((number, error.kept()))
        except Exception as error:  # noqa: BLE001 - a bug met in one config must not hide what the others show
            outcomes.append((number, failure(error, "the config", Location(target.name, 0))))
    return outcomes, looking.kconfig_remarks()
