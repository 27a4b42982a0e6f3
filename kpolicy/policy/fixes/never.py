# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that are given up, and that no configuration at all honours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kpolicy.policy.expressions.expression import Compare, Constant, Symbol
from kpolicy.policy.fixes.requests import GivenUp

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.policy.expressions.propositional import Condition

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
    grounds = grounds_in_words(model, answer.grounds) if isinstance(answer, Holds) else ()
    more = [f"{len(grounds) - _MOST} more lines"] if len(grounds) > _MOST else []
    return ", ".join([*(f"{item.text} ({item.location})" for item in grounds[:_MOST]), *more])


def _value(item: GivenUp) -> str:
    return "n" if item.text.startswith("#") else item.text.partition("=")[2][:1]
