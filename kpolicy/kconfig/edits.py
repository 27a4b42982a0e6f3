# SPDX-License-Identifier: GPL-2.0-or-later
"""What an edit of a Kconfig file changes: where its lines are now, and which symbols say something else.

Most edits change a help text, or a line or two of a few symbols.  What other edits change only a new model shows.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

from kpolicy.kconfig.payload import Moves
from kpolicy.kconfig.shared import Lines, Part, parts
from kpolicy.kconfig.syntax import CONST, SourceFile, Statement
from kpolicy.tuples import NamedTuple

# What comes after the last line of an entry; any other statement belongs to it.
_BETWEEN = frozenset(("source", "if", "endif", "menu", "endmenu", "choice", "endchoice", "comment", "mainmenu"))


class EntryEdit(NamedTuple):
    """The statements of a symbol's entry, before and after an edit."""

    before: tuple[Statement, ...]
    after: tuple[Statement, ...]

    @property
    def name(self) -> str:
        """The symbol."""
        return str(self.before[0].operands[0])

    @property
    def gone(self) -> set[str]:
        """The names, and other words, that are in the entry no more."""
        return set(_words(self.before)) - set(_words(self.after))


class NewEntry(NamedTuple):
    """The statements of an entry that is new, and its neighbour, the entry just before it or just after it."""

    statements: tuple[Statement, ...]
    neighbour: str
    is_after: bool

    @property
    def name(self) -> str:
        """The symbol."""
        return str(self.statements[0].operands[0])


class Edit(NamedTuple):
    """What differs between two versions of a file."""

    path: str
    moves: Moves
    entries: tuple[EntryEdit, ...]
    new: tuple[NewEntry, ...]


def edit_between(before: SourceFile, after: SourceFile) -> Edit | None:
    """What differs between two versions of a file, None where it is more than what some entries of symbols say.

    An entry with macros, or with something to say about its lines, has to say what it said.
    """
    first, second = parts(before.statements), parts(after.statements)
    known = {_name(part) for part in first}
    moved: list[tuple[int, int]] = []
    entries: list[EntryEdit] = []
    new: list[NewEntry] = []
    number = 0
    for place, part in enumerate(second):
        old = first[number] if number < len(first) else None
        if old is not None and _unplaced(old) == _unplaced(part):
            pairs = zip(_statements(old), _statements(part), strict=True)
            moved += [(one.line, other.line) for one, other in pairs]
        elif old is not None and _is_same_symbol(old, part) and _ends(first, number) and _ends(second, place):
            entries.append(EntryEdit(_statements(old), _statements(part)))
            moved.append((entries[-1].before[0].line, entries[-1].after[0].line))
        else:
            found = _new(second, place, known) if _name(part) not in {*known, ""} else None
            if found is None:
                return None
            new.append(found)
            continue
        number += 1
    if before.is_unended != after.is_unended or number < len(first):
        return None
    return Edit(before.path, _moves(moved), tuple(entries), tuple(new))


def _new(found: Sequence[Part], place: int, known: Container[str]) -> NewEntry | None:
    """The new entry at a place, if it has a neighbour with nothing but new ones between."""
    if not _ends(found, place):
        return None
    statements = _statements(found[place])
    if place and isinstance(found[place - 1], Lines):
        return NewEntry(statements, _name(found[place - 1]), True)
    further = next((part for part in found[place + 1 :] if not _name(part) or _name(part) in known), None)
    return NewEntry(statements, _name(further), False) if further is not None and _name(further) else None


def _name(part: Part) -> str:
    """The symbol of an entry, "" for any other statement."""
    return str(part.statements[0].operands[0]) if isinstance(part, Lines) else ""


def _statements(part: Part) -> tuple[Statement, ...]:
    return part.statements if isinstance(part, Lines) else (part,)


def _unplaced(part: Part) -> list[tuple[str, tuple[object, ...]]]:
    return [(statement.keyword, statement.operands) for statement in _statements(part)]


def _is_same_symbol(old: Part, new: Part) -> bool:
    if not isinstance(old, Lines) or not isinstance(new, Lines):
        return False
    one, other = old.statements[0], new.statements[0]
    return (one.keyword, one.operands) == (other.keyword, other.operands)


def _ends(found: Sequence[Part], number: int) -> bool:
    """Whether nothing that comes after a part belongs to its entry, as far as that file goes."""
    following = found[number + 1] if number + 1 < len(found) else None
    return isinstance(following, Lines) or (following is not None and following.keyword in _BETWEEN)


def _words(statements: Sequence[Statement]) -> Iterator[str]:
    """The names in some statements, and other words of theirs."""
    pending: list[Any] = [operand for statement in statements for operand in statement.operands]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, tuple) and item[0] != CONST:
            pending += item[1:]


def _moves(moved: Iterable[tuple[int, int]]) -> Moves:
    """The lines from which on lines are moved by another number, of those that were moved."""
    lines: list[int] = []
    shifts: list[int] = []
    for before, after in sorted(moved):
        if after - before != (shifts[-1] if shifts else 0):
            lines.append(before)
            shifts.append(after - before)
    return Moves(lines, shifts)
