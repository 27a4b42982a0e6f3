# SPDX-License-Identifier: GPL-2.0-or-later
"""The classes of values that numbers and strings of a model can have, as far as some comparison tells them apart.

A number is one of the numbers that it is compared with, or lies in a gap between them; a string is one of the texts
that it is compared with, or another one.  Symbols that are compared with each other, or have each other as default or
bound, share their classes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, Literal

from kpolicy.evaluate.strings import compare, number, operand
from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.nodes import EQUAL, UNEQUAL, YES
from kpolicy.kconfig.payload import BOOL, DEFAULTS, HEX, INT, RANGES, STRING, TRISTATE, TYPE, Core
from kpolicy.tuples import NamedTuple

_LETTERS: Final = ("n", "m", "y")
_LOWEST: Final = {INT: -(1 << 63), HEX: 0}
_HIGHEST: Final = {INT: (1 << 63) - 1, HEX: (1 << 64) - 1}


class ValueClass(NamedTuple):
    """Values that no comparison tells apart, with one of them.

    A `number` is one number, however written; a `gap` are the numbers between two others; a `text` is that text; and
    `other` is every text that no class of its own stands for.
    """

    kind: Literal["number", "gap", "text", "other"]
    text: str
    type_code: int

    def compare(self, operator: int, other: ValueClass) -> bool | None:
        """Whether all values of two classes compare so; None where some do and some do not, or it is not known."""
        kinds = {self.kind, other.kind}
        if kinds <= {"number", "gap"}:
            if self.kind == other.kind == "gap" and (self.text == other.text or self.type_code != other.type_code):
                return None
            if {self.type_code, other.type_code} == {INT, HEX} and "-" in (self.text[:1], other.text[:1]):
                return None
        elif "other" in kinds:
            plain = other if self.kind == "other" else self
            if plain.kind != "text" or operator not in (EQUAL, UNEQUAL) or operand(plain.text, plain.type_code):
                return None
            return operator == UNEQUAL
        elif kinds != {"text"}:
            plain = other if other.kind == "text" else self
            # Otherwise they are compared as texts, and a number can be written in more than one way.
            if operand(plain.text, plain.type_code) is None:
                return None
        return compare(operator, self.text, self.type_code, other.text, other.type_code)


class Classes:
    """The classes of the numbers and strings of a model; `asked` are texts that a question compares them with."""

    def __init__(self, core: Core, texts: Mapping[int, str], asked: Mapping[int, Iterable[str]]) -> None:
        self._core = core
        self._texts = texts
        self._groups: dict[int, int] = {}
        self._found: dict[int, set[str]] = {}
        self._known: dict[tuple[int, int], list[ValueClass]] = {}
        self._mixed: set[int] = set()
        self._constant_type = 0 if Dialect(*core.dialect).untyped_constants else TRISTATE
        # Nodes may be shared with other architectures: what this one does not name has no text here.
        for node in core.nodes:
            # The nodes are those of all models of a process: what this one does not name, it does not compare either.
            if (
                node is not None
                and node[0] >= EQUAL
                and all(item in texts or core.records[item] is not None for item in node[1:])
            ):
                self._meet(node[1], node[2])
        for symbol in core.texts:
            record = core.records[symbol]
            for default, _condition in record[DEFAULTS]:
                if core.nodes[default] is None:
                    self._meet(symbol, default)
            for low, high, _condition in record[RANGES]:
                self._meet(symbol, low)
                self._meet(symbol, high)
        for symbol, others in asked.items():
            self._set(symbol).update(others)

    def is_text(self, node: int) -> bool:
        """Whether a node is a number or a string."""
        record = self._core.records[node] if node > YES else None
        return record is not None and int(record[TYPE]) > TRISTATE

    def is_logical(self, node: int) -> bool:
        """Whether a node is a bool or tristate symbol."""
        record = self._core.records[node] if node > YES else None
        return record is not None and BOOL <= record[TYPE] <= TRISTATE

    def constant(self, node: int) -> ValueClass:
        """The class of a constant or a name that nothing defines."""
        if node <= YES:
            return ValueClass("text", _LETTERS[node], self._constant_type)
        return ValueClass("text", self._texts[node], 0)

    def of(self, symbol: int) -> list[ValueClass]:
        """The classes of a symbol: each of its values is in one of them."""
        type_code = self._core.records[symbol][TYPE]
        key = (self._group(symbol), type_code)
        if key not in self._known:
            found = self._found.get(key[0], set())
            self._known[key] = _texts(found) if type_code == STRING else _numbers(found, type_code)
            if type_code != STRING and any(self._group(node) == key[0] for node in self._mixed):
                # A default of another type may give it any text.
                self._known[key].append(ValueClass("other", _other(found), type_code))
        return self._known[key]

    def index(self, symbol: int, text: str) -> int:
        """Which of the classes of a symbol a text is in, one of those that were found."""
        classes = self.of(symbol)
        type_code = classes[0].type_code
        value = operand(text, type_code) if type_code != STRING else None
        for number_, item in enumerate(classes):
            if item.kind == "text" and item.text == text:
                return number_
            if item.kind == "number" and value is not None and operand(item.text, type_code) == value:
                return number_
        return next(number_ for number_, item in enumerate(classes) if item.kind == "other")

    def _meet(self, one: int, other: int) -> None:
        """Enter two nodes that are compared, or of which one gives the other its value."""
        for node, against in ((one, other), (other, one)):
            if not self.is_text(node):
                continue
            if self.is_text(against):
                if self._core.records[node][TYPE] != self._core.records[against][TYPE]:
                    self._mixed.add(node)
                first, second = self._group(node), self._group(against)
                if first != second:
                    self._groups[second] = first
                    self._found.setdefault(first, set()).update(self._found.pop(second, ()))
            elif self._core.nodes[against] is None:
                logical = against <= YES or self.is_logical(against)
                if logical or against in self._texts:
                    self._set(node).update((*_LETTERS, "0", "1", "2") if logical else (self._texts[against],))

    def _group(self, node: int) -> int:
        while node in self._groups:
            node = self._groups[node]
        return node

    def _set(self, node: int) -> set[str]:
        return self._found.setdefault(self._group(node), set())


def _texts(found: Iterable[str]) -> list[ValueClass]:
    texts = sorted({"", *found})
    return [*(ValueClass("text", text, STRING) for text in texts), ValueClass("other", _other(texts), STRING)]


def _other(texts: Collection[str]) -> str:
    """A text that is none of some others."""
    other = "other"
    while other in texts:
        other += "-"
    return other


def _numbers(found: Iterable[str], type_code: int) -> list[ValueClass]:
    base = 10 if type_code == INT else 16
    numbers = {0}
    texts = {""}
    for text in found:
        # A constant is read by its prefix when it is compared, and by the type of the symbol where it bounds it.
        numbers.add(number(text, base))
        read = operand(text, 0), operand(text, type_code)
        numbers.update(item[1] & _HIGHEST[HEX] if type_code == HEX else item[1] for item in read if item is not None)
        if read[1] is None:
            texts.add(text)
    lowest, highest = _LOWEST[type_code], _HIGHEST[type_code]
    points = sorted(item for item in numbers if lowest <= item <= highest)
    classes = [ValueClass("text", text, type_code) for text in sorted(texts)]
    before = lowest - 1
    for point in (*points, highest + 1):
        if point - before > 1:
            # Near to a point, and small where that can be: such a value is not refused by what it never meets.
            inside = point - 1 if before < lowest else before + 1
            classes.append(ValueClass("gap", _written(inside, type_code), type_code))
        if point <= highest:
            classes.append(ValueClass("number", _written(point, type_code), type_code))
        before = point
    return classes


def _written(value: int, type_code: int) -> str:
    return hex(value) if type_code == HEX else str(value)
