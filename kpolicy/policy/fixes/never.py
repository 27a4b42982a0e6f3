# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that are given up, and that no configuration at all honours; requirements that exclude each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.config.model import Assignment
from kpolicy.frozen import replace
from kpolicy.policy.checks.reasons import listed
from kpolicy.policy.expressions.expression import Compare, Constant, Symbol
from kpolicy.policy.fixes.goals import RequirementGoal
from kpolicy.policy.fixes.requests import GivenUp
from kpolicy.policy.judging.known_as import known_as

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.explain.grounds import Ground
    from kpolicy.kconfig.model import Model
    from kpolicy.policy.expressions.propositional import Condition
    from kpolicy.policy.files.requirement import Requirement
    from kpolicy.policy.fixes.hopeless import Hopeless
    from kpolicy.policy.fixes.plan import Task

# So many lines of a proof are shown.
_MOST: Final = 4


def marked(model: Model, items: Sequence[GivenUp]) -> tuple[GivenUp, ...]:
    """The same requests, those marked that provably no configuration honours; without python-sat none is."""
    asked = [item for item in items if not item.works and model.type_of(item.symbol) in ("bool", "tristate")]
    if not asked:
        return tuple(items)
    # Slow to import, and an extra: only where a request is given up.
    from kpolicy.policy.expressions.propositional import Condition
    from kpolicy.prove.proof import possible
    from kpolicy.prove.solver import NoSolverError

    questions = [Condition(Compare("=", Symbol(item.symbol), Constant(_value(item)))) for item in asked]
    try:
        answers = possible(model, questions)
    except NoSolverError:
        return tuple(items)
    never = {
        item: _because(model, question) or item.reason
        for item, question, answer in zip(asked, questions, answers, strict=True)
        if answer is False
    }
    return tuple(
        replace(item, never=True, proved=True, reason=never[item]) if item in never else item for item in items
    )


def _because(model: Model, question: Condition) -> str:
    """The Kconfig lines from which it follows that something is never so."""
    from kpolicy.explain.grounds import grounds_in_words  # as above
    from kpolicy.policy.expressions.expression import Not
    from kpolicy.policy.expressions.propositional import Condition
    from kpolicy.prove.proof import Holds, decide

    answer = decide(model, Condition(Not(question.expression)))
    return _in_short(grounds_in_words(model, answer.grounds) if isinstance(answer, Holds) else ())


def _in_short(grounds: Sequence[Ground]) -> str:
    more = [f"{len(grounds) - _MOST} more lines"] if len(grounds) > _MOST else []
    return ", ".join([*(f"{item.text} ({item.location})" for item in grounds[:_MOST]), *more])


def with_exclusions(task: Task, after: Values, items: Sequence[Hopeless]) -> tuple[Hopeless, ...]:
    """The same findings; of requirements that no configuration meets together the reason is the lines that forbid it.

    `after` are the values that the edits give: the requirements that these meet come first.  One that another finding
    stands in the way of keeps that reason; without python-sat all do.
    """
    asked = [item for item in items if not item.obstacle and isinstance(task.goal(item.finding), RequirementGoal)]
    if not asked:
        return tuple(items)
    # As above.
    from kpolicy.prove.proof import has_value
    from kpolicy.prove.solver import NoSolverError

    lines = {line.name: line for line in _required(after.model, task.requirements)}
    met = [line for line in lines.values() if has_value(after, line)]
    found: dict[Hopeless, str] = {}
    try:
        for item in asked:
            line = lines.get(item.finding.symbol)
            if line is not None:
                found[item] = _exclusion(after.model, line, met) or _exclusion(after.model, line, [*lines.values()])
    except NoSolverError:
        return tuple(items)
    return tuple(replace(item, reason=found.get(item) or item.reason) for item in items)


def _exclusion(model: Model, line: Assignment, others: Sequence[Assignment]) -> str:
    """The others that a line cannot hold together with, and the Kconfig lines that forbid it."""
    from kpolicy.explain.grounds import grounds_in_words  # as above
    from kpolicy.prove.proof import Excluded, Never, decide

    answer = decide(model, Never(), (line, *(other for other in others if other.name != line.name)))
    conflicts = answer.conflicts if isinstance(answer, Excluded) else ()
    for conflict in conflicts:
        if line in conflict.lines:
            texts = [f"{other.text} ({other.location})" for other in conflict.lines if other is not line]
            what = f"cannot hold together with {listed(texts)}" if texts else "no configuration has it"
            because = _in_short(grounds_in_words(model, conflict.grounds))
            return f"{what}: {because}" if because else what
    return ""


def _required(model: Model, requirements: Collection[Requirement]) -> Iterator[Assignment]:
    """The lines that are required here; what more than one value meets is left out, as is m, which y meets too."""
    for item in requirements:
        known = known_as(model, item)
        if len(known.values) == 1 and known.value != "m" and model.is_defined(known.symbol):
            text = f"CONFIG_{known.symbol}={known.value}"
            yield Assignment(known.symbol, known.value, known.location, text)


def _value(item: GivenUp) -> str:
    return "n" if item.text.startswith("#") else item.text.partition("=")[2][:1]
