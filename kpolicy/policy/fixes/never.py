# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that are given up, and that no configuration at all honours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kpolicy.policy.expressions.expression import Compare, Constant, Symbol
from kpolicy.policy.fixes.requests import GivenUp

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model


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
    never = {item for item, answer in zip(asked, answers, strict=True) if answer is False}
    return tuple(replace(item, never=True, proved=True) if item in never else item for item in items)


def _value(item: GivenUp) -> str:
    return "n" if item.text.startswith("#") else item.text.partition("=")[2][:1]
