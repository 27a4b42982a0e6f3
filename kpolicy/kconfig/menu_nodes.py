# SPDX-License-Identifier: GPL-2.0-or-later
"""The menu tree that `conf` goes through when it asks: what is below what.

Mirrors menu_finalize() of scripts/kconfig/menu.c, with the automatic submenus: what follows a symbol and depends on it
is below it, and what has no prompt holds nothing together.  What is around one entry is worked out when that is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kpolicy.kconfig.kinds import CHOICE
from kpolicy.kconfig.nodes import AND, EQUAL, NOT, OPERATORS, YES
from kpolicy.kconfig.shape import Shaper
from kpolicy.kconfig.submenus import Above, hangs_below
from kpolicy.kconfig.syntax import CONST, Ast

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model

_NOTHING = -1
_DEFINITIONS, _PROMPTS = 0, 1


@dataclass(slots=True, eq=False)
class MenuNode:
    """An entry of a Kconfig file: a definition of a `symbol` or a choice, a menu, a comment, an `if`; or the root.

    `block` is the menu, choice or `if` that it stands in.  `visible_if` and `condition` are nodes, of what stands there
    and of what the entry as a whole depends on.
    """

    kind: str
    place: int
    block: MenuNode | None
    symbol: int = _NOTHING
    number: int = 0
    """Which definition of its symbol it is."""
    visible_if: int = YES
    condition: int = YES
    items: list[MenuNode] = field(default_factory=list)
    around: MenuNode | None = None
    """What it is below, with a prompt or without; None while that is not known."""


class MenuTree:
    """The menu tree of a model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._details = model.details
        self._core = model.core
        self._names = model.names_by_node
        self._named: dict[int, frozenset[int]] = {}
        self._comparing: dict[int, bool] = {}
        self._prompts: dict[int, list[int | None]] = {}
        self._root = MenuNode("root", -1, None)
        self._of_symbol: dict[int, list[MenuNode]] = {}
        self._read()
        types = {name: model.type_of(name) for name in self._core.symbols}
        modules = self._names.get(self._core.modules) if self._core.modules > YES else None
        self._shaper = Shaper(types, modules, lazy=model.dialect.lazy_conditions)

    def _read(self) -> None:
        block = self._root
        for place, item in enumerate(self._details.menu):
            if item.__class__ is list:
                kind, _title, visible_if, condition, *_place = item
                node = MenuNode(kind, place, block, visible_if=visible_if, condition=condition)
                if kind == "choice":
                    node.symbol, node.condition = condition, YES
                    self._define(node)
                block.items.append(node)
                if kind != "comment":
                    block = node
            elif item < 0:
                assert block.block is not None
                block = block.block
            else:
                node = MenuNode("config", place, block, item)
                self._define(node)
                block.items.append(node)

    def _define(self, node: MenuNode) -> None:
        known = self._of_symbol.setdefault(node.symbol, [])
        node.number = len(known)
        known.append(node)

    def definitions(self, symbol: int) -> list[MenuNode]:
        """The definitions of a symbol, by its node, in the order of the menus."""
        return self._of_symbol.get(symbol, [])

    def prompt(self, node: MenuNode) -> int | None:
        """The condition of an entry's prompt, None where it has none."""
        if node.symbol == _NOTHING:
            return None if node.kind == "if" else node.condition
        if node.symbol not in self._prompts:
            self._prompts[node.symbol] = _prompts(self._details.symbols[node.symbol])
        return self._prompts[node.symbol][node.number]

    def above(self, node: MenuNode) -> MenuNode | None:
        """What an entry is below: the next entry around it with a prompt; None for the root."""
        found = self._around(node)
        while found is not None and self.prompt(found) is None:
            found = self._around(found)
        return found

    def below(self, node: MenuNode) -> Iterator[MenuNode]:
        """What is below an entry, in order; nothing where that has no prompt."""
        block = node if node.items or node.block is None else node.block
        return (item for item in _within(block) if self.above(item) is node)

    def _around(self, node: MenuNode) -> MenuNode | None:
        if node.around is None and node.block is not None:
            self._nest(node.block)
        return node.around

    def _nest(self, block: MenuNode) -> None:
        """Find out what is below what in a block."""
        stack: list[MenuNode] = []
        for item in block.items:
            while stack and not self._hangs_below(item, stack[-1]):
                stack.pop()
            item.around = stack[-1] if stack else block
            if item.kind == "config":
                stack.append(item)

    def _hangs_below(self, item: MenuNode, other: MenuNode) -> bool:
        seen = self._seen(item)
        if not any(other.symbol in self._symbols(node) for node in seen):
            return False
        if any(self._demands(node, other.symbol) for node in seen) and not any(map(self._compares, seen)):
            # What most look like; the shape of such a condition still demands the symbol.
            return True
        prompt = self.prompt(other)
        condition = None if prompt is None else self._shaped((prompt,))
        above = Above(self._names[other.symbol], condition, prompt is not None)
        negation_parts = self._model.dialect.negation_parts
        return hangs_below(self._shaper, self._shaped(seen), above, negation_parts=negation_parts)

    def _demands(self, node: int, symbol: int) -> bool:
        """Whether a symbol is among what `&&` joins."""
        operands = self._core.nodes[node]
        if operands is None or operands[0] != AND:
            return node == symbol
        return any(self._demands(operand, symbol) for operand in operands[1:])

    def _compares(self, node: int) -> bool:
        """Whether an expression has a comparison in it."""
        found = self._comparing.get(node)
        if found is None:
            operands = self._core.nodes[node]
            found = self._comparing[node] = operands is not None and (
                operands[0] > NOT or any(map(self._compares, operands[1:]))
            )
        return found

    def _seen(self, node: MenuNode) -> tuple[int, ...]:
        """What has to hold for an entry to be seen; where there is no prompt, what it depends on."""
        prompt = self.prompt(node)
        if prompt is not None:
            return (prompt,)
        if node.symbol == _NOTHING:
            return (node.condition,)
        scopes = self._details.scopes
        scope = self._details.symbols[node.symbol][_DEFINITIONS][node.number][2]
        found = []
        while scope >= 0:
            scope, condition, _file, _line, is_visibility = scopes[scope]
            if not is_visibility:
                found.append(condition)
        block = node.block
        while block is not None and block.kind != "choice":
            block = block.block
        if block is not None and self._model.dialect.choice_symbols:
            found.append(block.symbol)
        return tuple(reversed(found))

    def _symbols(self, node: int) -> frozenset[int]:
        """The symbols that an expression names, by their nodes."""
        found = self._named.get(node)
        if found is None:
            operands = self._core.nodes[node]
            own = map(self._symbols, operands[1:]) if operands is not None else [frozenset([node])]
            found = self._named[node] = frozenset().union(*own)
        return found

    def _shaped(self, nodes: tuple[int, ...]) -> Ast | None:
        """Some conditions together, in the shape that `conf` gives them; None for no condition."""
        parts = tuple(self._ast(node) for node in nodes if node != YES)
        if not parts:
            return None
        return self._shaper.condition(None, ("&&", *parts) if len(parts) > 1 else parts[0])

    def _ast(self, node: int) -> Ast:
        operands = self._core.nodes[node]
        if operands is not None:
            # That a member which is no tristate needs its choice to be y is added when all this is done.
            parts = [self._ast(operand) for operand in operands[1:] if not self._is_choice_at_y(operand)]
            return parts[0] if len(parts) == 1 and operands[0] != NOT else (OPERATORS[operands[0]], *parts)
        name = self._names.get(node)
        return name if name is not None else (CONST, self._constant(node))

    def _is_choice_at_y(self, node: int) -> bool:
        operands = self._core.nodes[node]
        return operands is not None and operands[0] == EQUAL and self._core.kinds[operands[1]] == CHOICE

    def _constant(self, node: int) -> str:
        return "nmy"[node] if node <= YES else self._model.expression(node).name


def _within(block: MenuNode) -> Iterator[MenuNode]:
    """The entries in a block, and in those of its blocks that may have no prompt."""
    for item in block.items:
        yield item
        if item.kind in ("if", "choice"):
            yield from _within(item)


def _prompts(rows: list[Any]) -> list[int | None]:
    """The condition of the prompt of each definition, None where it has none.

    A prompt is behind the head of its entry, in the same file; where a file is sourced twice, there are two of each.
    """
    definitions = rows[_DEFINITIONS]
    found: list[int | None] = [None] * len(definitions)
    for _title, condition, file, line in rows[_PROMPTS]:
        free = [number for number, known in enumerate(found) if known is None]
        before = [number for number in free if definitions[number][0] == file and definitions[number][1] <= line]
        if free:
            found[max(before, key=lambda number: definitions[number][1], default=free[0])] = condition
    return found
