# SPDX-License-Identifier: GPL-2.0-or-later
"""Requirements of one policy file that exclude each other, by what they state alone.

Which type a symbol has only a kernel tree says.  But no option has both a list of items and a number, of two values for
the same configs the first has no effect, and a text that has to be equal to another one has its items and no more.
"""

from __future__ import annotations

from typing import Final

from kpolicy.evaluate.strings import unquote
from kpolicy.policy.files.requirement import Requirement, Scope, as_number

_LETTERS: Final = frozenset(("bool", "tristate"))
_EVERY: Final = frozenset(("bool", "tristate", "int", "hex", "string"))


class Contradictions:
    """The requirements of a file up to some table."""

    def __init__(self) -> None:
        self._first: dict[str, Requirement] = {}
        self._values: dict[tuple[str, Scope], Requirement] = {}
        self._items: dict[tuple[str, Scope], list[Requirement]] = {}

    def add(self, item: Requirement) -> tuple[Requirement, str] | None:
        """Add a requirement; an earlier one that it excludes, and why, None where there is none."""
        key = (item.symbol, item.scope)
        same = self._values.get(key)
        lists = self._items.setdefault(key, [])
        first = self._first.setdefault(item.symbol, item) if _is_for_any_kernel(item) else item
        if item.contains:
            lists.append(item)
            pairs = [(same, item)] if same is not None else []
        else:
            self._values[key] = item
            pairs = [(item, one) for one in lists]
        for other in filter(None, (first, same, *lists[:1])):
            if not _types(other) & _types(item):
                return other, "no option has both"
        for exact, wanted in pairs:
            if lacking := _lacking(exact, wanted):
                return wanted if exact is item else exact, f"the text has no item {lacking!r}"
        if same is not None and not item.contains and _stated(same) != _stated(item):
            return same, "of two for the same configs only the last takes effect"
        return None


def _stated(item: Requirement) -> tuple[object, ...]:
    return (item.values, item.at_least, item.at_most, item.absent, item.if_exists)


def _is_for_any_kernel(item: Requirement) -> bool:
    """Whether its type has to be that of every release: some changed from one to another."""
    return not (item.if_exists or item.scope.since or item.scope.before)


def _types(item: Requirement) -> frozenset[str]:
    """The types with which it can be kept."""
    if item.contains:
        return frozenset(("string",))
    if item.at_least is not None or item.at_most is not None:
        return frozenset(("int", "hex"))
    return frozenset[str]().union(*map(_types_of, item.values)) if item.values else _EVERY


def _types_of(value: str) -> frozenset[str]:
    if value == "n":
        # That there is no line.
        return _EVERY
    if value in ("y", "m"):
        return _LETTERS
    if value.startswith('"'):
        return frozenset(("string",))
    return frozenset(("int", "hex") if as_number(value) is not None else ("hex",))


def _lacking(exact: Requirement, items: Requirement) -> str:
    """An item that is required and is in none of the texts that are."""
    texts = [unquote(value) or "" for value in exact.values]
    for item in items.contains:
        if texts and not any(item in (*(part.strip() for part in text.split(",")), *text.split()) for text in texts):
            return item
    return ""
