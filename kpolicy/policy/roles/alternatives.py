# SPDX-License-Identifier: GPL-2.0-or-later
"""What would give a config another role: config lines that were tried, not guessed.

A role asks for a condition and for some of its marks; from these come sets of symbols to turn on or
off, the smallest first.  Each is added to the config, with what its symbols depend on where that is
off, and the config is evaluated again: only what then has the role is offered.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from kpolicy.frozen import dataclass
from kpolicy.kconfig.expressions import conjuncts
from kpolicy.policy.edits import line_of, without_needless
from kpolicy.policy.expressions.expression import And, Expression, Not, Or, Symbol
from kpolicy.policy.roles.role import Reading, Role, bar_for, reading_of, role_of

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.expressions import Expr

Edits: TypeAlias = dict[str, bool]
"""Symbols to turn on (True) or off."""
Retry: TypeAlias = Callable[[Sequence[str]], "Values"]
"""The values of the config with some lines after its own."""

_MOST_WAYS: Final = 60
_MOST_TRIES: Final = 12
_DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class Alternative:
    """A role that the config does not have, and lines that give it that role; no lines where none were found.

    `reading` is "" for the role that remains; `tried` is False where there were no Kconfig files to try with.
    """

    role: str
    reading: str
    lines: tuple[str, ...]
    tried: bool


def alternatives(
    values: Values, role: str, roles: tuple[Role, ...], readings: Mapping[str, str], retry: Retry | None
) -> tuple[Alternative, ...]:
    """For every role but `role`, which the config has, what would make it that; without `retry` untried."""
    values = retry(()) if retry is not None else values
    return tuple(_alternative(values, other, roles, readings, retry) for other in roles if other.name != role)


def _alternative(
    values: Values, role: Role, roles: tuple[Role, ...], readings: Mapping[str, str], retry: Retry | None
) -> Alternative:
    reading = reading_of(role, readings.get(role.name))
    name = reading.name if reading is not None else ""
    candidates = sorted(_candidates(values, role, roles, readings), key=len)
    if retry is None:
        lines = _lines(candidates[0]) if candidates else ()
        return Alternative(role.name, name, lines, tried=False)
    for edits in candidates[:_MOST_TRIES]:
        found = _tried(edits, role.name, roles, readings, retry)
        if found is not None:
            return Alternative(role.name, name, found, tried=True)
    return Alternative(role.name, name, (), tried=True)


def _tried(
    edits: Edits, role: str, roles: tuple[Role, ...], readings: Mapping[str, str], retry: Retry
) -> tuple[str, ...] | None:
    """The lines for some edits and what they depend on, when they give the role."""
    wanted = dict(edits)
    for _ in range(_DEEPEST):
        lines = _lines(wanted)
        values = retry(lines)
        if role_of(values, roles, readings).role == role:
            return without_needless(lines, lambda fewer: role_of(retry(fewer), roles, readings).role == role)
        before = len(wanted)
        for name, on in list(wanted.items()):
            if on and not values.is_on(name):
                wanted |= {other: state for other, state in _needs(values, name).items() if other not in wanted}
        if len(wanted) == before:
            break
    return None


def _needs(values: Values, name: str) -> Edits:
    """What a symbol's prompt depends on and is not so; nothing where no line can help."""
    symbol = values.model.symbol(name)
    edits: Edits = {}
    if symbol is not None and symbol.prompts:
        for part in conjuncts(symbol.prompts[0].condition):
            if values.evaluate(part) < 2:
                edits |= _way_to(values, part, wanted=True) or {}
    return edits


def _way_to(values: Values, part: Expr, *, wanted: bool) -> Edits | None:
    """A way to make a Kconfig expression y, or n; None when no line does it."""
    match part.op:
        case "symbol":
            return {part.name: wanted}
        case "not":
            return _way_to(values, part.operands[0], wanted=not wanted)
        case "and" | "or":
            ways = [_way_to(values, operand, wanted=wanted) for operand in part.operands]
            if (part.op == "and") == wanted:
                return None if None in ways else {name: on for way in ways if way for name, on in way.items()}
            return next((way for way in ways if way is not None), None)
        case _:
            return None


