# SPDX-License-Identifier: GPL-2.0-or-later
"""The values that are other ones on another kernel although no request was lost: what its Kconfig files changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from kpolicy.evaluate.effect import effect
from kpolicy.explain.cause import cause
from kpolicy.explain.difference import change
from kpolicy.explain.shown import shown
from kpolicy.explain.value_change import Change, changed
from kpolicy.frozen import dataclass
from kpolicy.kconfig.transitional import successors

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

_SWITCHES: Final = ("bool", "tristate")
_ZERO: Final = ("0", "0x0")


@dataclass(frozen=True, slots=True)
class Shift:
    """A value that is another one; `settable`: whether the symbol has a prompt on the kernel after."""

    change: Change
    settable: bool


@dataclass(frozen=True, slots=True)
class Shifts:
    """The values that changed, by symbol; those of symbols that only one of the two kernels has, as names.

    `gone` are the symbols that were on and are no longer defined, `new` those that are on and were not defined before.
    """

    changed: tuple[Shift, ...] = ()
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


def shifts(before: Values, after: Values, lost: Collection[str], *, stated: bool) -> Shifts:
    """All values that differ, but those of requests that are `lost`.

    `stated` says that the values before are those that a full .config states: its model has no Kconfig lines.
    """
    names = changed(effect(before), effect(after))
    others = frozenset(names)
    gone = [name for name in names if not after.model.is_defined(name) and name not in lost]
    new = [name for name in names if after.model.is_defined(name) and not before.model.is_defined(name)]
    known = (name for name in names if before.model.is_defined(name) and after.model.is_defined(name))
    both = [name for name in known if name not in lost and not _is_same(before, after, name)]
    found = (_stated_change(before, after, name) if stated else change(before, after, name, others) for name in both)
    return Shifts(tuple(Shift(item, after.model.has_prompt(item.symbol)) for item in found), tuple(gone), tuple(new))


def _is_same(before: Values, after: Values, name: str) -> bool:
    """Whether a value means the same on both, although auto.conf has another one, or none.

    A transitional symbol has no line there, and its value, which its successor has; a switch that was off has become a
    number that is 0.
    """
    old = shown(before, name)
    names = successors(after.model, name) if after.model.is_transitional(name) else ()
    if old == shown(after, name) or (names and all(shown(after, item) == old for item in names)):
        return True
    return before.model.type_of(name) in _SWITCHES and old == "n" and shown(after, name) in _ZERO


def _stated_change(before: Values, after: Values, name: str) -> Change:
    """A change whose cause on the kernel before is not known."""
    link = cause(after, name)[0]
    return Change(name, shown(before, name), shown(after, name), "kconfig", link.text, link.location)
