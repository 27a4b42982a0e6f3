# SPDX-License-Identifier: GPL-2.0-or-later
"""From what was gathered to a model's plain data and its JSON; what other architectures have too is laid out once."""

from __future__ import annotations

from typing import Any

from kpolicy.kconfig import payload
from kpolicy.kconfig.candidates import candidates
from kpolicy.kconfig.denied import denied
from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.gathered import NOTHING, Facts, Gathered
from kpolicy.kconfig.kinds import kinds
from kpolicy.kconfig.menu_tree import Elaborated
from kpolicy.kconfig.nodes import NO, YES, NodeTable
from kpolicy.kconfig.payload import BOOL, TYPES, Core, Details, Packed, Payload
from kpolicy.kconfig.stored import pack_half
from kpolicy.kconfig.tables import Tables, packed, rows_of, texts_of
from kpolicy.location import Location

_TYPE_CODE = {word: code for code, word in enumerate(TYPES)}


class Parts:
    """What a model consists of, while it grows.

    `named` are the nodes of what is named, in that order.  `facts` have the symbols and choices that are defined,
    `reverse` and `implied` the conditions of what selects and implies a symbol, `choice_of` the choices of members.
    """

    def __init__(self) -> None:
        self.named: list[int] = []
        self.facts: dict[int, Facts] = {}
        self.reverse: dict[int, list[int]] = {}
        self.implied: dict[int, list[int]] = {}
        self.menu: list[Any] = []
        # See `payload.ChoiceRecord`.
        self.choices: dict[int, list[Any]] = {}
        self.choice_of: dict[int, int] = {}

    def add(self, found: Gathered) -> None:
        """Add a definition."""
        facts = self.facts
        node = found.node
        self.named += found.named
        known = facts.get(node)
        facts[node] = found.facts if known is None else known.joined(found.facts)
        for target, is_select, condition in found.edges:
            (self.reverse if is_select else self.implied).setdefault(target, []).append(condition)

    def kept(self) -> Parts:
        """The same to be added to several models."""
        self.named = list(dict.fromkeys(self.named))
        return self

    def include(self, others: Parts) -> None:
        """Add what comes next."""
        self.named += others.named
        self.menu += others.menu
        facts = self.facts
        again = {node: facts[node].joined(others.facts[node]) for node in facts.keys() & others.facts.keys()}
        facts.update(others.facts)
        facts.update(again)
        for own, more in ((self.reverse, others.reverse), (self.implied, others.implied)):
            for target, conditions in more.items():
                own[target] = own[target] + conditions if target in own else conditions[:]
        self.choices.update(others.choices)
        self.choice_of.update(others.choice_of)


def lay_out(
    parts: Parts,
    elaborated: Elaborated,
    dialect: Dialect,
    probes: list[tuple[str, Location]],
    tables: Tables,
    modules: int,
) -> Payload:
    """The plain data of a model."""
    defined = parts.facts
    _Layout(parts, elaborated, dialect, tables, modules).lay_out(defined)
    nodes = list(tables.expressions.nodes)
    # By places, not as they are named first: by an edit elsewhere the order stays.
    placed = [item for item in parts.menu if item.__class__ is int and item >= 0]
    symbols, constants = tables.expressions.names(placed)
    records: list[Any] = [None] * len(nodes)
    for node, facts in defined.items():
        records[node] = facts.record
    core = Core(
        nodes=nodes,
        records=records,
        symbols=symbols,
        constants=constants,
        kinds=kinds(len(nodes), constants.values(), symbols.values(), records),
        choices=list(parts.choices.values()),
        modules=modules,
        mainmenu=elaborated.mainmenu,
        dialect=list(dialect),
        warnings=[[where.path, where.line, text] for where, text in elaborated.warnings],
        refused=[[*item.location, item.symbol, item.text] for item in elaborated.refused],
        probes=[[where.path, where.line, text] for text, where in probes],
        **candidates(nodes, symbols.values(), records)._asdict(),
        denied=[list(item) for item in denied(nodes, enumerate(records)).items()],
    )
    written = [[*tables.place(where), *line] for where, line in elaborated.written.items()]
    rows: list[Any] = [None] * len(nodes)
    for node, facts in defined.items():
        rows[node] = facts.rows
    details = Details(
        symbols=rows,
        edges=_edges(defined, placed, len(nodes)),
        scopes=list(tables.scopes),
        files=[path if path in elaborated.paths else "" for path in tables.files],
        menu=parts.menu,
        written=written,
    )

    def texts() -> Packed:
        record_lines, symbol_lines = [""] * len(nodes), [""] * len(nodes)
        for node, facts in defined.items():
            record_lines[node], symbol_lines[node] = facts.text, _packed_rows(facts)
        edge_lines = [_numbers(edges) if edges is not None else "" for edges in details.edges]
        return Packed(
            pack_half(
                core[3:],
                tables.packed_nodes.rows(nodes),
                rows_of(record_lines),
                rows_of(texts_of(list(core.woken))),
            ),
            pack_half(
                details[3:],
                rows_of(symbol_lines),
                rows_of(edge_lines),
                tables.packed_scopes.rows(list(details.scopes)),
            ),
        )

    return Payload(core, details, texts)


