# SPDX-License-Identifier: GPL-2.0-or-later
"""The propositional formula of a model: what the values of its symbols have to do with each other.

Every configuration that `conf --olddefconfig` can leave satisfies it; what satisfies it is a configuration, but for
comparisons that are marked `free`.  It grows as it is asked: a symbol has its clauses as soon as something rests on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal as Word
from typing import TypeAlias

from kpolicy.evaluate.template import texts_of_names
from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.nodes import AND, NO, NOT, OR, YES
from kpolicy.kconfig.payload import (
    BOOL,
    CHOICE,
    DEFAULTS,
    DIRECT,
    FLAGS,
    HAS_PROMPT,
    IMPLIED,
    IS_CHOICE,
    RANGES,
    REVERSE,
    TRANSITIONAL,
    TRISTATE,
    TYPE,
    VISIBILITY,
    Core,
    Record,
)
from kpolicy.prove.choices import Choices
from kpolicy.prove.clauses import CONSTANTS, FALSE, NEVER, TRUE, Clauses, Literal, Pair, inverse
from kpolicy.prove.texts import Texts
from kpolicy.prove.values import Classes
from kpolicy.tuples import NamedTuple

Kind: TypeAlias = Word["gate", "needs", "select", "default", "choice", "value", "modules"]


class Statement(NamedTuple):
    """What a clause stands for: what is said of a symbol, by one line of it or by all."""

    kind: Kind
    symbol: int = 0
    node: int = 0


class Sources(NamedTuple):
    """Where the value of a bool or tristate comes from.

    How far a line can set it, how far selects raise it, what it is without a line, and whether an `imply` makes y of m.
    """

    shown: Pair
    selected: Pair
    default: Pair
    strong: Literal


class Formula:
    """The clauses of the symbols that were asked for, and of all that they rest on.

    `fine` makes a clause for each condition of a symbol and
    for each select, so that a proof can say which of them it rests on.
    """

    def __init__(
        self,
        model: Model,
        asked: Mapping[int, Iterable[str]] | None = None,
        *,
        fine: bool = False,
    ) -> None:
        core = self.core = model.core
        self.dialect: Dialect = model.dialect
        self.version = model.version
        self.clauses = Clauses()
        self.statements: list[Statement] = [Statement("gate")]
        self.fine = fine
        self.pairs: dict[int, Pair] = dict(enumerate(CONSTANTS))
        self.reached: list[int] = []
        self._settled = 0
        self.classes = Classes(core, texts_of_names(core), asked or {})
        self.texts = Texts(self)
        self._choices = Choices(self)
        self._origins: dict[Statement, int] = {}
        self.modules = self.pair(core.modules)
        # What MODULES itself rests on is worked out while it is taken for n, or not: that depends on the order.
        self._unsettled = self._cone(core.modules) if core.modules > YES else frozenset()

    # What the values of nodes are.

    def pair(self, node: int) -> Pair:
        """The value of a symbol or an expression."""
        pair = self.pairs.get(node)
        if pair is None:
            pair = self.pairs[node] = self._pair(node)
        return pair

    def _pair(self, node: int) -> Pair:
        compound = self.core.nodes[node]
        if compound is None:
            return self._symbol(node)
        operator, *operands = compound
        if operator == AND:
            return self.clauses.minimum(map(self.pair, operands))
        if operator == OR:
            return self.clauses.maximum(map(self.pair, operands))
        if operator == NOT:
            return inverse(self.pair(operands[0]))
        holds = self.texts.comparison(node)
        return Pair(holds, holds)

    def _symbol(self, node: int) -> Pair:
        record = self.core.records[node]
        if record is None or not 0 < record[TYPE] <= TRISTATE:
            return NEVER
        self.reached.append(node)
        if record[TYPE] == BOOL:
            literal = self.clauses.fresh()
            return Pair(literal, literal)
        return self.clauses.fresh_pair()

    def is_selected(self, symbol: int) -> Literal:
        """Whether a select of a symbol is in force."""
        return self.pair(self.core.records[symbol][REVERSE]).on

    def is_visible(self, symbol: int) -> Literal:
        """Whether a line could set a symbol."""
        record = self.core.records[symbol]
        if record[FLAGS] & TRANSITIONAL:
            return TRUE
        visible = self.pair(record[VISIBILITY])
        if not self.dialect.choice_symbols or record[CHOICE] < 0 or record[TYPE] != TRISTATE:
            return visible.on
        # A tristate member that can only be m is out of sight while its choice is y.
        above = self.pair(self.core.choices[record[CHOICE]][0])
        return self.clauses.all_of((visible.on, self.clauses.any_of((visible.y, -above.y))))

    def reach(self, symbol: int) -> None:
        """Have the clauses of a number or a string made, too."""
        self.reached.append(symbol)

    def complete(self) -> None:
        """Make the clauses of everything that was reached since."""
        while self._settled < len(self.reached):
            symbol = self.reached[self._settled]
            self._settled += 1
            record = self.core.records[symbol]
            if record[TYPE] > TRISTATE:
                self.texts.constrain(symbol, record)
            elif record[CHOICE] >= 0:
                self._choices.constrain(symbol, record)
            else:
                self.constrain(symbol, record, self.pair(record[VISIBILITY]))

    # What is said of a symbol.

    def say(
        self, kind: Word["needs", "select", "default", "choice", "value", "modules"], symbol: int, node: int
    ) -> int:
        """The number of a statement, for `Clauses.add`."""
        statement = Statement(kind, symbol, node)
        found = self._origins.get(statement)
        if found is None:
            found = self._origins[statement] = len(self.statements)
            self.statements.append(statement)
        return found

    def promoted(self, symbol: int, pair: Pair, *, is_bool: bool) -> Pair:
        """A value as a bool takes it, and without MODULES a tristate too: m is y."""
        if is_bool or pair.on == pair.y:
            return Pair(pair.on, pair.on)
        no_modules = self.clauses.fresh() if symbol in self._unsettled else -self.modules.on
        return Pair(pair.on, self.clauses.any_of((pair.y, self.clauses.all_of((pair.on, no_modules)))))

    def defaulted(self, record: Record) -> Pair:
        """What the first default whose condition holds gives."""
        clauses, before, found = self.clauses, list[Literal](), list[Pair]()
        for value, condition in record[DEFAULTS]:
            holds = self.pair(condition)
            pair = clauses.minimum((self.pair(value), holds))
            first = clauses.all_of(before)
            found.append(Pair(clauses.all_of((first, pair.on)), clauses.all_of((first, pair.y))))
            before.append(-holds.on)
            if holds.on == TRUE:
                break
        return clauses.maximum(found)

    def constrain(
        self, symbol: int, record: Record, visible: Pair, unless: Literal = FALSE, *, alone: bool = False
    ) -> None:
        """Demand of a bool or tristate what sym_calc_value() gives it, unless a literal holds.

        `alone` is for members of a choice, which selects and implies mean nothing to.
        """
        clauses, flags = self.clauses, record[FLAGS]
        on, y = self.pairs[symbol]
        if on != y:
            no_modules = clauses.fresh() if symbol in self._unsettled else -self.modules.on
            said = self.say("modules", self.core.modules, 0) if self.core.modules > YES else 0
            clauses.add((-on, -no_modules, y, unless), said)
        if flags & TRANSITIONAL:
            return
        reverse = NO if alone else record[REVERSE]
        shown, selected, default, strong = self.sources(symbol, record, visible, alone=alone)
        # From above: what is on is so by its prompt, a select, or a default.
        for own, part in ((on, 0), (y, 1))[: 1 + (on != y)]:
            beside = [-own, selected[part], default[part], unless]
            if part:
                beside += [clauses.all_of((strong, on))]
            self._needs(symbol, record, shown[part], beside)
        # From below: selects raise, and a default counts where there is no prompt.
        self._raises(symbol, reverse, selected, unless)
        said = self.say("default", symbol, 0)
        clauses.add((-default.on, shown.on, on, unless), said)
        clauses.add((-default.y, shown.on, y, unless), said)
        clauses.add((-on, -strong, y, unless), said)

    def sources(self, symbol: int, record: Record, visible: Pair, *, alone: bool = False) -> Sources:
        """What gives a bool or tristate its value; `alone` as for `constrain`."""
        clauses, flags = self.clauses, record[FLAGS]
        is_bool = record[TYPE] == BOOL
        reverse, implying = (NO, NO) if alone else (record[REVERSE], record[IMPLIED])
        is_choice = bool(flags & IS_CHOICE)
        if not flags & HAS_PROMPT and not is_choice:
            visible = NEVER
        shown = self.promoted(symbol, visible, is_bool=is_bool)
        selected = self.promoted(symbol, self.pair(reverse), is_bool=is_bool)
        default = NEVER if is_choice else self.defaulted(record)
        implied = NEVER
        if implying != NO:
            implied = self._implied(symbol, record, is_bool=is_bool)
            raised = clauses.maximum((default, implied))
            if not self.dialect.strong_imply:
                allowed = self.promoted(symbol, self.pair(record[DIRECT]), is_bool=is_bool)
                limited = clauses.minimum((raised, allowed))
                raised = Pair(
                    clauses.any_of((limited.on, clauses.all_of((default.on, -implied.on)))),
                    clauses.any_of((limited.y, clauses.all_of((default.y, -implied.on)))),
                )
            default = raised
        strong = implied.y if self.dialect.strong_imply else FALSE
        return Sources(shown, selected, self.promoted(symbol, default, is_bool=is_bool), strong)

    def _implied(self, symbol: int, record: Record, *, is_bool: bool) -> Pair:
        implied = self.pair(record[IMPLIED])
        if self.dialect.strong_imply:
            direct = self.pair(record[DIRECT]).on
            implied = Pair(self.clauses.all_of((implied.on, direct)), self.clauses.all_of((implied.y, direct)))
        return self.promoted(symbol, implied, is_bool=is_bool)

    def _needs(self, symbol: int, record: Record, shown: Literal, beside: list[Literal]) -> None:
        """Demand that what is on is shown, or is on for one of the reasons beside."""
        node = record[VISIBILITY]
        if self.fine and shown not in (FALSE, TRUE):
            # All conditions of a prompt hold where it is shown: each is a reason of its own.
            for part in self.conjuncts(node):
                self.clauses.add((self.pair(part).on, *beside), self.say("needs", symbol, part))
        self.clauses.add((shown, *beside), self.say("needs", symbol, node))

    def _raises(self, symbol: int, reverse: int, selected: Pair, unless: Literal) -> None:
        on, y = self.pairs[symbol]
        compound = self.core.nodes[reverse]
        if self.fine:
            parts = compound[1:] if compound is not None and compound[0] == OR else [reverse]
            for part in parts:
                edge = self.promoted(symbol, self.pair(part), is_bool=on == y)
                said = self.say("select", symbol, part)
                self.clauses.add((-edge.on, on, unless), said)
                self.clauses.add((-edge.y, y, unless), said)
            return
        said = self.say("select", symbol, reverse)
        self.clauses.add((-selected.on, on, unless), said)
        self.clauses.add((-selected.y, y, unless), said)

    def conjuncts(self, node: int) -> list[int]:
        """The parts of a condition that must all hold."""
        compound = self.core.nodes[node]
        if compound is None or compound[0] != AND:
            return [node]
        return [part for operand in compound[1:] for part in self.conjuncts(operand)]

    def _cone(self, node: int) -> frozenset[int]:
        """The tristates that a symbol rests on."""
        reached = rests_on(self.core, [node])
        records = self.core.records
        return frozenset(item for item in reached if records[item] is not None and records[item][TYPE] == TRISTATE)


def rests_on(core: Core, nodes: Iterable[int]) -> list[int]:
    """Some nodes and all that their values can rest on."""
    waiting = list(dict.fromkeys(nodes))
    seen = set(waiting)
    for node in waiting:
        for other in below(core, node):
            if other > YES and other not in seen:
                seen.add(other)
                waiting.append(other)
    return waiting


def below(core: Core, node: int) -> list[int]:
    """The nodes that the value of a node is computed from."""
    compound = core.nodes[node]
    if compound is not None:
        return list(compound[1:])
    record = core.records[node]
    if record is None:
        return []
    found = [record[VISIBILITY], record[DIRECT], record[REVERSE], record[IMPLIED]]
    for default in record[DEFAULTS]:
        found.extend(default)
    for bounds in record[RANGES]:
        found.extend(bounds)
    if record[CHOICE] >= 0:
        choice = core.choices[record[CHOICE]]
        found += [choice[0], *choice[2]]
    return found
