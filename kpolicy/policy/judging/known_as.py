# SPDX-License-Identifier: GPL-2.0-or-later
"""Requirements under the names that a kernel has: an old name is met by the new one, a new name by the old one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kpolicy.policy.checks.heirs import heirs
from kpolicy.policy.checks.lifetime import removed_by

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
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
    if found.kind == "renamed" or is_off:
        return replace(item, symbol=found.names[0])
    # A choice and a symbol that does more are bools, whatever the old symbol was.
    return replace(item, symbol=found.names[0], values=("y",)) if item.values else item


def _is_gone(model: Model, name: str) -> bool:
    """Whether the release of a .config lacks the old name."""
    return removed_by(name, model.version) is not None
