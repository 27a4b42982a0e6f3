# SPDX-License-Identifier: GPL-2.0-or-later
"""What a proof rests on: statements of the Kconfig files that contradict the opposite, none of which can be spared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kpolicy.config.model import Assignment
from kpolicy.kconfig.model import Model
from kpolicy.prove.formula import Formula, Statement
from kpolicy.prove.solver import GaveUpError, Solver

if TYPE_CHECKING:
    from kpolicy.prove.clauses import Literal
    from kpolicy.prove.proof import Question


def grounds(model: Model, question: Question, given: Sequence[Assignment] = ()) -> tuple[Statement, ...]:
    """Statements from which it follows that a question holds wherever the given lines have their values.

    None where the solver gives up.  First those of an unsatisfiable core, then those of them without which the proof fails, in the order in which the
    formula reaches their symbols from the question.
    """
    from kpolicy.prove.proof import asked_texts, asked_value  # the other way round a proof asks for its grounds

    formula = Formula(model, asked_texts(model, question, given), fine=True)
    against = [-question.literal(formula), *(item for line in given for item in asked_value(formula, line))]
    formula.complete()
    try:
        needed = _minimal(formula, against)
    except GaveUpError:
        return ()
    place = {symbol: number for number, symbol in enumerate(formula.reached)}
    return tuple(
        sorted((formula.statements[item] for item in needed), key=lambda item: place.get(item.symbol, len(place)))
    )


def _minimal(formula: Formula, against: Sequence[Literal]) -> list[int]:
    """Statements that contradict the opposite of a question, none of which can be spared."""
    core = _core(formula, against, range(1, len(formula.statements)))
    # A second core is often smaller than the first, and each takes little time.
    for _round in range(2):
        core = _core(formula, against, core)
    return _needed(formula, against, core)


def _core(formula: Formula, against: Sequence[Literal], statements: Sequence[int]) -> list[int]:
    """Those of some statements that an unsatisfiable core has."""
    kept = frozenset(statements)
    first = formula.clauses.variables
    items = [
        (*clause, -(first + origin)) if origin else clause
        for clause, origin in zip(formula.clauses.items, formula.clauses.origins, strict=True)
        if not origin or origin in kept
    ]
    with Solver(items) as solver:
        solvable = solver.solve([*against, *(first + origin for origin in statements)])
        assert not solvable
        return [literal - first for literal in solver.core() if literal > first]


def _needed(formula: Formula, against: Sequence[Literal], core: Sequence[int]) -> list[int]:
    """Those of a core without which it can be solved: the last ones tried first, which are far from the question."""
    kept = list(core)
    first = formula.clauses.variables
    wanted = frozenset(core)
    items = [
        (*clause, -(first + origin)) if origin else clause
        for clause, origin in zip(formula.clauses.items, formula.clauses.origins, strict=True)
        if not origin or origin in wanted
    ]
    with Solver(items) as solver:
        for origin in sorted(core, reverse=True):
            without = [item for item in kept if item != origin]
            if not solver.solve([*against, *(first + item for item in without)]):
                kept = [item for item in without if first + item in solver.core()]
    return kept
