# SPDX-License-Identifier: GPL-2.0-or-later
"""The pass in which `conf --defconfig` sets the choices that have no user value, in kernels before 6.11.

Such a choice is calculated once without a user value, and then set (conf.c: conf_set_all_new_symbols; confdata.c:
set_all_choice_values).  A symbol that is calculated in between keeps its value (SYMBOL_VALID).  So the order counts:
until all choices are set, expressions are evaluated completely, and all conditions of a symbol before its value, as
`conf` does.  An expression is computed anew only where it can differ: a symbol in it is being calculated right now, and
has a provisional value, or a choice has been set since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kpolicy.evaluate.choice_symbols import ChoiceSymbolCalculation
from kpolicy.evaluate.template import UNKNOWN, UNSEEN, Template
from kpolicy.evaluate.user import ChoiceInput
from kpolicy.evaluate.with_modules_off import Complete
from kpolicy.frozen import replace
from kpolicy.kconfig.nodes import AND, OR
from kpolicy.kconfig.payload import (
    CHOICE,
    DIRECT,
    FLAGS,
    IMPLIED,
    IS_CHOICE,
    NO_WRITE,
    REVERSE,
    TRISTATE,
    VISIBILITY,
    Core,
)


def unset_choices(core: Core, first: ChoiceSymbolCalculation) -> frozenset[int]:
    """The choices without a user value after the first pass.

    None at all where setting them changes no value: only a tristate or optional choice can differ.
    """
    if next(_which_can_differ(core, first), None) is None:
        return frozenset()
    for choice in core.choices:
        first.value(choice[0])
    return frozenset(node for node, item in first.inputs.items() if not item.given)


def has_unwritten_members(core: Core, first: ChoiceSymbolCalculation) -> bool:
    """Whether such a choice has a member that .config never has a line for (5.10: `option defconfig_list`).

    A .config that is as it was written then leaves a visible member without a user value, for which sym_calc_choice()
    takes that of the choice; and conf_write() calculates again where a .config is not to be changed.
    """
    members = (member for some in _which_can_differ(core, first) for member in some)
    return any(core.records[member][FLAGS] & NO_WRITE for member in members)


def _which_can_differ(core: Core, first: ChoiceSymbolCalculation) -> Iterator[list[int]]:
    """The members of each choice that is set, and would be something else if it were not."""
    for node, kind, members, _defaults, optional in core.choices:
        if first.inputs[node].mode and (optional or kind == TRISTATE):
            yield members


def write_what_was_visible(
    first: ChoiceSymbolCalculation, again: ChoiceSymbolCalculation, unset: frozenset[int]
) -> None:
    """Give a line to a member of each choice that has lost its value: to that which asks for the choice first.

    When sym_calc_value() of the choice looks at whether that one is visible, it still sees what the pass before found
    (conf_write() computes in the order of the menus).
    """
    core = again.core
    everything = Complete(again)
    for node in core.symbols.values():
        everything.enter(node)
    for choice in unset:
        member = everything.first.get(choice)
        if member is not None and first.visibility(member):
            again.written[member] = not core.records[member][FLAGS] & NO_WRITE


class SetChoicesCalculation(ChoiceSymbolCalculation):
    """A calculation that begins with choices to be set: those whose input is not given."""

    def __init__(
        self,
        core: Core,
        template: Template,
        user: Mapping[int, int | str],
        order: tuple[int, ...],
        recorded: Mapping[int, int | str | None],
        inputs: Mapping[int, ChoiceInput],
        modules_on: int = 0,
    ) -> None:
        self._unset: set[int] = set()
        # Symbols that are being calculated; whether what is evaluated right now has met one; expressions in `memo`.
        self._open: set[int] = set()
        self._met_open = False
        self._evaluated: list[int] = []
        self._times_set = 0
        super().__init__(core, template, user, order, recorded, inputs, modules_on)
        # A symbol that is n by itself can still be written or not.
        self.forget(node for node, written in enumerate(self.written) if written == UNSEEN)
        self._unset = {node for node, item in inputs.items() if not item.given}
        # In the symbol table of `conf` the last choice is first.
        for node, *_rest in reversed(core.choices):
            if node in self._unset:
                self.value(node)
                self._set(node)

    def _set(self, choice: int) -> None:
        self._unset.discard(choice)
        self.inputs[choice] = replace(self.inputs[choice], given=True)
        self.memo[choice] = UNKNOWN
        for expression in self._evaluated:
            self.memo[expression] = UNKNOWN
        self._evaluated.clear()
        self._times_set += 1

    def _work_out(self, index: int) -> int:
        node = self._nodes[index]
        if node is None or not self._unset:
            return super()._work_out(index)
        outer, self._met_open = self._met_open, not self._open.isdisjoint(node[1:])
        before = self._times_set
        if node[0] in (AND, OR):
            values = [self.value(operand) for operand in node[1:]]
            value = min(values) if node[0] == AND else max(values)
        else:
            value = super()._work_out(index)
        if self._met_open or self._times_set != before:
            self.memo[index] = UNKNOWN
        else:
            self.memo[index] = value
            self._evaluated.append(index)
        self._met_open = self._met_open or outer
        return value

    def _symbol(self, index: int, record: list[Any]) -> int:
        if not self._unset:
            return super()._symbol(index, record)
        # What it is computed from matters to it alone: its value stays.
        outer = self._met_open
        conditions = [VISIBILITY]
        if record[CHOICE] < 0 or record[FLAGS] & IS_CHOICE:
            conditions += [DIRECT, REVERSE, IMPLIED]
        else:
            # A member asks for its choice before anything else, so that it only sees one that is set.
            self.value(self.core.choices[record[CHOICE]][0])
        self.memo[index] = 0
        self._open.add(index)
        record = record.copy()
        for condition in conditions:
            # The node of a constant is its value.
            record[condition] = self.value(record[condition])
        value = super()._symbol(index, record)
        self._open.discard(index)
        self._met_open = outer
        return value

    def _choice_symbol(self, index: int, record: list[Any], value: int) -> int:
        value = super()._choice_symbol(index, record, value)
        if index in self._unset:
            self._set(index)
        return value
