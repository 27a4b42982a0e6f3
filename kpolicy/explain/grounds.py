# SPDX-License-Identifier: GPL-2.0-or-later
"""The statements that a proof rests on as lines of Kconfig files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from kpolicy.explain.lines import condition_text, default_text, written_condition
from kpolicy.kconfig.expressions import conjuncts
from kpolicy.kconfig.payload import FLAGS, IS_CHOICE

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.symbols import Choice, Select, Symbol
    from kpolicy.location import Location
    from kpolicy.prove.formula import Statement

_MOST: Final = 4


class Ground(NamedTuple):
    """A statement of a Kconfig file, in words, and its location; None for what no file has."""

    text: str
    location: Location | None


def grounds_in_words(model: Model, statements: Iterable[Statement]) -> tuple[Ground, ...]:
    """The statements of a proof, each once."""
    found: dict[Ground, None] = {}
    for statement in statements:
        choice = _choice(model, statement.symbol)
        if choice is not None:
            found[_of_choice(model, choice)] = None
            continue
        symbol = model.symbol(model.names_by_node[statement.symbol])
        assert symbol is not None
        found.update(dict.fromkeys(_of_symbol(model, symbol, statement)))
    return tuple(found)


def _choice(model: Model, node: int) -> Choice | None:
    if not model.core.records[node][FLAGS] & IS_CHOICE:
        return None
    number = next(number for number, record in enumerate(model.core.choices) if record[0] == node)
    return model.choices[number]


def _of_choice(model: Model, choice: Choice) -> Ground:
    members = ", ".join(choice.members)
    some = "at most one" if choice.optional and model.dialect.choice_symbols else "exactly one"
    several = ", or any of them m" if choice.type == "tristate" and model.dialect.choice_symbols else ""
    return Ground(f"{some} of {members} is y where the choice is visible{several}", choice.definitions[0])


def _of_symbol(model: Model, symbol: Symbol, statement: Statement) -> Iterator[Ground]:
    if statement.kind == "modules":
        yield Ground(f"m is possible only with {symbol.name}=y", symbol.definitions[0])
    elif statement.kind == "select":
        yield from _select(model, symbol, statement.node)
    elif statement.kind == "needs":
        yield _need(symbol, statement.node)
    else:
        lines = [(default_text(symbol, item), item.location) for item in symbol.defaults]
        if statement.kind == "value":
            lines += [
                (f"range {item.low} {item.high}{condition_text(symbol, item)}", item.location) for item in symbol.ranges
            ]
        elif symbol.implied_by:
            lines += [
                (f"implied by {item.source}{condition_text(model.symbol(item.source), item)}", item.location)
                for item in symbol.implied_by
            ]
        for text, location in lines[:_MOST]:
            yield Ground(f"{symbol.name}: {text}", location)
        if len(lines) > _MOST:
            yield Ground(f"{symbol.name}: {len(lines) - _MOST} more defaults and ranges", lines[_MOST][1])


def _select(model: Model, symbol: Symbol, node: int) -> Iterator[Ground]:
    parts = {part.node for part in conjuncts(model.expression(node))}
    for edge in symbol.selected_by:
        needed = {model.core.symbols[edge.source], *(part.node for part in conjuncts(edge.condition))}
        if needed <= parts:
            yield edge_ground(model, edge)
            return
    # Several selects in one: an old conf joins what it cannot tell apart.
    for edge in symbol.selected_by[:_MOST]:
        yield edge_ground(model, edge)


def edge_ground(model: Model, edge: Select) -> Ground:
    """A select as its line has it."""
    condition = condition_text(model.symbol(edge.source), edge)
    return Ground(f"{edge.source} selects {edge.target}{condition}", edge.location)


def _need(symbol: Symbol, node: int) -> Ground:
    """What a symbol needs to be on by its prompt, and whether something else could turn it on."""
    others = [word for word, some in (("select", symbol.selected_by), ("default", symbol.defaults)) if some]
    if not symbol.prompts:
        ways = f"only a {' or '.join(others)} turns it on" if others else "nothing turns it on"
        return Ground(f"{symbol.name} has no prompt: {ways}", symbol.definitions[0])
    if any(part.node == node for part in conjuncts(symbol.direct_dependency)):
        # What the entry depends on, its defaults depend on too.
        others = [word for word in others if word != "default"]
    unless = f", unless a {' or '.join(others)} turns it on" if others and symbol.choice is None else ""
    for prompt in symbol.prompts:
        for condition in prompt.conditions:
            if any(part.node == node for part in conjuncts(condition.expression)):
                text = written_condition(condition) or str(symbol_part(condition.expression, node))
                return Ground(f"{symbol.name} depends on {text}{unless}", condition.location)
    places = " or ".join(f"({prompt.condition})" for prompt in symbol.prompts)
    return Ground(f"{symbol.name} has a prompt if {places}{unless}", symbol.prompts[0].location)


def symbol_part(expression: object, node: int) -> object:
    """The part of a condition with a node, which is what a proof needs of it."""
    return next(part for part in conjuncts(expression) if part.node == node)  # type: ignore[arg-type]
