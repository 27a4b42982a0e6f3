# SPDX-License-Identifier: GPL-2.0-or-later
"""What holds in every configuration of an architecture, proved line by line: `kconfig/dead-option` and others.

A line is asked about by a literal that contradicts the claim: what no solution of the formula has is proved.  Symbols
whose lines rest on the toolchain may have any value, so the proofs hold with every toolchain.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from kpolicy.kconfig.payload import BOOL, CHOICE, FLAGS, TRANSITIONAL, TRISTATE, TYPE
from kpolicy.location import Location
from kpolicy.policy.checks.kconfig import Claim, Claims
from kpolicy.policy.checks.lines import Depends, Line, Lines
from kpolicy.prove.bulk import Bulk
from kpolicy.prove.clauses import FALSE, TRUE, Literal
from kpolicy.prove.formula import Formula

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model

Key = tuple[str, Location, str, str]
"""What a claim is about: the topic, the line, the symbol and the part of the line."""
_KNOWN: Final = "BROKEN"
"""Nothing sets it: what depends on it is dead on purpose, and no proof may rest on its value."""
_NEVER, _ALWAYS = "kconfig/constant-condition never", "kconfig/constant-condition always"
_TOPICS: Final = {"kconfig/constant-condition": (_NEVER, _ALWAYS)}
"""A condition may be constant in two ways: no architecture's proof of one supports that of another for the other."""


class _Question(NamedTuple):
    """`against` contradicts a claim about a line; the line does nothing in configurations without `applies`."""

    topic: str
    node: int
    place: tuple[int, int]
    message: str
    against: Literal
    applies: Literal = TRUE
    part: str = ""
    conditions: tuple[int, ...] = ()


class Proofs(NamedTuple):
    """Claims by topic, of which each is sorted out by itself; and what is false on this architecture."""

    claims: Mapping[str, Claims]
    refuted: frozenset[Key]


def prove_lines(model: Model, checks: Collection[str], refuted: Container[Key] = frozenset()) -> Proofs:
    """What some checks prove of the lines of an architecture; `refuted` is what another one contradicts already."""
    formula = Formula(model)
    lines = Lines(model, formula)
    known = model.core.symbols.get(_KNOWN)
    bulk = Bulk(formula, lines.probed.symbols if known is None else lines.probed.symbols | {known})
    try:
        return _Prover(model, lines, bulk).proofs(checks, refuted)
    finally:
        bulk.close()


