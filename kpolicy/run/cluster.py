# SPDX-License-Identifier: GPL-2.0-or-later
"""Work done by the workers of a Dask cluster, which need neither the tree nor a disk in common.

A tree goes to each worker once, as answers to what kpolicy asks about it (`kpolicy.kernel.answers`).  Work that asks
something else comes back with the question, and is sent again with the answer.  What workers keep in their caches
comes back with the results, so that it is in the cache of the machine with the tree afterwards.
"""

from __future__ import annotations

import io
import logging
import pickle  # noqa: TID251 - between a run and its own workers
import time
import uuid
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from kpolicy.errors import InputError, UsageError
from kpolicy.frozen import replace
from kpolicy.kconfig.cache import ModelCache, digest
from kpolicy.kernel.answers import Answers, Question, answered, answered_in_advance
from kpolicy.run.cluster_worker import Asks, Differs, Done, Parcel, identity, packed, plan_by_number, work
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import Item, Result
from kpolicy.run.plan import Plan

if TYPE_CHECKING:
    from distributed import Client, Future


CONNECTING: Final = 10.0
"""How long a scheduler may take to answer, in seconds."""
WITHOUT_WORKERS: Final = 60.0
"""How long a scheduler may be without workers, in seconds."""
# How often the number of workers is asked for, in seconds, while they work.
_LOOK: Final = 5.0
# What Dask's scheduler says of work by a module that it lacks.
_UNREADABLE: Final = "deserialization of the task graph"
_WARNING: Final = "distributed.admin.large-graph-warning-threshold"
_LOGGERS: Final = ("distributed", "tornado")
_START: Final = "start some: dask worker {} --nthreads 1"


class Cluster:
    """An executor: the workers that a scheduler has, whichever those are."""

    def __init__(self, client: Client, address: str) -> None:
        self._client = client
        self._address = address
        self._run = uuid.uuid4().hex
        self._trees: list[tuple[Plan, Examiner]] = []
        # The trees of which the cache has more than workers were told.
        self._grown: set[int] = set()
        self._parcels: dict[str, Future[Any]] = {}
        self._seen = time.monotonic()
        self._looked = 0.0
        self._workers = 0

    def close(self) -> None:
        """End the connection; what this run has sent is freed."""
        self._parcels.clear()
        self._client.close(timeout=CONNECTING)

    def wait(self) -> int:
        """The number of workers, as soon as there are any.

        Raises InputError where there are none for a while, and for one that lacks this kpolicy.
        """
        from distributed.exceptions import WorkerStartTimeoutError

        try:
            self._client.wait_for_workers(1, timeout=WITHOUT_WORKERS)
        except WorkerStartTimeoutError:
            raise self._no_workers() from None
        self._check_workers()
        return self._look()

    def _check_workers(self) -> None:
        """Refuse workers that lack this kpolicy: one without any would end with the first piece of work."""
        found = self._client.run(identity, on_error="return")
        for address, own in sorted(found.items()):
            if isinstance(own, Exception):
                raise _lacks(f"worker at {address}")
            if own != identity():
                raise _differs(address, own)

    def results(
        self, plan: Plan, work: Callable[[Item], Result], items: Sequence[Item], looking: Examiner | None
    ) -> Iterator[Result]:
        """See `Executor.results`.

        Raises InputError where the scheduler or all workers are gone, and for a worker with another kpolicy.
        """
        waiting: deque[tuple[Item, tuple[Parcel, ...]]] = deque((item, ()) for item in items)
        running: dict[Future[Any], tuple[Item, tuple[Parcel, ...]]] = {}
        ended: SimpleQueue[Future[Any]] = SimpleQueue()
        cache = ModelCache(plan.cache) if plan.cache is not None else None
        if looking is not None:
            looking.forget_keys()
        if items:
            self._tell_models()
        number = self._number(plan, looking) if items else 0

        def send() -> None:
            # No more than they can do at once: whoever is ready first gets the next.
            while waiting and len(running) < max(self._workers, 1):
                item, own = waiting.popleft()
                future = self._send(number, work, item, own)
                running[future] = item, own
                future.add_done_callback(ended.put)

        try:
            while waiting or running:
                send()
                future = self._next(ended)
                item, own = running.pop(future)
                # Before the result is fetched: a worker is idle.
                send()
                match self._outcome(future):
                    case Done(result, entries):
                        if cache is not None and entries:
                            cache.take(entries)
                            self._grown.add(number)
                        yield result
                    case Asks(asking, Question("model", word)):
                        waiting.appendleft((item, (*own, self._model(asking, word))))
                    case Asks(asking, question):
                        self._add(Parcel(asking, answered(self._trees[asking][1].source, question)))
                        waiting.appendleft((item, own))
                    case Differs(address, found):
                        raise _differs(address, found)
        finally:
            if running:
                self._client.cancel(list(running), force=True)

    def _send(
        self, number: int, function: Callable[[Item], Result], item: Item, own: tuple[Parcel, ...]
    ) -> Future[Any]:
        """Have an item worked on, with parcels of its own; which plans that mentions is known once it is packed."""
        call = _packed((number, function, item, own), self._number)
        name = f"kpolicy-{uuid.uuid4().hex}"
        with _of_any_size(call):
            return self._client.submit(work, identity(), self._run, dict(self._parcels), call, pure=False, key=name)

    def _model(self, number: int, word: str) -> Parcel:
        """The model of an ARCH word that the cache has, for one piece of work."""
        looking = self._trees[number][1]
        entries = looking.tree.model_entries(looking.architecture(word), looking.toolchain)
        return Parcel(number, Answers(sent=frozenset((word,))), entries)

    def _number(self, plan: Plan, looking: Examiner | None = None) -> int:
        """The number of a plan, whose tree is sent if it is new."""
        for number, (known, _) in enumerate(self._trees):
            if known is plan or known == plan:
                return number
        looking = looking or Examiner(plan, plan.open())
        number, source = len(self._trees), looking.source
        self._trees.append((plan, looking))
        # Workers run neither programs nor git, and so need no environment; it can hold secrets.
        sent = replace(plan, tree=source.root, environment={})
        # The architectures source the files that the names are from.
        answers = replace(answered_in_advance(source, looking.tree.names.files), models=looking.kept_models())
        self._add(Parcel(number, answers, looking.tree.names_entries(), sent))
        return number

    def _tell_models(self) -> None:
        """Say which models the cache has of trees that were sent before: one worker made them, others can need them."""
        for number in sorted(self._grown):
            looking = self._trees[number][1]
            looking.forget_keys()
            self._add(Parcel(number, Answers(models=looking.kept_models())))
        self._grown.clear()

    def _add(self, parcel: Parcel) -> None:
        """Send a parcel, as a task: the scheduler has it done again where its result is lost with a worker."""
        content = packed(parcel)
        name = digest(content)
        with _of_any_size(content):
            self._parcels[name] = self._client.submit(bytes, content, key=f"kpolicy-tree-{self._run}-{name}")

    def _next(self, ended: SimpleQueue[Future[Any]]) -> Future[Any]:
        while True:
            try:
                future = ended.get(timeout=_LOOK)
            except Empty:
                self._look()
                continue
            if time.monotonic() - self._looked > _LOOK:
                self._look()
            return future

    def _outcome(self, future: Future[Any]) -> Done | Asks | Differs | None:
        """What became of a task; None where every worker died that tried it."""
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        while True:
            try:
                found: Done | Asks | Differs = future.result(timeout=_LOOK)
                return found
            except TimeoutError:
                # A worker died after it was done: the task is done again.
                self._look()
            except KilledWorker:
                return None
            except FutureCancelledError:
                raise self._gone() from None
            except RuntimeError as error:
                if _UNREADABLE not in str(error):
                    raise
                raise _lacks(f"scheduler at {self._address}") from None

    def _look(self) -> int:
        """Count the workers; raises InputError where there were none for a while, or the scheduler is gone."""
        try:
            self._workers = len(self._client.scheduler_info()["workers"])
        except (OSError, TimeoutError):
            raise self._gone() from None
        self._looked = time.monotonic()
        if self._workers:
            self._seen = self._looked
        elif self._looked - self._seen > WITHOUT_WORKERS:
            raise self._no_workers()
        return self._workers

    def _gone(self) -> InputError:
        return InputError(f"the connection to the scheduler at {self._address} was lost", hint="run kpolicy again")

    def _no_workers(self) -> InputError:
        text = f"the scheduler at {self._address} has no workers, after {WITHOUT_WORKERS:g} s"
        return InputError(text, hint=_START.format(self._address))


