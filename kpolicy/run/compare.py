# SPDX-License-Identifier: GPL-2.0-or-later
"""Configs compared in pairs: what differs in effect between them, and which findings come and go."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from kpolicy.collection import no_collection
from kpolicy.errors import KpolicyError
from kpolicy.evaluate.effect import effect
from kpolicy.evaluate.values import Values
from kpolicy.explain.difference import change, mentioned
from kpolicy.explain.value_change import Change, changed
from kpolicy.frozen import dataclass
from kpolicy.policy.roles.earlier import earlier_role
from kpolicy.run.attempt import attempt
from kpolicy.run.compared import Batch, Compared, Pairing
from kpolicy.run.compared_memory import ComparedMemory
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import LOST, examiner, spread
from kpolicy.run.judging import judge_values
from kpolicy.run.plan import Plan

if TYPE_CHECKING:
    from kpolicy.run.first_model import Unbuilt

# So many configs of one architecture are compared at a time, and the cause of a change is that in the first of
# them that has it with the same line, the same default, and the same changes around it.  The number does not go by that
# of processes, so that the report is the same everywhere.
_BATCH = 40


@dataclass(frozen=True, slots=True)
class _Work:
    before: Plan
    after: Plan
    pairings: tuple[Pairing, ...]


def compare_all(before: Plan, after: Plan, pairings: Sequence[Pairing], context: Context) -> list[Batch]:
    """All pairs compared, in several processes; a batch is of one architecture."""
    numbered = sorted(enumerate(pairings), key=lambda item: (item[1].after.arch, item[0]))
    work: list[_Work] = []
    for _, group in groupby(numbered, key=lambda item: item[1].after.arch):
        items = [pairing for _, pairing in group]
        work += [_Work(before, after, tuple(items[at : at + _BATCH])) for at in range(0, len(items), _BATCH)]
    old, new = Examiner(before, before.open()), Examiner(after, after.open())
    memory = ComparedMemory(old, new)
    recalled = ((item.pairings[0], memory.recall(item.pairings)) for item in work)
    found = {pairing: batch for pairing, batch in recalled if batch is not None}
    rest = sorted((item for item in work if item.pairings[0] not in found), key=lambda item: -len(item.pairings))
    done = len(pairings) - sum(len(item.pairings) for item in rest)
    # Workers start without the collector too: each would go through the models that it holds again and again.
    with no_collection():
        old, new = _with_models(old, new, rest, context)
        for batch in spread(after, _compare, rest, context, new, partial(_build_first, old, new, rest), (old,)):
            done += len(batch.pairs)
            context.listener.progress(done, len(pairings))
            found[batch.pairs[0].pairing] = batch
    return [
        found.get(item.pairings[0]) or Batch(tuple(Compared(one, error=LOST) for one in item.pairings), ())
        for item in work
    ]


def _with_models(old: Examiner, new: Examiner, work: Sequence[_Work], context: Context) -> tuple[Examiner, Examiner]:
    """What looks at both trees once their models are in the cache, as far as they can be: see `kpolicy.run.models`."""
    if not work:
        return old, new
    from kpolicy.run.models import build_all  # most often all is known

    unbuilt = _unbuilt(old, new, work)
    # Two configs of one tree are looked at by one process.
    old, new = build_all((old, new), unbuilt if old.plan != new.plan else ((), unbuilt[1]), context)
    return old, new


def _build_first(old: Examiner, new: Examiner, work: Sequence[_Work]) -> None:
    """Build the first model of each tree that still has to be built: see `kpolicy.run.first_model`."""
    from kpolicy.run.first_model import build_first  # most often all is in the cache

    for looking, models in zip((old, new), _unbuilt(old, new, work), strict=True):
        build_first(looking, models)


def _unbuilt(old: Examiner, new: Examiner, work: Sequence[_Work]) -> tuple[list[Unbuilt], list[Unbuilt]]:
    """The models that pieces of work want first of each tree, and that have to be built, one for each piece."""
    from kpolicy.run.first_model import unbuilt_model  # most often all is known

    firsts = [item.pairings[0] for item in work]
    before = (unbuilt_model(old, pair.before.arch, pair.before) for pair in firsts)
    after = (unbuilt_model(new, pair.after.arch, pair.after) for pair in firsts)
    return list(filter(None, before)), list(filter(None, after))


def _compare(work: _Work) -> Batch:
    """The pairs of one batch; runs in a worker."""
    old, new = examiner(work.before), examiner(work.after)
    numbers: dict[object, int] = {}
    changes: list[Change] = []
    pairs: list[Compared] = []
    for pairing in work.pairings:
        look = partial(_compare_pair, old, new, pairing, numbers, changes)
        found = attempt(look, pairing.name, "the pair of configs")
        pairs.append(Compared(pairing, error=found) if isinstance(found, KpolicyError) else found)
    batch = Batch(tuple(pairs), tuple(changes))
    ComparedMemory(old, new).keep(batch)
    return batch


def _compare_pair(
    old: Examiner, new: Examiner, pairing: Pairing, numbers: dict[object, int], changes: list[Change]
) -> Compared:
    """One pair; a function of its own, so that the values of a pair are freed before the next is looked at."""
    if _is_same(old, new, pairing):
        return Compared(pairing)
    before, after = old.values(pairing.before), new.values(pairing.after)
    mine = _number(before, after, numbers, changes)
    earlier = judge_values(old, pairing.before, before, census=False)
    role = earlier_role(earlier.verdict)
    return Compared(pairing, tuple(mine), earlier, judge_values(new, pairing.after, after, census=False, earlier=role))


def _is_same(old: Examiner, new: Examiner, pairing: Pairing) -> bool:
    if pairing.before.standard != pairing.after.standard or old.plan == new.plan:
        return False
    if old.kconfig_keys(pairing.before) != new.kconfig_keys(pairing.after):
        return False
    ground = old.ground(pairing.before)
    return ground is not None and new.has_ground(pairing.after, ground)


def _number(before: Values, after: Values, numbers: dict[object, int], changes: list[Change]) -> list[int]:
    """The changes of a pair by number; one that no pair before has had is added, with its cause here."""
    old, new = effect(before), effect(after)
    names = changed(old, new)
    others = frozenset(names)
    mine: list[int] = []
    for name in names:
        key = (
            name,
            old.get(name),
            new.get(name),
            _manner(before, name),
            _manner(after, name),
            others & mentioned(before.model, name),
            others & mentioned(after.model, name),
        )
        number = numbers.get(key)
        if number is None:
            number = numbers[key] = len(changes)
            changes.append(change(before, after, name, others))
        mine.append(number)
    return mine


def _manner(values: Values, name: str) -> tuple[str | None, int, int]:
    """How a symbol came by its value, roughly and quickly: its line, whether that counts, which default does."""
    line = values.assignment(name)
    return (line.value if line is not None else None, values.visibility(name), values.default_number(name))
