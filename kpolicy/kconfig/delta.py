# SPDX-License-Identifier: GPL-2.0-or-later
"""The model of an edited tree as a delta to a base: a model that was stored before the edit (`make_delta`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kpolicy.kconfig.kinds import CHOICE, UNDEFINED
from kpolicy.kconfig.payload import Core, DeltaBase, Details, Moves, Stored, Whole
from kpolicy.kconfig.stored import read_core, read_details, stored_rows
from kpolicy.tuples import NamedTuple

# Where the rows of each list of a symbol have their file, before the line (see `payload.Details`); nodes have none.
_FILE_AT = (0, 2, 2, 2, 2, 3, 1, None)


class Delta(NamedTuple):
    """What differs from the base; all of it JSON values.

    `moves` are paths of files with their `Moves`.  `nodes` and `scopes` come at the end of those tables, `names` are
    symbols that nothing named before and nothing defines, with their nodes, and `constants` such texts.  `new` are new
    symbols, each with its node, its neighbour in `payload.Core.symbols`, whether it comes after that, and its place in
    `payload.Details.menu`.  `records`, `woken`, `symbols` and `edges` are pairs of a node and its row.  `kinds`,
    `free`, `texts` and `denied` are as in `payload.Core`, None where they are the same.
    """

    moves: Sequence[Any]
    nodes: Sequence[Any] = ()
    names: Sequence[Any] = ()
    new: Sequence[Any] = ()
    constants: Sequence[Any] = ()
    records: Sequence[Any] = ()
    woken: Sequence[Any] = ()
    kinds: str | None = None
    free: list[int] | None = None
    texts: list[int] | None = None
    denied: list[Any] | None = None
    symbols: Sequence[Any] = ()
    edges: Sequence[Any] = ()
    scopes: Sequence[Any] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not any(self)


def apply_delta(base: Whole, delta: Delta) -> Stored:
    """The model that a base and a delta give."""
    return Stored(
        _apply_to_core(read_core(base.core), delta),
        lambda: _apply_to_details(read_details(base.details), delta),
        DeltaBase(base.content, frozenset(node for node, _ in delta.symbols), _moves(delta)),
    )


def _apply_to_core(core: Core, delta: Delta) -> Core:
    """The first half of the other model, in the tables of the stored one."""
    moves = _moves(delta)
    count = len(core.nodes) + len(delta.nodes)
    stored_rows(core.nodes).replace(enumerate(delta.nodes, len(core.nodes)), count)
    stored_rows(core.records).replace(delta.records, count)
    stored_rows(core.woken).replace(delta.woken, count)
    kinds = core.kinds if delta.kinds is None else delta.kinds

    def moved(rows: list[Any]) -> list[Any]:
        return [[path, moves[path].line(line) if path in moves else line, *text] for path, line, *text in rows]

    return core._replace(
        symbols=_with_names(core.symbols, kinds, delta),
        constants=core.constants | dict(delta.constants),
        kinds=kinds,
        warnings=moved(core.warnings),
        refused=moved(core.refused),
        probes=moved(core.probes),
        texts=core.texts if delta.texts is None else delta.texts,
        free=core.free if delta.free is None else delta.free,
        denied=core.denied if delta.denied is None else delta.denied,
    )


def _apply_to_details(details: Details, delta: Delta) -> Details:
    """The other half, in the same way."""
    by_path = _moves(delta)
    moves = {number: by_path[path] for number, path in enumerate(details.files) if path in by_path}
    count = len(details.symbols) + len(delta.nodes)
    symbols, edges, scopes = map(stored_rows, (details.symbols, details.edges, details.scopes))
    if moves:
        symbols.revise = _moved_symbol(moves)
        scopes.revise = lambda row: _moved(row, 2, moves)
    symbols.replace(delta.symbols, count)
    edges.replace(delta.edges, count)
    scopes.replace(enumerate(delta.scopes, len(scopes)), len(scopes) + len(delta.scopes))
    menu = [_moved(item, 4, moves) if item.__class__ is list else item for item in details.menu]
    for _name, node, _neighbour, _is_after, place in delta.new:
        menu.insert(place, node)
    return details._replace(
        menu=menu,
        written=[_moved(row, 0, moves) for row in details.written],
    )


def _moves(delta: Delta) -> dict[str, Moves]:
    return {path: Moves(lines, shifts) for path, lines, shifts in delta.moves}


def _with_names(symbols: dict[str, int], kinds: str, delta: Delta) -> dict[str, int]:
    """The symbols with further ones, those that nothing defines last, by their names (see `nodes.NodeTable.names`)."""
    if not delta.names and not delta.new:
        return symbols
    others = {name: node for name, node in symbols.items() if kinds[node] in (UNDEFINED, CHOICE)}
    placed = [name for name in symbols if name not in others]
    new = {name: node for name, node, *_ in delta.new}
    for name, _node, neighbour, is_after, _place in delta.new:
        placed.insert(placed.index(neighbour) + is_after, name)
    return {name: new.get(name, symbols.get(name, 0)) for name in placed} | dict(
        sorted((others | dict(delta.names)).items())
    )


def _moved(row: list[Any], file_at: int, moves: Mapping[int, Moves]) -> list[Any]:
    """A row with its line as it is after the edit."""
    file, line = row[file_at : file_at + 2]
    return row if file not in moves else [*row[: file_at + 1], moves[file].line(line), *row[file_at + 2 :]]


def _moved_symbol(moves: Mapping[int, Moves]) -> Callable[[list[Any]], list[Any]]:
    """What moves all rows of a symbol."""

    def revise(lists: list[Any]) -> list[Any]:
        return [
            rows if file_at is None or not rows else [_moved(row, file_at, moves) for row in rows]
            for rows, file_at in zip(lists, _FILE_AT, strict=True)
        ]

    return revise
