# SPDX-License-Identifier: GPL-2.0-or-later
"""What choices demand of their members, in both dialects (`kpolicy.evaluate.choices`, `choice_symbols`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kpolicy.kconfig.nodes import AND, EQUAL, NOT, YES
from kpolicy.kconfig.payload import BOOL, CHOICE, FLAGS, HAS_PROMPT, IS_CHOICE, REVERSE, TRISTATE, TYPE, VISIBILITY
from kpolicy.prove.clauses import CONSTANTS, FALSE, NEVER, Literal, Pair, inverse

if TYPE_CHECKING:
    from kpolicy.kconfig.payload import Table
    from kpolicy.prove.formula import Formula


class Choices:
    """Adds the clauses of choices to a formula."""

    def __init__(self, formula: Formula) -> None:
        self._formula = formula
        self._picks: dict[int, dict[int, Literal]] = {}

    def constrain(self, symbol: int, record: list[Any]) -> None:
        """Add the clauses of a choice, or of a member of one, which bring in those of the whole choice."""
        choice = self._formula.core.choices[record[CHOICE]]
        if self._formula.dialect.choice_symbols:
            if record[FLAGS] & IS_CHOICE:
                self._choice_symbol(symbol, record, choice)
            else:
                self._formula.pair(choice[0])
                self._member_of_symbol(symbol, record, choice)
        elif record[FLAGS] & IS_CHOICE:
            self._formula.constrain(symbol, record, self._formula.pair(record[VISIBILITY]))
        elif choice[0] not in self._picks:
            self._picks[choice[0]] = {}
            self._picker(choice)

    def _is_regular(self, choice: list[Any]) -> bool:
        """Whether a choice has nothing odd: members of other types or other choices, defaults beyond its members."""
        records = self._formula.core.records
        number = records[choice[0]][CHOICE]
        return all(default in choice[2] for default, _condition in choice[3]) and all(
            records[member][CHOICE] == number and records[member][TYPE] in (BOOL, TRISTATE)
            for member in choice[2]
            # What has no prompt is no member since 6.11: nobody can choose it.
            if self._formula.dialect.choice_symbols or records[member][FLAGS] & HAS_PROMPT
        )

    def _picker(self, choice: list[Any]) -> None:
        """Since 6.11: one of the members that are visible is y, whichever a line asks for."""
        formula, clauses = self._formula, self._formula.clauses
        said = formula.say("choice", choice[0], 0)
        regular = self._is_regular(choice)
        owns, shown = [], []
        for member in choice[2]:
            record = formula.core.records[member]
            if not record[FLAGS] & HAS_PROMPT or record[TYPE] != BOOL:
                continue
            on = formula.pair(member).on
            visible = formula.pair(record[VISIBILITY]).on
            owns.append(on)
            shown.append(visible)
            clauses.add((-on, visible), formula.say("needs", member, record[VISIBILITY]))
            if formula.fine:
                for part in formula.conjuncts(record[VISIBILITY]):
                    clauses.add((-on, formula.pair(part).on), formula.say("needs", member, part))
        if regular:
            clauses.at_most_one(owns, said)
            for visible in shown:
                clauses.add((-visible, *owns), said)

    # Before 6.11.

    def _picked(self, choice: list[Any]) -> dict[int, Literal]:
        """Literals for which member a choice takes."""
        picks = self._picks.get(choice[0])
        if picks is None:
            picks = self._picks[choice[0]] = {member: self._formula.clauses.fresh() for member in choice[2]}
        return picks

    def _choice_symbol(self, symbol: int, record: list[Any], choice: list[Any]) -> None:
        formula, clauses = self._formula, self._formula.clauses
        said = formula.say("choice", symbol, 0)
        own = formula.pairs[symbol]
        picks = self._picked(choice)
        members = choice[2]
        visible = formula.pair(record[VISIBILITY])
        if not self._is_regular(choice):
            # From above at least: without its prompt the choice is n.
            clauses.add((-own.on, visible.on, formula.pair(record[REVERSE]).on), said)
            return
        # A choice at y of which no member would be shown falls back to n.
        would_show = [self._shown(member, symbol).on for member in members]
        none = clauses.all_of([-literal for literal in would_show])
        formula.constrain(symbol, record, visible, unless=clauses.all_of((none, -own.on)))
        clauses.add((-own.y, -none), said)
        shown = [clauses.all_of((own.y, literal)) for literal in would_show]
        for member, is_shown in zip(members, shown, strict=True):
            formula.pair(member)
            clauses.add((-picks[member], is_shown), said)
        clauses.at_most_one([picks[member] for member in members], said)
        clauses.add((-own.y, *(picks[member] for member in members)), said)

    def _shown(self, member: int, choice: int) -> Pair:
        """How far a member would be shown if its choice were y, for a bool as y."""
        formula = self._formula
        record = formula.core.records[member]
        if not record[FLAGS] & HAS_PROMPT:
            return NEVER
        visible = self._given(record[VISIBILITY], choice)
        is_bool = record[TYPE] == BOOL
        pair = formula.promoted(member, visible, is_bool=is_bool)
        # A tristate member that can only be m is out of sight while its choice is y.
        return Pair(pair.y, pair.y)

    def _given(self, node: int, choice: int) -> Pair:
        """The value of a condition if a choice were y."""
        if node == choice:
            return CONSTANTS[YES]
        formula = self._formula
        compound = formula.core.nodes[node]
        if compound is None or not _mentions(formula.core.nodes, node, choice):
            return formula.pair(node)
        operator, *operands = compound
        if operator >= EQUAL:
            holds = formula.texts.comparison(node, {choice: CONSTANTS[YES]})
            return Pair(holds, holds)
        pairs = [self._given(operand, choice) for operand in operands]
        if operator == NOT:
            return inverse(pairs[0])
        return formula.clauses.minimum(pairs) if operator == AND else formula.clauses.maximum(pairs)

    def _member_of_symbol(self, symbol: int, record: list[Any], choice: list[Any]) -> None:
        formula, clauses = self._formula, self._formula.clauses
        said = formula.say("choice", choice[0], symbol)
        own, above = formula.pairs[symbol], formula.pair(choice[0])
        picks = self._picked(choice)
        visible = formula.pair(record[VISIBILITY])
        is_bool = record[TYPE] == BOOL
        if not record[FLAGS] & HAS_PROMPT:
            visible = NEVER
        if not is_bool:
            # A member that can only be m is out of sight while its choice is y.
            only_m = clauses.all_of((visible.on, -visible.y, above.y))
            visible = Pair(clauses.all_of((visible.on, -only_m)), visible.y)
        shown = formula.promoted(symbol, visible, is_bool=is_bool)
        if self._is_regular(choice):
            clauses.add((-shown.y, -own.y, picks[symbol]), said)
            clauses.add((-shown.y, own.y, -picks[symbol]), said)
        clauses.add((-shown.y, -own.on, own.y), said)
        formula.constrain(symbol, record, visible, unless=shown.y, alone=True)
        if formula.fine and visible != NEVER:
            self._needs(symbol, record, own.on)

    def _needs(self, symbol: int, record: list[Any], own: Literal) -> None:
        """Say of a member that has no default what it needs, condition by condition."""
        formula = self._formula
        if formula.defaulted(record).on == FALSE:
            for part in formula.conjuncts(record[VISIBILITY]):
                if part > YES:
                    formula.clauses.add((-own, formula.pair(part).on), formula.say("needs", symbol, part))


def _mentions(nodes: Table, node: int, symbol: int) -> bool:
    """Whether an expression names a symbol."""
    compound = nodes[node]
    return node == symbol if compound is None else any(_mentions(nodes, operand, symbol) for operand in compound[1:])
