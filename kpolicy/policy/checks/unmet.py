# SPDX-License-Identifier: GPL-2.0-or-later
"""Selects that can force a symbol against its dependencies, each with a config that shows it: `kconfig/unmet-select`.

An imply cannot: what it raises stays within the dependencies of its target, or needs them on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kpolicy.config.model import Assignment
from kpolicy.evaluate.values import Values, evaluate
from kpolicy.explain.grounds import Ground
from kpolicy.kconfig.expressions import conjuncts
from kpolicy.kconfig.nodes import NO, YES
from kpolicy.kconfig.payload import BOOL, DIRECT, TYPE
from kpolicy.location import Location
from kpolicy.policy.checks.claims import Claim, Claims
from kpolicy.policy.checks.kconfig import is_lifted
from kpolicy.policy.checks.tree import UNMET
from kpolicy.policy.rules.finding import Witness
from kpolicy.prove.bulk import Bulk
from kpolicy.prove.clauses import FALSE, Literal
from kpolicy.prove.formula import Formula
from kpolicy.prove.proof import otherwise
from kpolicy.prove.witness import config_of, lines_of, reduced
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model

MOST_TRIES: Final = 24
"""So many solutions are evaluated before a select counts as not decided."""
SELECTS: Final = 3
"""Where `Details.symbols` has the selects of a symbol."""


class Unmet(NamedTuple):
    """The claims of an architecture, each with its witness; and selects that are not decided, by their lines."""

    claims: Claims
    undecided: tuple[Location, ...]


class _Select(NamedTuple):
    source: int
    target: int
    condition: int
    place: Location
    against: Literal


def unmet_selects(model: Model) -> Unmet:
    """The selects of an architecture that raise their target above what its dependencies allow in some config."""
    finder = _Finder(model)
    try:
        return finder.unmet()
    finally:
        finder.bulk.close()


def breaks(formula: Formula, source: int, target: int, condition: int, needed: int) -> Literal:
    """A literal that holds where a select raises its target above `needed`: its dependencies, or one of them."""
    is_bool = formula.core.records[target][TYPE] == BOOL
    allowed = formula.promoted(target, formula.pair(needed), is_bool=is_bool)
    both = formula.clauses.minimum((formula.pair(source), formula.pair(condition)))
    return formula.clauses.below(allowed, formula.promoted(target, both, is_bool=is_bool))


class _Finder:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._records = model.core.records
        self._names = model.names_by_node
        self._formula = Formula(model)
        self.bulk = Bulk(self._formula)

    def unmet(self) -> Unmet:
        """What is found."""
        selects = list(self._selects())
        possible = self.bulk.possible(item.against for item in selects)
        claims: list[Claim] = []
        undecided: list[Location] = []
        for item in selects:
            if item.against in possible:
                witness = self._witness(item)
                if witness is None:
                    undecided.append(item.place)
                else:
                    claims.append(self._claim(item, *witness))
        files = frozenset(self._model.details.files)
        return Unmet(Claims(self._model.srcarch, tuple(claims), files, frozenset()), tuple(undecided))

    def _selects(self) -> Iterator[_Select]:
        files = self._model.details.files
        for source, item in enumerate(self._model.details.symbols):
            for target, condition, file, line in item[SELECTS] if item is not None else ():
                if condition == NO or not self._is_raised(target):
                    continue
                against = breaks(self._formula, source, target, condition, self._records[target][DIRECT])
                if against != FALSE:
                    yield _Select(source, target, condition, Location(files[file], line), against)

    def _is_raised(self, node: int) -> bool:
        """Whether a select of a symbol has an effect, and dependencies to break."""
        record = self._records[node]
        return is_lifted(record) and record[DIRECT] != YES

    def _witness(self, item: _Select) -> tuple[tuple[Assignment, ...], Values] | None:
        """The fewest lines with which the select breaks a dependency, by evaluation; None where none is confirmed."""

        def shows(values: Values) -> bool:
            return self._breaks(item, values)

        assumed = [item.against]
        for _try in range(MOST_TRIES):
            solution = self.bulk.solve(assumed)
            if solution is None:
                return None
            lines = lines_of(self._formula, solution)
            if shows(evaluate(self._model, config_of(lines))):
                few = reduced(self._model, lines, shows)
                return few, evaluate(self._model, config_of(few))
            # The same comparisons would mislead again.
            other = self._formula.clauses.fresh()
            self.bulk.add([-other, *otherwise(self._formula, solution)])
            assumed.append(other)
        return None

    def _breaks(self, item: _Select, values: Values) -> bool:
        is_bool = self._records[item.target][TYPE] == BOOL or not values.node_value(self._model.core.modules)
        selected = min(values.node_value(item.source), values.node_value(item.condition))
        allowed = values.node_value(self._records[item.target][DIRECT])
        if is_bool:
            selected, allowed = (2 if value else 0 for value in (selected, allowed))
        return selected > allowed

    def _claim(self, item: _Select, lines: tuple[Assignment, ...], values: Values) -> Claim:
        source, target = self._names[item.source], self._names[item.target]
        direct = self._records[item.target][DIRECT]
        parts = self._formula.conjuncts(direct)
        least = min(values.node_value(part) for part in parts)
        unmet = next(part for part in parts if values.node_value(part) == least)
        text = str(self._model.expression(unmet))
        message = f"{source} selects {target}, which depends on {text} (={'nmy'[least]})"
        ground = Ground(f"{target} depends on {text}", self._dependency(target, unmet))
        witness = Witness(self._model.architecture, tuple(line.text for line in lines))
        return Claim(UNMET, source, message, item.place, part=target, grounds=(ground,), witness=witness)

    def _dependency(self, name: str, node: int) -> Location:
        """The line by which a symbol depends on something; its entry, if several entries do so together."""
        symbol = self._model.symbol(name)
        assert symbol is not None
        lines = (line for conditions in symbol.conditions for line in conditions)
        found = (line.location for line in lines if any(part.node == node for part in conjuncts(line.expression)))
        return next(found, symbol.definitions[0])
