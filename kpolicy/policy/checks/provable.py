# SPDX-License-Identifier: GPL-2.0-or-later
"""What holds in every configuration of an architecture, proved line by line: `kconfig/dead-option` and others.

A line is asked about by a literal that contradicts the claim: what no solution of the formula has is proved.  Symbols
whose lines rest on the toolchain may have any value, so the proofs hold with every toolchain.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from kpolicy.kconfig.nodes import NO
from kpolicy.kconfig.payload import BOOL, CHOICE, FLAGS, TRANSITIONAL, TRISTATE, TYPE
from kpolicy.location import Location
from kpolicy.policy.checks.claims import Claim, Claims
from kpolicy.policy.checks.lines import Depends, Line, Lines
from kpolicy.policy.checks.proof_grounds import Part, Parts, needed
from kpolicy.prove.bulk import Bulk
from kpolicy.prove.clauses import FALSE, TRUE, Literal
from kpolicy.prove.formula import Formula
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model

Key = tuple[str, Location, str, str]
"""What a claim is about: the topic, the line, the symbol and the part of the line."""
KNOWN: Final = "BROKEN"
"""Nothing sets it: what depends on it is dead on purpose, and no proof may rest on its value."""
_NEVER, _ALWAYS = "kconfig/constant-condition never", "kconfig/constant-condition always"
_TOPICS: Final = {"kconfig/constant-condition": (_NEVER, _ALWAYS)}
"""A condition may be constant in two ways: no architecture's proof of one supports that of another for the other."""


def _nothing() -> Iterable[Part]:
    return ()


class _Question(NamedTuple):
    """`against` contradicts a claim about a line; the line does nothing in configurations without `applies`.

    The grounds of the claim are among the `parts`, which exclude one another and `fixed`; `is_condition` says that they
    are the conditions of the line.
    """

    topic: str
    node: int
    place: tuple[int, int]
    message: str
    against: Literal
    applies: Literal = TRUE
    part: str = ""
    parts: Callable[[], Iterable[Part]] = _nothing
    fixed: Literal = TRUE
    is_condition: bool = False


class Proofs(NamedTuple):
    """Claims by topic, of which each is sorted out by itself; and what is false on this architecture."""

    claims: Mapping[str, Claims]
    refuted: frozenset[Key]


