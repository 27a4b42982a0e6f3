# SPDX-License-Identifier: GPL-2.0-or-later
"""The passes that a mode of `conf` makes over a model.

`conf --defconfig`, `--olddefconfig` and the presets read, calculate, and calculate again
with what they learned (scripts/kconfig/conf.c: main, conf_set_all_new_symbols; confdata.c:
conf_read).  Today one pass gives the same values; in older dialects it does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kpolicy.evaluate.calculation import Calculation
from kpolicy.evaluate.choice_symbols import ChoiceInput, ChoiceSymbolCalculation
from kpolicy.evaluate.choices import ChoiceCalculation
from kpolicy.evaluate.modes import PRESETS
from kpolicy.evaluate.set_choices import SetChoicesCalculation, unset_choices
from kpolicy.evaluate.strings import number
from kpolicy.evaluate.template import Template
from kpolicy.evaluate.user import UserValues
from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.payload import (
    ALLNOCONFIG_Y,
    BOOL,
    CHOICE,
    FLAGS,
    HAS_PROMPT,
    HEX,
    INT,
    IS_CHOICE,
    RANGES,
    TRISTATE,
    TYPE,
    Core,
)

_PRESET_VALUE = {"allyesconfig": 2, "allmodconfig": 1, "allnoconfig": 0}


def run(
    core: Core, template: Template, user: UserValues, mode: str, recorded: Mapping[int, int | str | None]
) -> Calculation:
    """The last pass of `mode`, ready to compute values."""
    dialect = Dialect(*core.dialect)
    if mode in _PRESET_VALUE:
        user = _preset(core, dialect, mode)
    if not dialect.choice_symbols:
        picks = ChoiceCalculation(core, template, user.values, user.order, recorded)
        if not dialect.drops_out_of_range or mode in PRESETS:
            return picks
        kept = _drop_out_of_range(core, user.values, picks)
        if mode != "defconfig" or kept == user.values:
            return picks
        return ChoiceCalculation(core, template, kept, user.order, recorded)
    inputs = {choice[0]: ChoiceInput() for choice in core.choices} if mode == "alldefconfig" else user.choices
    first = ChoiceSymbolCalculation(core, template, user.values, user.order, recorded, inputs)
    if mode in PRESETS:
        return first
    unset = unset_choices(core, first) if mode == "defconfig" else frozenset()
    kept = _drop_out_of_range(core, user.values, first) if dialect.drops_out_of_range else user.values
    if mode != "defconfig":
        return first
    given = {choice: replace(item, given=choice not in unset) for choice, item in inputs.items()}
    second = SetChoicesCalculation if unset else ChoiceSymbolCalculation
    return second(core, template, kept, user.order, recorded, given)


def _drop_out_of_range(core: Core, user: Mapping[int, int | str], first: Calculation) -> Mapping[int, int | str]:
    """Drop the numbers that are out of their range in the first pass, as conf_read() did; what is left."""
    kept = dict(user)
    for node in _in_table_order(core, user):
        if not _is_out_of_range(core, first, node, user[node]):
            continue
        if len(kept) == len(user):
            # What was derived from a dropped number keeps its value, so it must have one first.
            for symbol, record in enumerate(core.records):
                if record is not None:
                    first.is_written(symbol)
        del kept[node]
        first.user = kept
        first.forget([node])
    return kept


def _in_table_order(core: Core, nodes: Iterable[int]) -> list[int]:
    """Numbers with a range in the order of `conf`'s symbol table, which decides when one bounds another."""
    wanted = {node for node in nodes if core.records[node][RANGES]}
    names = {name: node for name, node in core.symbols.items() if node in wanted} if wanted else {}
    return [names[name] for name in sorted(names, key=_bucket)]


def _bucket(name: str) -> int:
    """The bucket of a symbol (scripts/kconfig/symbol.c: strhash, as in 6.1)."""
    value = 2166136261
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value % 9973


def _is_out_of_range(core: Core, calculation: Calculation, node: int, value: int | str) -> bool:
    record = core.records[node]
    if not record[RANGES] or record[TYPE] not in (INT, HEX) or not isinstance(value, str):
        return False
    bounds = calculation.range(record)
    if bounds is None:
        return False
    base = 10 if record[TYPE] == INT else 16
    own = number(value, base)
    return not calculation.range_value(bounds[0], base) <= own <= calculation.range_value(bounds[1], base)


def _preset(core: Core, dialect: Dialect, mode: str) -> UserValues:
    """The user values of allyesconfig, allmodconfig and allnoconfig."""
    wanted = _PRESET_VALUE[mode]
    user = UserValues()
    for node, record in enumerate(core.records):
        if record is None or record[TYPE] not in (BOOL, TRISTATE):
            continue
        flags = record[FLAGS]
        value = 2 if mode == "allnoconfig" and flags & ALLNOCONFIG_Y else wanted
        if flags & IS_CHOICE:
            user.choices[node] = ChoiceInput(True, value)
        elif dialect.choice_symbols or (flags & HAS_PROMPT and record[CHOICE] < 0):
            user.values[node] = value
    return user
