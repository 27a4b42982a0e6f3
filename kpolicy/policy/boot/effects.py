# SPDX-License-Identifier: GPL-2.0-or-later
"""What the boot command line does to what an option builds in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kpolicy.evaluate.command_line import is_too_late, origin, release, seen
from kpolicy.policy.boot.load import shipped_parameters
from kpolicy.policy.boot.words import lacking, refusal, shown, switches_off, unknown_since
from kpolicy.policy.expressions.expression import symbols
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.config.command_line import Word
    from kpolicy.evaluate.values import Values
    from kpolicy.location import Location
    from kpolicy.policy.boot.parameter import BootParameter


class BootEffect(NamedTuple):
    """A word of the command line, what it does, and where it is; `is_off`: it switches off what the config enables."""

    word: str
    text: str
    location: Location
    is_off: bool


def boot_effects(values: Values, symbol: str, cache: str | None = None) -> tuple[BootEffect, ...]:
    """What the parameters that rest on a symbol do at boot, in the order of the table, or why they do nothing.

    Words of another release are left out.  `cache` is as for `shipped_parameters`.
    """
    return tuple(effect for item in shipped_parameters(cache) for effect in _of(item, values, symbol))


def _of(item: BootParameter, values: Values, symbol: str) -> Iterator[BootEffect]:
    needs = {name for spelling in item.spellings for name in symbols(spelling.needs)}
    switched = symbol in symbols(item.off)
    if symbol not in needs and not switched:
        return
    words = [word for word in seen(values).words if any(word.name == spelling.name for spelling in item.spellings)]
    taken = [word for word in words if is_taken(item, word, values)]
    if not taken:
        yield from _in_vain(item, words, values, symbol)
        return
    if switched and item.off.holds(values):
        word = next((word for word in reversed(taken) if switches_off(word)), taken[-1])
        yield BootEffect(shown(word), f"switched off at boot by {shown(word)}: {item.lost}", word.location, is_off=True)
        return
    for word in taken if item.adds.holds(values) else taken[-1:]:
        yield BootEffect(shown(word), f"boot parameter {shown(word)}: {item.title}", word.location, is_off=False)


def _in_vain(item: BootParameter, words: list[Word], values: Values, symbol: str) -> Iterator[BootEffect]:
    """The words that have no effect: the symbol is off, or the value is refused."""
    for word in words:
        spelling = next(spelling for spelling in item.spellings if spelling.name == word.name)
        if not spelling.needs.holds(values):
            why = lacking(spelling.needs, values) if symbol in symbols(spelling.needs) else ""
        else:
            why = refusal(item, spelling.form, word, values)
        if why:
            yield BootEffect(shown(word), f"{shown(word)} has no effect: {why}", word.location, is_off=False)


def is_taken(item: BootParameter, word: Word, values: Values) -> bool:
    """Whether a kernel takes a word for a parameter."""
    spelling = next((spelling for spelling in item.spellings if spelling.name == word.name), None)
    if spelling is None or unknown_since(spelling, release(values)) or not spelling.needs.holds(values):
        return False
    if is_parsed_before(item, word, values):
        return False
    value = next((value for value in item.words if value.name == word.value), None)
    return not refusal(item, spelling.form, word, values) and (value is None or value.needs.holds(values))


def is_parsed_before(item: BootParameter, word: Word, values: Values) -> bool:
    """Whether a word is from a bootconfig, and the kernel has parsed its parameter before it reads that."""
    return origin(values, word) == "bootconfig" and (item.handler == "early_param" or is_too_late(values, word))
