# SPDX-License-Identifier: GPL-2.0-or-later
"""What differs between two models that were built from the same tables, of which one is to change nothing.

Expressions that differ only in the order or the repetition of the operands of `&&` and `||` are the same: these are the
minimum and the maximum of tristate values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from kpolicy.kconfig.menus import shown
from kpolicy.kconfig.nodes import AND, OR, YES
from kpolicy.kconfig.payload import (
    CHOICE,
    DEFAULTS,
    DIRECT,
    FLAGS,
    IMPLIED,
    IS_CHOICE,
    RANGES,
    REVERSE,
    TYPE,
    TYPES,
    VISIBILITY,
    Record,
)
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.payload import Table

MENU: Final = -1
"""In place of the node of a symbol: the title of a menu or a comment in .config."""
_EXPRESSIONS: Final = (VISIBILITY, DIRECT, REVERSE, IMPLIED)
_WORDS: Final = {
    VISIBILITY: "the condition of the prompt",
    DIRECT: "the dependencies",
    REVERSE: "the selects",
    IMPLIED: "the implies",
    DEFAULTS: "the defaults",
    RANGES: "the ranges",
}


class Part(NamedTuple):
    """A part of a symbol, a field of `payload.Record`, that two models have in different forms.

    `before` and `after` are nodes, or the rows of defaults or ranges.
    """

    symbol: int
    field: int
    before: Any
    after: Any


class Difference(NamedTuple):
    """`parts` have the same effect if each is proved to; `obstacles` are other differences, in words.

    `changed` are the symbols whose records are not the same, even if only in form.
    """

    parts: tuple[Part, ...]
    obstacles: tuple[str, ...]
    changed: frozenset[int]


def difference(before: Model, after: Model) -> Difference:
    """What differs between two models, of which `after` was built later."""
    forms = _Forms(after.core.nodes)
    names = {**before.names_by_node, **after.names_by_node}
    parts: list[Part] = []
    obstacles: list[str] = list(_other(before, after, forms))
    changed: set[int] = set()
    records = before.core.records
    for node, new in enumerate(after.core.records):
        old = records[node] if node < len(records) else None
        if old is new or old == new:
            continue
        changed.add(node)
        if old is None or new is None:
            obstacles.append(f"{names.get(node, 'a symbol')} is {'new' if old is None else 'no longer defined'}")
            continue
        obstacles += _fixed(names[node], old, new, forms)
        parts += _parts(node, old, new, forms)
    return Difference((*parts, *_menu(before, after, forms)), tuple(dict.fromkeys(obstacles)), frozenset(changed))


def in_words(part: Part, names: dict[int, str]) -> str:
    """What a part is."""
    return "the title of a menu" if part.symbol == MENU else f"{_WORDS[part.field]} of {names[part.symbol]}"


class _Forms:
    """A form for each expression, which expressions share that differ only in order and repetition."""

    def __init__(self, nodes: Table) -> None:
        self._nodes = nodes
        self._known: dict[int, Any] = {}

    def of(self, node: int) -> Any:
        """The form of a node."""
        found = self._known.get(node)
        if found is None:
            found = self._known[node] = self._form(node)
        return found

    def rows(self, rows: Sequence[Sequence[int]]) -> list[Any]:
        """Those of rows of nodes."""
        return [[self.of(node) for node in row] for row in rows]

    def _form(self, node: int) -> Any:
        inner = self._nodes[node]
        if inner is None:
            return node
        operator, *operands = inner
        if operator not in (AND, OR):
            return (operator, *map(self.of, operands))
        joined = frozenset(self._joined(operator, operands)) - ({YES} if operator == AND else {0})
        if len(joined) == 1:
            return next(iter(joined))
        return (operator, joined)

    def _joined(self, operator: int, operands: Sequence[int]) -> Iterator[Any]:
        for operand in operands:
            form = self.of(operand)
            if isinstance(form, tuple) and form[0] == operator:
                yield from form[1]
            else:
                yield form


def _other(before: Model, after: Model, forms: _Forms) -> Iterator[str]:
    """What values depend on apart from the records."""
    old, new = before.core, after.core
    if (old.modules, old.mainmenu, old.dialect) != (new.modules, new.mainmenu, new.dialect):
        yield "the title of the configuration or the symbol with 'modules' changes"
    if _choices(old.choices, forms) != _choices(new.choices, forms):
        yield "a choice changes"
    # conf before 6.2 resets numbers in the order of its symbol table.
    if before.dialect.drops_out_of_range and _order(before) != _order(after):
        yield "conf reads the numbers with a range in another order"
    known = {(path, text) for path, _line, text in old.warnings}
    yield from (f"conf warns: {text}" for path, _line, text in new.warnings if (path, text) not in known)
    refused = {(path, symbol, text) for path, _line, symbol, text in old.refused}
    yield from (
        f"conf refuses: {text}" for path, _line, *rest, text in new.refused if (path, *rest, text) not in refused
    )


def _choices(choices: Sequence[Sequence[Any]], forms: _Forms) -> list[Any]:
    return [[*item[:3], forms.rows(item[3]), *item[4:]] for item in choices]


def _order(model: Model) -> list[str]:
    records = model.core.records
    return [name for name, node in model.core.symbols.items() if records[node] is not None and records[node][RANGES]]


def _fixed(name: str, old: Record, new: Record, forms: _Forms) -> Iterator[str]:
    """What differs in the parts of a record that have to stay the same, in words."""
    if old[TYPE] != new[TYPE]:
        yield f"the type of {name} changes from {TYPES[old[TYPE]]} to {TYPES[new[TYPE]]}"
    if (old[CHOICE], old[FLAGS]) != (new[CHOICE], new[FLAGS]):
        yield f"{name} has a prompt, or is a choice member, in only one of the two trees"
    if new[FLAGS] & IS_CHOICE and forms.rows(old[DEFAULTS]) != forms.rows(new[DEFAULTS]):
        yield f"the defaults of the choice {name} change"


def _parts(node: int, old: Record, new: Record, forms: _Forms) -> Iterator[Part]:
    for field in _EXPRESSIONS:
        if old[field] != new[field] and forms.of(old[field]) != forms.of(new[field]):
            yield Part(node, field, old[field], new[field])
    for field in (DEFAULTS, RANGES):
        if old[field] != new[field] and forms.rows(old[field]) != forms.rows(new[field]):
            yield Part(node, field, old[field], new[field])


def _menu(before: Model, after: Model, forms: _Forms) -> Iterator[Part]:
    """The titles in .config whose conditions differ; a part that always differs if the menus themselves do."""
    old, new = shown(before.details.menu), shown(after.details.menu)
    if len(old) != len(new) or any(_entry(one) != _entry(other) for one, other in zip(old, new, strict=True)):
        yield Part(MENU, VISIBILITY, YES, 0)
        return
    for one, other in zip(old, new, strict=True):
        if not isinstance(one, int):
            for was, is_now in zip(one[2:4], other[2:4], strict=True):
                if was != is_now and forms.of(was) != forms.of(is_now):
                    yield Part(MENU, VISIBILITY, was, is_now)


def _entry(item: Any) -> Any:
    return item if isinstance(item, int) else item[:2]
