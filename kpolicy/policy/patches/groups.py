# SPDX-License-Identifier: GPL-2.0-or-later
"""Which edits have to be proved together: each may rest on what another one removes.

With two lines `depends on X` in one entry, each makes the other one redundant.  Edits of different groups need no
proof together.  The value of a symbol is computed from its own lines, from the selects and implies of it, and from the
conditions of the blocks around it.  All edits of the former are in one group, and the tree with this group alone gives
each symbol the value that it has without edits; an edit of a block is proved to leave the block's condition what it
is.  So by induction (there are no dependency loops) each symbol is computed in the tree with all groups as in the tree
with its own group: from the same operands, to the same value.  A choice and its members count as one symbol: conf
takes them from one file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kpolicy.kconfig.entries import WrittenEntry

# Before 6.9 choices in several files could be one by their name.
_NAMED_CHOICE: Final = re.compile(rb"^\s*choice[ \t]+(\w+)", re.MULTILINE)


def touched(entry: WrittenEntry, content: bytes) -> frozenset[str]:
    """What an edit of an entry, in a file with some content, can have in common with edits that rest on it.

    These are the file, where menuconfig nests entries by their neighbours; the symbol; and what it selects or implies:
    its dependencies are conditions of those selects.
    """
    targets = (str(item.operands[0]) for item in entry.statements if item.keyword in ("select", "imply"))
    choices = (f"choice {name.decode()}" for name in _NAMED_CHOICE.findall(content))
    return frozenset({f"file {entry.path}", *choices, *targets, *([entry.name] if entry.name else [])})


def linked(touched_by: Sequence[frozenset[str]]) -> list[list[int]]:
    """The groups of at least two edits that have something in common, over any number of others, by their numbers."""
    groups: list[tuple[set[str], list[int]]] = []
    for number, touches in enumerate(touched_by):
        apart, names, numbers = [], set(touches), [number]
        for group in groups:
            if group[0].isdisjoint(touches):
                apart.append(group)
            else:
                names |= group[0]
                numbers += group[1]
        groups = [*apart, (names, numbers)]
    return sorted(sorted(numbers) for _names, numbers in groups if len(numbers) > 1)
