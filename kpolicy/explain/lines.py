# SPDX-License-Identifier: GPL-2.0-or-later
"""Kconfig lines in words: conditions with their brackets, macros as they are written and what they gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kpolicy.kconfig.expressions import conjunction, conjuncts
from kpolicy.kconfig.nodes import NO
from kpolicy.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.expressions import Expr
    from kpolicy.kconfig.symbols import Condition, Default, Range, Select, Symbol, Written
    from kpolicy.kconfig.syntax import Answerer

# What a macro gave, by what answered it.
_GAVE: Final[Mapping[Answerer, str]] = {
    "toolchain": "which this toolchain answers with {}",
    "environment": "which is {} in this environment",
    "architecture": "which is {} on this architecture",
    "tree": "which is {} in this tree",
}
_KEYWORD = lazy(r"(?:depends\s+on|visible\s+if|if|range|default|def_\w+)\s+")


def own_condition(symbol: Symbol | None, item: Default | Select | Range) -> tuple[Expr, ...]:
    """The parts of a condition that the line itself states, not those of the lines around it."""
    around = symbol.around(item.location) if symbol is not None else ()
    inherited = {part.node for line in around for part in conjuncts(line.expression)}
    return tuple(part for part in conjuncts(item.condition) if part.node not in inherited and not part.is_choice)


def default_text(symbol: Symbol, default: Default) -> str:
    """A default as the Kconfig line has it."""
    written = default.written
    if written is None:
        return f"default {default.value}{condition_text(symbol, default)}"
    return f"{written.text}, {gave(written, answer_of(default, written))}"


def select_text(values: Values, select: Select, verb: str) -> str:
    """A select or imply as the Kconfig line has it, told from its target."""
    written = select.written
    if written is None:
        condition = condition_text(values.model.symbol(select.source), select)
    else:
        condition = f" if {_split(written.text)[1]}"
    return f"{verb} by {select.source}{condition}"


def condition_text(symbol: Symbol | None, item: Default | Select | Range) -> str:
    """The ` if ...` of a line of a symbol; nothing where it has none."""
    own = own_condition(symbol, item)
    return f" if {conjunction(own)}" if own else ""


def is_settled(part: Expr) -> bool:
    """Whether a condition is the same in every config: a constant, or a comparison of constants."""
    return part.op != "symbol" and all(is_settled(operand) for operand in part.operands)


def written_condition(line: Condition) -> str | None:
    """The condition of a line as it is written, where macros are in it."""
    written = line.written
    if written is None:
        return None
    return without_keyword(written.text) if _KEYWORD.match(written.text) else _split(written.text)[1]


def without_keyword(text: str) -> str:
    """What follows the keyword of a line."""
    keyword = _KEYWORD.match(text)
    return text[keyword.end() :] if keyword is not None else text


def gave(written: Written, value: str) -> str:
    """What the macros of a line gave, and what answered them: "which this toolchain answers with n"."""
    return _GAVE[written.answerer].format(value or "empty")


def answer_of(default: Default, written: Written) -> str:
    """What the part of a default with macros came to: its value, else its condition."""
    if "$(" in _split(written.text)[0]:
        return str(default.value)
    return "n" if default.condition.node == NO else "y"


def _split(text: str) -> tuple[str, str]:
    """A line and the condition after its ` if `, which may be in a macro or in quotes as well."""
    depth, quote = 0, ""
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and not depth:
            quote = character
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif not depth and text.startswith(" if ", at):
            return text[:at], text[at + 4 :].strip()
    return text, ""
