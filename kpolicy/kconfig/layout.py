# SPDX-License-Identifier: GPL-2.0-or-later
"""From what was gathered to a model's plain data and its JSON.

From one architecture to the next few symbols differ: the others keep what was laid out for the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import compress
from operator import ne
from typing import Any

from kpolicy.kconfig import payload
from kpolicy.kconfig.candidates import Candidates
from kpolicy.kconfig.denied import denied, denied_by
from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.gathered import NOTHING, Facts
from kpolicy.kconfig.kinds import EXPRESSION, kind_of, kinds
from kpolicy.kconfig.menu_tree import Elaborated
from kpolicy.kconfig.nodes import YES, NodeTable
from kpolicy.kconfig.parts import Parts
from kpolicy.kconfig.payload import BOOL, TYPES, Core, Details, Packed, Payload
from kpolicy.kconfig.stored import Rows, pack_half, packed, packed_names
from kpolicy.kconfig.tables import Tables
from kpolicy.location import Location
from kpolicy.tuples import NamedTuple

# Of a symbol that is not defined.
_NO_FACTS = Facts([], (), (), probed=False)
_TYPE_CODE = {word: code for code, word in enumerate(TYPES)}


class _Inputs(NamedTuple):
    """What the records of an architecture are made of: by name, by node, and whether all conditions are kept."""

    dialect: Dialect
    is_complete: bool
    types: Mapping[str, str]
    flags: Mapping[str, set[str]]
    facts: Mapping[int, Facts]
    reverse: Mapping[int, list[int]]
    implied: Mapping[int, list[int]]
    choices: Mapping[int, int]

    def changed(self, before: _Inputs | None, nodes: Mapping[str, int]) -> set[int]:
        """The nodes of symbols and choices of which something differs from another architecture; all without one."""
        if before is None:
            return set(self.facts)
        if before[:2] != self[:2]:
            return {*self.facts, *before.facts}
        names = _changed(before.types, self.types) | _changed(before.flags, self.flags)
        found = {nodes[name] for name in names if name in nodes}
        return found.union(
            _changed(before.facts, self.facts),
            _changed(before.reverse, self.reverse),
            _changed(before.implied, self.implied),
            _changed(before.choices, self.choices),
        )


def _changed(before: Mapping[Any, object], now: Mapping[Any, object]) -> set[Any]:
    """The keys of what is not the same in both."""
    # All at once and in C: few of many thousand differ.
    differs = map(ne, map(before.get, now), now.values())
    return set(compress(now, differs)).union(before.keys() - now.keys())


class _Texts(NamedTuple):
    """The JSON of the rows of some tables, "" for None."""

    records: list[str]
    symbols: list[str]
    edges: list[str]
    woken: list[str]


class _Rows(NamedTuple):
    """The tables of an architecture that have a row for each node."""

    records: list[Any]
    symbols: list[Any]
    edges: list[Any]
    kinds: list[str]
    texts: _Texts

    def copy(self, count: int) -> _Rows:
        """The same for so many nodes."""
        more = count - len(self.records)
        none, no_text = [None] * more, [""] * more
        return _Rows(
            self.records + none,
            self.symbols + none,
            self.edges + none,
            self.kinds + [EXPRESSION] * more,
            _Texts(*(text + no_text for text in self.texts)),
        )


class Layout:
    """Lays out the architectures of a tree, one after the other, by the numbers of its tables."""

    def __init__(self) -> None:
        self.tables = Tables()
        self._table = self.tables.expressions
        self._begin()

    def _begin(self) -> None:
        self._inputs: _Inputs | None = None
        self._rows = _Rows([], [], [], [], _Texts([], [], [], []))
        # The symbols that select a symbol, and those that imply it.
        self._sources: tuple[Mapping[int, list[int]], Mapping[int, list[int]]] = ({}, {})
        self._candidates = Candidates()
        self._texts: set[int] = set()
        self._denied: dict[int, list[int]] = {}

    def lay_out(
        self,
        parts: Parts,
        elaborated: Elaborated,
        dialect: Dialect,
        probes: list[tuple[str, Location]],
        modules: int,
    ) -> Payload:
        """The plain data of a model."""
        tables, table = self.tables, self._table
        woken = self._next(parts, elaborated, dialect, modules)
        nodes, rows = list(table.nodes), self._rows
        # By places, not as they are named first: by an edit elsewhere the order stays.
        placed = dict.fromkeys(item for item in parts.menu if item.__class__ is int and item > YES)
        symbols, constants = table.names(placed)
        core = Core(
            nodes=nodes,
            records=rows.records,
            woken=woken,
            symbols=symbols,
            constants=constants,
            kinds=kinds(rows.kinds, constants.values(), list(symbols.values())[len(placed) :]),
            choices=list(parts.choices.values()),
            modules=modules,
            mainmenu=elaborated.mainmenu,
            dialect=list(dialect),
            warnings=[[where.path, where.line, text] for where, text in elaborated.warnings],
            refused=[[*item.location, item.symbol, item.text] for item in elaborated.refused],
            probes=[[where.path, where.line, text] for text, where in probes],
            free=self._candidates.free,
            texts=[node for node in symbols.values() if node in self._texts],
            denied=[list(item) for item in denied(self._denied).items()],
        )
        details = Details(
            symbols=rows.symbols,
            edges=rows.edges,
            scopes=list(tables.scopes),
            files=[path if path in elaborated.paths else "" for path in tables.files],
            menu=parts.menu,
            written=[[*tables.place(where), *line] for where, line in elaborated.written.items()],
        )

        def texts() -> Packed:
            record, symbol, edge, alarm = map(Rows.of, rows.texts)
            return Packed(
                pack_half([packed_names(symbols), *core[4:]], tables.packed_nodes.rows(nodes), record, alarm),
                pack_half(details[3:], symbol, edge, tables.packed_scopes.rows(list(details.scopes))),
            )

        return Payload(core, details, texts)

    def _next(self, parts: Parts, elaborated: Elaborated, dialect: Dialect, modules: int) -> list[Any]:
        """Turn to another architecture; the rows of `Core.woken`."""
        # Where something goes wrong half way, the next one begins with nothing.
        before, self._inputs = self._inputs, None
        if before is None:
            self._begin()
        numbers = {node: number for number, node in enumerate(parts.choices)}
        of_members = {node: numbers[choice] for node, choice in parts.choice_of.items()}
        inputs = _Inputs(
            dialect,
            _asks_all(parts, modules),
            elaborated.types,
            elaborated.flags,
            parts.facts,
            parts.reverse,
            parts.implied,
            {**of_members, **numbers},
        )
        changed = inputs.changed(before, self._table.symbols)
        for node in sorted(changed & parts.facts.keys()):
            self._record(node, parts, inputs)
        rows = self._rows = self._rows.copy(len(self._table.nodes))
        records, symbols, _, alarms = rows.texts
        for node in changed:
            facts = parts.facts.get(node, _NO_FACTS)
            rows.records[node], records[node] = facts.record or None, _numbers(facts.record) if facts.record else ""
            rows.symbols[node], symbols[node] = facts.rows or None, _packed_rows(facts.rows) if facts.rows else ""
            rows.kinds[node] = kind_of(facts.record) if facts.record else EXPRESSION
            (self._texts.add if _is_text(facts.record) else self._texts.discard)(node)
            self._denied.pop(node, None)
            if facts.record and (denying := denied_by(self._table.nodes, facts.record)):
                self._denied[node] = denying
        self._edges(parts)
        for node in self._candidates.update(self._table.nodes, rows.records, changed):
            alarms[node] = _numbers(self._candidates.woken[node]) if self._candidates.woken[node] else ""
        woken: list[Any] = [None] * len(self._table.nodes)
        for node, row in self._candidates.woken.items():
            woken[node] = row or None
        self._inputs = inputs
        return woken

    def _record(self, node: int, parts: Parts, inputs: _Inputs) -> None:
        """Make the record of a symbol or choice."""
        any_of = self._table.any_of
        facts, name = parts.facts[node], self._table.texts[node]
        is_choice = node in parts.choices
        type_code = _TYPE_CODE[inputs.types.get(name, "unknown")]
        if is_choice and type_code == 0:
            type_code = BOOL
        facts.record = record_of(
            facts,
            type_code,
            any_of(parts.reverse.get(node, [])),
            any_of(parts.implied.get(node, [])),
            inputs.choices.get(node, -1),
            self._flags(inputs, name, facts, is_choice=is_choice, is_selected=node in parts.reverse),
            is_complete=inputs.is_complete,
            table=self._table,
        )

    def _edges(self, parts: Parts) -> None:
        edges, texts = self._rows.edges, self._rows.texts.edges
        before, self._sources = self._sources, (parts.selecting, parts.implying)
        for target in set[int]().union(*map(_changed, before, self._sources)):
            row = [list(dict.fromkeys(sources.get(target, ()))) for sources in self._sources]
            edges[target], texts[target] = (row, _numbers(row)) if any(row) else (None, "")

    def _flags(self, inputs: _Inputs, name: str, facts: Facts, *, is_choice: bool, is_selected: bool) -> int:
        said = inputs.flags.get(name, ())
        flags = 0
        if is_choice:
            flags |= payload.NO_WRITE | payload.IS_CHOICE
        if said:
            if "option env" in said or ("option defconfig_list" in said and not inputs.dialect.writes_defconfig_list):
                flags |= payload.NO_WRITE
            if "transitional" in said:
                flags |= payload.TRANSITIONAL
            if "option allnoconfig_y" in said:
                flags |= payload.ALLNOCONFIG_Y
        if facts.rows[1]:
            flags |= payload.HAS_PROMPT | (payload.GATED if facts.probed else 0)
        elif facts.probed and not is_selected:
            flags |= payload.PROBED
        return flags


def record_of(
    facts: Facts,
    type_code: int,
    reverse: int,
    implied: int,
    choice: int,
    flags: int,
    *,
    table: NodeTable,
    is_complete: bool = False,
) -> list[Any]:
    """The record of a symbol or choice, see `payload.Record`; `is_complete` keeps all conditions of its prompts."""
    return [
        type_code,
        table.any_of(list(facts.visible), complete=is_complete),
        # A definition without dependencies adds nothing to the others' (expr.c: expr_alloc_or).
        table.any_of(list(facts.direct)) if facts.direct else YES,
        reverse,
        implied,
        [[value, condition] for value, condition, *_ in facts.rows[2]] or NOTHING,
        [[low, high, condition] for low, high, condition, *_ in facts.rows[5]] or NOTHING,
        choice,
        flags,
    ]


def _is_text(record: list[Any]) -> bool:
    return bool(record) and record[payload.TYPE] > payload.TRISTATE


def _packed_rows(rows: list[list[Any]]) -> str:
    definitions, prompts, *others = rows
    return f"[{','.join((_numbers(definitions), packed(prompts), *map(_numbers, others)))}]"


def _numbers(value: list[Any]) -> str:
    """The JSON of lists of numbers, quicker than by its encoder."""
    return repr(value).replace(" ", "")


def _asks_all(parts: Parts, modules: int) -> bool:
    """Whether records keep all conditions of a prompt, also beside one that is always visible.

    What such a prompt makes superfluous is still computed, which matters where that is computed before `conf` knows
    whether there are modules (`kpolicy.evaluate.with_modules_off`).
    """
    facts = parts.facts.get(modules)
    return facts is not None and (
        any(node != YES for node in (*facts.visible, *facts.direct))
        or modules in parts.reverse
        or modules in parts.implied
    )
