# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether two models, of a tree and of the same tree with an edit, have the same values in every configuration.

Values are computed from the records of a model alone.  So each part that differs has to have the same effect in every
configuration of either model.  One model is not enough: before 6.11 a choice without a visible member is n, and its
members are not visible because of that, whatever their conditions are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from kpolicy.evaluate.values import Values, evaluate
from kpolicy.frozen import dataclass
from kpolicy.kconfig.payload import BOOL, DEFAULTS, FLAGS, IS_CHOICE, RANGES, TRISTATE, TYPE
from kpolicy.prove.bulk import Bulk
from kpolicy.prove.clauses import FALSE, TRUE, Literal
from kpolicy.prove.difference import MENU, Difference, Part, difference, in_words
from kpolicy.prove.expansion import changed_line
from kpolicy.prove.formula import Formula, Statement
from kpolicy.prove.grounds import grounds
from kpolicy.prove.proof import otherwise
from kpolicy.prove.solver import GaveUpError
from kpolicy.prove.witness import config_of, lines_of, reduced

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.payload import Table

_MOST_TRIES: Final = 4
"""So many solutions are evaluated to show that an edit changes something."""


@dataclass(frozen=True, slots=True)
class Same:
    """No configuration changes: the text alone shows it, or a proof about `proved` parts of symbols."""

    difference: Difference
    proved: int = 0


@dataclass(frozen=True, slots=True)
class Changed:
    """Some configuration changes, or that is not decided: `reason` says in words which one, or why."""

    reason: str


Verdict: TypeAlias = Same | Changed


class Comparison:
    """Compares a model with later ones from the same tables, whose expressions are in `nodes`.

    `free` symbols, which depend on the toolchain, may have any value, so that a proof holds with every toolchain.  What
    differs in these symbols themselves is decided by the text alone.
    """

    def __init__(self, model: Model, nodes: Table, free: Collection[int]) -> None:
        self._model = model
        self._nodes = nodes
        self._free = free
        self._bulk: Bulk | None = None

    def close(self) -> None:
        """Free the memory of the solver."""
        if self._bulk is not None:
            self._bulk.close()

    @property
    def bulk(self) -> Bulk:
        """The formula of the model, which can be asked about expressions of the others too."""
        if self._bulk is None:
            self._bulk = Bulk(Formula(self._model.knowing(self._nodes)), self._free)
        return self._bulk

    def with_edit(self, after: Model) -> Verdict:
        """Whether the model of an edited tree is equivalent; raises NoSolverError where that needs a proof."""
        found = difference(self._model, after)
        if found.obstacles:
            return Changed(found.obstacles[0])
        if not found.parts:
            return Same(found)
        probed = next((part.symbol for part in found.parts if part.symbol in self._free), None)
        if probed is not None:
            # Neither model has the lines that another toolchain gives.
            name = self._model.names_by_node[probed]
            return Changed(f"not decided: the value of {name} depends on the toolchain, or it is BROKEN")
        try:
            return self._prove(after, found)
        except GaveUpError as error:
            return Changed(f"not decided: {error.message}")

    def grounds(self, found: Difference) -> tuple[Statement, ...]:
        """The statements of the Kconfig files that a proof rests on, see `kpolicy.prove.grounds`."""
        return grounds(self._model.knowing(self._nodes), _SameEffect(found.parts), without=self._free)[0]

    def _prove(self, after: Model, found: Difference) -> Verdict:
        problem = self._contradiction(self.bulk, after, found)
        if problem is not None:
            return problem
        other = Bulk(Formula(after.knowing(after.core.nodes, self._model.core)), self._free)
        try:
            return self._contradiction(other, after, found) or Same(found, len(found.parts))
        finally:
            other.close()

    def _contradiction(self, bulk: Bulk, after: Model, found: Difference) -> Changed | None:
        formula = bulk.formula
        literals = [differs(formula, part) for part in found.parts]
        against = formula.clauses.any_of(literals)
        if against == FALSE:
            return None
        solution = bulk.solve([against])
        if solution is None:
            return None
        part = next(part for part, literal in zip(found.parts, literals, strict=True) if _holds(literal, solution))
        what = in_words(part, self._model.names_by_node)
        shown = self._shown(bulk, against, after, found)
        return Changed(shown or f"not decided: {what} may have another effect in some configuration")

    def _shown(self, bulk: Bulk, against: Literal, after: Model, found: Difference) -> str | None:
        """A config with another result, as far as evaluation confirms a solution with the toolchain of the run."""

        def shows(values: Values) -> bool:
            return changed_line(values, evaluate(after, values.config), found.changed) is not None

        assumed = [against]
        for _try in range(_MOST_TRIES):
            solution = bulk.solve(assumed, fixed=True)
            if solution is None:
                return None
            lines = lines_of(bulk.formula, solution)
            if shows(evaluate(self._model, config_of(lines))):
                return self._told(reduced(self._model, lines, shows), after, found)
            # The same values of what is not modelled would fail again: exclude them, for this question only.
            other = bulk.formula.clauses.fresh()
            bulk.add([-other, *otherwise(bulk.formula, solution)])
            assumed.append(other)
        return None

    def _told(self, lines: Sequence[Assignment], after: Model, found: Difference) -> str:
        values = evaluate(self._model, config_of(lines))
        pair = changed_line(values, evaluate(after, values.config), found.changed)
        assert pair is not None
        given = ", ".join(line.text for line in lines) or "an empty config"
        return f"with {given} .config has {pair[1]} instead of {pair[0]}"


