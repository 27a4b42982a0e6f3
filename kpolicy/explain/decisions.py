# SPDX-License-Identifier: GPL-2.0-or-later
"""Who decided a value: the config lines that it rests on, and what their opposites would give.

Everything that is said here was tried: the config was evaluated again with the lines alone, with the
opposite of each, and with what is said to change the value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kpolicy.config.model import Assignment
from kpolicy.explain.cause import shown
from kpolicy.explain.change import Changes
from kpolicy.kconfig.nodes import NO, YES
from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.config.model import Config
    from kpolicy.evaluate.values import Values
    from kpolicy.explain.support import Supports

# Each takes an evaluation; a reader would not go through more either.
_MOST_TRIED: Final = 12
_TRISTATE_TEXT = ("n", "m", "y")


@dataclass(frozen=True, slots=True)
class Decision:
    """A config line that a value rests on.

    `opposite` is the line that says the contrary, and `gives` the value of the explained symbol with
    that instead; None where it was not tried.
    """

    line: Assignment
    opposite: str
    gives: str | None


@dataclass(frozen=True, slots=True)
class Decisions:
    """The config lines that a value rests on; none where it is the same without any line.

    `alone` is the value when they are the only lines.  `changes` are lines that give another value,
    `changed`; without any where none were found.
    """

    lines: tuple[Decision, ...]
    alone: str
    changes: tuple[str, ...]
    changed: str | None


def decisions(supports: Supports, name: str) -> Decisions:
    """Who decided the value of a symbol that the model defines."""
    values = supports.values
    config = values.config
    node = supports.core.symbols[name]
    value = shown(values, name)
    if config is None:
        return Decisions((), value, (), None)
    nodes = {line for fact in supports.value_facts(node) for line in supports.of(fact).lines}
    lines = _in_order(supports, config, nodes)
    kept = shown(values.with_config(replace(config, assignments=tuple(lines))), name)
    found = []
    for line in lines:
        other = opposite(values, line.name, line)
        gives = shown(_with(values, config, [other]), name) if len(found) < _MOST_TRIED else None
        found.append(Decision(line, other.text, gives))
    changes, changed = _change(supports, config, node, name, found)
    return Decisions(tuple(found), kept, changes, changed)


def _in_order(supports: Supports, config: Config, nodes: set[int]) -> list[Assignment]:
    """The lines of some symbols in the order of the config, which counts for members of a choice."""
    names = supports.values.model.names_by_node
    wanted = {supports.values.assignment(names[node]) for node in nodes}
    return [line for line in config.assignments if line in wanted]


def _change(
    supports: Supports, config: Config, node: int, name: str, found: list[Decision]
) -> tuple[tuple[str, ...], str | None]:
    """The fewest lines that are found to give another value, and that value."""
    values = supports.values
    value = shown(values, name)
    candidates: list[list[Assignment]] = []
    if values.model.type_of(name) in ("bool", "tristate"):
        number = values.node_value(node)
        edits = Changes(values).to(node, *((YES, YES) if number == NO else (NO, NO)))
        if edits:
            candidates.append([_line(supports, symbol, to) for symbol, to in edits.items()])
    elif values.visibility(name):
        candidates.append([opposite(values, name, None)])
    candidates.extend(
        [opposite(values, item.line.name, item.line)] for item in found if item.gives not in (None, value)
    )
    if found:
        candidates.append([opposite(values, item.line.name, item.line) for item in found])
    for lines in candidates:
        changed = shown(_with(values, config, lines), name)
        if changed != value:
            return tuple(line.text for line in lines), changed
    return (), None


def _line(supports: Supports, node: int, value: int) -> Assignment:
    name = supports.values.model.names_by_node[node]
    return _assignment(name, _TRISTATE_TEXT[value])


def _with(values: Values, config: Config, lines: Iterable[Assignment]) -> Values:
    return values.with_config(with_lines(config, lines))


def with_lines(config: Config, lines: Iterable[Assignment]) -> Config:
    """A config with some lines in place of its own for the same symbols."""
    new = tuple(lines)
    names = {line.name for line in new}
    kept = tuple(line for line in config.assignments if line.name not in names)
    return replace(config, assignments=(*kept, *new))


def opposite(values: Values, name: str, line: Assignment | None) -> Assignment:
    """A line that says the contrary of one, or of the value that a symbol has."""
    kind = values.model.type_of(name)
    text = line.value if line is not None else shown(values, name)
    if kind in ("bool", "tristate"):
        return _assignment(name, "y" if text.startswith("n") else "n")
    if kind == "string":
        return _assignment(name, '"x"' if text == '""' else '""')
    return _assignment(name, _other_number(values, name, text, kind))


def _other_number(values: Values, name: str, text: str, kind: str) -> str:
    base = 16 if kind == "hex" else 10
    symbol = values.model.symbol(name)
    assert symbol is not None
    try:
        number = int(text, base)
    except ValueError:
        number = 0
    other = number + 1
    for bounds in symbol.ranges:
        if values.evaluate(bounds.condition):
            low, high = values.number_of(bounds.low, base), values.number_of(bounds.high, base)
            other = low if number > low else high
            break
    return hex(other) if kind == "hex" else str(other)


def _assignment(name: str, value: str) -> Assignment:
    text = f"# CONFIG_{name} is not set" if value == "n" else f"CONFIG_{name}={value}"
    return Assignment(name, value, Location("opposite", 1), text)
