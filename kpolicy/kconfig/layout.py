# SPDX-License-Identifier: GPL-2.0-or-later
"""From what was gathered to a model's plain data and its JSON; what other architectures have too is laid out once."""

from __future__ import annotations

from typing import Any

from kpolicy.kconfig import payload
from kpolicy.kconfig.candidates import candidates
from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.gathered import Facts, Gathered
from kpolicy.kconfig.menu_tree import Elaborated
from kpolicy.kconfig.nodes import NO, YES
from kpolicy.kconfig.payload import BOOL, TYPES, Core, Details, Packed, Payload
from kpolicy.kconfig.tables import Tables, packed
from kpolicy.location import Location

_TYPE_CODE = {word: code for code, word in enumerate(TYPES)}


class Parts:
    """What a model consists of, while it grows.

    `named` are the nodes of what is named, in that order.  `facts` have the symbols and choices, in the order in
    which they were defined or selected; None for those that are not defined.
    """

    def __init__(self) -> None:
        self.named: list[int] = []
        self.facts: dict[int, Facts | None] = {}
        self.reverse: dict[int, list[int]] = {}
        self.implied: dict[int, list[int]] = {}
        self.menu: list[Any] = []
        # See `payload.ChoiceRecord`; and the choice of each of their members, by number.
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
            if target not in facts:
                facts[target] = None
            (self.reverse if is_select else self.implied).setdefault(target, []).append(condition)


def lay_out(
    parts: Parts,
    elaborated: Elaborated,
    dialect: Dialect,
    probes: list[tuple[str, Location]],
    tables: Tables,
    modules: int,
) -> Payload:
    """The plain data of a model."""
    defined = {node: facts for node, facts in parts.facts.items() if facts is not None}
    _Layout(parts, elaborated, dialect, tables).lay_out(defined)
    nodes = list(tables.expressions.nodes)
    symbols, constants = tables.expressions.names()
    records: list[Any] = [None] * len(nodes)
    for node, facts in defined.items():
        records[node] = facts.record
    core = Core(
        nodes=nodes,
        symbols=symbols,
        constants=constants,
        records=records,
        choices=list(parts.choices.values()),
        modules=modules,
        mainmenu=elaborated.mainmenu,
        dialect=list(dialect),
        warnings=[[where.path, where.line, text] for where, text in elaborated.warnings],
        refused=[[*item.location, item.symbol, item.text] for item in elaborated.refused],
        probes=[[where.path, where.line, text] for text, where in probes],
        **candidates(nodes, symbols.values(), records)._asdict(),
    )
    written = [[*tables.place(where), *line] for where, line in elaborated.written.items()]
    details = Details(
        files=[path if path in elaborated.paths else "" for path in tables.files],
        menu=parts.menu,
        written=written,
        symbols={node: facts.rows for node, facts in defined.items()},
        edges=_edges(defined),
        scopes=dict(enumerate(tables.scopes)),
    )

    def texts() -> Packed:
        lines = ["null"] * len(nodes)
        for node, facts in defined.items():
            lines[node] = facts.text
        rows = "\n".join(map(_packed_rows, defined.values()))
        edges = "\n".join(map(_numbers, details.edges.values()))
        scopes = tables.packed_scopes.text(tables.scopes).replace("],[", "]\n[")
        head = packed([details.files, details.menu, details.written, list(details.symbols), list(details.edges)])
        return Packed(
            _with(core, nodes=f"[{tables.packed_nodes.text(nodes)}]", records=f"[{','.join(lines)}]"),
            # First what is read at once, and the numbers of the symbols and edges; then a line for each row.
            [text.encode("ascii") for part in (head, rows, edges, scopes) if part for text in ("\n", part)][1:],
        )

    return Payload(core, details, texts)


def _edges(defined: dict[int, Facts]) -> dict[int, list[list[int]]]:
    """The sources of selects and implies by their targets, see `payload.Details`."""
    found: dict[int, list[list[int]]] = {}
    for node, facts in defined.items():
        for kind, rows in enumerate(facts.rows[3:5]):
            for target in dict.fromkeys(row[0] for row in rows):
                found.setdefault(target, [[], []])[kind].append(node)
    return found


def _with(core: Core, **fields: str) -> list[bytes]:
    """The JSON of a core in pieces, with the texts of some fields given."""
    pieces = []
    for name, value in core._asdict().items():
        pieces += [b",", (fields.pop(name) if name in fields else packed(value)).encode("ascii")]
    return [b"[", *pieces[1:], b"]"]


def _packed_rows(facts: Facts) -> str:
    if not facts.text_of_rows:
        definitions, prompts, *others = facts.rows
        texts = (_numbers(definitions), packed(prompts), *map(_numbers, others))
        facts.text_of_rows = f"[{','.join(texts)}]"
    return facts.text_of_rows


def _numbers(value: list[Any]) -> str:
    """The JSON of lists of numbers, quicker than by its encoder."""
    return repr(value).replace(" ", "")


class _Layout:
    def __init__(self, parts: Parts, elaborated: Elaborated, dialect: Dialect, tables: Tables) -> None:
        self._parts = parts
        self._types = elaborated.types
        self._said = elaborated.flags
        self._dialect = dialect
        self._table = tables.expressions

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
                numbers[node] if is_choice else parts.choice_of.get(node, -1),
                self._flags(name, facts, is_choice=is_choice, is_selected=node in reverse),
            )
            if facts.key != key:
                facts.key, facts.record = key, self._record(facts, *key)
                facts.text = _numbers(facts.record)

    def _record(self, facts: Facts, type_code: int, reverse: int, implied: int, choice: int, flags: int) -> list[Any]:
        table = self._table
        return [
            type_code,
            table.any_of(list(facts.visible)),
            # A definition without dependencies adds nothing to the others' (expr.c: expr_alloc_or).
            table.any_of(list(facts.direct)) if facts.direct else YES,
            reverse,
            implied,
            [[value, condition] for value, condition, *_ in facts.rows[2]],
            [[low, high, condition] for low, high, condition, *_ in facts.rows[5]],
            choice,
            flags,
        ]

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
