# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about the Kconfig files of one architecture: `kconfig/*`.

Each is proved from the expressions alone, so that it holds for every configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpolicy.explain.blocked import conjuncts
from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Expr, Model, Select, Symbol


@dataclass(frozen=True, slots=True)
class KconfigRemark:
    """What a check has to say about a symbol's Kconfig text."""

    check: str
    symbol: str
    message: str
    place: Location


def check_kconfig(model: Model) -> Iterator[KconfigRemark]:
    """All that the checks have to say, symbol by symbol."""
    for name in model.names():
        symbol = model.symbol(name)
        assert symbol is not None
        yield from _redundant_selects(model, symbol)
        yield from _selected_members(model, symbol)
        yield from _dead_defaults(symbol)
        yield from _undefined(model, symbol)


def _parts(condition: Expr) -> frozenset[int]:
    """The conditions that must all hold, as nodes: more parts are a stronger condition."""
    return frozenset(part.node for part in conjuncts(condition))


def _redundant_selects(model: Model, symbol: Symbol) -> Iterator[KconfigRemark]:
    """Selects of what another select of the same symbol brings along whenever it matters."""
    for select in symbol.selects:
        given = _parts(select.condition)
        through = _reached(model, symbol, select, given)
        if through is not None:
            yield KconfigRemark(
                "kconfig/redundant-select",
                symbol.name,
                f"{symbol.name} selects {select.target}, which {through.source} selects anyway ({through.location})",
                select.location,
            )


def _reached(model: Model, symbol: Symbol, select: Select, given: frozenset[int]) -> Select | None:
    """The last step to the target by other selects, whose conditions all follow from `given`."""
    seen = {symbol.name}
    ways = [edge for edge in symbol.selects if edge.target != select.target and _parts(edge.condition) <= given]
    while ways:
        further: list[Select] = []
        for edge in ways:
            if edge.target in seen:
                continue
            seen.add(edge.target)
            reached = model.symbol(edge.target)
            for step in reached.selects if reached is not None else ():
                if _parts(step.condition) <= given:
                    if step.target == select.target:
                        return step
                    further.append(step)
        ways = further
    return None


def _selected_members(model: Model, symbol: Symbol) -> Iterator[KconfigRemark]:
    for select in symbol.selects:
        target = model.symbol(select.target)
        if target is not None and target.choice is not None:
            yield KconfigRemark(
                "kconfig/select-of-choice-member",
                symbol.name,
                f"{symbol.name} selects {select.target} to no effect: a choice has it ({target.definitions[0]})",
                select.location,
            )


def _dead_defaults(symbol: Symbol) -> Iterator[KconfigRemark]:
    for index, default in enumerate(symbol.defaults):
        parts = _parts(default.condition)
        earlier = next((item for item in symbol.defaults[:index] if _parts(item.condition) <= parts), None)
        if earlier is not None:
            yield KconfigRemark(
                "kconfig/dead-default",
                symbol.name,
                f"this default of {symbol.name} is never reached: the one at {earlier.location} comes first",
                default.location,
            )


def _undefined(model: Model, symbol: Symbol) -> Iterator[KconfigRemark]:
    told: set[str] = set()
    places: list[tuple[Expr, Location]] = [(item.expression, item.location) for item in symbol.depends]
    places += [(item.value, item.location) for item in symbol.defaults if item.value.op != "symbol"]
    for expression, location in places:
        for name in expression.symbols():
            if name not in told and not model.is_defined(name) and not name.isdigit():
                told.add(name)
                yield KconfigRemark(
                    "kconfig/undefined-reference",
                    symbol.name,
                    f"{symbol.name} refers to {name}, which no Kconfig file of {model.srcarch} defines",
                    location,
                )
    for select in (*symbol.selects, *symbol.implies):
        if not model.is_defined(select.target):
            yield KconfigRemark(
                "kconfig/undefined-reference",
                symbol.name,
                f"{symbol.name} selects {select.target}, which no Kconfig file of {model.srcarch} defines",
                select.location,
            )
