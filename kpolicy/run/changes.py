# SPDX-License-Identifier: GPL-2.0-or-later
"""What caused findings since an earlier revision: the changes that the causes of lost lines follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeAlias

from kpolicy.errors import KpolicyError
from kpolicy.explain.cause import end
from kpolicy.explain.origins import origins
from kpolicy.frozen import dataclass, replace
from kpolicy.location import Location
from kpolicy.policy.rules.finding import Finding
from kpolicy.report.records import ConfigReport
from kpolicy.run.context import Context
from kpolicy.run.examine import Examiner
from kpolicy.run.executors import examiner, spread
from kpolicy.run.plan import Plan, Target

if TYPE_CHECKING:
    from kpolicy.explain.root import Origin, Root

# So many configs of one architecture are looked at in one process.
_BATCH: Final = 20
_Names: TypeAlias = frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """Which changes some symbols of a config have seen; `before` is the config as it was."""

    now: Target
    before: Target
    names: _Names


@dataclass(frozen=True, slots=True)
class _Work:
    now: Plan
    before: Plan
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """The changes by symbol, and the last line of the config as it is."""

    config: str
    architecture: str
    origins: Mapping[str, Origin]
    end: Location


def names_of(report: ConfigReport) -> _Names:
    """The symbols of lines of a config that do not take effect, and those that keep them from it."""
    roots = ((finding.symbol, finding.root) for finding in report.findings if finding.root is not None)
    return frozenset(name for symbol, root in roots for name in (symbol, *(name for name, _ in root.values)))


def with_changes(
    reports: Sequence[ConfigReport], questions: Sequence[Question], today: Examiner, before: Plan, context: Context
) -> tuple[ConfigReport, ...]:
    """Reports whose findings know the change behind their cause."""
    works = []
    ordered = sorted(questions, key=lambda item: item.now.arch)
    for _, group in groupby(ordered, key=lambda item: item.now.arch):
        items = tuple(group)
        works += [_Work(today.plan, before, items[at : at + _BATCH]) for at in range(0, len(items), _BATCH)]
    answers = {
        (answer.config, answer.architecture): answer
        for found in spread(today.plan, _look, works, context, today)
        for answer in found
    }
    return tuple(_told(item, answers.get((item.config, item.architecture))) for item in reports)


def _look(work: _Work) -> list[_Answer]:
    """The answers to some questions; runs in a worker.  What cannot be looked at again has none."""
    now, before = examiner(work.now), examiner(work.before)
    found = []
    for question in work.questions:
        try:
            values, old = now.values(question.now), before.values(question.before)
        except KpolicyError:
            continue
        config = values.config
        assert config is not None
        changes = origins(old, values, question.names)
        found.append(_Answer(config.name, values.model.architecture, changes, end(values)))
    return found


def _told(report: ConfigReport, answer: _Answer | None) -> ConfigReport:
    if answer is None:
        return report
    return replace(report, findings=tuple(_with_change(item, answer) for item in report.findings))


def _with_change(finding: Finding, answer: _Answer) -> Finding:
    root = finding.root
    # The condition itself can be what is new.
    names = (*(name for name, _ in root.values), finding.symbol) if root is not None else ()
    origin = next((answer.origins[name] for name in names if name in answer.origins), None)
    if root is None or origin is None:
        return finding
    return replace(finding, root=replace(root, change=origin, place=_place(root, origin, answer)))


def _place(root: Root, origin: Origin, answer: _Answer) -> Location | None:
    """The line to edit: that of the change, where it is in the config; of one that is gone what is there now."""
    where = origin.location
    if where is None or where.path != answer.end.path:
        return root.place
    return Location(where.path, min(where.line, answer.end.line))