@dataclass(frozen=True, slots=True)
class _SameEffect:
    """That some parts have the same effect in both forms, as a question for a proof."""

    parts: tuple[Part, ...]

    def texts(self, model: Model) -> Mapping[int, Sequence[str]]:  # noqa: ARG002 - as every question is asked
        """Nothing."""
        return {}

    def literal(self, formula: Formula) -> Literal:
        """Whether all have."""
        return -formula.clauses.any_of([differs(formula, part) for part in self.parts])

    def holds(self, values: Values) -> bool:
        """Not used: only the grounds of a proof are asked for."""
        raise NotImplementedError


def _holds(literal: Literal, solution: frozenset[Literal]) -> bool:
    return literal == TRUE or literal in solution


def differs(formula: Formula, part: Part) -> Literal:
    """A literal that holds in configurations in which the two forms of a part do not have the same effect."""
    record = formula.core.records[part.symbol] if part.symbol != MENU else None
    # What a menu depends on can make the tristates in it m.
    is_exact = record is None or record[TYPE] == TRISTATE or bool(record[FLAGS] & IS_CHOICE)
    if record is None or part.field not in (DEFAULTS, RANGES):
        before, after = formula.pair(part.before), formula.pair(part.after)
    elif part.field == DEFAULTS and record[TYPE] in (BOOL, TRISTATE):
        before, after = (formula.defaulted(_with_defaults(record, rows)) for rows in (part.before, part.after))
    else:
        return _rows_differ(formula, part)
    differences = [_either(formula, before.on, after.on)]
    if is_exact:
        differences.append(_either(formula, before.y, after.y))
    if part.field == DEFAULTS and formula.dialect.writes_default_n:
        # Where a default applies, .config has a line, also if its value is n.
        differences.append(_either(formula, *(_applies(formula, rows) for rows in (part.before, part.after))))
    return formula.clauses.any_of(differences)


def _applies(formula: Formula, rows: Iterable[Sequence[int]]) -> Literal:
    """Whether the condition of some default holds."""
    return formula.clauses.any_of([formula.pair(condition).on for _default, condition in rows])


def _with_defaults(record: Sequence[object], rows: object) -> list[object]:
    return [*record[:DEFAULTS], rows, *record[DEFAULTS + 1 :]]


def _either(formula: Formula, one: Literal, other: Literal) -> Literal:
    """Whether one of two literals holds and the other does not."""
    clauses = formula.clauses
    return clauses.any_of((clauses.all_of((one, -other)), clauses.all_of((-one, other))))


def _rows_differ(formula: Formula, part: Part) -> Literal:
    """Whether the first row whose condition holds gives another value or other bounds."""
    before, after = (dict(_first(formula, rows)) for rows in (part.before, part.after))
    return formula.clauses.any_of(
        [_either(formula, before.get(value, FALSE), after.get(value, FALSE)) for value in {**before, **after}]
    )


def _first(formula: Formula, rows: Iterable[Sequence[int]]) -> Iterator[tuple[tuple[int, ...], Literal]]:
    """The values or bounds of rows, each with a literal that says that the first row that applies gives it."""
    clauses = formula.clauses
    before: list[Literal] = []
    found: dict[tuple[int, ...], list[Literal]] = {}
    for *value, condition in rows:
        holds = formula.pair(condition).on
        found.setdefault(tuple(value), []).append(clauses.all_of((*before, holds)))
        before.append(-holds)
    for given, literals in found.items():
        yield given, clauses.any_of(literals)
