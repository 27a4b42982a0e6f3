# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether something holds in every configuration of a model: a proof, a witness against it, or neither.

A proof says that no solution of the formula contradicts the question; the formula has every configuration that
`conf --olddefconfig` can leave among its solutions.  A witness is a config that was evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol, TypeAlias

from kpolicy.config.model import Assignment
from kpolicy.evaluate.strings import operand, unquote
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.frozen import dataclass
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.payload import TYPES
from kpolicy.prove.clauses import FALSE, TRUE, Literal
from kpolicy.prove.formula import Formula, Statement
from kpolicy.prove.grounds import grounds
from kpolicy.prove.solver import GaveUpError, Solver
from kpolicy.prove.witness import config_of, lines_of, reduced

MOST_TRIES: Final = 24
"""So many solutions are evaluated before a question counts as not decided."""
MOST_CONFLICTS: Final = 20
"""So many conflicts among given lines are looked for."""


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
    """It holds in every configuration; it follows from the `grounds` and the lines `given`."""

    grounds: tuple[Statement, ...]
    given: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True)
class Fails:
    """It does not hold in the configuration that these lines give; without any of them it would."""

    lines: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """Solutions of the formula that evaluation does not confirm, because of comparisons that it says nothing of."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Lines to which no configuration gives their values together; without any one of them some does."""

    lines: tuple[Assignment, ...]
    grounds: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Excluded:
    """The given lines cannot hold together: conflicts, each found without one line of those before it."""

    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class Never:
    """What no configuration has: asked under given lines, the answer is `Fails` if they can hold together."""

    def texts(self, model: Model) -> Mapping[int, Sequence[str]]:  # noqa: ARG002 - as every question is asked
        """Nothing."""
        return {}

    def literal(self, formula: Formula) -> Literal:  # noqa: ARG002 - the same
        """Nothing holds."""
        return FALSE

    def holds(self, values: Values) -> bool:  # noqa: ARG002 - the same
        """It never does."""
        return False


Answer: TypeAlias = Holds | Fails | Undecided | Excluded


def decide(model: Model, question: Question, given: Sequence[Assignment] = ()) -> Answer:
    """Answer a question; `given` are lines whose values are taken for granted, if they can hold together."""
    try:
        return _decide(model, question, given)
    except GaveUpError as error:
        return Undecided((error.message,))


def _decide(model: Model, question: Question, given: Sequence[Assignment]) -> Answer:
    formula = Formula(model, asked_texts(model, question, given))
    against = -question.literal(formula)
    by_line = [(line, asked_value(formula, line)) for line in given]
    held = _literals(by_line)
    formula.complete()
    with Solver(formula.clauses.items) as solver:
        if given and not solver.solve(held):
            return Excluded(tuple(_conflicts(model, solver, by_line)))
        if not _solve(solver, formula, [against, *held]):
            return Holds(*grounds(model, question, given))
        for _try in range(MOST_TRIES):
            solution = solver.solution()
            lines = lines_of(formula, solution)
            values = evaluate(model, config_of(lines))
            if _shows(question, given, values):
                return _witness(model, question, given, lines)
            # The same comparisons would mislead again.
            if not formula.texts.free:
                break
            solver.add(otherwise(formula, solution))
            if not _solve(solver, formula, [against, *held]):
                break
    return Undecided(_free(model, formula) or ("evaluation does not confirm the solution of the formula",))


def _solve(solver: Solver, formula: Formula, assumptions: list[Literal]) -> bool:
    """Whether there is a solution, a plain one if that can be."""
    plain = formula.texts.plain
    return (bool(plain) and solver.solve([*assumptions, *plain])) or solver.solve(assumptions)


