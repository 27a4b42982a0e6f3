# SPDX-License-Identifier: GPL-2.0-or-later
"""From the menu tree to a model's plain data.

Propagates dependencies downwards and gathers each symbol's properties, as `conf` does in
menu_finalize() (scripts/kconfig/menu.c), in the dialect of the tree.
"""

from __future__ import annotations

from typing import Any

from kpolicy.errors import InputError
from kpolicy.kconfig import payload
from kpolicy.kconfig.candidates import candidates
from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.limits import MOST_MEMBERS
from kpolicy.kconfig.menu_tree import Elaborated, Entry, Property
from kpolicy.kconfig.nodes import AND, EQUAL, MOD, NO, YES, NodeTable
from kpolicy.kconfig.payload import BOOL, TRISTATE, TYPES, Core, Details, Payload
from kpolicy.kconfig.shape import shaper_of
from kpolicy.kconfig.submenus import Run
from kpolicy.kconfig.syntax import CONST, Ast
from kpolicy.kconfig.syntax import YES as ALWAYS
from kpolicy.location import Location

_NO_SCOPE = -1
# What today's conf refuses in a choice is a symbol like any other to us.
_NO_MEMBERS = ("int", "hex", "string")
_TYPE_CODE = {word: code for code, word in enumerate(TYPES)}


def build(elaborated: Elaborated, dialect: Dialect, probes: list[tuple[str, Location]]) -> Payload:
    """The plain data of a model."""
    return _Builder(elaborated, dialect).payload(probes)


def _given(dependency: int | None) -> int:
    return YES if dependency is None else dependency


class _Symbol:
    """What is gathered for a symbol or a choice, over all its definitions."""

    __slots__ = (
        "choice",
        "defaults",
        "definitions",
        "depends",
        "direct",
        "help",
        "implied",
        "implies",
        "probed",
        "prompts",
        "ranges",
        "reverse",
        "selects",
        "visible",
    )

    def __init__(self) -> None:
        self.definitions: list[list[int]] = []
        self.prompts: list[Any] = []
        self.defaults: list[Any] = []
        self.selects: list[Any] = []
        self.implies: list[Any] = []
        self.ranges: list[Any] = []
        self.depends: list[Any] = []
        self.visible: list[int] = []
        self.direct: list[int] = []
        self.reverse: list[int] = []
        self.implied: list[int] = []
        self.probed = False
        self.choice = -1
        self.help: list[int] = []


