# SPDX-License-Identifier: GPL-2.0-or-later
"""The menus, choices and ifs around a line of a Kconfig file."""

from __future__ import annotations

from kpolicy.kconfig.grammar import Grammar
from kpolicy.kconfig.menu_tree import Entry
from kpolicy.kconfig.shared import own_last
from kpolicy.kconfig.syntax import Ast


class Blocks:
    """The blocks that are open, the root first, and what holds in the last of them.

    `choice` is the choice around with nothing but ifs between, `is_in_choice` whether only what may be in a choice may
    come next.  `visibility` are the `visible if` conditions of the menus around, the innermost first.
    """

    def __init__(self, root: Entry, grammar: Grammar) -> None:
        self._blocks = [root]
        self._grammar = grammar
        # The lists that entries are added to: those of the blocks, and of the files in them.
        self._siblings = [root.children]
        self.choice: Entry | None = None
        self.is_in_choice = False
        self.visibility: tuple[Ast, ...] = ()

    def __len__(self) -> int:
        return len(self._blocks)

    @property
    def last(self) -> Entry:
        """The block that was opened last."""
        return self._blocks[-1]

    def add(self, entry: Entry) -> None:
        """Add an entry to the last block."""
        self._siblings[-1].append(entry)

    def own(self, entry: Entry) -> Entry:
        """The entry that was added last, or opened, as one that may be changed."""
        is_shared = entry.shared is not None or self._siblings[-1][-1:] != [entry]
        return own_last(self._siblings[-1]) if entry is not self.last and is_shared else entry

    def enter_file(self, file: Entry) -> None:
        """Let entries be added to a file."""
        self.add(file)
        self._siblings.append(file.children)

    def leave_file(self) -> None:
        """Let them be added to what is around the file again."""
        self._siblings.pop()

    def open(self, block: Entry) -> None:
        """Open a block that was added."""
        self._blocks.append(block)
        self._siblings.append(block.children)
        self.look_around()

    def close(self) -> None:
        """Close the last block."""
        self._blocks.pop()
        self._siblings.pop()
        self.look_around()

    def look_around(self) -> None:
        """Take note of what holds in the blocks."""
        inner = next((block for block in reversed(self._blocks) if block.kind != "if"), None)
        self.choice = inner if inner is not None and inner.kind == "choice" else None
        is_free = self.last.kind == "if" and not self._grammar.choice_body_in_if
        self.is_in_choice = self.choice is not None and not is_free
        self.visibility = tuple(
            condition for block in reversed(self._blocks) for condition, _location in block.visibility
        )

    def visibility_of(self, entry: Entry) -> tuple[Ast, ...]:
        """The `visible if` conditions around an entry, without its own."""
        own = len(entry.visibility) if entry is self.last else 0
        return self.visibility[own:] if own else self.visibility
