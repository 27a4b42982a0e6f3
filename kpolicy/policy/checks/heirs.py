# SPDX-License-Identifier: GPL-2.0-or-later
"""Old names: under which name a tree knows a symbol now.

From 6.18 on a tree can say so itself.  A `transitional` symbol has no prompt, and `conf` takes a line for it all the
same; the symbol whose default names it is the new one (Documentation/kbuild/kconfig-language.rst).  What other trees
renamed is in a table (`renames`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kpolicy.frozen import dataclass
from kpolicy.kconfig.transitional import successors
from kpolicy.policy.checks.renames import RenameKind, earlier_names, opposite_of, renamed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpolicy.kconfig.model import Model

# A name that was renamed more often than that is none.
_MOST_STEPS: Final = 4


@dataclass(frozen=True, slots=True)
class Heirs:
    """The names that stand for an old one in a tree, and how far they mean the same (see `Rename.kind`)."""

    names: tuple[str, ...]
    kind: RenameKind


def heirs(model: Model, name: str) -> Heirs | None:
    """The names that a symbol has in this tree, for one that a line of a config cannot set; None where there are none.

    None for a name that has a prompt here: that is its name.  A name that came later than the tree has an earlier one.
    """
    if model.is_transitional(name):
        names = successors(model, name)
        return Heirs(names, "renamed") if names else None
    if model.has_prompt(name):
        return None
    later = _later(model, name)
    if later is not None or model.is_defined(name):
        return later
    earlier = _earlier(model, name)
    if earlier is not None:
        return Heirs((earlier,), "renamed")
    opposite = opposite_of(name)
    return Heirs((opposite,), "opposite") if opposite is not None and model.is_defined(opposite) else None


def name_here(model: Model, names: Iterable[str]) -> str | None:
    """The name that a symbol has in this tree, of all that it has had, the newest first; None where it has none."""
    defined = [name for name in names if model.is_defined(name)]
    for name in defined:
        if not model.is_transitional(name):
            return name
    for name in defined:
        found = successors(model, name)
        if len(found) == 1:
            return found[0]
    return None


def _later(model: Model, name: str) -> Heirs | None:
    kind: RenameKind = "renamed"
    names: tuple[str, ...] = (name,)
    for _step in range(_MOST_STEPS):
        entry = renamed(names[0]) if len(names) == 1 else None
        if entry is None:
            return None
        names = entry.names
        kind = entry.kind if entry.kind != "renamed" else kind
        if all(model.is_defined(item) and not model.is_transitional(item) for item in names):
            return Heirs(names, kind)
    return None


def _earlier(model: Model, name: str) -> str | None:
    names: tuple[str, ...] = (name,)
    for _step in range(_MOST_STEPS):
        names = tuple(old for item in names for old in earlier_names(item))
        known = [old for old in names if model.is_defined(old) and not model.is_transitional(old)]
        if known:
            return known[0]
    return None
