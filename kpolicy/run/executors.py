# SPDX-License-Identifier: GPL-2.0-or-later
"""Where work is done: in this process, in several at once, or on a cluster (`kpolicy.run.cluster`).

Work is a function of a module, and an item: both go to other processes.  It gets at the tree of the run by `examiner`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.run.endings import end_with_parent, signals_later
from kpolicy.run.examine import Examiner

if TYPE_CHECKING:
    from kpolicy.kconfig.cache import ModelCache
    from kpolicy.run.context import Context
    from kpolicy.run.plan import Plan

# Where there is it: workers start with everything that this process has, imported, read and built.
_START = "fork"
_INHERITS: Final = "fork"
# How long a worker may take to end, in seconds, when requested.
_PATIENCE: Final = 2.0
LOST: Final = InputError(
    "a worker process died, probably out of memory",
    hint="use fewer processes (-j 1), or workers with more memory",
)
"""What became of work whose result is missing."""
Item = TypeVar("Item")
Result = TypeVar("Result")

_examiners: list[tuple[Plan, Examiner]] = []


class Executor(Protocol):
    """Something that does work on items."""

    def results(
        self, plan: Plan, work: Callable[[Item], Result], items: Sequence[Item], looking: Examiner | None
    ) -> Iterator[Result]:
        """The results of a piece of work for each item, as they come; one that cannot be had is missing.

        `looking` is what looks at the tree of the plan in this process, if there is one already.
        """


def spread(
    plan: Plan,
    work: Callable[[Item], Result],
    items: Sequence[Item],
    context: Context,
    looking: Examiner | None = None,
    ahead: Callable[[], None] | None = None,
    others: tuple[Examiner, ...] = (),
) -> Iterator[Result]:
    """The results of a piece of work for each item, by the cluster of the run if it has one; see `Executor.results`.

    Without one there are as many processes as are of use.  `others` look at further trees that the work is about.  What
    is to be done `ahead` prepares `looking` and them for all processes: it is done here, where these inherit that.
    """
    jobs = min(context.jobs, len(items))
    executor = context.cluster or (Processes(jobs, ahead, others) if jobs > 1 else ThisProcess(others))
    yield from executor.results(plan, work, items, looking)


@dataclass(frozen=True, slots=True)
class ThisProcess:
    """One item after the other, here."""

    others: tuple[Examiner, ...] = ()

    def results(
        self, plan: Plan, work: Callable[[Item], Result], items: Sequence[Item], looking: Examiner | None
    ) -> Iterator[Result]:
        """See `Executor.results`; nothing is missing."""
        _examiners[:] = [(plan, looking or _looking(plan)), *((other.plan, other) for other in self.others)]
        yield from map(work, items)


@dataclass(frozen=True, slots=True)
class Processes:
    """So many processes, which end with this one; what a worker owes that died is missing.

    Those that are forked go on with what looks at the trees here, and with what was done `ahead` for it.
    """

    jobs: int
    ahead: Callable[[], None] | None = None
    others: tuple[Examiner, ...] = ()

    def results(
        self, plan: Plan, work: Callable[[Item], Result], items: Sequence[Item], looking: Examiner | None
    ) -> Iterator[Result]:
        """See `Executor.results`."""
        # Only here: in one process they would take longer than a config does.
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor, as_completed
        from concurrent.futures.process import BrokenProcessPool

        method = _START if _START in multiprocessing.get_all_start_methods() else None
        inherits = method == _INHERITS
        if inherits and self.ahead is not None:
            self.ahead()
        digests: Mapping[str, str] = {}
        if looking is not None:
            digests = looking.tree.digests
        known = () if looking is None else (looking, *self.others)
        for one in known:
            one.forget_keys()
        pool = ProcessPoolExecutor(
            self.jobs,
            mp_context=multiprocessing.get_context(method),
            initializer=_start_worker,
            # To others all that they get is sent, and an open tree cannot be.
            initargs=(plan, digests, known if inherits else ()),
        )
        try:
            waiting = []
            # Interrupted half way through starting workers we would not know of them all.
            with signals_later():
                try:
                    for item in items:
                        # No comprehension: those that were handed out before a failure stay.
                        waiting.append(pool.submit(work, item))  # noqa: PERF401
                except BrokenProcessPool:
                    # A worker is dead before it all is handed out: what was not has no result either.
                    pass
            if inherits and self.ahead is not None:
                # By now all workers have started.
                for one in known:
                    one.forget_models()
            for future in as_completed(waiting):
                try:
                    yield future.result()
                except BrokenProcessPool:
                    # One result missing is reported once for every config, with the others kept.
                    continue
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            workers = multiprocessing.active_children()
            for process in workers:
                process.terminate()
            for process in workers:
                process.join(_PATIENCE)
            raise
        pool.shutdown()


def examiner(plan: Plan | None = None) -> Examiner:
    """What looks at the tree of the run in this process, or at that of another plan."""
    if plan is None:
        return _examiners[0][1]
    for known, found in _examiners:
        if known == plan:
            return found
    _examiners.append((plan, _looking(plan)))
    return _examiners[-1][1]


def look_at(plan: Plan | None) -> None:
    """Let `examiner` look at the tree of a plan from here on, if it does not yet; at none it holds nothing."""
    if plan is None:
        _examiners.clear()
    elif not _examiners or _examiners[0][0] != plan:
        _examiners[:] = [(plan, _looking(plan))]


def caches() -> Iterator[ModelCache]:
    """The caches of what looks at trees in this process."""
    return (found.tree.cache for _, found in _examiners if found.tree.cache is not None)


def _start_worker(plan: Plan, digests: Mapping[str, str], known: tuple[Examiner, ...]) -> None:
    end_with_parent()
    # What a worker process keeps from batch to batch.
    _examiners[:] = [(one.plan, one) for one in known] or [(plan, _looking(plan, digests))]


def _looking(plan: Plan, digests: Mapping[str, str] = MappingProxyType({})) -> Examiner:
    return Examiner(plan, plan.open(), digests)
