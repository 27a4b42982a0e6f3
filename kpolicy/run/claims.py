# SPDX-License-Identifier: GPL-2.0-or-later
"""What the checks of Kconfig text have to say of one architecture; after an edit only of what that touches."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from kpolicy.kconfig import cache as disk
from kpolicy.policy.checks.kconfig import check_kconfig, touched

if TYPE_CHECKING:
    from kpolicy.kconfig.cache import ModelCache
    from kpolicy.kconfig.model import Model
    from kpolicy.policy.checks.claims import Claims

_CODE = ("policy/checks", "run/claims.py")


def claims_of(model: Model, kept_as: str | None, cache: ModelCache | None, *, redundant: bool) -> Claims:
    """The claims about a model that a cache keeps under a name, if any; see `check_kconfig`."""
    claims = check_kconfig(model, redundant=redundant, only=_concerned(model, cache, redundant=redundant))
    if cache is not None and kept_as is not None and model.amends is None:
        cache.store_data(_key(kept_as, redundant=redundant), sorted(claims.symbols))
    return claims


def _concerned(model: Model, cache: ModelCache | None, *, redundant: bool) -> Collection[int] | None:
    """The symbols about which there may be something to say, None for all: most are as they were before an edit."""
    amends = model.amends
    if cache is None or amends is None:
        return None
    known = cache.load_data(_key(amends.model, redundant=redundant))
    return {*known, *touched(model, amends.symbols)} if isinstance(known, list) else None


def _key(model: str, *, redundant: bool) -> str:
    return disk.key("claims", model, redundant, code=_CODE)