def connect(address: str) -> Cluster:
    """The cluster of a scheduler.

    Raises UsageError where Dask is not installed or the address is none, InputError where nothing answers there.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("--scheduler needs Dask, which is not installed", hint="pip install 'kpolicy[dask]'") from None
    # What goes wrong is said here, in fewer words.  Dask gives some of its loggers levels of their own.
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in _LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=CONNECTING, set_as_default=False, name="kpolicy")
    except (OSError, TimeoutError) as error:
        text = f"no Dask scheduler answers at {address} within {CONNECTING:g} s"
        raise InputError(text, hint="start one: dask scheduler") from error
    except (ValueError, TypeError) as error:
        raise UsageError(f"--scheduler {address}: {error}", hint="for example tcp://10.0.0.1:8786") from None
    return Cluster(client, address)


def _packed(value: object, number: Callable[[Plan], int]) -> bytes:
    """A value to be sent, with numbers for the plans in it."""

    class Pickler(pickle.Pickler):
        def reducer_override(self, found: object) -> Any:
            return (plan_by_number, (number(found),)) if isinstance(found, Plan) else NotImplemented

    stream = io.BytesIO()
    Pickler(stream).dump(value)
    return zlib.compress(stream.getvalue(), 1)


def _of_any_size(content: bytes) -> AbstractContextManager[object]:
    """Without a warning of Dask about the size of what is sent."""
    import dask

    found: AbstractContextManager[object] = dask.config.set({_WARNING: len(content) + (1 << 20)})
    return found


def _lacks(what: str) -> InputError:
    hint = "install it where the scheduler and the workers run, and start them again"
    return InputError(f"the {what} lacks this kpolicy", hint=hint)


def _differs(address: str, found: tuple[str, ...]) -> InputError:
    different = [(here, there) for here, there in zip(identity(), found, strict=True) if here != there]
    here, there = (", ".join(words) for words in zip(*different, strict=True))
    return InputError(
        f"the worker at {address} has {there}, this machine {here}: its results could differ",
        hint="install the same versions on all machines, and start the workers again",
    )
