# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether something holds in every configuration of a model: a proof, a witness against it, or neither.

A proof says that no solution of the formula contradicts the question; the formula has every configuration that
`conf --olddefconfig` can leave among its solutions.  A witness is a config that was evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol, TypeAlias

from kpolicy.config.model import Assignment
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.frozen import dataclass
from kpolicy.kconfig.model import Model
from kpolicy.prove.clauses import TRUE, Literal
from kpolicy.prove.formula import Formula, Statement
from kpolicy.prove.grounds import grounds
from kpolicy.prove.solver import Solver
from kpolicy.prove.witness import config_of, lines_of, reduced

MOST_TRIES: Final = 24
"""So many solutions are evaluated before a question counts as not decided."""


class Question(Protocol):
    """What is asked of every configuration."""

    def texts(self, model: Model) -> Mapping[int, Sequence[str]]:
        """The texts that it compares numbers and strings with, by symbol."""

    def literal(self, formula: Formula) -> Literal:
        """A literal that holds where it does; grows the formula."""

    def holds(self, values: Values) -> bool:
        """Whether it holds in one configuration."""


@dataclass(frozen=True, slots=True)
class Holds:
    """It holds in every configuration; `grounds` are statements of the Kconfig files from which that follows."""

    grounds: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Fails:
    """It does not hold in the configuration that these lines give; without any of them it would."""

    lines: tuple[Assignment, ...]
    values: Values


@dataclass(frozen=True, slots=True)
class Undecided:
    """Solutions of the formula that evaluation does not confirm, because of comparisons that it says nothing of."""

    reasons: tuple[str, ...]


Answer: TypeAlias = Holds | Fails | Undecided


def decide(model: Model, question: Question, given: Sequence[Assignment] = (), *, reasons: bool = True) -> Answer:
    """Answer a question; `given` are lines whose values are taken for granted, if they can be had together.

    Without `reasons` a proof has no grounds, which take most of its time.
    """
    formula = Formula(model, question.texts(model))
    against = -question.literal(formula)
    held = [literal for line in given for literal in asked_value(formula, line)]
    formula.complete()
    with Solver(formula.clauses.items) as solver:
        if not solver.solve([against, *held]):
            return Holds(grounds(model, question, given) if reasons else ())
        for _try in range(MOST_TRIES):
            solution = solver.solution()
            lines = lines_of(formula, solution)
            values = evaluate(model, config_of(lines))
            if not question.holds(values) and all(has_value(values, line) for line in given):
                return _witness(model, question, given, lines)
            # The same comparisons would mislead again.
            free = [-literal if literal in solution else literal for literal in formula.texts.free.values()]
            if not free:
                break
            solver.add([literal for literal in free if abs(literal) != TRUE])
            if not solver.solve([against, *held]):
                break
    return Undecided(_free(model, formula))


def _witness(model: Model, question: Question, given: Sequence[Assignment], lines: Sequence[Assignment]) -> Fails:
    def shows(values: Values) -> bool:
        return not question.holds(values) and all(has_value(values, line) for line in given)

    few = reduced(model, lines, shows)
    return Fails(few, evaluate(model, config_of(few)))


def _free(model: Model, formula: Formula) -> tuple[str, ...]:
    names = model.names_by_node
    found = []
    for node in formula.texts.free:
        if node < 0:
            found.append("two numbers that are compared")
            continue
        expression = model.expression(node)
        found.append(names.get(node) or str(expression))
    return tuple(found)


def asked_value(formula: Formula, line: Assignment) -> tuple[Literal, ...]:
    """Literals that hold where a symbol has the value of a line."""
    node = formula.core.symbols.get(line.name)
    if node is None:
        return ()
    if formula.classes.is_text(node):
        return (formula.texts.last_value(node)[formula.classes.index(node, asked_text(line))],)
    pair = formula.pair(node)
    value = line.value[:1]
    if value == "y":
        return (pair.y,)
    return (pair.on, -pair.y) if value == "m" else (-pair.on,)


def has_value(values: Values, line: Assignment) -> bool:
    """Whether a symbol has the value of a line."""
    if not values.model.is_defined(line.name):
        return line.value == "n"
    return asked_text(line) == values.text(line.name)


def asked_text(line: Assignment) -> str:
    """The value that a line asks for, a string without its quotes."""
    if line.value[:1] != '"':
        return line.value
    return line.value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
