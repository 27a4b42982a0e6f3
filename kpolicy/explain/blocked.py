# SPDX-License-Identifier: GPL-2.0-or-later
"""What keeps a symbol from having the value that a config line asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.model import Expr, Symbol

_LETTER = "nmy"


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing in the way: in words, where it stands, and the symbols that would have to change."""

    text: str
    location: Location | None
    symbols: tuple[str, ...] = ()


def blockers(values: Values, name: str, asked: int = 2) -> tuple[Blocker, ...]:
    """What keeps a bool or tristate below `asked` (1 or 2), or a number or string from its user value.

    Empty when nothing that this function knows of stands in the way.
    """
    model = values.model
    symbol = model.symbol(name)
    if symbol is None:
        return (Blocker("no Kconfig file of this architecture defines it", None),)
    if not symbol.prompts:
        return (_without_prompt(symbol),)
    if asked == 1 and symbol.type == "bool":
        return (Blocker("it is bool and cannot be m", symbol.definitions[0]),)
    if values.visibility(name) >= asked:
        return ()
    if asked == 2 and values.visibility(name) == 1:
        return tuple(_parts(values, symbol, asked))
    return tuple(_parts(values, symbol, 1))


def _without_prompt(symbol: Symbol) -> Blocker:
    sources = tuple(dict.fromkeys(edge.source for edge in symbol.selected_by))
    text = "it has no prompt"
    if sources:
        shown = ", ".join(sources[:4]) + (f" and {len(sources) - 4} more" if len(sources) > 4 else "")
        text += f": only a select sets it ({shown})"
    elif symbol.defaults:
        text += ": only its default sets it"
    return Blocker(text, symbol.definitions[0], sources)


def _parts(values: Values, symbol: Symbol, asked: int) -> list[Blocker]:
    """The parts of the nearest prompt's condition that are too low, each at the `depends on` that has it."""
    # Of several prompts the one with the fewest obstacles is what a person would go for.
    lists = [
        (prompt, [part for part in conjuncts(prompt.condition) if values.evaluate(part) < asked])
        for prompt in symbol.prompts
    ]
    prompt, parts = min(lists, key=lambda item: len(item[1]))
    found: dict[str, Blocker] = {}
    for part in parts:
        place = next(
            (item.location for item in symbol.depends if part.node in _nodes(item.expression)), prompt.location
        )
        names = tuple(dict.fromkeys(part.symbols()))
        now = ", ".join(f"{other}={_shown(values, other)}" for other in names)
        text = f"needs {part}" if str(part) != "n" else "is never visible"
        found.setdefault(text, Blocker(f"{text} ({now})" if now else text, place, names))
    return list(found.values())


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
