# SPDX-License-Identifier: GPL-2.0-or-later
"""What an edit of a Kconfig file changes: where its lines are now, and which symbols say something else.

Most edits change a help text, or a line or two of a few symbols.  What other edits change only a new model shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kpolicy.kconfig.amendment import Moves
from kpolicy.kconfig.shared import Lines, Part, parts
from kpolicy.kconfig.syntax import SourceFile, Statement

_HEADS = ("config", "menuconfig")
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


class Edit(NamedTuple):
    """What differs between two versions of a file."""

    path: str
    moves: Moves
    entries: tuple[EntryEdit, ...]


def edit_between(before: SourceFile, after: SourceFile) -> Edit | None:
    """What differs between two versions of a file, None where it is more than what some entries of symbols say.

    An entry with macros, or with something to say about its lines, has to say what it said.
    """
    first, second = parts(before.statements), parts(after.statements)
    if before.is_unended != after.is_unended or len(first) != len(second):
        return None
    moved: list[tuple[int, int]] = []
    entries: list[EntryEdit] = []
    for number, (old, new) in enumerate(zip(first, second, strict=True)):
        old_statements, new_statements = _statements(old), _statements(new)
        if _unplaced(old_statements) == _unplaced(new_statements):
            moved += [(one.line, other.line) for one, other in zip(old_statements, new_statements, strict=True)]
        elif _are_of_one_symbol(old, new) and _ends(first, number) and _ends(second, number):
            moved.append((old_statements[0].line, new_statements[0].line))
            entries.append(EntryEdit(old_statements, new_statements))
        else:
            return None
    return Edit(before.path, _moves(moved), tuple(entries))


def _statements(part: Part) -> tuple[Statement, ...]:
    return part.statements if isinstance(part, Lines) else (part,)


def _unplaced(statements: Sequence[Statement]) -> list[tuple[str, tuple[object, ...]]]:
    return [(statement.keyword, statement.operands) for statement in statements]


def _are_of_one_symbol(old: Part, new: Part) -> bool:
    if not isinstance(old, Lines) or not isinstance(new, Lines):
        return False
    one, other = old.statements[0], new.statements[0]
    return one.keyword in _HEADS and (one.keyword, one.operands) == (other.keyword, other.operands)


def _ends(found: Sequence[Part], number: int) -> bool:
    """Whether nothing that comes after a part belongs to its entry, as far as that file goes."""
    following = found[number + 1] if number + 1 < len(found) else None
    return isinstance(following, Lines) or (following is not None and following.keyword in _BETWEEN)


def _moves(moved: Iterable[tuple[int, int]]) -> Moves:
    """The lines from which on lines are moved by another number, of those that were moved."""
    lines: list[int] = []
    shifts: list[int] = []
    for before, after in sorted(moved):
        if after - before != (shifts[-1] if shifts else 0):
            lines.append(before)
            shifts.append(after - before)
    return Moves(lines, shifts)