class _Prover:
    def __init__(self, model: Model, lines: Lines, bulk: Bulk) -> None:
        self._model = model
        self._lines = lines
        self._bulk = bulk
        self._formula = lines.formula
        self._clauses = lines.formula.clauses
        self._records = model.core.records
        self._names = model.names_by_node

    def proofs(self, checks: Collection[str], refuted: Container[Key]) -> Proofs:
        """The claims of some checks."""
        asked = [item for item in self._questions(checks) if self._key(item) not in refuted]
        # All at once: a solution that answers one answers most.
        possible = self._bulk.possible([item.against for item in asked])
        left = [item for item in asked if item.against not in possible]
        possible_here = self._bulk.possible([item.applies for item in left])
        claimed = [item for item in left if item.applies in possible_here]
        if "kconfig/redundant-depends" in checks:
            claimed = self._not_in_turn(claimed)
        idle: dict[str, set[Location]] = {}
        for item in left:
            if item.applies not in possible_here:
                idle.setdefault(item.topic, set()).add(self._place(item.place))
        impossible = self._impossible(claimed)
        found: dict[str, list[Claim]] = {}
        for item in claimed:
            found.setdefault(item.topic, []).append(self._claim(item, impossible))
        files = frozenset(self._model.details.files)
        return Proofs(
            {
                topic: Claims(self._model.srcarch, tuple(found.get(topic, ())), files, frozenset(idle.get(topic, ())))
                for check in checks
                for topic in _TOPICS.get(check, (check,))
            },
            frozenset(self._key(item) for item in asked if item.against in possible),
        )

    def _key(self, item: _Question) -> Key:
        return item.topic, self._place(item.place), self._names[item.node], item.part

    def _claim(self, item: _Question, impossible: Container[int]) -> Claim:
        message = item.message
        never = [str(self._model.expression(node)) for node in item.conditions if node in impossible]
        if item.conditions:
            message += f": {never[0]} is never met" if never else ": its conditions exclude one another"
        check = item.topic.partition(" ")[0]
        return Claim(check, self._names[item.node], message, self._place(item.place), (), item.part, len(never))

    def _impossible(self, claimed: list[_Question]) -> set[int]:
        """The conditions in some claims that are never met, each by itself."""
        asked = {node: self._formula.pair(node).on for item in claimed for node in item.conditions}
        possible = self._bulk.possible(asked.values())
        return {node for node, literal in asked.items() if literal not in possible}

    def _place(self, place: tuple[int, int]) -> Location:
        return Location(self._model.details.files[place[0]], place[1])

    # The questions.

    def _questions(self, checks: Collection[str]) -> Iterator[_Question]:
        of_lines: dict[str, Callable[[int], Iterator[_Question]]] = {
            "kconfig/dead-option": self._dead_option,
            "kconfig/never-together": self._never_together,
            "kconfig/dead-default": self._dead_default,
            "kconfig/constant-condition": self._constant_condition,
            "kconfig/redundant-depends": self._redundant_depends,
            "kconfig/always-on": self._always_on,
        }
        made = [ask for check, ask in of_lines.items() if check in checks]
        for node in self._lines.entries:
            record = self._records[node]
            if self._lines.is_entry(node) and record[TYPE] and not record[FLAGS] & TRANSITIONAL:
                for ask in made:
                    yield from ask(node)

    def _is_member(self, node: int) -> bool:
        return bool(self._records[node][CHOICE] >= 0)

    def _is_logical(self, node: int) -> bool:
        return self._records[node][TYPE] in (BOOL, TRISTATE)

    def _of(self, node: int, kind: str) -> list[Line]:
        return [line for line in self._lines.of(node) if line.kind == kind]

    def _dead_option(self, node: int) -> Iterator[_Question]:
        if self._is_member(node):
            return
        for line in self._of(node, "prompt"):
            message = f"the prompt of {self._names[node]} is never visible"
            shown = self._formula.pair(line.condition).on
            conditions = tuple(self._formula.conjuncts(line.condition))
            yield _Question("kconfig/dead-option", node, line.place, message, shown, conditions=conditions)

    def _never_together(self, node: int) -> Iterator[_Question]:
        if not self._is_member(node) or node in self._lines.probed.symbols:
            return
        for line in self._of(node, "prompt")[:1]:
            message = f"the choice member {self._names[node]} can never be chosen"
            conditions = tuple(self._formula.conjuncts(line.condition))
            on = self._formula.pair(node).on
            yield _Question("kconfig/never-together", node, line.place, message, on, conditions=conditions)

    def _dead_default(self, node: int) -> Iterator[_Question]:
        before: list[Literal] = []
        lines = self._of(node, "default")
        if len(lines) < len(self._lines.entries[node][2]):
            # One that rests on the toolchain may count or not.
            return
        for line in lines:
            holds = self._formula.pair(line.condition).on
            if holds != FALSE:
                text = str(self._model.expression(line.operands[0]))
                message = f"the default {text} of {self._names[node]} is never reached"
                against = self._clauses.all_of((*before, holds))
                message += ": an earlier one always applies" if before else ": its condition is never met"
                yield _Question("kconfig/dead-default", node, line.place, message, against, holds)
            before.append(-holds)

    def _constant_condition(self, node: int) -> Iterator[_Question]:
        before: list[Literal] = []
        kind = ""
        for line in self._lines.of(node):
            before, kind = (before if line.kind == kind else []), line.kind
            if line.own:
                yield from self._constant(node, line, before)
            if kind in ("default", "range"):
                before.append(-self._formula.pair(line.condition).on)

    def _constant(self, node: int, line: Line, before: list[Literal]) -> Iterator[_Question]:
        around, whole = self._lines.all_of(line.around), self._formula.pair(line.condition)
        if whole.on == FALSE:
            return
        counts = [*before]
        if line.kind in ("select", "imply"):
            own = self._formula.pair(node)
            around, whole = self._clauses.minimum((own, around)), self._clauses.minimum((own, whole))
        text = self._text(line)
        against = self._clauses.all_of((*counts, self._clauses.below(whole, around)))
        applies = self._clauses.all_of((*counts, around.on))
        yield _Question(_ALWAYS, node, line.place, f"{text} always holds there", against, applies)
        if line.kind in ("select", "imply", "range"):
            message = f"{text} never holds there: the line has no effect"
            yield _Question(_NEVER, node, line.place, message, whole.on, around.on)

    def _text(self, line: Line) -> str:
        name, model = self._names[line.symbol], self._model
        own = " && ".join(str(model.expression(node)) for node in line.own)
        if line.kind in ("select", "imply"):
            what = f"{name} {'selects' if line.kind == 'select' else 'implies'} {self._names[line.operands[0]]}"
        else:
            what = f"the {line.kind} of {name} counts"
        return f"{what} if {own}, which"

    def _redundant_depends(self, node: int) -> Iterator[_Question]:
        for number, item in enumerate(self._lines.depends(node)):
            nodes = [part for part, _place in item.parts]
            for at, (part, place) in enumerate(item.parts):
                around = self._lines.all_of((*item.around, *nodes[:at], *nodes[at + 1 :]))
                text = str(self._model.expression(part))
                message = f"{self._names[node]} depends on {text}, which always holds when its other dependencies do"
                against = self._clauses.below(self._formula.pair(part), around)
                yield _Question(
                    "kconfig/redundant-depends", node, place, message, against, around.on, f"{number} {at} {text}"
                )

    def _not_in_turn(self, claimed: list[_Question]) -> list[_Question]:
        """Of dependencies that follow from one another only those that can go together."""
        topic = "kconfig/redundant-depends"
        kept = [item for item in claimed if item.topic != topic]
        of_symbols: dict[int, dict[tuple[str, ...], _Question]] = {}
        for item in claimed:
            if item.topic == topic:
                of_symbols.setdefault(item.node, {})[tuple(item.part.split(" ", 2)[:2])] = item
        for node, items in of_symbols.items():
            for number, definition in enumerate(self._lines.depends(node)):
                mine = {at: items.get((str(number), str(at))) for at in range(len(definition.parts))}
                if sum(item is not None for item in mine.values()) < 2:
                    kept += [item for item in mine.values() if item is not None]
                else:
                    kept += self._together(definition, mine)
        return kept

    def _together(self, definition: Depends, mine: dict[int, _Question | None]) -> Iterator[_Question]:
        left = [part for part, _place in definition.parts]
        gone: set[int] = set()
        for at, item in mine.items():
            if item is None:
                continue
            others = [part for number, part in enumerate(left) if number != at and number not in gone]
            around = self._lines.all_of((*definition.around, *others))
            against = self._clauses.below(self._formula.pair(left[at]), around)
            if against == FALSE or (against != TRUE and self._bulk.solve([against]) is None):
                gone.add(at)
                yield item

    def _always_on(self, node: int) -> Iterator[_Question]:
        if self._is_member(node) or not self._is_logical(node) or node in self._lines.probed.symbols:
            return
        for line in self._of(node, "prompt")[:1]:
            shown = self._formula.is_visible(node)
            against = self._clauses.all_of((shown, -self._formula.pair(node).on))
            message = f"{self._names[node]} can never be answered n: it is on whenever its prompt is visible"
            yield _Question("kconfig/always-on", node, line.place, message, against, shown)