def prove_lines(model: Model, checks: Collection[str], refuted: Container[Key] = frozenset()) -> Proofs:
    """What some checks prove of the lines of an architecture; `refuted` is what another one contradicts already."""
    formula = Formula(model)
    lines = Lines(model, formula)
    known = model.core.symbols.get(KNOWN)
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
        self._parts = Parts(model, lines)

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
        found: dict[str, list[Claim]] = {}
        for item, claim in zip(claimed, self._claims(claimed), strict=True):
            found.setdefault(item.topic, []).append(claim)
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

    def _claims(self, claimed: list[_Question]) -> Iterator[Claim]:
        parts = [tuple(item.parts()) for item in claimed]
        # The conditions that are never met, each by itself.
        possible = self._bulk.possible(
            part.literal for item, some in zip(claimed, parts, strict=True) if item.is_condition for part in some
        )
        for item, some in zip(claimed, parts, strict=True):
            never = [
                (part.text, part.ground)
                for part in some
                if item.is_condition and part.ground is not None and part.literal not in possible
            ]
            yield Claim(
                check=item.topic.partition(" ")[0],
                symbol=self._names[item.node],
                message=item.message,
                place=self._place(item.place),
                part=item.part,
                grounds=() if never else needed(self._bulk, item.fixed, some),
                never=tuple(never) if item.is_condition else None,
            )

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

    def _conditions(self, line: Line) -> Callable[[], Iterable[Part]]:
        return partial(self._parts.conditions, line)

    def _dead_option(self, node: int) -> Iterator[_Question]:
        if self._is_member(node):
            return
        for line in self._of(node, "prompt"):
            message = f"the prompt of {self._names[node]} is never visible"
            # One that depends on n is dead on purpose.
            if NO not in self._formula.conjuncts(line.condition):
                shown = self._formula.pair(line.condition).on
                parts = self._conditions(line)
                yield _Question("kconfig/dead-option", node, line.place, message, shown, parts=parts, is_condition=True)

    def _never_together(self, node: int) -> Iterator[_Question]:
        if not self._is_member(node) or node in self._lines.probed.symbols:
            return
        for line in self._of(node, "prompt")[:1]:
            message = f"the choice member {self._names[node]} can never be chosen"
            on, parts = self._formula.pair(node).on, self._conditions(line)
            yield _Question("kconfig/never-together", node, line.place, message, on, parts=parts, is_condition=True)

    def _dead_default(self, node: int) -> Iterator[_Question]:
        before: list[Line] = []
        lines = self._of(node, "default")
        if len(lines) < len(self._lines.entries[node][2]):
            # One that rests on the toolchain may count or not.
            return
        for line in lines:
            holds = self._formula.pair(line.condition).on
            if holds != FALSE:
                text = str(self._model.expression(line.operands[0]))
                message = f"the default {text} of {self._names[node]} is never reached"
                against = self._clauses.all_of((*(-self._formula.pair(item.condition).on for item in before), holds))
                message += ": an earlier one always applies" if before else ": its condition is never met"
                parts = partial(self._parts.earlier, line, tuple(before)) if before else self._conditions(line)
                fixed = holds if before else TRUE
                yield _Question(
                    "kconfig/dead-default", node, line.place, message, against, holds, parts=parts, fixed=fixed
                )
            before.append(line)

    def _constant_condition(self, node: int) -> Iterator[_Question]:
        before: list[Line] = []
        kind = ""
        for line in self._lines.of(node):
            before, kind = (before if line.kind == kind else []), line.kind
            if line.own:
                yield from self._constant(node, line, before)
            if kind in ("default", "range"):
                before.append(line)

    def _constant(self, node: int, line: Line, before: list[Line]) -> Iterator[_Question]:
        around, whole = self._lines.all_of(line.around), self._formula.pair(line.condition)
        if whole.on == FALSE:
            return
        counts = [-self._formula.pair(item.condition).on for item in before]
        if line.kind in ("select", "imply"):
            source = self._formula.pair(node)
            around, whole = self._clauses.minimum((source, around)), self._clauses.minimum((source, whole))
        text = self._text(line)
        against = self._clauses.all_of((*counts, self._clauses.below(whole, around)))
        applies = self._clauses.all_of((*counts, around.on))
        parts = partial(self._parts.around, line, tuple(before))
        fixed = -self._lines.all_of(line.own).on
        message = f"{text} always holds there"
        yield _Question(_ALWAYS, node, line.place, message, against, applies, "always", parts, fixed)
        if line.kind in ("select", "imply", "range"):
            message = f"{text} never holds there: the line has no effect"
            conditions = self._conditions(line)
            yield _Question(_NEVER, node, line.place, message, whole.on, around.on, "never", conditions)

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
            for at, (part, place) in enumerate(item.parts):
                others = (*item.around, *item.parts[:at], *item.parts[at + 1 :])
                around = self._lines.all_of(other for other, _place in others)
                text = str(self._model.expression(part))
                message = f"{self._names[node]} depends on {text}, which always holds when its other dependencies do"
                own = self._formula.pair(part)
                yield _Question(
                    "kconfig/redundant-depends",
                    node,
                    place,
                    message,
                    self._clauses.below(own, around),
                    around.on,
                    f"{number} {at} {text}",
                    parts=partial(self._parts.of, others),
                    fixed=-own.on,
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
        gone: dict[int, _Question] = {}
        for at, item in mine.items():
            others = [part for number, part in enumerate(definition.parts) if number != at and number not in gone]
            around = self._lines.all_of(node for node, _place in (*definition.around, *others))
            against = self._clauses.below(self._formula.pair(definition.parts[at][0]), around)
            if item is not None and (against == FALSE or (against != TRUE and not self._bulk.is_possible([against]))):
                gone[at] = item
        left = [part for number, part in enumerate(definition.parts) if number not in gone]
        for item in gone.values():
            yield item._replace(parts=partial(self._parts.of, (*definition.around, *left)))

    def _always_on(self, node: int) -> Iterator[_Question]:
        if self._is_member(node) or not self._is_logical(node) or node in self._lines.probed.symbols:
            return
        for line in self._of(node, "prompt")[:1]:
            shown = self._formula.is_visible(node)
            against = self._clauses.all_of((shown, -self._formula.pair(node).on))
            message = f"{self._names[node]} can never be answered n: it is on whenever its prompt is visible"
            parts = partial(self._parts.selects, node)
            yield _Question("kconfig/always-on", node, line.place, message, against, shown, parts=parts, fixed=shown)