def possible(model: Model, questions: Sequence[Question]) -> list[bool | None]:
    """Whether each of some questions holds in some configuration, which was evaluated; None where that is not decided.

    All share one formula: much quicker than to decide them one by one, and without grounds and lines.
    """
    formula = Formula(model, texts_of(model, questions))
    literals = [question.literal(formula) for question in questions]
    formula.complete()
    found: list[bool | None] = []
    with Solver(formula.clauses.items) as solver:
        for question, literal in zip(questions, literals, strict=True):
            try:
                is_possible = _solve(solver, formula, [literal])
            except GaveUpError:
                found.append(None)
                continue
            if not is_possible:
                found.append(False)
                continue
            values = evaluate(model, config_of(lines_of(formula, solver.solution())))
            found.append(True if question.holds(values) else None)
    return found


def texts_of(model: Model, questions: Iterable[Question]) -> Mapping[int, Sequence[str]]:
    """The texts that some questions compare numbers and strings with, by symbol."""
    texts: dict[int, list[str]] = {}
    for question in questions:
        for node, compared in question.texts(model).items():
            texts.setdefault(node, []).extend(compared)
    return texts


def _witness(model: Model, question: Question, given: Sequence[Assignment], lines: Sequence[Assignment]) -> Fails:
    named = {line.name for line in given}
    others = [line for line in lines if line.name not in named]
    return Fails(reduced(model, others, lambda values: _shows(question, given, values), given))


def _conflicts(
    model: Model, solver: Solver, by_line: Sequence[tuple[Assignment, Sequence[Literal]]]
) -> Iterator[Conflict]:
    left = list(by_line)
    for _conflict in range(MOST_CONFLICTS):
        if solver.solve(_literals(left)):
            return
        core = set(solver.core())
        kept = [item for item in left if core.intersection(item[1])]
        for item in list(kept):
            without = [other for other in kept if other is not item]
            if item in kept and not solver.solve(_literals(without)):
                core = set(solver.core())
                kept = [other for other in without if core.intersection(other[1])]
        lines = tuple(line for line, _ in kept)
        yield Conflict(lines, grounds(model, Never(), lines)[0])
        # Goes on without the line that is in all conflicts, if there is one.
        rests = [[item for item in left if item is not line] for line in kept]
        left = next((rest for rest in rests if solver.solve(_literals(rest))), rests[0])


def _literals(by_line: Sequence[tuple[Assignment, Sequence[Literal]]]) -> list[Literal]:
    return [literal for _line, literals in by_line for literal in literals]


def otherwise(formula: Formula, solution: frozenset[Literal]) -> list[Literal]:
    """A clause that excludes what a solution assumes of everything that the formula leaves free."""
    literals = (literal for _node, literal in formula.texts.free if abs(literal) != TRUE)
    return [-literal if literal in solution else literal for literal in literals]


def asked_texts(model: Model, question: Question, given: Sequence[Assignment]) -> Mapping[int, Sequence[str]]:
    """The texts that a question and given lines compare numbers and strings with."""
    found = {node: list(texts) for node, texts in question.texts(model).items()}
    for line in given:
        node = model.core.symbols.get(line.name)
        if node is not None and model.is_defined(line.name):
            found.setdefault(node, []).append(asked_text(line))
    return found


def _free(model: Model, formula: Formula) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(model.expression(node)) for node, _literal in formula.texts.free))


def _shows(question: Question, given: Sequence[Assignment], values: Values) -> bool:
    return not question.holds(values) and all(has_value(values, line) for line in given)


def asked_value(formula: Formula, line: Assignment) -> tuple[Literal, ...]:
    """Literals that hold where a symbol has the value of a line."""
    node = formula.core.symbols.get(line.name)
    if node is None or formula.core.records[node] is None:
        # What nothing defines has no value but n.
        return () if line.value == "n" else (FALSE,)
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
    asked, text = asked_text(line), values.text(line.name)
    kind = values.model.type_of(line.name)
    if asked == text or kind not in ("int", "hex"):
        return asked == text
    # The same number can be written in several ways.
    number = operand(asked, TYPES.index(kind))
    return number is not None and number == operand(text, TYPES.index(kind))


def asked_text(line: Assignment) -> str:
    """The value that a line asks for, a string without its quotes."""
    return (unquote(line.value) or "") if line.value[:1] == '"' else line.value
