# SPDX-License-Identifier: GPL-2.0-or-later
"""From a stored model and the edits of its Kconfig files to the delta that gives the model of the edited tree.

There is one where lines only moved, and where symbols outside of choices, with a single definition, have other
properties or are new.  Where an edit does more, or might, there is none, and the model is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from kpolicy.kconfig.candidates import woken_by
from kpolicy.kconfig.circles import may_make_a_loop
from kpolicy.kconfig.delta import Delta
from kpolicy.kconfig.denied import denied, denied_by
from kpolicy.kconfig.edits import Edit, EntryEdit, NewEntry
from kpolicy.kconfig.gathered import PARENTS, Gathered, Gatherer
from kpolicy.kconfig.grammar import Grammar
from kpolicy.kconfig.grown import GrownNodes, GrownTables
from kpolicy.kconfig.kinds import CONSTANT, EXPRESSION, UNDEFINED, kind_of
from kpolicy.kconfig.layout import record_of
from kpolicy.kconfig.loops import needs_of
from kpolicy.kconfig.menu_tree import Entry
from kpolicy.kconfig.nodes import NO
from kpolicy.kconfig.payload import (
    CHOICE,
    FLAGS,
    HAS_PROMPT,
    IMPLIED,
    IS_CHOICE,
    PROBED,
    REVERSE,
    TRANSITIONAL,
    TRISTATE,
    TYPE,
    TYPES,
    Core,
    Details,
    Whole,
)
from kpolicy.kconfig.shared import Lines, shared_entry
from kpolicy.kconfig.stored import packed, read_core, read_details, stored_rows
from kpolicy.kconfig.syntax import Statement
from kpolicy.tuples import NamedTuple

_DEFINITIONS, _SELECTS, _IMPLIES, _OWN = 0, 3, 4, 6
_NUMBER = re.compile(r"-?[0-9]+|0[xX][0-9a-fA-F]+")


Depths: TypeAlias = "Callable[[], Mapping[str, int] | None]"
"""See `kpolicy.kconfig.loops.depths_of_names`; None where they are not known."""


class NoDeltaError(Exception):
    """An edit for which the model has to be built."""


def delta_for(base: Whole, edits: Sequence[Edit], grammar: Grammar, depths: Depths) -> Delta | None:
    """What makes the model of the edited tree of a stored one; None where that has to be built.

    `depths` gives those of the names before the edits, see `loops.depths_of_names`, None where they are not known.
    """
    head = base.core[: base.core.index(b"\n")]
    if any(f"{packed(edit.path)[1:-1]}:".encode("ascii") in head for edit in edits):
        # There is a message that tells another line.
        return None
    moves = [[edit.path, *edit.moves] for edit in edits if edit.moves.lines]
    if not any(edit.entries or edit.new for edit in edits):
        return Delta(moves)
    try:
        return _DeltaMaker(read_core(base.core), read_details(base.details), grammar, depths).delta(edits, moves)
    except NoDeltaError:
        return None


def _demand(*conditions: bool) -> None:
    if not all(conditions):
        raise NoDeltaError


class _Around(NamedTuple):
    """A symbol and the line of its entry, and what that inherits: the node of its condition, and its scope."""

    node: int
    line: int
    parent: int
    scope: int


class _DeltaMaker:
    def __init__(self, core: Core, details: Details, grammar: Grammar, depths: Depths) -> None:
        self._core = core
        self._details = details
        self._grammar = grammar
        self._nodes = GrownNodes(core)
        self._tables = GrownTables(self._nodes, details)
        self._gatherer = Gatherer(self._tables, core.modules)
        self._changed: dict[int, Gathered] = {}
        self._menu = list(details.menu)
        self._places_of: dict[int, list[int]] = {}
        self._placed: list[Any] = []
        self._neighbours: dict[str, _Around] = {}
        # Pairs of a symbol and what it depends on newly.
        self._needs: list[tuple[str, str]] = []
        self._depths = depths

    def delta(self, edits: Sequence[Edit], moves: list[Any]) -> Delta:
        """What differs by some edits; raises `NoDeltaError`."""
        core, nodes = self._core, self._nodes
        before: dict[int, list[Any]] = {}
        for edit in edits:
            for new in edit.new:
                # What others say of a new symbol depends on its type.
                nodes.known_types.new[new.name] = self._type(edit.path, new)
        for edit in edits:
            for entry in edit.entries:
                found = self._edited(edit.path, entry)
                _demand(found.node not in self._changed)
                self._changed[found.node] = found
                before[found.node] = self._details.symbols[found.node]
            for new in edit.new:
                found = self._new(edit.path, new)
                self._changed[found.node] = found
                before[found.node] = [[]] * len(found.facts.rows)
        edited = {node: self._record(found) for node, found in self._changed.items()}
        edges: dict[int, Any] = {}
        for target in self._targets(before):
            edges[target], record = self._selected(target, edited.get(target, self._record_before(target)))
            if record is not None:
                edited[target] = record
        stored_rows(core.records).replace(edited.items(), len(core.nodes))
        self._look_for_loops()
        free, woken = self._candidates(edited)
        return Delta(
            moves=moves,
            nodes=nodes.more(),
            names=[[name, node] for name, node in nodes.new_symbols.items() if node not in edited],
            new=self._placed,
            constants=list(nodes.new_constants.items()),
            records=list(edited.items()),
            woken=list(woken.items()),
            kinds=self._kinds(edited),
            free=free,
            texts=[*core.texts, *(node for _, node, *_ in self._placed if edited[node][TYPE] > TRISTATE)],
            denied=self._denied(edited),
            symbols=[[node, found.facts.rows] for node, found in self._changed.items()],
            edges=list(edges.items()),
            scopes=self._tables.scopes,
        )

    # What the edited entries say.

    def _around(self, path: str, name: str) -> _Around:
        """What is around the entry of a symbol that is defined once, outside of a choice, in a file."""
        core, details = self._core, self._details
        node = core.symbols.get(name)
        record = core.records[node] if node is not None else None
        if node is None or record is None or path not in self._tables.files:
            raise NoDeltaError
        rows = details.symbols[node]
        _demand(len(rows[_DEFINITIONS]) == len(rows[PARENTS]) == 1)
        _demand(record[CHOICE] < 0, not record[FLAGS] & (IS_CHOICE | TRANSITIONAL), node != core.modules)
        file, line, scope = rows[_DEFINITIONS][0]
        _demand(file == self._tables.files[path])
        for _ in rows[_OWN]:
            scope = details.scopes[scope][0]
        self._demand_no_visibility(scope)
        return _Around(node, line, rows[PARENTS][0], scope)

    def _type(self, path: str, new: NewEntry) -> str:
        """The type of a new symbol."""
        _demand(new.name not in self._core.symbols, new.name not in self._nodes.known_types.new)
        types = {word for word, _ in self._entry(path, new.statements).types}
        _demand(len(types) == 1)
        return types.pop()

    def _new(self, path: str, new: NewEntry) -> Gathered:
        """What a new entry says."""
        around = self._neighbours.get(new.neighbour) or self._around(path, new.neighbour)
        entry = self._entry(path, new.statements)
        _demand(not _flags(entry), entry.prompt is not None or not entry.is_menuconfig)
        found = self._gatherer.symbol(entry.copy(), around.parent, around.scope)
        _demand(len(found.facts.visible) <= 1)
        place = self._menu.index(around.node) + new.is_after
        self._menu.insert(place, found.node)
        self._placed.append([new.name, found.node, new.neighbour, int(new.is_after), place])
        self._neighbours[new.name] = around._replace(node=found.node)
        self._note_needs(new.name, None, entry)
        # What is around both; the expressions that are stored may have lost some of its names.
        self._needs.append((new.name, new.neighbour))
        return found

    def _edited(self, path: str, edit: EntryEdit) -> Gathered:
        """What an entry says now."""
        core = self._core
        around = self._around(path, edit.name)
        _demand(around.line == edit.before[0].line)
        before, after = self._entry(path, edit.before), self._entry(path, edit.after)
        _demand(_flags(before) == _flags(after))
        _demand([word for word, _ in before.types] == [word for word, _ in after.types])
        _demand((before.prompt is None) == (after.prompt is None) or not after.is_menuconfig)
        # Nothing may name these any more; that a number is left does not matter (`effects.is_known`).
        gone = {name for name in edit.gone if not _NUMBER.fullmatch(name)}
        _demand(not any(core.kinds[core.symbols[name]] == UNDEFINED for name in gone if name in core.symbols))
        found = self._gatherer.symbol(after.copy(), around.parent, around.scope)
        _demand(len(found.facts.visible) <= 1)
        self._note_needs(edit.name, before, after)
        return found

    def _entry(self, path: str, statements: tuple[Statement, ...]) -> Entry:
        found = shared_entry(Lines(statements), path, (), self._grammar)
        if found is None:
            raise NoDeltaError
        return found

    def _demand_no_visibility(self, scope: int) -> None:
        while scope >= 0:
            scope, _condition, _file, _line, is_visibility = self._details.scopes[scope]
            _demand(not is_visibility)

    def _note_needs(self, name: str, before: Entry | None, after: Entry) -> None:
        """Take note of what the values of symbols depend on that they did not, see `loops.needs_of`."""
        old, new = needs_of(before) if before is not None else ((), (), ()), needs_of(after)
        own = {*new[0], *new[1]} - {*old[0], *old[1]}
        self._needs += [(name, needed) for needed in own]
        for target, names in set(new[2]) - set(old[2]):
            self._needs += [(self._group(target), needed) for needed in (name, *names)]

    def _group(self, name: str) -> str:
        """The choice of a member, which stands for it in loops."""
        node = self._core.symbols.get(name)
        record = self._core.records[node] if node is not None else None
        if record is None or record[CHOICE] < 0:
            return name
        choice = self._core.choices[record[CHOICE]][0]
        return next(name for name, node in self._core.symbols.items() if node == choice)

    # What follows for records.

    def _record_before(self, node: int) -> list[Any] | None:
        return self._core.records[node] if node < self._nodes.first else None

    def _record(self, found: Gathered) -> list[Any]:
        """The record of an edited symbol, apart from what selects and implies it."""
        facts, before = found.facts, self._record_before(found.node)
        has_prompt = HAS_PROMPT if facts.rows[1] else 0
        if before is None:
            kind = TYPES.index(self._nodes.known_types.new[self._nodes.texts[found.node]])
            return record_of(facts, kind, NO, NO, -1, has_prompt, table=self._nodes)
        flags = before[FLAGS] & ~HAS_PROMPT | has_prompt
        return record_of(facts, before[TYPE], before[REVERSE], before[IMPLIED], -1, flags, table=self._nodes)

    def _targets(self, before: dict[int, list[Any]]) -> list[int]:
        """What the edited symbols select or imply, or did."""
        rows = [rows for node, found in self._changed.items() for rows in (before[node], found.facts.rows)]
        return list(dict.fromkeys(row[0] for one in rows for row in (*one[_SELECTS], *one[_IMPLIES])))

    def _selected(self, target: int, record: list[Any] | None) -> tuple[Any, list[Any] | None]:
        """The edges to a symbol, and its record with what they say; None where nothing defines it."""
        _demand(target != self._core.modules)
        known = (self._details.edges[target] if target < self._nodes.first else None) or ((), ())
        sources: list[list[int]] = []
        conditions: list[list[int]] = []
        for kind, old in enumerate(known):
            edges = sorted(edge for node in {*old, *self._changed} for edge in self._edges(node, target, kind))
            sources.append(list(dict.fromkeys(edge[-2] for edge in edges)))
            conditions.append([edge[-1] for edge in edges])
        row = sources if any(sources) else None
        if record is None:
            return row, None
        reverse, implied = map(self._nodes.any_of, conditions)
        flags = record[FLAGS]
        if bool(known[0]) != bool(sources[0]) and not flags & HAS_PROMPT:
            # While something selects it, it is not known whether a probe decides its value.
            _demand(bool(sources[0]))
            flags &= ~PROBED
        return row, [*record[:REVERSE], reverse, implied, *record[IMPLIED + 1 : FLAGS], flags]

    def _edges(self, node: int, target: int, kind: int) -> Iterator[tuple[int, int, int, int]]:
        """The edges from a symbol to another: where in the menus, which one there, the symbol, the condition."""
        rows = self._changed[node].facts.rows if node in self._changed else self._details.symbols[node]
        for number, (other, condition, file, line) in enumerate(rows[_SELECTS + kind]):
            if other == target:
                place = self._places(node)[_definition(rows[_DEFINITIONS], file, line)]
                yield place, number, node, self._nodes.all_of(node, condition)

    def _places(self, node: int) -> list[int]:
        """The places of a symbol in the menus, one for each definition."""
        found = self._places_of.get(node)
        if found is None:
            found = self._places_of[node] = []
            for _ in range(self._menu.count(node)):
                found.append(self._menu.index(node, found[-1] + 1 if found else 0))
        return found

    # What follows for the whole model.

    def _look_for_loops(self) -> None:
        if self._needs:
            depths = self._depths()
            _demand(depths is not None and not may_make_a_loop(self._needs, self._nodes.new_symbols, depths))

    def _kinds(self, records: dict[int, Any]) -> str:
        letters = [*self._core.kinds, *EXPRESSION * (len(self._nodes.nodes) - self._nodes.first)]
        for node in self._nodes.new_symbols.values():
            letters[node] = UNDEFINED
        for node in self._nodes.new_constants.values():
            letters[node] = CONSTANT
        for node, record in records.items():
            letters[node] = kind_of(record)
        return "".join(letters)

    def _candidates(self, records: dict[int, Any]) -> tuple[list[int], dict[int, list[int]]]:
        """`Core.free` and rows of `Core.woken`; what they have by the records before does no harm."""
        core = self._core
        free, woken = list(core.free), dict[int, list[int]]()
        for node, record in records.items():
            if not 0 < record[TYPE] <= TRISTATE or record[FLAGS] & IS_CHOICE:
                continue
            others = woken_by(core.nodes, core.records, record)
            if others is None:
                free += [node] if node not in free else []
            for other in others or ():
                known = woken.get(other, core.woken[other] if other < self._nodes.first else None) or []
                woken[other] = known if node in known else [*known, node]
        return free, woken

    def _denied(self, records: dict[int, Any]) -> list[Any]:
        """`Core.denied` with the defaults of some symbols as they are now."""
        found = {symbol: [node for node in options if node not in records] for symbol, options in self._core.denied}
        by_node = {node: denied_by(self._core.nodes, record) for node, record in records.items()}
        for symbol, options in denied(by_node).items():
            found[symbol] = sorted({*found.get(symbol, ()), *options})
        return [[symbol, options] for symbol, options in found.items() if options]


def _flags(entry: Entry) -> frozenset[str]:
    return entry.shared.flags if entry.shared is not None else frozenset()


def _definition(definitions: list[Any], file: int, line: int) -> int:
    """Which definition of a symbol a line is in: the last one that begins before it, in the same file."""
    above = [(row[1], number) for number, row in enumerate(definitions) if row[0] == file and row[1] <= line]
    # None where the line goes on with an entry of another file, several where the file is sourced more than once.
    last = [number for place, number in above if place == max(above)[0]]
    _demand(len(last) == 1)
    return last[0]
