# SPDX-License-Identifier: GPL-2.0-or-later
"""Below which symbols `make menuconfig` shows the entries of a file: what follows a symbol and depends on it."""

from __future__ import annotations

from collections.abc import Iterator

from kpolicy.kconfig.menu_tree import Entry, in_files
from kpolicy.kconfig.shape import Shaper
from kpolicy.kconfig.submenus import Run
from kpolicy.tuples import NamedTuple


class Nested(NamedTuple):
    """An entry, by its kind and its symbol or title, and the symbols that it is shown below, the outermost first."""

    kind: str
    name: str
    below: tuple[str, ...]


def nesting(root: Entry, shaper: Shaper, path: str) -> tuple[Nested, ...]:
    """The entries of a file in their order; `root` is the menu tree of an architecture."""
    return tuple(_of_block(root, Run(shaper), path))


def _of_block(block: Entry, run: Run, path: str) -> Iterator[Nested]:
    children = list(in_files(block))
    has_own = any(child.location.path == path for child in children)
    for child in children:
        if not child.children:
            # Blocks without entries of the file need not be looked at one by one.
            if has_own:
                run.takes(child)
        elif has_own or _holds(child, path):
            yield from _of_block(child, run.inside(child), path)
        if has_own and child.location.path == path:
            above = run.above[:-1] if child.kind == "config" else run.above
            title = child.prompt.operands[0] if child.prompt is not None else ""
            yield Nested(child.kind, child.name or str(title), tuple(item.name for item in above if item.has_prompt))


def _holds(block: Entry, path: str) -> bool:
    """Whether some entry in a block is of the file."""
    return any(child.location.path == path or _holds(child, path) for child in in_files(block))
