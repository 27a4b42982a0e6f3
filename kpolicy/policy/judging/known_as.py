# SPDX-License-Identifier: GPL-2.0-or-later
"""Requirements under the names that a kernel has: an old name is met by the new one, a new name by the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.frozen import replace
from kpolicy.policy.checks.heirs import heirs
from kpolicy.policy.checks.lifetime import removed_by
from kpolicy.policy.expressions.expression import symbols
from kpolicy.policy.expressions.rewriting import renamed

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.policy.expressions.expression import Expression
    from kpolicy.policy.files.requirement import Requirement


def known_as(model: Model, item: Requirement, *, complete: bool = True) -> Requirement:
    """A requirement for the symbol that a kernel has in place of the one that is named; itself where it has that one.

    Without Kconfig files (`complete` is False) the model has the symbols that a .config has lines for.  That a symbol
    became part of another one is then decided by the release.
    """
    if model.is_defined(item.symbol) and not model.is_transitional(item.symbol):
        return item
    found = heirs(model, item.symbol)
    if found is None:
        return item
    is_off = "n" in item.values
    if found.kind == "merged" and (is_off or not (complete or _is_gone(model, item.symbol))):
        return item
    if found.kind == "opposite":
        return replace(item, symbol=found.names[0], values=("y",) if is_off else ("n",)) if item.values else item
    if found.kind == "renamed" or is_off:
        return replace(item, symbol=found.names[0])
    # A choice and a symbol that does more are bools, whatever the old symbol was.
    return replace(item, symbol=found.names[0], values=("y",)) if item.values else item


def under_names_here(model: Model, condition: Expression) -> Expression:
    """A condition with the names that a kernel has; of a name whose existence it asks for itself none is replaced.

    Only a name with the same meaning stands for another one: what became part of an option, or a member of a choice, is
    no answer to every question about the old symbol.
    """
    names = [name for name in symbols(condition) if not model.is_defined(name) or model.is_transitional(name)]
    if not names:
        return condition
    text = str(condition)
    here = {name: heirs(model, name) for name in names if f"exists({name})" not in text}
    same = {name: found.names[0] for name, found in here.items() if found and found.kind == "renamed"}
    return renamed(condition, same)


def _is_gone(model: Model, name: str) -> bool:
    """Whether the release of a .config lacks the old name."""
    return removed_by(name, model.version) is not None
