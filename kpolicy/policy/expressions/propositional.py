# SPDX-License-Identifier: GPL-2.0-or-later
"""Conditions as questions about all configurations (`kpolicy.prove.proof`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kpolicy.errors import UsageError
from kpolicy.frozen import dataclass
from kpolicy.policy.expressions.expression import (
    And,
    Boot,
    Compare,
    Constant,
    Expression,
    Not,
    Operand,
    Or,
    Parameter,
    Predicate,
    Release,
    Symbol,
    compare,
    symbols,
)
from kpolicy.prove.clauses import FALSE, TRUE, Literal

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Model
    from kpolicy.prove.formula import Formula
    from kpolicy.prove.values import ValueClass


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that is to hold in every configuration."""

    expression: Expression

    def texts(self, model: Model) -> Mapping[int, Sequence[str]]:
        """The texts that it compares numbers and strings with, by symbol."""
        found: dict[int, list[str]] = {}
        for item in _comparisons(self.expression):
            for one, other in ((item.left, item.right), (item.right, item.left)):
                node = model.core.symbols.get(one.name) if isinstance(one, Symbol) else None
                if node is not None and isinstance(other, Constant | Parameter):
                    found.setdefault(node, []).append(other.value)
        return {node: texts for node, texts in found.items() if model.core.records[node] is not None}

    def literal(self, formula: Formula) -> Literal:
        """A literal that holds where the condition does."""
        return _literal(formula, self.expression)

    def holds(self, values: Values) -> bool:
        """Whether it holds in one configuration."""
        return self.expression.holds(values)


def not_about_values(text: str) -> UsageError:
    """The error for what asks about the command line of a kernel."""
    return UsageError(
        f"{text} asks about the text of the command line, which no proof is about", hint="use the condition in a rule"
    )


def check_provable(expression: Expression) -> None:
    """Raise UsageError for what a condition asks about a config rather than about its values."""
    match expression:
        case Predicate("assigned" | "requested" as word, name):
            raise UsageError(
                f"{word}({name}) asks about the lines of a config, not about its values",
                hint=f"settable({name}) asks whether a line could set it",
            )
        case Boot():
            raise not_about_values(str(expression))
        case Compare(_, left, right):
            for side in (left, right):
                if isinstance(side, Boot):
                    check_provable(side)
        case Not(operand):
            check_provable(operand)
        case And(operands) | Or(operands):
            for operand in operands:
                check_provable(operand)


def asks_whether_exists(expression: Expression) -> Iterable[str]:
    """The symbols of which a condition asks whether some Kconfig file defines them."""
    match expression:
        case Predicate("exists", name):
            yield name
        case Not(operand):
            yield from asks_whether_exists(operand)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from asks_whether_exists(operand)


def _comparisons(expression: Expression) -> Iterable[Compare]:
    match expression:
        case Compare():
            yield expression
        case Not(operand):
            yield from _comparisons(operand)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from _comparisons(operand)


def _literal(formula: Formula, expression: Expression) -> Literal:
    match expression:
        case Symbol(name):
            node = formula.core.symbols.get(name)
            return FALSE if node is None else formula.pair(node).on
        case Constant(value):
            return TRUE if value in ("y", "m") else FALSE
        case Not(operand):
            return -_literal(formula, operand)
        case And(operands):
            return formula.clauses.all_of([_literal(formula, operand) for operand in operands])
        case Or(operands):
            return formula.clauses.any_of([_literal(formula, operand) for operand in operands])
        case Compare():
            return _comparison(formula, expression)
        case Predicate(word, name):
            return _predicate(formula, word, name)
        case Release():
            return TRUE if expression.is_of(formula.version) else FALSE
        case _:
            raise AssertionError(expression)


def _predicate(formula: Formula, word: str, name: str) -> Literal:
    node = formula.core.symbols.get(name)
    record = None if node is None else formula.core.records[node]
    if record is None or node is None:
        return FALSE
    if word == "exists":
        return TRUE
    return formula.is_selected(node) if word == "selected" else formula.is_visible(node)


def _comparison(formula: Formula, expression: Compare) -> Literal:
    clauses = formula.clauses
    holds = []
    for first, left, one in _cases(formula, expression.left):
        for second, right, other in _cases(formula, expression.right):
            both = clauses.all_of((first, second))
            if one is not None and other is not None and "gap" in (one.kind, other.kind) and one.kind == other.kind:
                # Two numbers between the same others: nothing is known of their order.
                free = clauses.fresh()
                formula.texts.free += [(formula.core.symbols[name], free) for name in symbols(expression)]
                holds.append(clauses.all_of((both, free)))
            elif compare(expression.operator, left, right):
                holds.append(both)
    return clauses.any_of(holds)


def _cases(formula: Formula, operand: Operand) -> list[tuple[Literal, str, ValueClass | None]]:
    """What an operand can be: a literal, the text that it has then, and its class where it stands for several."""
    if not isinstance(operand, Symbol):
        assert isinstance(operand, Constant | Parameter)
        return [(TRUE, operand.value, None)]
    node = formula.core.symbols.get(operand.name)
    if node is None or formula.core.records[node] is None:
        return [(TRUE, "", None)]
    if not formula.classes.is_text(node):
        pair = formula.pair(node)
        between = formula.clauses.all_of((pair.on, -pair.y))
        return [(-pair.on, "n", None), (between, "m", None), (pair.y, "y", None)]
    all_of = formula.clauses.all_of
    written = formula.texts.is_written(formula.core.records[node])
    cases: list[tuple[Literal, str, ValueClass | None]] = [(-written, "", None)]
    for literal, item in zip(formula.texts.last_value(node), formula.classes.of(node), strict=True):
        cases.append((all_of((written, literal)), item.text, item))
    return cases
