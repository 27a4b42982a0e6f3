# SPDX-License-Identifier: GPL-2.0-or-later
"""What a proof needs: statements of the Kconfig files that contradict the opposite, none of which can be spared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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

    None if the solver gives up.  First those of an unsatisfiable core, then those of them without which the proof
    fails, in the order in which the formula reaches their symbols from the question.
    """
    from kpolicy.prove.proof import asked_texts, asked_value  # a proof asks for its grounds

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
    # Those far from the question first: what is left is nearer to it.
    kept, first = list(core), formula.clauses.variables
    with Solver(_with_selectors(formula, core)) as solver:
        for origin in sorted(core, reverse=True):
            without = [item for item in kept if item != origin]
            if not solver.solve([*against, *(first + item for item in without)]):
                rest = set(solver.core())
                kept = [item for item in without if first + item in rest]
    return kept


def _core(formula: Formula, against: Sequence[Literal], statements: Collection[int]) -> list[int]:
    """Those of some statements that an unsatisfiable core has."""
    first = formula.clauses.variables
    with Solver(_with_selectors(formula, statements)) as solver:
        solvable = solver.solve([*against, *(first + origin for origin in statements)])
        assert not solvable
        return [literal - first for literal in solver.core() if literal > first]


def _with_selectors(formula: Formula, statements: Collection[int]) -> list[tuple[Literal, ...]]:
    """The clauses of some statements, each in force while a literal of its statement is assumed; and all gates."""
    first, wanted = formula.clauses.variables, frozenset(statements)
    return [
        (*clause, -(first + origin)) if origin else clause
        for clause, origin in zip(formula.clauses.items, formula.clauses.origins, strict=True)
        if not origin or origin in wanted
    ]
