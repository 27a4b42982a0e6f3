# SPDX-License-Identifier: GPL-2.0-or-later
"""What keeps a symbol from having the value that a config line asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Default, Expr, Select, Symbol

# So many ways to set a symbol are named; a reader who needs more asks for the chain.
_LONGEST_LIST = 4
# What is needed may itself need something; the last step is the one that has to change.
_MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing in the way: in words, where it stands, the symbols that would have to change, and what else to say."""

    text: str
    location: Location | None
    symbols: tuple[str, ...] = ()
    more: str = ""

    def __str__(self) -> str:
        place = f" at {self.location}" if self.location is not None else ""
        return f"{self.text}{place}{self.more}"


def blockers(values: Values, name: str, asked: int = 2) -> tuple[Blocker, ...]:
    """What keeps a bool or tristate below `asked` (1 or 2), or a number or string from its user value.

    Empty when nothing that this function knows of stands in the way.
    """
    return _blockers(values, name, asked, _MOST_STEPS)


def _blockers(values: Values, name: str, asked: int, steps: int) -> tuple[Blocker, ...]:
    symbol = values.model.symbol(name)
    if symbol is None:
        return (Blocker("no Kconfig file of this architecture defines it", None),)
    if not symbol.prompts:
        return (_without_prompt(values, symbol),)
    if asked == 1 and symbol.type == "bool":
        return (Blocker("it is bool and cannot be m", symbol.definitions[0]),)
    if values.visibility(name) >= asked:
        return ()
    found = _parts(values, symbol, asked if values.visibility(name) else 1)
    if len(found) == 1 and steps:
        found = [replace(found[0], more=_further(values, found[0], steps - 1))]
    return tuple(found)


def _further(values: Values, blocker: Blocker, steps: int) -> str:
    """For the one symbol that is needed and cannot be set as things are: what it needs."""
    needed = values.model.symbol(blocker.symbols[0]) if len(blocker.symbols) == 1 else None
    if needed is None or not needed.prompts or values.tristate(needed.name) or values.visibility(needed.name):
        return ""
    return f", which {' and '.join(str(item) for item in _blockers(values, needed.name, 2, steps))}"


def _without_prompt(values: Values, symbol: Symbol) -> Blocker:
    sources = tuple(dict.fromkeys(edge.source for edge in symbol.selected_by))
    return Blocker("it has no prompt", definition(values, symbol), sources, f": {ways_to_set(values, symbol)}")


def definition(values: Values, symbol: Symbol) -> Location:
    """Where the symbol is defined; of several places the one of this architecture."""
    own = f"arch/{values.model.srcarch}/"
    return next((place for place in symbol.definitions if place.path.startswith(own)), symbol.definitions[0])


def ways_to_set(values: Values, symbol: Symbol) -> str:
    """What can set a symbol that no line can: its defaults, and what selects or implies it."""
    if symbol.probed:
        return "the toolchain decides it"
    defaults = [text for default in symbol.defaults if (text := _default(values, default)) != "n"]
    edges = [_edge(values, edge) for edge in (*symbol.selected_by, *symbol.implied_by)]
    if not defaults and not edges:
        return "nothing sets it on this architecture"
    told = []
    if defaults:
        told.append(f"its default ({_list(defaults)})")
    if edges:
        told.append(f"a select ({_list(edges)})")
    return f"only {' or '.join(told)} sets it"


def _default(values: Values, default: Default) -> str:
    """What a default rests on: `X=n` of `default X`, the condition of `default y if X`."""
    rests = default.condition if default.value.is_yes else default.value
    return f"{rests}={_shown(values, rests.name)}" if rests.op == "symbol" else str(rests)


def _edge(values: Values, edge: Select) -> str:
    """Who selects, and why it does not: it is off, or its condition is."""
    if not values.tristate(edge.source):
        return f"{edge.source}=n"
    unmet = [str(part) for part in conjuncts(edge.condition) if not values.evaluate(part)]
    return f"{edge.source} if {' && '.join(unmet)}" if unmet else edge.source


def _list(items: list[str]) -> str:
    items = list(dict.fromkeys(items))
    more = f" and {len(items) - _LONGEST_LIST} more" if len(items) > _LONGEST_LIST else ""
    return ", ".join(items[:_LONGEST_LIST]) + more


def unmet(values: Values, symbol: Symbol, asked: int) -> list[tuple[Expr, Location]]:
    """The parts of the nearest prompt's condition that are below `asked`, each with the `depends on` that has it."""
    # Of several prompts the one with the fewest obstacles is what a person would go for.
    lists = [
        (prompt, [part for part in conjuncts(prompt.condition) if values.evaluate(part) < asked])
        for prompt in symbol.prompts
    ]
    prompt, parts = min(lists, key=lambda item: len(item[1]))
    return [
        (
            part,
            next((item.location for item in symbol.depends if part.node in _nodes(item.expression)), prompt.location),
        )
        for part in parts
    ]


def _parts(values: Values, symbol: Symbol, asked: int) -> list[Blocker]:
    found: dict[str, Blocker] = {}
    for part, place in unmet(values, symbol, asked):
        # To Kconfig the number in a comparison is a symbol too, of which there is nothing to say.
        names = tuple(dict.fromkeys(name for name in part.symbols() if not name.isdigit()))
        now = ", ".join(f"{other}={_shown(values, other)}" for other in names)
        if how := _how(values, part):
            now += f"; {how}"
        text = f"needs {part}{' to be y' if asked == 2 else ''}" if str(part) != "n" else "is never visible"
        found.setdefault(text, Blocker(f"{text} ({now})" if now else text, place, names))
    return list(found.values())


def _how(values: Values, part: Expr) -> str:
    """For a needed symbol that no line can set: what would; for one in the way that no line can clear: who sets it."""
    is_in_the_way = part.op == "not" and part.operands[0].op == "symbol"
    needed = values.model.symbol(part.operands[0].name if is_in_the_way else part.name)
    if needed is None or needed.prompts:
        return ""
    if is_in_the_way:
        return next((_selects(edge) for edge in values.selectors(needed.name)), "")
    return ways_to_set(values, needed)


def _selects(edge: Select) -> str:
    condition = "" if edge.condition.is_yes else f" if {edge.condition}"
    return f"{edge.source} selects it{condition} at {edge.location}"


def conjuncts(expression: Expr) -> tuple[Expr, ...]:
    """The parts of an expression that must all hold."""
    if expression.op == "and":
        return tuple(part for operand in expression.operands for part in conjuncts(operand))
    return () if expression.is_yes else (expression,)


def _nodes(expression: Expr) -> set[int]:
    return {expression.node, *(part.node for part in conjuncts(expression))}


def _shown(values: Values, name: str) -> str:
    if not values.model.is_defined(name):
        return "undefined"
    text = values.text(name)
    return text if values.model.type_of(name) != "string" else f'"{text}"'
