# SPDX-License-Identifier: GPL-2.0-or-later
"""The options that differ between two neighbouring releases, with their causes, kept by the content of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from kpolicy.collection import no_collection
from kpolicy.errors import KpolicyError
from kpolicy.explain.value_change import Change
from kpolicy.frozen import dataclass
from kpolicy.kconfig.cache import ModelCache, digest
from kpolicy.report.views.history_records import Key, Snapshot
from kpolicy.run.attempt import attempt
from kpolicy.run.executors import LOST, examiner, spread
from kpolicy.run.remembered import KIND
from kpolicy.run.stored_changes import packed_change, read_change
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.run.context import Context
    from kpolicy.run.plan import Plan, Target

# So many configs of one architecture are evaluated in one process.
_BATCH: Final = 20


class Differs(NamedTuple):
    """A symbol whose value is another one, by the newest of its names, and its names in the two releases."""

    row: str
    was: str
    now: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Question:
    """What differs in a config, which the two releases have as `before` and `after`."""

    key: Key
    before: Target
    after: Target
    differs: tuple[Differs, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """A difference, and what is behind it in some configs: `steps` as for `OptionChange`."""

    differs: Differs
    steps: tuple[Change, ...]
    configs: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class _Work:
    before: Plan
    after: Plan
    questions: tuple[Question, ...]


def differences(before: Snapshot, after: Snapshot) -> Iterator[Differs]:
    """The symbols that have another value; one that is not defined counts as n."""
    for row in sorted(before.values.keys() | after.values.keys()):
        old, new = before.value(row), after.value(row)
        if old != new:
            was, now = before.names.get(row, ""), after.names.get(row, "")
            yield Differs(row, was or now, now or was, old, new)


def explain(
    plans: tuple[Plan, Plan], questions: Sequence[Question], context: Context
) -> tuple[tuple[Explained, ...], tuple[KpolicyError, ...]]:
    """What is behind all differences, the same once; configs that cannot be evaluated again are errors."""
    ordered = sorted(questions, key=lambda item: item.key.architecture)
    works: list[_Work] = []
    for _, group in groupby(ordered, key=lambda item: item.key.architecture):
        items = tuple(group)
        works += [_Work(*plans, items[at : at + _BATCH]) for at in range(0, len(items), _BATCH)]
    answers: dict[Key, tuple[tuple[Change, ...], ...] | KpolicyError] = {}
    # Workers start without the collector too: each would go through the models that it holds again and again.
    with no_collection():
        for found in spread(plans[1], _look, sorted(works, key=lambda item: -len(item.questions)), context):
            answers.update(found)
            context.listener.progress(len(answers), len(questions))
    groups: dict[tuple[Differs, tuple[Change, ...]], list[Key]] = {}
    errors: dict[KpolicyError, None] = {}
    for question in questions:
        answer = answers.get(question.key, LOST)
        if isinstance(answer, KpolicyError):
            errors[answer] = None
            answer = ((),) * len(question.differs)
        for differs, steps in zip(question.differs, answer, strict=True):
            groups.setdefault((differs, steps), []).append(question.key)
    return tuple(Explained(*what, tuple(keys)) for what, keys in groups.items()), tuple(errors)


def _look(work: _Work) -> list[tuple[Key, tuple[tuple[Change, ...], ...] | KpolicyError]]:
    """The answers to some questions; runs in a worker."""
    return [(item.key, attempt(partial(_answer, work, item), item.key.config)) for item in work.questions]


def _answer(work: _Work, question: Question) -> tuple[tuple[Change, ...], ...]:
    # Only here: what is kept needs no values.
    from kpolicy.explain.origins import Differing, followed
    from kpolicy.explain.shown import shown

    before, after = examiner(work.before).values(question.before), examiner(work.after).values(question.after)
    others = Differing(before, after)
    found = []
    for item in question.differs:
        # What is not defined any more is explained by the name that it had.
        name = item.now if after.model.is_defined(item.now) else item.was
        first, *more = followed(before, after, name, others)
        renamed = Change(
            first.symbol, shown(before, item.was), first.after, first.why, first.text, first.location, first.through
        )
        found.append((renamed, *more))
    return tuple(found)


class ChangesMemory:
    """The explained differences between two releases that the cache has; `names` are those of their contents."""

    def __init__(self, cache: str | None, names: tuple[str, str]) -> None:
        self._cache = ModelCache(cache) if cache is not None and all(names) else None
        self._name = digest(" ".join(("changes", *names)).encode("ascii"))

    def recall(self) -> tuple[Explained, ...] | None:
        """What was kept; None if it has to be explained."""
        stored = self._cache.load_data(self._name, KIND) if self._cache is not None else None
        return tuple(_read(item) for item in stored) if stored is not None else None

    def keep(self, explained: Sequence[Explained]) -> None:
        """Keep what was explained without an error."""
        if self._cache is not None:
            self._cache.store_data(self._name, [_plain(item) for item in explained], KIND)


def _plain(item: Explained) -> list[Any]:
    return [item.differs, [packed_change(step) for step in item.steps], item.configs]


def _read(stored: Any) -> Explained:
    differs, steps, configs = stored
    return Explained(Differs(*differs), tuple(map(read_change, steps)), tuple(Key(*item) for item in configs))


def differing(common: Sequence[tuple[Snapshot, Snapshot]], targets: Sequence[Mapping[Key, Target]]) -> list[Question]:
    """The questions about all configs that two releases have in common; `targets` are those of each."""
    found = []
    for before, after in common:
        differs = tuple(differences(before, after))
        if differs:
            found.append(Question(after.key, targets[0][after.key], targets[1][after.key], differs))
    return found
