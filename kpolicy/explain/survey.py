# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Kconfig files of an architecture say of a symbol, without any config."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from kpolicy.explain.lines import condition_text, default_text
from kpolicy.frozen import dataclass
from kpolicy.kconfig.expressions import Expr, conjunction, conjuncts
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.possible import Possible
from kpolicy.kconfig.symbols import Select, Symbol
from kpolicy.kconfig.transitional import successors
from kpolicy.location import Location

Setter: TypeAlias = Literal["config", "select", "imply", "default"]
"""What can turn a symbol on: a line of a config, through its prompt, or lines of the Kconfig files."""


LineKind: TypeAlias = Literal[
    "choice", "condition", "prompt", "default", "selected", "implied", "selects", "implies", "range"
]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the Kconfig files about the symbol: what it is, its text and its place."""

    kind: LineKind
    text: str
    location: Location


@dataclass(frozen=True, slots=True)
class Survey:
    """A symbol in the Kconfig files of one architecture.

    `setters` are what can turn it on, as far as conditions that can never hold tell; none for a symbol that is n in
    every config, and then `never` are the conditions that no config can meet.  For a number or string `setters` only
    tell whether it has a prompt that can be visible.  `successors` are the symbols that take the value of an old name,
    a transitional symbol.
    """

    architecture: str
    type: str
    prompt: str | None
    definitions: tuple[Location, ...]
    lines: tuple[Line, ...]
    setters: tuple[Setter, ...]
    never: tuple[str, ...]
    successors: tuple[str, ...] = ()

    @property
    def is_possible(self) -> bool:
        """Whether the symbol can be on, or a number or string be set, in some config."""
        return bool(self.setters)


def survey(model: Model, name: str) -> Survey:
    """What the model says of a symbol that it defines."""
    symbol = model.symbol(name)
    assert symbol is not None
    possible = Possible(model.core)
    setters = tuple(_setters(model, symbol, possible))
    return Survey(
        architecture=model.architecture,
        type=symbol.type,
        prompt=symbol.prompts[0].text if symbol.prompts else None,
        definitions=symbol.definitions,
        lines=tuple(_lines(model, symbol)),
        setters=setters,
        never=() if setters else tuple(dict.fromkeys(_never(symbol, possible))),
        successors=successors(model, name),
    )


def _setters(model: Model, symbol: Symbol, possible: Possible) -> Iterator[Setter]:
    def holds(expression: Expr) -> bool:
        return possible.can_be_on(expression.node)

    def in_force(edges: Iterable[Select]) -> bool:
        nodes = model.core.symbols
        return any(possible.can_be_on(nodes[edge.source]) and holds(edge.condition) for edge in edges)

    if model.is_transitional(symbol.name) or any(holds(prompt.condition) for prompt in symbol.prompts):
        yield "config"
    if symbol.type in ("bool", "tristate"):
        if symbol.choice is None and in_force(symbol.selected_by):
            yield "select"
        if symbol.choice is None and holds(symbol.direct_dependency) and in_force(symbol.implied_by):
            yield "imply"
        if any(holds(default.value) and holds(default.condition) for default in symbol.defaults):
            yield "default"
    elif any(holds(default.condition) for default in symbol.defaults):
        yield "default"


def _never(symbol: Symbol, possible: Possible) -> Iterator[str]:
    """The conditions of the prompts, or else of the symbol, that cannot hold."""
    expressions = [prompt.condition for prompt in symbol.prompts] or [symbol.direct_dependency]
    for expression in expressions:
        for part in conjuncts(expression):
            if not possible.can_be_on(part.node):
                yield str(part)


def _lines(model: Model, symbol: Symbol) -> Iterator[Line]:
    if symbol.choice is not None:
        choice = model.choices[symbol.choice]
        title = f' "{choice.prompts[0].text}"' if choice.prompts else ""
        yield Line("choice", f"member of the choice{title}: {', '.join(choice.members)}", choice.definitions[0])
    for conditions in symbol.conditions:
        for condition in conditions:
            text = condition.written.text if condition.written is not None else f"depends on {condition.expression}"
            yield Line("condition", text, condition.location)
    for prompt in symbol.prompts:
        around = symbol.around(prompt.location)
        own = [item for item in prompt.conditions if item not in around]
        if own:
            yield Line("prompt", f"prompt if {conjunction(item.expression for item in own)}", prompt.location)
    for default in symbol.defaults:
        yield Line("default", default_text(symbol, default), default.location)
    verb: LineKind
    for verb, edges in (("selected", symbol.selected_by), ("implied", symbol.implied_by)):
        for edge in edges:
            text = f"{verb} by {edge.source}{condition_text(model.symbol(edge.source), edge)}"
            yield Line(verb, text, edge.location)
    for verb, edges in (("selects", symbol.selects), ("implies", symbol.implies)):
        for edge in edges:
            yield Line(verb, f"{verb} {edge.target}{condition_text(symbol, edge)}", edge.location)
    for bounds in symbol.ranges:
        yield Line("range", f"range {bounds.low} {bounds.high}{condition_text(symbol, bounds)}", bounds.location)
