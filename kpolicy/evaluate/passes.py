# SPDX-License-Identifier: GPL-2.0-or-later
"""The passes that a mode of `conf` makes over a model.

`conf --defconfig`, `--olddefconfig` and the presets read, calculate, and calculate again
with what they learned (scripts/kconfig/conf.c: main, conf_set_all_new_symbols; confdata.c:
conf_read).  Today one pass gives the same values; in older dialects it does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kpolicy.evaluate.calculation import Calculation
from kpolicy.evaluate.modes import PRESETS
from kpolicy.evaluate.strings import number
from kpolicy.evaluate.template import Template
from kpolicy.evaluate.user import ChoiceInput, UserValues
from kpolicy.frozen import replace
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
    NO_WRITE,
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
    drops = dialect.drops_out_of_range and mode not in PRESETS
    if not dialect.choice_symbols:
        from kpolicy.evaluate.choices import ChoiceCalculation  # older kernels have another

        picks = ChoiceCalculation(core, template, user.values, user.order, recorded)
        kept = _drop(core, user, picks, again=False) if drops else user.values
        if (mode == "defconfig" and kept != user.values) or _differs_again(core, user, mode, picks):
            return ChoiceCalculation(core, template, kept, user.order, recorded, picks.modules_on)
        return picks
    # Newer kernels have another.
    from kpolicy.evaluate.choice_symbols import ChoiceSymbolCalculation
    from kpolicy.evaluate.set_choices import (
        SetChoicesCalculation,
        has_unwritten_members,
        unset_choices,
        write_what_was_visible,
    )

    inputs = {choice[0]: ChoiceInput() for choice in core.choices} if mode == "alldefconfig" else user.choices
    first = ChoiceSymbolCalculation(core, template, user.values, user.order, recorded, inputs)
    loses = mode == "olddefconfig" and has_unwritten_members(core, first) and _is_unchanged(core, user, first)
    unset = unset_choices(core, first) if mode == "defconfig" or loses else frozenset()
    kept = _drop(core, user, first, again=bool(unset)) if drops else user.values
    if mode != "defconfig" and not unset and not _differs_again(core, user, mode, first):
        return first
    given = {choice: replace(item, given=choice not in unset) for choice, item in inputs.items()}
    second = SetChoicesCalculation if unset and mode == "defconfig" else ChoiceSymbolCalculation
    result = second(core, template, kept, user.order, recorded, given, first.modules_on)
    if loses:
        write_what_was_visible(first, result, unset)
    return result


def _differs_again(core: Core, user: UserValues, mode: str, first: Calculation) -> bool:
    """Whether `conf` calculates again, and what it computed without modules changes by that.

    `--defconfig` always does, `--olddefconfig` when there was nothing to change in the .config (conf_write).
    """
    if not first.modules_decided_late:
        return False
    return mode == "defconfig" or (mode == "olddefconfig" and _is_unchanged(core, user, first))


def _drop(core: Core, user: UserValues, first: Calculation, *, again: bool) -> Mapping[int, int | str]:
    """Drop the lines that conf_read() dropped after the first pass; what is left.

    Those are numbers out of their range, and what has no prompt to be seen where nothing else was to be changed: both
    have no effect on the first pass.  `again`: the second pass differs from it.
    """
    kept = _drop_out_of_range(core, user.values, first)
    differs = again or first.modules_decided_late
    if not differs or len(kept) < len(user.values) or not _is_unchanged(core, user, first):
        return kept
    return {node: value for node, value in kept.items() if core.records[node][CHOICE] >= 0 or first.visibility(node)}


def _is_unchanged(core: Core, user: UserValues, values: Calculation) -> bool:
    """Whether every line is written as it was read, and there are no others (conf_read)."""
    if user.warnings or user.unknown:
        return False
    for node, record in enumerate(core.records):
        if record is None or not record[TYPE] or record[FLAGS] & (IS_CHOICE | NO_WRITE):
            continue
        own = values.user.get(node)
        if values.is_written(node) != (own is not None):
            return False
        if own is not None and own != (values.value(node) if record[TYPE] in (BOOL, TRISTATE) else values.text(node)):
            return False
    return True


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
        first.forget_number(node)
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
