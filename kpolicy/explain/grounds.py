# SPDX-License-Identifier: GPL-2.0-or-later
"""The statements that a proof rests on as lines of Kconfig files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kpolicy.explain.lines import condition_text, default_text, own_condition, written_condition
from kpolicy.kconfig.expressions import conjunction, conjuncts
from kpolicy.kconfig.nodes import NO, YES
from kpolicy.kconfig.payload import FLAGS, IS_CHOICE
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.symbols import Choice, Select, Symbol
    from kpolicy.location import Location
    from kpolicy.prove.formula import Statement


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
        yield from _need(model, symbol, statement.node)
    else:
        yield from _defaults(symbol)
        if statement.kind == "value":
            for item in symbol.ranges:
                text = f"{symbol.name}: range {item.low} {item.high}{condition_text(symbol, item)}"
                yield Ground(text, item.location)
        else:
            for edge in symbol.implied_by:
                condition = condition_text(model.symbol(edge.source), edge)
                yield Ground(f"{symbol.name}: implied by {edge.source}{condition}", edge.location)


def _defaults(symbol: Symbol) -> Iterator[Ground]:
    for item in symbol.defaults:
        yield Ground(f"{symbol.name}: {default_text(symbol, item)}", item.location)


def _select(model: Model, symbol: Symbol, node: int) -> Iterator[Ground]:
    parts = {part.node for part in conjuncts(model.expression(node))}
    for edge in symbol.selected_by:
        needed = {model.core.symbols[edge.source], *(part.node for part in conjuncts(edge.condition))}
        if needed <= parts:
            yield edge_ground(model, edge)
            return
    # Several selects in one: an old conf joins what it cannot tell apart.
    for edge in symbol.selected_by:
        yield edge_ground(model, edge)


def edge_ground(model: Model, edge: Select) -> Ground:
    """A select as its line has it."""
    condition = condition_text(model.symbol(edge.source), edge)
    return Ground(f"{edge.source} selects {edge.target}{condition}", edge.location)


def _need(model: Model, symbol: Symbol, node: int) -> Iterator[Ground]:
    """What a symbol needs to be on by its prompt, and the lines that could turn it on otherwise."""
    selects = [edge for edge in symbol.selected_by if edge.condition.node != NO]
    others = [word for word, some in (("select", selects), ("default", symbol.defaults)) if some]
    if not symbol.prompts:
        ways = f"only a {' or '.join(others)} turns it on" if others else "nothing turns it on"
        yield Ground(f"{symbol.name} has no prompt: {ways}", symbol.definitions[0])
    else:
        if any(part.node == node for part in conjuncts(symbol.direct_dependency)):
            # What the entry depends on, its defaults depend on too.
            others = [word for word in others if word != "default"]
        others = others if symbol.choice is None else []
        yield _by_prompt(symbol, node, f", unless a {' or '.join(others)} turns it on" if others else "")
    if "select" in others:
        yield from (_needed_edge(model, edge) for edge in selects)
    if "default" in others:
        yield from _defaults(symbol)


def _needed_edge(model: Model, edge: Select) -> Ground:
    """A select, and what its source depends on: without that it does nothing."""
    ground, source = edge_ground(model, edge), model.symbol(edge.source)
    own = {part.node for part in own_condition(source, edge)}
    around = [part for part in conjuncts(edge.condition) if part.node not in own and part.node != YES]
    return Ground(f"{ground.text} and depends on {conjunction(around)}", ground.location) if around else ground


def _by_prompt(symbol: Symbol, node: int, unless: str) -> Ground:
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
