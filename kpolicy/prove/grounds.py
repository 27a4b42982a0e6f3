# SPDX-License-Identifier: GPL-2.0-or-later
"""What a proof needs: statements of the Kconfig files that contradict the opposite, none of which can be spared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, TypeAlias

from kpolicy.config.model import Assignment
from kpolicy.kconfig.model import Model
from kpolicy.prove.formula import Formula, Statement
from kpolicy.prove.solver import GaveUpError, Solver

if TYPE_CHECKING:
    from kpolicy.prove.clauses import Literal
    from kpolicy.prove.proof import Question


def grounds(
    model: Model, question: Question, given: Sequence[Assignment] = (), without: Collection[int] = ()
) -> tuple[tuple[Statement, ...], tuple[Assignment, ...]]:
    """Statements, and those of the given lines, from which it follows that a question holds.

    Empty if the solver gives up.  First those of an unsatisfiable core, then those of them without which the proof
    fails, in the order in which the formula reaches their symbols from the question.  Nothing that is said of the
    symbols in `without` is among them: the proof has to do without.
    """
    from kpolicy.prove.proof import asked_texts, asked_value  # a proof asks for its grounds

    formula = Formula(model, asked_texts(model, question, given), fine=True)
    against = [-question.literal(formula)]
    held = [(line, asked_value(formula, line)) for line in given]
    formula.complete()
    try:
        held = _held(formula, against, held)
        needed = _minimal(formula, [*against, *(literal for _line, literals in held for literal in literals)], without)
    except GaveUpError:
        return (), ()
    place = {symbol: number for number, symbol in enumerate(formula.reached)}
    found = sorted((formula.statements[item] for item in needed), key=lambda item: place.get(item.symbol, len(place)))
    return tuple(found), tuple(line for line, _literals in held)


_Held: TypeAlias = "list[tuple[Assignment, tuple[Literal, ...]]]"


def _held(formula: Formula, against: Sequence[Literal], held: _Held) -> _Held:
    """Those of the given lines without which the question can fail."""
    if not held:
        return held
    with Solver(formula.clauses.items) as solver:
        kept = held
        for item in (None, *held):
            without = [other for other in kept if other is not item]
            if not solver.solve([*against, *(literal for _line, literals in without for literal in literals)]):
                core = set(solver.core())
                kept = [other for other in without if core.intersection(other[1])]
    return kept


def _minimal(formula: Formula, against: Sequence[Literal], without: Collection[int]) -> list[int]:
    """Statements that contradict the opposite of a question, none of which can be spared."""
    said = [at for at, item in enumerate(formula.statements) if at and item.symbol not in without]
    core = _core(formula, against, said)
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
