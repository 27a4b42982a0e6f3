# SPDX-License-Identifier: GPL-2.0-or-later
"""Which symbols keep an expression below what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kpolicy.explain.shown import shown

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.expressions import Expr


def wrong_symbols(values: Values, expression: Expr, least: int) -> Iterator[str]:
    """The symbols that keep an expression below what is asked."""
    if values.evaluate(expression) >= least and expression.op in ("symbol", "const", "and", "or", "not"):
        return
    match expression.op:
        case "symbol":
            yield expression.name
        case "and" | "or":
            for operand in expression.operands:
                yield from wrong_symbols(values, operand, least)
        case "not":
            yield from _in_the_way(values, expression.operands[0])
        case "const":
            return
        case _:
            yield from (name for name in expression.symbols() if values.model.is_defined(name))


def _in_the_way(values: Values, expression: Expr) -> Iterator[str]:
    if not values.evaluate(expression):
        return
    if expression.op == "symbol":
        yield expression.name
    elif expression.op == "not":
        yield from wrong_symbols(values, expression.operands[0], 2)
    else:
        for operand in expression.operands:
            yield from _in_the_way(values, operand)


def shown_now(values: Values, names: Iterable[str]) -> str:
    """Symbols with their values."""
    return ", ".join(
        f"{name}={shown(values, name)}" if values.model.is_defined(name) else f"{name} is not defined" for name in names
    )