class _Builder:
    def __init__(self, elaborated: Elaborated, dialect: Dialect) -> None:
        self._elaborated = elaborated
        self._dialect = dialect
        self._table = NodeTable({name for name, word in elaborated.types.items() if word == "bool"})
        self._modules = self._table.symbol(elaborated.modules) if elaborated.modules else NO
        self._symbols: dict[int, _Symbol] = {}
        self._choices: dict[int, list[Any]] = {}
        # The number of each choice, and the members that each has.
        self._numbers: dict[int, int] = {}
        self._members: set[tuple[int, int]] = set()
        self._files: dict[str, int] = {}
        self._menu: list[Any] = []
        self._scopes: list[Any] = []
        self._shaper = shaper_of(elaborated, dialect)
        self._run = Run(self._shaper)

    def payload(self, probes: list[tuple[str, Location]]) -> Payload:
        """Walk the tree, then lay out the records."""
        self._choice_types(self._elaborated.root)
        for entry in self._elaborated.root.children:
            self._entry(entry, None, None, _NO_SCOPE)
        for target in self._symbols.values():
            target.reverse = list(dict.fromkeys(target.reverse))
        table = self._table
        records: list[Any] = [None] * len(table.nodes)
        names = {index: name for name, index in table.symbols.items()}
        for index, symbol in self._symbols.items():
            if symbol.definitions:
                records[index] = self._record(index, names[index], symbol)
        records += [None] * (len(table.nodes) - len(records))
        core = Core(
            nodes=[list(node) if node else None for node in table.nodes],
            symbols=table.symbols,
            constants=table.constants,
            records=records,
            choices=list(self._choices.values()),
            modules=self._modules,
            mainmenu=self._elaborated.mainmenu,
            dialect=list(self._dialect),
            warnings=[[where.path, where.line, text] for where, text in self._elaborated.warnings],
            refused=[[*item.location, item.symbol, item.text] for item in self._elaborated.refused],
            probes=[[where.path, where.line, text] for text, where in probes],
            **candidates(table.nodes, table.symbols.values(), records)._asdict(),
        )
        details = Details(
            files=list(self._files),
            symbols={
                str(index): [
                    symbol.definitions,
                    symbol.prompts,
                    symbol.defaults,
                    symbol.selects,
                    symbol.implies,
                    symbol.ranges,
                    symbol.depends,
                    symbol.help,
                ]
                for index, symbol in self._symbols.items()
                if symbol.definitions
            },
            menu=self._menu,
            scopes=self._scopes,
            written=[[*self._place(where), *line] for where, line in self._elaborated.written.items()],
        )
        return Payload(core, details._replace(files=list(self._files)))

    def _place(self, location: Location) -> list[int]:
        return [self._files.setdefault(location.path, len(self._files)), location.line]

    def _symbol(self, index: int) -> _Symbol:
        symbol = self._symbols.get(index)
        if symbol is None:
            symbol = self._symbols[index] = _Symbol()
        return symbol

    def _choice_types(self, entry: Entry) -> None:
        """Give choices and their members a type, as before 6.11 one could stand for the other."""
        types = self._elaborated.types
        for child in entry.children:
            if child.kind == "choice" and child.name:
                members = [member.name for member in child.children if member.kind == "config" and member.name]
                if not self._dialect.choice_symbols:
                    types[child.name] = "bool"
                elif child.name not in types:
                    types[child.name] = next((types[name] for name in members if name in types), "bool")
                for name in members:
                    types.setdefault(name, types[child.name])
            self._choice_types(child)

    def _entry(self, entry: Entry, parent: int | None, choice: Entry | None, scope: int) -> None:
        """Enter a node of the menu tree; `parent` is what it inherits, None for no dependency at all."""
        table = self._table
        own = [
            (table.expression(item.operands[0], self._modules), item)
            for item in entry.properties
            if item.kind == "depends"
        ]
        dependency = table.all_of(_given(parent), *[expression for expression, _ in own]) if own else parent
        for expression, item in own:
            scope = self._scope(scope, expression, item.location)
        if entry.kind in ("menu", "comment"):
            self._title(entry, _given(dependency))
        elif entry.kind == "config" and entry.name:
            self._config(entry, entry.name, dependency, choice, scope)
            self._depends(table.symbols[entry.name], own)
        elif entry.kind == "choice" and entry.name:
            self._choice(entry, entry.name, dependency, scope)
            self._depends(table.symbols[entry.name], own)
            return
        run = self._run
        if choice is not None and entry.kind != "config":
            self._run = run.inside(entry)
        for condition, location in entry.visibility:
            scope = self._scope(scope, table.expression(condition, self._modules), location, is_visibility=True)
        for child in entry.children:
            self._entry(child, dependency, choice, scope)
        self._run = run
        if entry.kind == "menu":
            self._menu.append(-1)

    def _scope(self, outer: int, condition: int, location: Location, *, is_visibility: bool = False) -> int:
        """The scope of what stands below a line."""
        self._scopes.append([outer, condition, *self._place(location), int(is_visibility)])
        return len(self._scopes) - 1

    def _depends(self, index: int, own: list[tuple[int, Property]]) -> None:
        symbol = self._symbol(index)
        for expression, item in own:
            symbol.depends.append([expression, *self._place(item.location)])
            symbol.probed = symbol.probed or item.probed

    def _title(self, entry: Entry, dependency: int) -> None:
        visibility = self._table.all_of(*(self._table.expression(item) for item, _ in entry.visibility))
        title = entry.prompt.operands[0] if entry.prompt else ""
        self._menu.append([entry.kind, title, visibility, dependency, *self._place(entry.location)])

    def _choice(self, entry: Entry, name: str, dependency: int | None, scope: int) -> None:
        table = self._table
        index = table.symbol(name)
        flags = self._elaborated.flags.get(name, set())
        known = self._choices.get(index)
        if known is None:
            kind = _TYPE_CODE[self._elaborated.types.get(name, "bool")]
            self._numbers[index] = len(self._numbers)
            known = self._choices[index] = [index, kind, [], [], int("optional" in flags)]
        # Today the members depend on what the choice depends on; before 6.11 on the choice.
        inner = index if self._dialect.choice_symbols else dependency
        self._properties(entry, index, _given(dependency), scope)
        symbol = self._symbol(index)
        if entry.prompt is not None and self._dialect.choice_symbols and not known[4]:
            symbol.reverse.append(table.all_of(symbol.visible[-1], MOD))
        known[3] = [[value, condition] for value, condition, *_ in symbol.defaults]
        run, self._run = self._run, Run(self._shaper, around=name)
        for child in entry.children:
            self._entry(child, inner, entry, scope)
        self._run = run

    def _config(self, entry: Entry, name: str, dependency: int | None, choice: Entry | None, scope: int) -> None:
        table = self._table
        index = table.symbol(name)
        self._menu.append(index)
        if not self._dialect.choice_symbols and self._elaborated.types.get(name) in _NO_MEMBERS:
            choice = None
        if choice is not None and choice.name:
            dependency = self._member(entry, index, _given(dependency), choice.name)
        self._properties(entry, index, _given(dependency), scope)
        if dependency is not None and (choice is None or self._dialect.choice_symbols):
            self._symbol(index).direct.append(dependency)

    def _member(self, entry: Entry, index: int, dependency: int, choice: str) -> int:
        """Enter a symbol into its choice; its dependency, which a tristate choice may tighten."""
        table = self._table
        choice_index = table.symbol(choice)
        record = self._choices[choice_index]
        types = self._elaborated.types
        if self._dialect.choice_symbols:
            if self._run.takes(entry):
                return dependency
            is_new = self._symbol(index).choice < 0
            if is_new and record[1] == TRISTATE and types.get(entry.name or "") != "tristate":
                dependency = table.all_of(table.intern(EQUAL, choice_index, YES), dependency)
        symbol = self._symbol(index)
        if (choice_index, index) not in self._members:
            self._members.add((choice_index, index))
            record[2].append(index)
            if len(record[2]) > MOST_MEMBERS:
                raise InputError(f"more than {MOST_MEMBERS} members of a choice", entry.location)
        if symbol.choice < 0 and (entry.prompt is not None or self._dialect.choice_symbols):
            symbol.choice = self._numbers[choice_index]
        return dependency

    def _properties(self, entry: Entry, index: int, dependency: int, scope: int) -> None:
        symbol = self._symbol(index)
        symbol.definitions.append([*self._place(entry.location), scope])
        for item in entry.properties:
            if item.kind != "depends":
                self._property(symbol, index, item, dependency, entry)

    def _property(self, symbol: _Symbol, index: int, item: Property, dependency: int, entry: Entry) -> None:
        table = self._table
        written = item.operands[-1]
        condition = (
            dependency if written is ALWAYS else table.all_of(dependency, table.expression(written, self._modules))
        )
        place = self._place(item.location)
        if item.kind in ("prompt", "default"):
            symbol.probed = symbol.probed or item.probed
        if item.kind == "prompt":
            if item is entry.prompt:
                symbol.prompts.append([item.operands[0], condition, *place])
            symbol.visible.append(condition)
        elif item.kind == "default":
            symbol.defaults.append([self._default(entry, item.operands[0]), condition, *place])
        elif item.kind in ("select", "imply"):
            target_index = table.symbol(item.operands[0])
            target = self._symbol(target_index)
            edge = table.all_of(index, condition)
            (symbol.selects if item.kind == "select" else symbol.implies).append([target_index, condition, *place])
            (target.reverse if item.kind == "select" else target.implied).append(edge)
        elif item.kind == "range":
            low, high = (table.expression(operand) for operand in item.operands[:2])
            symbol.ranges.append([low, high, condition, *place])

    def _default(self, entry: Entry, value: Ast) -> int:
        """The node of a default; of a number or string nothing but a single word is a value (prop_get_symbol)."""
        index = self._table.expression(value)
        is_logical = self._elaborated.types.get(entry.name or "") in ("bool", "tristate", None)
        if is_logical or isinstance(value, str) or value[0] == CONST or self._table.nodes[index] is not None:
            return index
        return self._table.intern(AND, index, index)

    def _record(self, index: int, name: str, symbol: _Symbol) -> list[Any]:
        flags = self._flags(name, symbol, index)
        type_code = _TYPE_CODE[self._elaborated.types.get(name, "unknown")]
        if index in self._choices and type_code == 0:
            type_code = BOOL
        table = self._table
        return [
            type_code,
            table.any_of(symbol.visible),
            # A definition without dependencies adds nothing to the others' (expr.c: expr_alloc_or).
            table.any_of(symbol.direct) if symbol.direct else YES,
            table.any_of(symbol.reverse),
            table.any_of(symbol.implied),
            [[value, condition] for value, condition, *_ in symbol.defaults],
            [[low, high, condition] for low, high, condition, *_ in symbol.ranges],
            self._numbers.get(index, symbol.choice),
            flags,
        ]

    def _flags(self, name: str, symbol: _Symbol, index: int) -> int:
        said = self._elaborated.flags.get(name, set())
        flags = 0
        if index in self._choices:
            flags |= payload.NO_WRITE | payload.IS_CHOICE
        if "option env" in said or ("option defconfig_list" in said and not self._dialect.writes_defconfig_list):
            flags |= payload.NO_WRITE
        if "transitional" in said:
            flags |= payload.TRANSITIONAL
        if "option allnoconfig_y" in said:
            flags |= payload.ALLNOCONFIG_Y
        if symbol.prompts:
            flags |= payload.HAS_PROMPT | (payload.GATED if symbol.probed else 0)
        elif symbol.probed and not symbol.reverse:
            flags |= payload.PROBED
        return flags