def _edges(defined: dict[int, Facts], placed: list[int], count: int) -> list[Any]:
    """The sources of selects and implies by their targets, in the order of the menus, see `payload.Details`."""
    found: list[Any] = [None] * count
    for node in dict.fromkeys(placed):
        facts = defined[node]
        for kind in (0, 1):
            # Of most symbols there are none.
            rows = facts.rows[3 + kind]
            for target in dict.fromkeys([row[0] for row in rows]) if rows else ():
                edges = found[target]
                if edges is None:
                    edges = found[target] = [[], []]
                edges[kind].append(node)
    return found


def _packed_rows(facts: Facts) -> str:
    if not facts.text_of_rows:
        definitions, prompts, *others = facts.rows
        texts = (_numbers(definitions), packed(prompts), *map(_numbers, others))
        facts.text_of_rows = f"[{','.join(texts)}]"
    return facts.text_of_rows


def _numbers(value: list[Any]) -> str:
    """The JSON of lists of numbers, quicker than by its encoder."""
    return repr(value).replace(" ", "")


def record_of(
    facts: Facts,
    type_code: int,
    reverse: int,
    implied: int,
    choice: int,
    flags: int,
    is_complete: int = 0,
    *,
    table: NodeTable,
) -> list[Any]:
    """The record of a symbol or choice, see `payload.Record`; `is_complete` keeps all conditions of its prompts."""
    return [
        type_code,
        table.any_of(list(facts.visible), complete=bool(is_complete)),
        # A definition without dependencies adds nothing to the others' (expr.c: expr_alloc_or).
        table.any_of(list(facts.direct)) if facts.direct else YES,
        reverse,
        implied,
        [[value, condition] for value, condition, *_ in facts.rows[2]] or NOTHING,
        [[low, high, condition] for low, high, condition, *_ in facts.rows[5]] or NOTHING,
        choice,
        flags,
    ]


class _Layout:
    def __init__(self, parts: Parts, elaborated: Elaborated, dialect: Dialect, tables: Tables, modules: int) -> None:
        self._parts = parts
        self._types = elaborated.types
        self._said = elaborated.flags
        self._dialect = dialect
        self._table = tables.expressions
        # What a prompt that is always visible makes superfluous is still computed, which matters where that is
        # computed before `conf` knows whether there are modules (kpolicy.evaluate.with_modules_off).
        facts = parts.facts.get(modules)
        self._complete = facts is not None and (
            any(node != YES for node in (*facts.visible, *facts.direct))
            or modules in parts.reverse
            or modules in parts.implied
        )

    def lay_out(self, defined: dict[int, Facts]) -> None:
        """Make the record of each symbol and choice, and its JSON."""
        parts, types, any_of = self._parts, self._types, self._table.any_of
        reverse, implied = parts.reverse, parts.implied
        numbers = {node: number for number, node in enumerate(parts.choices)}
        names = self._table.texts
        for node, facts in defined.items():
            name = names[node]
            type_code = _TYPE_CODE[types.get(name, "unknown")]
            is_choice = node in numbers
            if is_choice and type_code == 0:
                type_code = BOOL
            key = (
                type_code,
                any_of(reverse[node]) if node in reverse else NO,
                any_of(implied[node]) if node in implied else NO,
                numbers[node if is_choice else parts.choice_of[node]] if is_choice or node in parts.choice_of else -1,
                self._flags(name, facts, is_choice=is_choice, is_selected=node in reverse),
                int(self._complete),
            )
            if facts.key != key:
                facts.key, facts.record = key, record_of(facts, *key, table=self._table)
                facts.text = _numbers(facts.record)

    def _flags(self, name: str, facts: Facts, *, is_choice: bool, is_selected: bool) -> int:
        said = self._said.get(name, ())
        flags = 0
        if is_choice:
            flags |= payload.NO_WRITE | payload.IS_CHOICE
        if said:
            if "option env" in said or ("option defconfig_list" in said and not self._dialect.writes_defconfig_list):
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
