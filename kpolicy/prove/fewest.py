# SPDX-License-Identifier: GPL-2.0-or-later
"""How few lines of a config have to change so that something holds, asked of the formula.

Of each bool or tristate that a line can set, a literal says whether its line changes: is added, taken away, or says
something else.  Where it does not, the value is what the line as it is gives, or the defaults.  The lines of a choice
count as one; those of numbers and strings do not count, and are not among what is found.  So no fewer changes than are
found will do, but what is found has to be evaluated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from kpolicy.frozen import dataclass
from kpolicy.kconfig.nodes import YES
from kpolicy.kconfig.payload import (
    CHOICE,
    FLAGS,
    HAS_PROMPT,
    IS_CHOICE,
    TRANSITIONAL,
    TRISTATE,
    TYPE,
    VISIBILITY,
)
from kpolicy.prove.clauses import CONSTANTS, TRUE, Literal
from kpolicy.prove.formula import Formula
from kpolicy.prove.proof import Question, texts_of
from kpolicy.prove.solver import Solver, counter

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.payload import ChoiceRecord

_LETTERS: Final = "nmy"
_TRISTATE: Final = {"n": 0, "m": 1, "y": 2}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be so after the changes.

    All that is `wanted`; the symbols that are `kept` are on; of those that are `told` the line is honoured, or changes.
    Only the lines of the symbols `among` others may change, None for any line; those of the symbols `beside` are not
    counted.
    """

    wanted: Sequence[Question]
    kept: Collection[str] = ()
    told: Collection[str] = ()
    among: Collection[str] | None = None
    beside: Collection[str] = ()


def few_changes(values: Values, asked: Asked, most: int | None) -> Iterator[Mapping[str, str]]:
    """What to change, by symbol, so that all that is asked may be so: the fewest lines first, up to `most` of them.

    Without `most` as many lines as one likes, in no order.  Where nothing is found there provably is nothing; an end
    after something that evaluation refuses is no proof, since numbers and strings may differ as well.  Raises
    GaveUpError where the solver does not decide, NoSolverError without python-sat.
    """
    model = values.model
    formula = Formula(model, texts_of(model, asked.wanted))
    literals = [question.literal(formula) for question in asked.wanted]
    literals += [formula.pair(model.core.symbols[name]).on for name in asked.kept]
    for name in filter(model.is_defined, asked.told):
        formula.pair(model.core.symbols[name])
    formula.complete()
    changed = {symbol: _changes(formula, values, symbol) for symbol in _settable(formula)}
    names = {node: name for name, node in model.core.symbols.items() if node in formula.pairs}
    for symbol, literal in changed.items():
        if asked.among is not None and names[symbol] not in asked.among:
            literals.append(-literal)
        if names[symbol] in asked.told:
            _honour(formula, values, symbol, literal)
    counted = [literal for symbol, literal in changed.items() if names[symbol] not in asked.beside]
    picks = [(choice, _picks_another(formula, values, choice)) for choice in _choices(formula)]
    counted += [literal for _choice, literal in picks]
    formula.complete()
    clauses = formula.clauses
    counting, more_than = counter(counted, most, clauses.variables) if most is not None else ([], [])
    with Solver([*clauses.items, *counting]) as solver:
        for count in range(most + 1 if most is not None else 1):
            limit = [-more_than[count]] if count < len(more_than) else []
            while solver.solve([*literals, *limit]):
                solution = solver.solution()
                found, otherwise = dict[str, str](), list[Literal]()
                for symbol, literal in changed.items():
                    if literal not in solution:
                        otherwise.append(literal)
                        continue
                    pair = formula.pairs[symbol]
                    found[names[symbol]] = _LETTERS[(pair.on in solution) + (pair.y in solution)]
                    otherwise += [-literal, *(-item if item in solution else item for item in pair)]
                for choice, literal in picks:
                    if literal not in solution:
                        otherwise.append(literal)
                        continue
                    members = [(names[member], formula.pair(member).y) for member in choice[2]]
                    found.update((name, "y") for name, y in members if y in solution)
                    otherwise += [-literal, *(-y if y in solution else y for _name, y in members)]
                yield found
                solver.add(otherwise)


def _honour(formula: Formula, values: Values, symbol: int, changes: Literal) -> None:
    """Demand that a symbol has the value of its line, unless the line changes."""
    line = values.assignment(values.model.names_by_node[symbol])
    if line is None:
        return
    asked = CONSTANTS[_TRISTATE[line.value[0]]]
    for has, wants in zip(formula.pairs[symbol], asked, strict=True):
        formula.clauses.add((changes, has if wants == TRUE else -has), 0)


def _choices(formula: Formula) -> list[ChoiceRecord]:
    """The choices that a formula has members of."""
    core = formula.core
    numbers = dict.fromkeys(core.records[symbol][CHOICE] for symbol in formula.reached)
    return [core.choices[number] for number in numbers if number >= 0]


def _picks_another(formula: Formula, values: Values, choice: ChoiceRecord) -> Literal:
    """Whether the lines of a choice change; without it the same member is picked under the same conditions."""
    changes, records = formula.clauses.fresh(), formula.core.records
    conditions = [condition for _default, condition in choice[3]] + [records[choice[0]][VISIBILITY]]
    conditions += [records[member][VISIBILITY] for member in choice[2]]
    differs: list[Literal] = []
    for condition in dict.fromkeys(conditions):
        before, pair = values.node_value(condition), formula.pair(condition)
        differs += [-pair.on if before else pair.on, -pair.y if before == YES else pair.y]
    for member in choice[2]:
        if values.node_value(member) == YES:
            formula.clauses.add((changes, *differs, formula.pair(member).y), 0)
    return changes


def _settable(formula: Formula) -> list[int]:
    """The bools and tristates of a formula that a line can set, but for choices and their members."""
    records = formula.core.records
    return [
        symbol
        for symbol in dict.fromkeys(formula.reached)
        if records[symbol][TYPE] <= TRISTATE
        and records[symbol][CHOICE] < 0
        and records[symbol][FLAGS] & HAS_PROMPT
        and not records[symbol][FLAGS] & (IS_CHOICE | TRANSITIONAL)
    ]


def _changes(formula: Formula, values: Values, symbol: int) -> Literal:
    """A literal for a change of a symbol's line; without it the symbol has the value that the config gives it."""
    clauses, record = formula.clauses, formula.core.records[symbol]
    changes = clauses.fresh()
    if formula.dialect.strong_imply:
        # What an `imply` adds to a line there is not stated.
        return changes
    shown, selected, default, _strong = formula.sources(symbol, record, formula.pair(record[VISIBILITY]))
    line = values.assignment(values.model.names_by_node[symbol])
    own = default
    if line is not None:
        asked = clauses.minimum((CONSTANTS[_TRISTATE[line.value[0]]], shown))
        own = formula.promoted(symbol, asked, is_bool=formula.pairs[symbol].on == formula.pairs[symbol].y)
    given = clauses.maximum((own, selected))
    for has, gets in zip(formula.pairs[symbol], given, strict=True):
        clauses.add((changes, -shown.on, -has, gets), 0)
        clauses.add((changes, -shown.on, has, -gets), 0)
    return changes
