# SPDX-License-Identifier: GPL-2.0-or-later
"""From the menu tree to a model's plain data.

Propagates dependencies downwards and gathers each symbol's properties, as `conf` does in
menu_finalize() (scripts/kconfig/menu.c), in the dialect of the tree.
"""

from __future__ import annotations

from kpolicy.errors import InputError
from kpolicy.kconfig.base import Written
from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.gathered import Gatherer, Own
from kpolicy.kconfig.layout import Layout
from kpolicy.kconfig.limits import MOST_MEMBERS
from kpolicy.kconfig.loops import Choices, depths_of_names, find_loop
from kpolicy.kconfig.menu_tree import Elaborated, Entry, FileBlock
from kpolicy.kconfig.nodes import EQUAL, MOD, NO, YES
from kpolicy.kconfig.parts import Parts
from kpolicy.kconfig.payload import BLOCK_END, MENU_END, TRISTATE, TYPES, Payload
from kpolicy.kconfig.shape import shape_all, shaper_of
from kpolicy.kconfig.submenus import Run
from kpolicy.location import Location

_NO_SCOPE = -1
# What today's conf refuses in a choice is a symbol like any other to us.
_TEXTS = ("int", "hex", "string")
_TYPE_CODE = {word: code for code, word in enumerate(TYPES)}


def build(elaborated: Elaborated, dialect: Dialect, probes: list[tuple[str, Location]], layout: Layout) -> Payload:
    """The plain data of a model, laid out as those before it."""
    return _Builder(elaborated, dialect, layout).payload(probes)


def build_checked(
    elaborated: Elaborated, dialect: Dialect, probes: list[tuple[str, Location]], layout: Layout
) -> tuple[Payload, Written | None]:
    """The plain data of a model without dependency loops, and what it was made of, if it can be the base of deltas.

    Where names alone make a loop, `conf` gives conditions another shape first.  Raises `InputError` for a loop.
    """
    payload = build(elaborated, dialect, probes, layout)
    choices = Choices.of(payload.core)
    depths = depths_of_names(elaborated, choices, dialect)
    if depths is not None:
        return payload, Written(elaborated.paths, depths) if not elaborated.knows_lines else None
    loop = find_loop(elaborated, choices, dialect)
    if loop is not None and (not dialect.takes_loops or loop.location is None):
        raise loop
    shape_all(elaborated.root, shaper_of(elaborated, dialect))
    payload = build(elaborated, dialect, probes, layout)
    if loop is not None and loop.location is not None:
        payload.core.warnings.append([*loop.location, loop.message])
    return payload, None


def _given(dependency: int | None) -> int:
    return YES if dependency is None else dependency


