# SPDX-License-Identifier: GPL-2.0-or-later
"""Which change it was, of those between two configurations, that others follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.evaluate.effect import effect
from kpolicy.explain.cause import assignment_of, invalid_line
from kpolicy.explain.difference import change
from kpolicy.explain.root import Origin
from kpolicy.explain.value_change import changed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kpolicy.evaluate.values import Values


def origins(before: Values, after: Values, names: Iterable[str]) -> dict[str, Origin]:
    """For those of some symbols that have another value than before: the change that caused it."""
    others = frozenset(changed(effect(before), effect(after)))
    return {name: _origin(before, after, name, others) for name in names if name in others}


def _origin(before: Values, after: Values, name: str, others: frozenset[str]) -> Origin:
    seen = {name}
    found = change(before, after, name, others)
    while found.through is not None and found.through not in seen:
        seen.add(found.through)
        found = change(before, after, found.through, others)
    line, gone = assignment_of(after, found.symbol), assignment_of(before, found.symbol)
    if found.why == "line" and gone is not None and line is None and invalid_line(after, found.symbol) is None:
        return Origin(found.symbol, found.before, found.after, "removed", gone.text, gone.location)
    return Origin(found.symbol, found.before, found.after, found.why, found.text, found.location)
