# SPDX-License-Identifier: GPL-2.0-or-later
"""Who decided a value: the config lines that it depends on, and what their opposites would give.

Everything that is said here was tried: the config was evaluated again with the lines alone, with the
opposite of each, and with what is said to change the value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from kpolicy.bounds import whole
from kpolicy.config.model import Assignment
from kpolicy.explain.blocked import OUTSIDE, definition
from kpolicy.explain.cause import is_without_modules, no_line
from kpolicy.explain.change import Changes, Edits
from kpolicy.explain.lines import default_text
from kpolicy.explain.reason import Decider, decider_at
from kpolicy.explain.shown import shown
from kpolicy.frozen import dataclass, replace
from kpolicy.kconfig.nodes import NO, YES
from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.config.model import Config
    from kpolicy.evaluate.values import Values
    from kpolicy.explain.support import Supports

# Each takes an evaluation, and a reader would not go through more either.
_MOST_TRIED: Final = 16
_MOST_ROUNDS: Final = 4
_TRISTATE_TEXT = ("n", "m", "y")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a value depends on and a config could change.

    That is a config line, or (None) what holds for a symbol without one; `text` and `location` tell it.
    `opposite` is the line that says the contrary, and `gives` the value of the explained symbol with
    that instead; None where it was not tried.  `outside` is the toolchain or the environment, where it is that which
    gave the symbol its default.
    """

    symbol: str
    line: Assignment | None
    text: str
    location: Location | None
    opposite: str
    gives: str | None
    outside: Decider | None = None

    @property
    def decider(self) -> Decider:
        """Whose decision it is."""
        return "person" if self.line is not None else self.outside or decider_at(self.location)


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions behind the value of a symbol.

    `alone` is the value when their lines are all that the config has, `reversed` that with the opposites
    of all of them.  `changes` are the fewest lines that were found to give another value, `changed`;
    without any where none were found.
    """

    all: tuple[Decision, ...]
    alone: str
    reversed: str
    changes: tuple[str, ...]
    changed: str | None


def decisions(supports: Supports, name: str, named: Collection[str] = ()) -> Decisions:
    """Who decided the value of a symbol that the model defines.

    `named` are symbols whose lines its reasons tell: where the value would be the same without any line, one of them
    may still be what keeps it so.
    """
    config = supports.values.config
    if config is None:
        raise ValueError("a preset has no lines")
    return _Trial(supports, config, name).decisions(named)


class _Trial:
    """The config of some values, evaluated again with other lines."""

    def __init__(self, supports: Supports, config: Config, name: str) -> None:
        self.supports = supports
        self.values = supports.values
        self.config = config
        self.name = name
        self.node = supports.core.symbols[name]
        self.value = shown(self.values, name)
        self._names = self.values.model.names_by_node
        self._given: dict[str, str] = {}
        self._tried: dict[tuple[str, ...], str] = {}

    def decisions(self, named: Collection[str]) -> Decisions:
        """The lines that support the value, without those which it turns out to go without."""
        nodes = {line for fact in self.supports.value_facts(self.node) for line in self.supports.of(fact).lines}
        lines = self._lines(nodes)
        modules = self._modules()
        asked = modules if modules and self._with(modules) == "m" else []
        changes = asked or self._changes() or self._one_that_changes(lines)
        changed = self._with(changes) if changes else None
        undone = [self.supports.core.symbols[line.name] for line in changes]
        counted = {node for node in undone if self.values.own_value(node) is not None}
        trees = [line for line, node in zip(changes, undone, strict=True) if node not in counted]
        trees += [line for line in modules if line not in trees and not self._of([line.name])]
        lines, contrary = self._pruned(self._lines(nodes | counted), trees, {self._names[node] for node in counted})
        if not lines:
            lines = [line for line in self._of(named) if self._gives(line) not in (None, self.value)]
            contrary = self._with([*map(self._opposite, lines), *trees])
        found = [self._of_person(line) for line in lines] + [self._of_tree(line) for line in trees]
        return Decisions(tuple(found), self._alone(lines), contrary, tuple(line.text for line in changes), changed)

    def _lines(self, nodes: set[int]) -> list[Assignment]:
        """The lines of some symbols, in the order of the config, which counts for the members of a choice."""
        return self._of(self._names[node] for node in nodes)

    def _of(self, names: Iterable[str]) -> list[Assignment]:
        wanted = {self.values.assignment(name) for name in names}
        return [line for line in self.config.assignments if line in wanted]

    def _of_person(self, line: Assignment) -> Decision:
        return Decision(line.name, line, line.text, line.location, self._opposite(line).text, self._gives(line))

    def _of_tree(self, line: Assignment) -> Decision:
        """What the tree says of a symbol for which a line would change the value."""
        symbol = self.values.model.symbol(line.name)
        assert symbol is not None
        default = self.values.default(line.name)
        place = default.location if default is not None else definition(self.values, symbol)
        said = default_text(symbol, default) if default is not None else no_line(self.values, symbol)
        text = f"{line.name}={shown(self.values, line.name)}: {said}"
        written = default.written if default is not None else None
        outside = written.answerer if written is not None and written.answerer in OUTSIDE else None
        return Decision(line.name, None, text, place, line.text, self._with([line]), outside)

    def _one_that_changes(self, lines: Sequence[Assignment]) -> list[Assignment]:
        found = (self._opposite(line) for line in lines if self._gives(line) not in (None, self.value))
        return list(islice(found, 1))

    def _pruned(self, lines: list[Assignment], trees: list[Assignment], kept: set[str]) -> tuple[list[Assignment], str]:
        """Without lines that only let others count where these say what holds anyway; and what the contrary gives.

        They are in the way of the contrary: what is not visible cannot be set to n either.  And without those that
        change nothing, alone or together, where the others decide the value.
        """
        contrary = self._with([*map(self._opposite, lines), *trees])
        for line in lines[:_MOST_TRIED]:
            if contrary != self.value:
                break
            if line.name in kept:
                continue
            fewer = [other for other in lines if other != line]
            if self._gives(line) == self.value and self._alone(fewer) == self.value:
                lines = fewer
                contrary = self._with([*map(self._opposite, lines), *trees])
        idle = [line for line in lines if line.name not in kept and self._gives(line) == self.value]
        deciding = [line for line in lines if line not in idle]
        # A second way to the value, where each line of the first one decides it.
        is_first = bool(idle and deciding) and all(self._gives(line) != self.value for line in deciding)
        if is_first and self._with([*map(self._opposite, idle)]) == self.value == self._alone(deciding):
            lines, contrary = deciding, self._with([*map(self._opposite, deciding), *trees])
        return lines, contrary

    def _modules(self) -> list[Assignment]:
        """The line for modules, where a symbol is requested as one and is built in without them."""
        name = self._names.get(self.supports.core.modules)
        return [_assignment(name, "y")] if name and is_without_modules(self.values, self.name) else []

    def _changes(self) -> list[Assignment]:
        """The fewest lines that are found to give another value; none where none are."""
        if self.values.model.type_of(self.name) not in ("bool", "tristate"):
            line = opposite(self.values, self.name, None)
            return [line] if self._with([line]) != self.value else []
        target = (YES, YES) if self.value == "n" else (NO, NO)
        edits: Edits = {}
        values = self.values
        for _ in range(_MOST_ROUNDS):
            more = Changes(values).to(self.node, *target)
            if not more or more.items() <= edits.items():
                return []
            edits |= more
            lines = [_assignment(self._names[node], _TRISTATE_TEXT[value]) for node, value in edits.items()]
            if self._with(lines) != self.value:
                return self._needed(lines)
            values = self.values.with_config(with_lines(self.config, lines))
        return []

    def _needed(self, lines: list[Assignment]) -> list[Assignment]:
        # A line that no one wrote is the first to go.
        written = {line.name for line in self.config.assignments}
        for line in sorted(lines, key=lambda line: line.name in written)[:_MOST_TRIED] if len(lines) > 1 else ():
            fewer = [other for other in lines if other != line]
            if self._with(fewer) != self.value:
                lines = fewer
        return lines

    def _opposite(self, line: Assignment) -> Assignment:
        return opposite(self.values, line.name, line)

    def _gives(self, line: Assignment) -> str | None:
        """The value with the opposite of a line; None when enough has been tried."""
        if line.name not in self._given:
            if len(self._given) >= _MOST_TRIED:
                return None
            self._given[line.name] = self._with([self._opposite(line)])
        return self._given[line.name]

    def _with(self, lines: Sequence[Assignment]) -> str:
        key = tuple(line.text for line in lines)
        if key not in self._tried:
            self._tried[key] = shown(self.values.with_config(with_lines(self.config, lines)), self.name)
        return self._tried[key]

    def _alone(self, lines: Sequence[Assignment]) -> str:
        return shown(self.values.with_config(replace(self.config, assignments=tuple(lines))), self.name)


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
        number = whole(text, base)
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
