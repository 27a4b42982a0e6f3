# SPDX-License-Identifier: GPL-2.0-or-later
"""What the checks of Kconfig text have to say of one architecture; after an edit only what that touches is checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kpolicy.frozen import replace
from kpolicy.kconfig import cache as disk
from kpolicy.location import Location
from kpolicy.policy.checks.kconfig import Looked, check_kconfig, look_through

if TYPE_CHECKING:
    from kpolicy.kconfig.cache import ModelCache
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.payload import DeltaBase
    from kpolicy.policy.checks.claims import Claims

_CODE = ("policy/checks", "run/claims.py")


def claims_of(model: Model, kept_as: str | None, cache: ModelCache | None, *, redundant: bool) -> Claims:
    """The claims about a model that a cache keeps under a name, if any; see `check_kconfig`."""
    base = model.delta_base
    if cache is None or kept_as is None:
        return check_kconfig(model, redundant=redundant)
    if base is not None:
        known = cache.load_data(_key(base.content, redundant=redundant))
        return _after_edit(model, base, known, redundant=redundant)
    looked = look_through(model, redundant=redundant)
    content = cache.content(kept_as, "model")
    if content is not None:
        cache.store_data(_key(content, redundant=redundant), _packed(looked))
    return looked.claims


def _after_edit(model: Model, base: DeltaBase, known: Any, *, redundant: bool) -> Claims:
    """The claims about a model by what is known of its base, None for nothing."""
    if known is None:
        return check_kconfig(model, redundant=redundant)
    only = {*known["about"], *_touched(model, base.symbols)}
    looked = look_through(model, only, redundant=redundant)
    return replace(looked.claims, idle=looked.claims.idle.union(_idle_before(known, base, only)))


def _touched(model: Model, nodes: Iterable[int]) -> set[int]:
    """The symbols about whose lines there may be something else to say when some symbols' lines are others.

    Those are the symbols themselves, and whatever selects them, through however many.
    """
    found: set[int] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            edges = model.details.edges[node]
            waiting += edges[0] if edges is not None else ()
    return found


def _packed(looked: Looked) -> dict[str, Any]:
    """What is kept of a model for its deltas: idle lines by file, each with the node of its symbol."""
    idle: dict[str, list[int]] = {}
    for node, places in looked.idle.items():
        for path, line in places:
            idle.setdefault(path, []).extend((node, line))
    return {"about": sorted(looked.about), "idle": idle}


def _idle_before(known: dict[str, Any], base: DeltaBase, others: set[int]) -> list[Location]:
    """The idle lines of symbols other than some, where they are now."""
    return [
        Location(*base.place(path, line))
        for path, flat in known["idle"].items()
        for node, line in zip(flat[::2], flat[1::2], strict=True)
        if node not in others
    ]


def _key(content: str, *, redundant: bool) -> str:
    """The name for the claims about a model with a content: the numbers of symbols are part of that."""
    return disk.key("claims", content, redundant, code=_CODE)