def _candidates(values: Values, role: Role, roles: tuple[Role, ...], readings: Mapping[str, str]) -> Iterator[Edits]:
    """Sets of edits after which the role's reading decides, and none of the roles before it."""
    reading = reading_of(role, readings.get(role.name))
    bar = bar_for(values, role, reading) if reading is not None else None
    own = list(_deciding(values, role, bar)) if bar is not None else [] if reading is not None else [Edits()]
    for edits in own:
        ways: list[Edits] = [edits]
        for earlier in itertools.takewhile(lambda other: other.name != role.name, roles):
            against = reading_of(earlier, readings.get(earlier.name))
            assert against is not None, "only the last role has no reading"
            against = bar_for(values, earlier, against)
            if against is not None:
                ways = [longer for way in ways for longer in _preventing(values, earlier, against, way)][:_MOST_WAYS]
        yield from ways


def _deciding(values: Values, role: Role, reading: Reading) -> Iterator[Edits]:
    for way in itertools.islice(_ways(values, reading.when, wanted=True), _MOST_WAYS):
        yield from _with_marks(values, way, role, reading.at_least)


def _with_marks(values: Values, edits: Edits, role: Role, count: int) -> Iterator[Edits]:
    """The edits, and those for as many further marks as are missing, the cheapest ones."""
    missing = count - sum(_would_hold(values, mark.when, edits) for mark in role.marks)
    if missing <= 0:
        yield edits
        return
    open_marks = (mark.when for mark in role.marks if not _would_hold(values, mark.when, edits))
    cheapest = (min(_ways(values, when, wanted=True), key=len, default=None) for when in open_marks)
    prices = sorted((way for way in cheapest if way is not None), key=len)
    for chosen in itertools.islice(itertools.combinations(prices, missing), _MOST_WAYS):
        merged = _merged((edits, *chosen))
        if merged is not None:
            yield merged


def _preventing(values: Values, role: Role, reading: Reading, edits: Edits) -> Iterator[Edits]:
    """The edits, and more of them where an earlier role would still decide."""
    held = [mark.when for mark in role.marks if _would_hold(values, mark.when, edits)]
    if not _would_hold(values, reading.when, edits) or len(held) < reading.at_least:
        yield edits
        return
    undone = list(itertools.islice(_ways(values, reading.when, wanted=False), _MOST_WAYS))
    if reading.at_least:
        surplus = len(held) - reading.at_least + 1
        ways = [way for when in held for way in itertools.islice(_ways(values, when, wanted=False), 1)]
        undone += [
            merged for chosen in itertools.combinations(ways, surplus) if (merged := _merged(chosen)) is not None
        ]
    for way in undone:
        merged = _merged((edits, way))
        if merged is not None:
            yield merged


def _ways(values: Values, expression: Expression, *, wanted: bool) -> Iterator[Edits]:
    """Sets of edits after which a condition holds, or does not; none for what no config line decides."""
    match expression:
        case Symbol(name):
            yield {} if expression.holds(values) == wanted else {name: wanted}
        case Not(operand):
            yield from _ways(values, operand, wanted=not wanted)
        case And(operands) | Or(operands):
            if isinstance(expression, And) == wanted:
                lists = [list(_ways(values, operand, wanted=wanted)) for operand in operands]
                for chosen in itertools.islice(itertools.product(*lists), _MOST_WAYS):
                    merged = _merged(chosen)
                    if merged is not None:
                        yield merged
            else:
                # What is so already takes no line.
                for operand in sorted(operands, key=lambda item: item.holds(values) != wanted):
                    yield from _ways(values, operand, wanted=wanted)
        case _:
            if expression.holds(values) == wanted:
                yield {}


def _would_hold(values: Values, expression: Expression, edits: Edits) -> bool:
    match expression:
        case Symbol(name):
            return edits.get(name, values.is_on(name))
        case Not(operand):
            return not _would_hold(values, operand, edits)
        case And(operands):
            return all(_would_hold(values, operand, edits) for operand in operands)
        case Or(operands):
            return any(_would_hold(values, operand, edits) for operand in operands)
        case _:
            return expression.holds(values)


def _merged(parts: Iterable[Edits]) -> Edits | None:
    """All edits together; None when two of them contradict each other."""
    merged: Edits = {}
    for part in parts:
        for name, on in part.items():
            if merged.setdefault(name, on) != on:
                return None
    return merged


def _lines(edits: Edits) -> tuple[str, ...]:
    return tuple(line_of(name, "y" if on else "n") for name, on in edits.items())
