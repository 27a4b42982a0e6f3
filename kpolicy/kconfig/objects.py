# SPDX-License-Identifier: GPL-2.0-or-later
"""Symbols and choices with all their properties, made from the plain data of a model."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from kpolicy.kconfig.expressions import Expr, Expressions, conjuncts
from kpolicy.kconfig.payload import CHOICE, FLAGS, IS_CHOICE, PROBED, TRANSITIONAL, TYPE, TYPES, Core, Details
from kpolicy.kconfig.symbols import Choice, Condition, Default, Prompt, Range, Select, Symbol, Written
from kpolicy.location import Location

# In a row of `Details.symbols`; the implies come next.
_SELECTS = 3


class Objects:
    """Makes the symbols and choices of a model, which it does not hold: a model ends with the last use of it."""

    def __init__(self, core: Core, details: Details, expressions: Expressions) -> None:
        self._core = core
        self._details = details
        self._expressions = expressions
        self._names = expressions.names

    def _expression(self, node: int) -> Expr:
        return Expr(self._expressions, node)

    @cached_property
    def _written(self) -> dict[Location, Written]:
        return {
            self._place(file, line): Written(text, answerer) for file, line, text, answerer in self._details.written
        }

    def _condition(self, expression: Expr, place: Location) -> Condition:
        return Condition(expression, place, self._written.get(place))

    def _select(self, source: str, target: str, condition: int, file: int, line: int) -> Select:
        place = self._place(file, line)
        return Select(source, target, self._expression(condition), place, self._written.get(place))

    def _conditions(self, scope: int, *, prompt: bool = False) -> tuple[Condition, ...]:
        """The lines around a place, the outermost first; `visible if` is for prompts alone."""
        found = []
        while scope >= 0:
            scope, node, file, line, is_visibility = self._details.scopes[scope]
            if prompt or not is_visibility:
                found.append(self._condition(self._expression(node), self._place(file, line)))
        return tuple(reversed(found))

    def _prompt(self, definitions: list[Any], text: str, condition: int, file: int, line: int) -> Prompt:
        # A property is below the head of its entry, in the same file.
        above = [row for row in definitions if row[0] == file and row[1] <= line]
        around = self._conditions(max(above, key=lambda row: row[1])[2] if above else -1, prompt=True)
        place = self._place(file, line)
        known = {part.node for item in around for part in conjuncts(item.expression)}
        own: list[Condition] = []
        for part in conjuncts(self._expression(condition)):
            record = self._core.records[part.node]
            if record is not None and record[FLAGS] & IS_CHOICE:
                # To an old conf the prompt of the choice is that symbol.
                own += self._choice_prompt(part.node)
            if part.node not in known:
                own.append(self._condition(part, place))
        return Prompt(text, self._expression(condition), place, (*around, *own))

    def _choice_prompt(self, node: int) -> tuple[Condition, ...]:
        definitions, prompts, *_rest = self._details.symbols[node]
        return self._prompt(definitions, *prompts[0]).conditions if prompts else ()

    def _place(self, file: int, line: int) -> Location:
        return Location(self._details.files[file], line)

    def _edges(self, node: int) -> tuple[tuple[Select, ...], tuple[Select, ...]]:
        """The selects and the implies that point at a node."""
        names, symbols = self._names, self._details.symbols
        selected, implied = (
            tuple(
                self._select(names[source], names[node], *where)
                for source in sources
                for target, *where in symbols[source][_SELECTS + kind]
                if target == node
            )
            for kind, sources in enumerate(self._details.edges[node] or ((), ()))
        )
        return selected, implied

    def symbol(self, name: str) -> Symbol:
        """A symbol that the model defines."""
        node = self._core.symbols[name]
        record = self._core.records[node]
        definitions, prompts, defaults, selects, implies, ranges, _depends, _inherited = self._details.symbols[node]
        expr, place, names = self._expression, self._place, self._names
        selected_by, implied_by = self._edges(node)
        flags = record[FLAGS]
        return Symbol(
            name=name,
            type=TYPES[record[TYPE]],
            definitions=tuple(place(file, line) for file, line, _ in definitions),
            prompts=tuple(self._prompt(definitions, *item) for item in prompts),
            defaults=self._defaults(defaults),
            selects=tuple(self._select(name, names[target], *where) for target, *where in selects),
            implies=tuple(self._select(name, names[target], *where) for target, *where in implies),
            ranges=tuple(
                Range(expr(low), expr(high), expr(condition), place(*where)) for low, high, condition, *where in ranges
            ),
            conditions=tuple(self._conditions(scope) for _, _, scope in definitions),
            direct_dependency=expr(record[2]),
            selected_by=selected_by,
            implied_by=implied_by,
            choice=record[CHOICE] if record[CHOICE] >= 0 else None,
            transitional=bool(flags & TRANSITIONAL),
            probed=bool(flags & PROBED),
        )

    def _defaults(self, defaults: list[Any]) -> tuple[Default, ...]:
        return tuple(
            Default(
                self._expression(value),
                self._expression(condition),
                place := self._place(*where),
                self._written.get(place),
            )
            for value, condition, *where in defaults
        )

    def choice(self, record: list[Any]) -> Choice:
        """The choice of a record of `Core.choices`."""
        node, kind, members, _defaults, optional = record
        definitions, prompts, defaults, *_rest = self._details.symbols[node]
        return Choice(
            type=TYPES[kind],
            members=tuple(self._names[member] for member in members),
            defaults=self._defaults(defaults),
            prompts=tuple(self._prompt(definitions, *item) for item in prompts),
            definitions=tuple(self._place(file, line) for file, line, _ in definitions),
            optional=bool(optional),
        )
