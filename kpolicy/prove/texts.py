# SPDX-License-Identifier: GPL-2.0-or-later
"""The clauses of numbers, strings, and comparisons (sym_calc_value() and expr_calc_value() of scripts/kconfig)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kpolicy.evaluate.strings import number
from kpolicy.kconfig.nodes import EQUAL, GREATER_EQUAL, LESS_EQUAL
from kpolicy.kconfig.payload import DEFAULTS, FLAGS, INT, RANGES, STRING, TRANSITIONAL, TYPE, VISIBILITY, Record
from kpolicy.prove.clauses import FALSE, TRUE, Literal, Pair
from kpolicy.prove.values import ValueClass
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.prove.formula import Formula


class _Bound(NamedTuple):
    """A value that a bound can have: the number, the class of it among those of the symbol, and when it has it."""

    number: int
    at: int
    literal: Literal


class Texts:
    """Adds the clauses of numbers and strings to a formula.

    `free` are the nodes of which the formula says nothing, or not everything, each with a literal that decides it:
    comparisons, and symbols whose defaults or bounds have another type.  `plain` are
    literals of solutions that evaluation confirms more likely: no line is dropped because it is out of range.
    """

    def __init__(self, formula: Formula) -> None:
        self._formula = formula
        self._values: dict[int, list[Literal]] = {}
        self._last: dict[int, list[Literal]] = {}
        self._entered: dict[int, list[Literal]] = {}
        self.free: list[tuple[int, Literal]] = []
        self.plain: list[Literal] = []

    def value(self, symbol: int) -> list[Literal]:
        """A literal for each class of values of a number or string; one of them holds."""
        literals = self._values.get(symbol)
        if literals is None:
            clauses = self._formula.clauses
            literals = self._values[symbol] = [clauses.fresh() for _ in self._formula.classes.of(symbol)]
            clauses.exactly_one(literals, 0)
            self._formula.reach(symbol)
        return literals

    def entered(self, symbol: int) -> list[Literal]:
        """The same for the value that a line would have: before it is clipped, unless conf drops such a line."""
        drops = self._formula.dialect.drops_out_of_range
        return self.value(symbol) if drops or symbol not in self._entered else self._entered[symbol]

    def last_value(self, symbol: int) -> list[Literal]:
        """The same for the value that a number is left with: an old conf drops a line that is out of range.

        It does so after it has worked out everything else with the bound in place of that line
        (confdata.c: conf_read, before 6.2).
        """
        record = self._formula.core.records[symbol]
        if not self._formula.dialect.drops_out_of_range or not record[RANGES] or record[TYPE] == STRING:
            return self.value(symbol)
        literals = self._last.get(symbol)
        if literals is None:
            literals = self._last[symbol] = self._dropped(symbol, record, self.value(symbol))
        return literals

    def _dropped(self, symbol: int, record: Record, seen: list[Literal]) -> list[Literal]:
        formula, clauses = self._formula, self._formula.clauses
        last = [clauses.fresh() for _ in seen]
        plain = clauses.fresh()
        self.plain.append(plain)
        clauses.exactly_one(last, 0)
        in_range = [-formula.pair(condition).on for _low, _high, condition in record[RANGES]]
        kept = clauses.any_of([clauses.all_of(in_range), -formula.pair(record[VISIBILITY]).on])
        for before, after in zip(seen, last, strict=True):
            clauses.add((-kept, -before, after), 0)
            clauses.add((-plain, -before, after), 0)
        self.free.append((symbol, -kept))
        return last

    def comparison(self, node: int, given: Mapping[int, Pair] | None = None) -> Literal:
        """Whether a comparison holds; `given` are values of symbols that are taken for granted."""
        clauses = self._formula.clauses
        operator, left, right = self._formula.core.nodes[node]
        if left == right:
            return TRUE if operator in (EQUAL, LESS_EQUAL, GREATER_EQUAL) else FALSE
        holds: list[Literal] = []
        open_cases: list[Literal] = []
        for first, one in self._cases(left, given or {}):
            for second, other in self._cases(right, given or {}):
                known = one.compare(operator, other)
                if known is None:
                    open_cases.append(clauses.all_of((first, second)))
                elif known:
                    holds.append(clauses.all_of((first, second)))
        cases = [case for case in open_cases if case != FALSE]
        if cases:
            unknown = clauses.any_of(cases)
            free = clauses.fresh()
            self.free.append((node, free))
            holds.append(clauses.all_of((unknown, free)))
        return clauses.any_of(holds)

    def _cases(self, node: int, given: Mapping[int, Pair]) -> list[tuple[Literal, ValueClass]]:
        """What a side of a comparison can be, each with the literal that says so."""
        formula = self._formula
        classes = formula.classes
        if classes.is_text(node):
            return list(zip(self.value(node), classes.of(node), strict=True))
        if not classes.is_logical(node):
            return [(TRUE, classes.constant(node))]
        type_code = formula.core.records[node][TYPE]
        pair = given.get(node) or formula.pair(node)
        between = formula.clauses.all_of((pair.on, -pair.y))
        return [
            (literal, ValueClass("text", letter, type_code))
            for literal, letter in ((-pair.on, "n"), (between, "m"), (pair.y, "y"))
            if literal != FALSE
        ]

    def constrain(self, symbol: int, record: Record) -> None:
        """Demand of a number or string what a line, its defaults and its range give it."""
        formula, clauses = self._formula, self._formula.clauses
        if record[FLAGS] & TRANSITIONAL:
            return
        literals = self.value(symbol)
        said = formula.say("value", symbol, 0)
        ranges = record[RANGES] if record[TYPE] != STRING else []
        raw = [clauses.fresh() for _ in literals] if ranges else literals
        self._entered[symbol] = raw
        if ranges:
            clauses.exactly_one(raw, 0)
            self._clip(symbol, record, raw, literals, said)
        visible = formula.pair(record[VISIBILITY]).on
        classes = formula.classes.of(symbol)
        # What no line can say of a number, its defaults alone give it.
        ways: dict[int, list[Literal]] = {
            at: [] for at, item in enumerate(classes) if item.kind in ("text", "other") and record[TYPE] != STRING
        }
        before: list[Literal] = []
        for default, condition in record[DEFAULTS]:
            holds = formula.pair(condition).on
            counts = clauses.all_of((*before, holds))
            for value, given in self._default(symbol, default, counts):
                clauses.add((-given, visible, raw[value]), said)
                if value in ways:
                    ways[value].append(given)
            before.append(-holds)
            if holds == TRUE:
                break
        empty = formula.classes.index(symbol, self._empty(record[TYPE]))
        none = clauses.all_of(before)
        clauses.add((-none, visible, raw[empty]), said)
        if empty in ways:
            ways[empty].append(none)
        for value, givers in ways.items():
            clauses.add((-raw[value], *givers), said)

    def is_written(self, record: Record) -> Literal:
        """Whether a number or string has a line in .config."""
        formula, clauses = self._formula, self._formula.clauses
        ways, before = [formula.pair(record[VISIBILITY]).on], list[Literal]()
        for default, condition in record[DEFAULTS]:
            holds = formula.pair(condition).on
            if formula.core.nodes[default] is None:
                ways.append(clauses.all_of((*before, holds)))
            before.append(-holds)
        return clauses.any_of(ways)

    def _empty(self, type_code: int) -> str:
        if type_code == STRING or self._formula.dialect.empty_numbers:
            return ""
        return "0" if type_code == INT else "0x0"

    def _default(self, symbol: int, default: int, holds: Literal) -> list[tuple[int, Literal]]:
        """The classes that a default can give, each with the literal that says that it does."""
        formula, clauses, classes = self._formula, self._formula.clauses, self._formula.classes
        if holds == FALSE:
            return []
        records = formula.core.records
        if formula.core.nodes[default] is not None:
            text = self._empty(records[symbol][TYPE])
        elif classes.is_text(default):
            if records[default][TYPE] != records[symbol][TYPE]:
                # Any value, as far as the formula knows.
                either = [clauses.fresh() for _ in classes.of(symbol)]
                self.free.extend((symbol, literal) for literal in either)
                return [(at, clauses.all_of((holds, literal))) for at, literal in enumerate(either)]
            return [(at, clauses.all_of((holds, other))) for at, other in enumerate(self.value(default))]
        else:
            text = "n" if classes.is_logical(default) else classes.constant(default).text
        return [(classes.index(symbol, text), holds)]

    def _clip(self, symbol: int, record: Record, raw: list[Literal], literals: list[Literal], said: int) -> None:
        """Demand that a value out of the range in force is its bound, and any other the value itself."""
        formula, clauses = self._formula, self._formula.clauses
        base = 10 if record[TYPE] == INT else 16
        classes = formula.classes.of(symbol)
        before: list[Literal] = []
        for low, high, condition in record[RANGES]:
            holds = formula.pair(condition).on
            counts = clauses.all_of((*before, holds))
            before.append(-holds)
            least, most = self._bound(symbol, low, base), self._bound(symbol, high, base)
            if least is None or most is None:
                self.free.append((symbol, counts))
                continue
            for at, item in enumerate(classes):
                value = number(item.text, base)
                # The bound below counts first, as in sym_validate_range().
                inside = [counts, raw[at]]
                for side, bound in enumerate((least, most)):
                    beyond = [case for case in bound if (case.number > value, case.number < value)[side]]
                    for case in beyond:
                        clauses.add((-clauses.all_of((*inside, case.literal)), literals[case.at]), said)
                    inside += [-case.literal for case in beyond]
                clauses.add((-clauses.all_of(inside), literals[at]), said)
        outside = clauses.all_of(before)
        for own, other in zip(raw, literals, strict=True):
            clauses.add((-outside, -own, other), said)

    def _bound(self, symbol: int, node: int, base: int) -> list[_Bound] | None:
        """What a bound can be; None where it has another type than what it bounds."""
        formula = self._formula
        classes = formula.classes
        if formula.core.nodes[node] is not None:
            return None
        if classes.is_text(node):
            if formula.core.records[node][TYPE] != formula.core.records[symbol][TYPE]:
                return None
            # The classes are the same.  Where both are in one gap the result is too, whichever is less.
            rows = zip(classes.of(node), self.value(node), strict=True)
            return [_Bound(number(item.text, base), at, literal) for at, (item, literal) in enumerate(rows)]
        text = "n" if classes.is_logical(node) else classes.constant(node).text
        value = number(text, base)
        if formula.dialect.prints_bounds:
            text = str(value) if base == 10 else hex(value & ((1 << 64) - 1))
        return [_Bound(value, classes.index(symbol, text), TRUE)]
