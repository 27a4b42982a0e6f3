# SPDX-License-Identifier: GPL-2.0-or-later
"""Which change it was, of those between two configurations, that others follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kpolicy.evaluate.effect import effect_of
from kpolicy.explain.cause import invalid_line
from kpolicy.explain.difference import change
from kpolicy.explain.root import Origin
from kpolicy.explain.shown import assignment_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from kpolicy.evaluate.values import Values
    from kpolicy.explain.value_change import Change


class Differing:
    """The symbols whose values differ in effect.

    A symbol is evaluated when it is asked about: few of the changes between two kernels are behind one of them.
    """

    def __init__(self, before: Values, after: Values) -> None:
        self._before = before
        self._after = after
        self._known: dict[object, bool] = {}

    def __contains__(self, name: object) -> bool:
        found = self._known.get(name)
        if found is None:
            found = isinstance(name, str) and effect_of(self._before, name) != effect_of(self._after, name)
            self._known[name] = found
        return found


def origins(before: Values, after: Values, names: Iterable[str]) -> dict[str, Origin]:
    """For those of some symbols that have another value than before: the change that caused it."""
    others = Differing(before, after)
    return {name: _origin(before, after, name, others) for name in names if name in others}


def followed(before: Values, after: Values, name: str, others: Container[str]) -> tuple[Change, ...]:
    """The change of a symbol, then the one that it follows, and so on; the last one is the cause of them all."""
    seen = {name}
    found = [change(before, after, name, others)]
    while (through := found[-1].through) is not None and through not in seen:
        seen.add(through)
        found.append(change(before, after, through, others))
    return tuple(found)


def _origin(before: Values, after: Values, name: str, others: Container[str]) -> Origin:
    found = followed(before, after, name, others)[-1]
    line, gone = assignment_of(after, found.symbol), assignment_of(before, found.symbol)
    if found.why == "line" and gone is not None and line is None and invalid_line(after, found.symbol) is None:
        return Origin(found.symbol, found.before, found.after, "removed", gone.text, gone.location)
    return Origin(found.symbol, found.before, found.after, found.why, found.text, found.location)