class _Builder:
    def __init__(self, elaborated: Elaborated, dialect: Dialect, layout: Layout) -> None:
        self._elaborated = elaborated
        self._types = elaborated.types
        self._dialect = dialect
        self._layout = layout
        self._tables = layout.tables
        self._table = layout.tables.expressions
        self._parts = Parts()
        self._table.types = elaborated.types
        self._table.named = self._parts.named
        self._modules = self._table.symbol(elaborated.modules) if elaborated.modules else NO
        self._members: set[tuple[int, int]] = set()
        self._shaper = shaper_of(elaborated, dialect)
        self._run = Run(self._shaper)
        self._gatherer = Gatherer(layout.tables, self._modules)

    def payload(self, probes: list[tuple[str, Location]]) -> Payload:
        """Walk the tree, then lay out the records."""
        self._choice_types()
        for entry in self._elaborated.root.children:
            self._entry(entry, None, None, _NO_SCOPE)
        return self._layout.lay_out(self._parts, self._elaborated, self._dialect, probes, self._modules)

    def _choice_types(self) -> None:
        """Give choices and their members a type, as before 6.11 one could stand for the other."""
        types = self._types
        for choice in self._elaborated.choices:
            name = choice.name or ""
            members = [member.name for member in choice.children if member.kind == "config" and member.name]
            if not self._dialect.choice_symbols:
                types[name] = "bool"
            elif name not in types:
                types[name] = next((types[name] for name in members if name in types), "bool")
            for member in members:
                types.setdefault(member, types[name])

    def _entry(self, entry: Entry, parent: int | None, choice: Entry | None, scope: int) -> None:
        """Enter a node of the menu tree; `parent` is what it inherits, None for no dependency at all."""
        if entry.kind == "config":
            if choice is not None and (self._dialect.choice_symbols or self._types.get(entry.name or "") not in _TEXTS):
                self._member(entry, parent, choice, scope)
            else:
                found = self._gatherer.symbol(entry, parent, scope, is_in_choice=choice is not None)
                self._parts.menu.append(found.node)
                self._parts.add(found)
            return
        if entry.kind == "file":
            self._file(entry, parent, choice, scope)
            return
        table, gatherer = self._table, self._gatherer
        own = gatherer.own(entry)
        dependency = gatherer.dependency(parent, own)
        scope = gatherer.scope(scope, own)
        if entry.kind == "choice" and entry.name:
            self._choice(entry, entry.name, dependency, own, scope)
            return
        self._open(entry, _given(dependency))
        run = self._run
        if choice is not None:
            self._run = run.inside(entry)
        for condition, location in entry.visibility:
            node = table.expression(condition, self._modules)
            scope = self._tables.scope(scope, node, location, is_visibility=True)
        for child in entry.children:
            self._entry(child, dependency, choice, scope)
        self._run = run
        if entry.kind != "comment":
            self._parts.menu.append(MENU_END if entry.kind == "menu" else BLOCK_END)

    def _file(self, file: Entry, parent: int | None, choice: Entry | None, scope: int) -> None:
        """Enter what is in a file, as gathered for another architecture if that comes to the same."""
        common = file.common if isinstance(file, FileBlock) and choice is None else None
        if common is None or not self._parts.choice_of.keys().isdisjoint(map(self._table.symbol, common.members)):
            for child in file.children:
                self._entry(child, parent, choice, scope)
            return
        key = (parent, scope, self._modules)
        types = {name: self._types[name] for name in common.asked & self._types.keys()}
        if common.key != key or common.asked_types != types:
            outer, self._parts = self._parts, Parts()
            self._table.named = self._parts.named
            for child in file.children:
                self._entry(child, parent, choice, scope)
            common.key, common.asked_types = key, types
            self._parts.named = list(dict.fromkeys(self._parts.named))
            common.gathered = self._parts
            self._parts, self._table.named = outer, outer.named
        self._parts.include(common.gathered)

    def _open(self, entry: Entry, dependency: int) -> None:
        visibility = self._table.all_of(*(self._table.expression(item) for item, _ in entry.visibility))
        title = entry.prompt.operands[0] if entry.prompt else ""
        self._parts.menu.append([entry.kind, title, visibility, dependency, *self._tables.place(entry.location)])

    def _choice(self, entry: Entry, name: str, dependency: int | None, own: Own, scope: int) -> None:
        table, parts = self._table, self._parts
        node = table.symbol(name)
        flags = self._elaborated.flags.get(name, set())
        known = parts.choices.get(node)
        if known is None:
            kind = _TYPE_CODE[self._types.get(name, "bool")]
            known = parts.choices[node] = [node, kind, [], [], int("optional" in flags)]
        # Today the members depend on what the choice depends on; before 6.11 on the choice.
        inner = node if self._dialect.choice_symbols else dependency
        parts.add(self._gatherer.definition(entry, node, _given(dependency), (), own, scope))
        facts = parts.facts[node]
        assert facts is not None
        if entry.prompt is not None and self._dialect.choice_symbols and not known[4]:
            parts.reverse.setdefault(node, []).append(table.all_of(facts.visible[-1], MOD))
        known[3] = [[value, condition] for value, condition, *_ in facts.rows[2]]
        run, self._run = self._run, Run(self._shaper, around=name)
        self._open(entry, node)
        for child in entry.children:
            self._entry(child, inner, entry, scope)
        self._parts.menu.append(BLOCK_END)
        self._run = run

    def _member(self, entry: Entry, parent: int | None, choice: Entry, scope: int) -> None:
        """Enter a symbol into its choice."""
        gatherer = self._gatherer
        own = gatherer.own(entry)
        dependency = _given(gatherer.dependency(parent, own))
        scope = gatherer.scope(scope, own)
        node = self._table.symbol(entry.name or "")
        self._parts.menu.append(node)
        dependency = self._belong(entry, node, dependency, choice.name or "")
        direct = (dependency,) if self._dialect.choice_symbols else ()
        self._parts.add(gatherer.definition(entry, node, dependency, direct, own, scope))

    def _belong(self, entry: Entry, node: int, dependency: int, choice: str) -> int:
        """Make a symbol a member of a choice; its dependency, which a tristate choice may tighten."""
        table, parts = self._table, self._parts
        choice_node = table.symbol(choice)
        record = parts.choices[choice_node]
        if self._dialect.choice_symbols:
            if self._run.takes(entry):
                return dependency
            is_new = node not in parts.choice_of
            if is_new and record[1] == TRISTATE and self._types.get(entry.name or "") != "tristate":
                dependency = table.all_of(table.intern(EQUAL, choice_node, YES), dependency)
        if (choice_node, node) not in self._members:
            self._members.add((choice_node, node))
            record[2].append(node)
            if len(record[2]) > MOST_MEMBERS:
                raise InputError(f"more than {MOST_MEMBERS} members of a choice", entry.location)
        if node not in parts.choice_of and (entry.prompt is not None or self._dialect.choice_symbols):
            parts.choice_of[node] = choice_node
        return dependency
