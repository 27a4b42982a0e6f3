# SPDX-License-Identifier: GPL-2.0-or-later
"""The next edit towards a wanted value, as `conf` would have to come to it.

A symbol whose prompt is visible is set by its own line.  One that is selected goes off where the
selects begin.  One without a prompt is set by what selects or implies it, by its defaults, or by
what these depend on; one with a hidden prompt so too, or by what shows the prompt.  Of parts that
must all change only the first that has not is asked for: the others follow once that is done, so
that every smallest set of edits is met, in some order, exactly once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from kpolicy.bounds import whole
from kpolicy.policy.checks.reasons import operand_text
from kpolicy.policy.expressions.expression import compare
from kpolicy.policy.fixes.lines import Document, Edit

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values
    from kpolicy.kconfig.expressions import Expr
    from kpolicy.kconfig.symbols import Default, Symbol
    from kpolicy.policy.expressions.expression import Operator

LEVELS: Final = {"n": 0, "m": 1, "y": 2}
# Hundreds of drivers select some libraries.
_MOST_EDGES: Final = 40
_RELATIONS: Final = ("=", "!=", "<", "<=", ">", ">=")
_NUMBERS: Final = ("int", "hex")


class Ways:
    """The edits that lead on from one state of a config: its values, and the edits that led there.

    With `plain` nothing is turned on only for what it selects, and no choice is made anew: of the drivers that select a
    library none is asked for.
    """

    def __init__(self, values: Values, document: Document, done: tuple[Edit, ...] = (), *, plain: bool = False) -> None:
        self.values = values
        self.document = document
        self.done = done
        self._plain = plain
        self._modules = bool(values.node_value(values.model.core.modules))
        self._done = {edit.symbol for edit in done}
        self._lines = {edit.line for edit in done if edit.line}
        # What was followed: Kconfig comes back to the same symbols again and again.
        self._seen: set[tuple[str, int, bool]] = set()

    def put(self, name: str, value: str) -> Iterator[Edit]:
        """The line that asks for a value, unless that is tried already or present."""
        if name in self._done:
            return
        line = self.values.assignment(name)
        if line is not None and line.value == value and line.location.path == self.document.path:
            return
        yield from self._free(self.document.put(name, value))

    def remove(self, name: str) -> Iterator[Edit]:
        """The last line of a symbol goes."""
        edit = self.document.remove(name) if name not in self._done else None
        if edit is not None:
            yield from self._free(edit)

    def want(self, name: str, value: str) -> Iterator[Edit]:
        """A symbol gets a value, "n" for none."""
        kind = self.values.model.type_of(name)
        if kind in ("bool", "tristate"):
            level = LEVELS.get(value[:1], 0)
            if kind == "bool" and level == 1:
                level = 2
            yield from self.fall(name, level) if self.values.tristate(name) > level else self.rise(name, level)
            return
        symbol = self.values.model.symbol(name)
        if symbol is None:
            return
        if value == "n":
            yield from self.make(symbol.direct_dependency, 0, up=False)
        elif self.values.visibility(name):
            yield from self.put(name, value)
        else:
            yield from self._show(symbol, 1)
            if not symbol.prompts:
                for default in symbol.defaults:
                    if operand_text(self.values, default.value) == value:
                        yield from self.make(default.condition, 1, up=True)

    def honour(self, name: str, value: str) -> Iterator[Edit]:
        """A symbol gets the value that a line requests: m takes modules."""
        if value == "m" and self.values.model.type_of(name) == "tristate" and not self._modules:
            yield from self.rise(self.values.model.names_by_node.get(self.values.model.core.modules, ""), 2)
            return
        yield from self.want(name, value)

    def fall(self, name: str, level: int) -> Iterator[Edit]:
        """A bool or tristate comes down to a level (0, 1, 2 for n, m, y)."""
        symbol = self.values.model.symbol(name)
        if symbol is not None and level == 1 and (symbol.type == "bool" or not self._modules):
            level = 0
        if symbol is None or self.values.tristate(name) <= level or (name, level, False) in self._seen:
            return
        self._seen.add((name, level, False))
        yield from self._fall(symbol, level)

    def rise(self, name: str, level: int) -> Iterator[Edit]:
        """A bool or tristate comes up to a level."""
        symbol = self.values.model.symbol(name)
        if symbol is not None and symbol.type == "bool":
            level = 2
        if symbol is None or self.values.tristate(name) >= level or (name, level, True) in self._seen:
            return
        self._seen.add((name, level, True))
        yield from self._rise(symbol, level)

    def make(self, expression: Expr, level: int, *, up: bool) -> Iterator[Edit]:
        """A Kconfig expression comes up to a level, or down to it."""
        value = self.values.evaluate(expression)
        if value >= level if up else value <= level:
            return
        op, operands = expression.op, expression.operands
        if op == "symbol":
            yield from (self.rise if up else self.fall)(expression.name, level)
        elif op == "not":
            yield from self.make(operands[0], 2 - level, up=not up)
        elif op in ("and", "or"):
            if (op == "and") == up:
                # All of them have to change: the first that has not.
                operands = tuple(item for item in operands if self._is_short(item, level, up=up))[:1]
            for operand in operands:
                yield from self.make(operand, level, up=up)
        elif op in _RELATIONS:
            yield from self._relation(expression, wanted=up)

    def compared(self, name: str, word: Operator, other: str, *, wanted: bool, flipped: bool = False) -> Iterator[Edit]:
        """A symbol gets a value that compares so with another one; `flipped` if it is on the right."""
        for value in self.candidates(name, other):
            pair = (other, value) if flipped else (value, other)
            if compare(word, *pair) == wanted:
                yield from self.want(name, f'"{value}"' if self.values.model.type_of(name) == "string" else value)
        symbol = self.values.model.symbol(name)
        if symbol is not None and symbol.type in (*_NUMBERS, "string"):
            # Its default may do, or another one.
            yield from self.remove(name)
            for default in symbol.defaults if not self.values.visibility(name) else ():
                text = operand_text(self.values, default.value)
                pair = (other, text) if flipped else (text, other)
                fits = compare(word, *pair) == wanted
                yield from self.make(default.condition, int(fits), up=fits)

    def candidates(self, name: str, other: str) -> tuple[str, ...]:
        """Values that may compare otherwise with `other` than the present one."""
        kind = self.values.model.type_of(name)
        if kind in ("bool", "tristate"):
            return tuple("nmy" if kind == "tristate" and self._modules else "ny")
        if kind not in _NUMBERS:
            return (other,)
        try:
            number = whole(other, 16 if other[:2] in ("0x", "0X") else 10)
        except ValueError:
            return ()
        near = (number, number + 1, number - 1)
        return tuple(hex(item) if kind == "hex" else str(item) for item in near if item >= 0 or kind == "int")

    def _free(self, edit: Edit) -> Iterator[Edit]:
        if not edit.line or edit.line not in self._lines:
            yield edit

    def _is_short(self, expression: Expr, level: int, *, up: bool) -> bool:
        value = self.values.evaluate(expression)
        return value < level if up else value > level

    def _relation(self, expression: Expr, *, wanted: bool) -> Iterator[Edit]:
        left, right = expression.operands
        word: Operator = expression.op  # type: ignore[assignment]
        for own, other, flipped in ((left, right, False), (right, left, True)):
            if own.op == "symbol" and self.values.model.is_defined(own.name):
                yield from self.compared(
                    own.name, word, operand_text(self.values, other), wanted=wanted, flipped=flipped
                )

    def _fall(self, symbol: Symbol, level: int) -> Iterator[Edit]:
        values, name = self.values, symbol.name
        for edge in values.selectors(name):
            if symbol.choice is None and min(values.tristate(edge.source), values.evaluate(edge.condition)) > level:
                yield from self.fall(edge.source, level)
                yield from self.make(edge.condition, level, up=False)
                return
        if symbol.choice is not None:
            if not self._plain:
                yield from self._other_member(symbol)
            # A choice takes one of its members as long as there is a choice.
            for prompt in (*symbol.prompts, *values.model.choices[symbol.choice].prompts):
                yield from self.make(prompt.condition, level, up=False)
        elif values.visibility(name):
            # As a module it may still be in the way.
            for value in "mn"[1 - level :]:
                yield from self.put(name, value)
        else:
            yield from self._undo(symbol, level)
            # Hidden, and on by default: where the prompt can be shown its line counts.
            yield from self._show(symbol, 1)

    def _undo(self, symbol: Symbol, level: int) -> Iterator[Edit]:
        """What gives a symbol its value that no line gives, no longer does."""
        values = self.values
        for edge in values.implied(symbol.name):
            if min(values.tristate(edge.source), values.evaluate(edge.condition)) > level:
                yield from self.fall(edge.source, level)
                yield from self.make(edge.condition, level, up=False)
                return
        default = values.default(symbol.name)
        if default is not None:
            yield from self.make(default.value, level, up=False)
            yield from self.make(default.condition, level, up=False)

    def _other_member(self, symbol: Symbol) -> Iterator[Edit]:
        """Another member of the choice is taken: the default one, or one that is put in the place of the line."""
        yield from self.remove(symbol.name)
        assert symbol.choice is not None
        line = self.values.assignment(symbol.name)
        for member in self.values.model.choices[symbol.choice].members:
            if member == symbol.name or member in self._done or not self.values.visibility(member):
                continue
            if line is not None and self.document.has(line.location):
                yield from self._free(self.document.instead(line.location.line, member, "y"))
            else:
                yield from self.put(member, "y")

    def _rise(self, symbol: Symbol, level: int) -> Iterator[Edit]:
        values, name = self.values, symbol.name
        # To a bool, m is as good as y.
        needed = 1 if symbol.type == "bool" else level
        if symbol.prompts:
            if values.visibility(name) < level:
                yield from self._show(symbol, needed)
            elif symbol.choice is not None:
                yield from self._take_member(symbol)
                return
            else:
                # A module will do where there are modules; built in always does.
                for value in "my"[level - 1 :] if self._modules else "y":
                    yield from self.put(name, value)
                return
        yield from self._bring(symbol, needed)

    def _take_member(self, symbol: Symbol) -> Iterator[Edit]:
        """A member of a choice is taken: its line in the place of the present one's, or one more."""
        name = symbol.name
        assert symbol.choice is not None
        for member in self.values.model.choices[symbol.choice].members:
            line = self.values.assignment(member)
            if member == name or line is None or not self.values.is_on(member) or not self.document.has(line.location):
                continue
            if name not in self._done and self.values.assignment(name) is None:
                yield from self._free(self.document.instead(line.location.line, name, "y"))
            else:
                yield from self.remove(member)
        yield from self.put(name, "y")

    def _show(self, symbol: Symbol, level: int) -> Iterator[Edit]:
        """A prompt comes into sight."""
        for prompt in symbol.prompts:
            yield from self.make(prompt.condition, level, up=True)

    def _bring(self, symbol: Symbol, level: int) -> Iterator[Edit]:
        """What no line sets is selected, implied, or on by default."""
        edges = (*symbol.selected_by, *symbol.implied_by)
        sources = {edge.source for edge in edges}
        for edge in itertools.islice(edges, _MOST_EDGES):
            if self.values.tristate(edge.source) < level:
                if not self._plain or self._belongs(symbol, edge.source, sources):
                    yield from self.rise(edge.source, level)
            else:
                yield from self.make(edge.condition, level, up=True)
        for default in symbol.defaults:
            yield from self._by_default(default, level)

    def _belongs(self, symbol: Symbol, source: str, sources: set[str]) -> bool:
        """Whether what selects a symbol stands for it: the symbol has no prompt, and nothing else selects it."""
        if symbol.prompts or self.values.is_on(source):
            return self.values.is_on(source)
        return len(sources) == 1 or source.startswith(f"{symbol.name}_") or symbol.name.startswith(f"{source}_")

    def _by_default(self, default: Default, level: int) -> Iterator[Edit]:
        if default.value.op == "const" and not self.values.evaluate(default.value):
            return
        if self.values.evaluate(default.condition) < level:
            yield from self.make(default.condition, level, up=True)
        else:
            yield from self.make(default.value, level, up=True)
