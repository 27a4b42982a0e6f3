# SPDX-License-Identifier: GPL-2.0-or-later
"""What a worker of a cluster does with a piece of work: it looks at a tree by the answers that were sent with it."""

from __future__ import annotations

import gc
import os
import pickle  # noqa: TID251 - between a run and its own workers; nothing of a tree is unpickled
import sys
import threading
import zlib
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from typing import Any, Final

from kpolicy import __version__
from kpolicy.collection import no_collection
from kpolicy.frozen import dataclass, field, replace
from kpolicy.installed import read_contents
from kpolicy.kconfig.cache import ModelCache
from kpolicy.kernel.answers import AnsweredTree, Answers, Question, UnansweredError
from kpolicy.run.executors import caches, look_at
from kpolicy.run.plan import Plan

_SOLVER: Final = "python-sat"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Answers of the tree of a plan, which has a number; the first parcel of a plan brings the plan itself.

    `entries` are files of the cache, by name.
    """

    number: int
    answers: Answers
    entries: Mapping[str, bytes] = field(default_factory=dict)
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a piece of work, and what the cache of the worker has of it: files by name.

    What has come back with another piece of the same run is left out.
    """

    result: Any
    entries: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Asks:
    """What a piece of work wants to know about the tree of the plan with that number, before it can be done."""

    number: int
    question: Question


@dataclass(frozen=True, slots=True)
class Differs:
    """A worker whose results could be others; `identity` is its own."""

    address: str
    identity: tuple[str, ...]


class _Held:
    """What a worker keeps from task to task: the plans of one run, with their trees."""

    def __init__(self) -> None:
        # A worker may have several threads; kpolicy looks at one architecture at a time.
        self.lock = threading.Lock()
        self.run = ""
        self.looks_at: tuple[str, int] | None = None
        self.plans: dict[int, Plan] = {}
        self.parcels: set[str] = set()
        self.returned: set[str] = set()

    def take(self, run: str, parcels: dict[str, bytes], folder: str) -> None:
        """Take what has not come yet; another run has another tree."""
        if run != self.run:
            self.run, self.plans, self.parcels, self.returned = run, {}, set(), set()
        for name, content in parcels.items():
            if name not in self.parcels:
                self.open(unpacked(content), folder)
                self.parcels.add(name)

    def open(self, parcel: Parcel, folder: str) -> None:
        """Take what is in a parcel; the cache is in a folder."""
        plan = parcel.plan
        if plan is not None:
            tree = AnsweredTree(plan.name, plan.tree, plan.revision)
            # It ends with the worker, and is on the disk that the worker was given.
            place = os.path.join(folder, "kpolicy") if plan.cache is not None else None
            self.plans[parcel.number] = replace(plan, cache=place, answered=tree)
        known = self.plans[parcel.number]
        assert known.answered is not None
        known.answered.learn(parcel.answers)
        if known.cache is not None:
            ModelCache(known.cache).take(parcel.entries)
            # Where they come from they are.
            self.returned.update(parcel.entries, (f"{kept.name}.model" for kept in parcel.answers.models.values()))

    def look_at(self, number: int) -> None:
        """Look at the tree of the plan with a number; what is held of another one is given up."""
        if self.looks_at != (self.run, number):
            self.give_up()
            self.looks_at = self.run, number
        look_at(self.plans[number])

    def give_up(self) -> None:
        """Hold nothing of the trees."""
        self.looks_at = None
        look_at(None)
        gc.unfreeze()
        gc.collect()

    def entries(self) -> dict[str, bytes]:
        """What the cache has that was made or used since it was asked before."""
        found: dict[str, bytes] = {}
        for one in caches():
            found |= one.entries(one.used - self.returned)
        self.returned.update(found)
        return found

    def number_of(self, source: AnsweredTree) -> int:
        """The number of the plan that has a tree."""
        return next(number for number, plan in self.plans.items() if plan.answered is source)


_held = _Held()


def packed(value: object) -> bytes:
    """A value to be sent."""
    return zlib.compress(pickle.dumps(value), 1)


def unpacked(content: bytes) -> Any:
    """The value that was sent."""
    return pickle.loads(zlib.decompress(content))  # noqa: S301 - see above


def plan_by_number(number: int) -> Plan:
    """A plan of the run, for which its number was sent."""
    return _held.plans[number]


@cache
def identity() -> tuple[str, ...]:
    """What results depend on besides the tree: kpolicy and its code, Python, and the solver of proofs."""
    try:
        solver = metadata.version(_SOLVER)
    except metadata.PackageNotFoundError:
        solver = "not installed"
    python = ".".join(map(str, sys.version_info[:2]))
    return f"kpolicy {__version__}", f"code {read_contents(('',))[:12]}", f"Python {python}", f"{_SOLVER} {solver}"


def work(expected: tuple[str, ...], run: str, parcels: dict[str, bytes], call: bytes) -> Done | Asks | Differs:
    """A piece of work on an item, packed in `call` with the number of its plan, and with parcels for it alone."""
    from distributed import get_worker  # only a worker has it for certain

    worker = get_worker()
    if identity() != expected:
        return Differs(str(worker.address), identity())
    with _held.lock, no_collection():
        folder = os.fspath(worker.local_directory)
        _held.take(run, parcels, folder)
        number, function, item, own = unpacked(call)
        for parcel in own:
            _held.open(parcel, folder)
        _held.look_at(number)
        try:
            return Done(function(item), _held.entries())
        except UnansweredError as error:
            if error.question.method != "model":
                # What was interrupted half way is begun anew.
                _held.give_up()
            return Asks(_held.number_of(error.source), error.question)
        finally:
            # Dask runs the collector, which would go through all that is kept for the next piece.
            gc.freeze()
