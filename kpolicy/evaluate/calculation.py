# SPDX-License-Identifier: GPL-2.0-or-later
"""The values of symbols, computed on demand.

One `Calculation` is one pass of `conf` over a model with given user values: it mirrors
sym_calc_value() and what it calls (scripts/kconfig/symbol.c).
Choices differ between dialects: `choices`, `choice_symbols`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from itertools import compress
from typing import Any

from kpolicy.evaluate.node_values import TRISTATE_TEXT, NodeValues
from kpolicy.evaluate.template import UNKNOWN, UNSEEN, Template
from kpolicy.evaluate.with_modules_off import compute_with_modules_off, is_plain
from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.nodes import NO, YES
from kpolicy.kconfig.payload import (
    BOOL,
    CHOICE,
    DEFAULTS,
    DIRECT,
    FLAGS,
    IMPLIED,
    INT,
    IS_CHOICE,
    NO_WRITE,
    REVERSE,
    STRING,
    TRANSITIONAL,
    TRISTATE,
    TYPE,
    VISIBILITY,
    Core,
)


class Calculation(NodeValues):
    """Values for one set of user values.

    `user` maps nodes of symbols to 0, 1, 2 or, for string, int and hex, to a text;
    `recorded` maps symbols to values that a recorded toolchain gave them, None for hidden.
    `order` lists the assigned symbols, first to last; `modules_on` is what the symbol with
    `modules` was in an earlier pass, and then is.  `modules_decided_late`: that symbol asks for a tristate.
    """

    def __init__(
        self,
        core: Core,
        template: Template,
        user: Mapping[int, int | str],
        order: tuple[int, ...],
        recorded: Mapping[int, int | str | None],
        modules_on: int = 0,
    ) -> None:
        dialect = Dialect(*core.dialect)
        super().__init__(core, template, 0 if dialect.untyped_constants else TRISTATE)
        self._prints_bounds = dialect.prints_bounds
        self.user = user
        self.order = order
        self.recorded = recorded
        memo, written = self.memo, self.written
        # A line that sets n changes nothing of what the template knows: only a line could set another value.  Nor does
        # an empty text: the template knows nothing of numbers and strings.
        for node in compress(user, user.values()):
            memo[node] = UNKNOWN
            written[node] = 0
        for node in recorded:
            self.memo[node] = UNKNOWN
            self.written[node] = 0
        self.unmet: dict[int, tuple[int, int]] = {}
        # What it was before it forgot some symbols: all others are as visible as they were then.
        self._before: Calculation | None = None
        self._forgotten: set[int] = set()
        self.modules_on = modules_on
        self._strong_imply, self._empty_numbers = dialect.strong_imply, dialect.empty_numbers
        self._writes_default_n = dialect.writes_default_n
        self.modules_decided_late = not is_plain(core) and compute_with_modules_off(self, modules_on)
        self.modules_on = self.value(core.modules)
        if core.modules > YES:
            # Everything that MODULES itself depends on was computed as if it were n, as in `conf`.
            self.memo[core.modules] = self.modules_on

    def is_written(self, node: int) -> bool:
        """Whether a symbol has a line in .config."""
        self.value(node)
        written = self.written[node]
        if written == UNSEEN:
            written = self.written[node] = self.visibility(node) > 0
        return bool(written)

    def visibility(self, node: int) -> int:
        """How far a symbol's prompt lets a user set it: 0, 1 or 2."""
        if self._before is not None and node not in self._forgotten:
            return self._before.visibility(node)
        return self._visibility(node, self._records[node])

    def visibility_by(self, node: int, condition: int) -> int:
        """How far one prompt of a symbol, of several, lets a user set it, by the condition of that prompt."""
        if node in self.recorded:
            return 0
        if self._before is not None and node not in self._forgotten:
            return self._before.visibility_by(node, condition)
        record, visible = self._records[node], self.value(condition)
        return self._member_visibility(record, visible) if record[CHOICE] >= 0 else visible

    def _visibility(self, node: int, record: list[Any]) -> int:
        if node in self.recorded:
            return 0
        if record[FLAGS] & TRANSITIONAL:
            return 2
        visible = self.value(record[VISIBILITY])
        if record[CHOICE] >= 0:
            visible = self._member_visibility(record, visible)
        if visible == 1 and (record[TYPE] != TRISTATE or not self.modules_on):
            return 2
        return visible

    def _symbol(self, index: int, record: list[Any]) -> int:
        """Mirrors sym_calc_value()."""
        # What a loop through this symbol would see.
        self.memo[index] = 0
        type_code = record[TYPE]
        if index in self.recorded:
            return self._recorded(index, type_code)
        if type_code > TRISTATE:
            self._string(index, record)
            return 0
        if not type_code:
            return 0
        if record[CHOICE] >= 0:
            value = self._choice_value(index, record)
            if value is not None:
                return value
        return self._logical(index, record)

    def _logical(self, index: int, record: list[Any]) -> int:
        """The value of a bool or tristate: what the user, defaults and implies give, raised by selects."""
        memo = self.memo
        type_code, visibility, direct, reverse, implied, defaults, _ranges, choice, flags = record
        visible = memo[visibility]
        if visible == UNKNOWN:
            visible = self._work_out(visibility)
        if choice >= 0:
            visible = self._member_visibility(record, visible)
            if not flags & IS_CHOICE:
                # Selects and implies of a choice member count for nothing (sym_calc_visibility).
                reverse = implied = NO
        boolean = type_code == BOOL or not self.modules_on
        if visible == 1 and boolean:
            visible = 2
        if flags & TRANSITIONAL:
            visible, reverse, implied = 2, NO, NO
        selected = memo[reverse]
        if selected == UNKNOWN:
            selected = self._work_out(reverse)
        if selected == 1 and boolean:
            selected = 2
        value = self._own_value(index, visible) if visible else -1
        is_written = visible > 0
        if value < 0:
            value = self._default(defaults) if defaults and not flags & IS_CHOICE else 0
            is_written = is_written or value > 0 or selected > 0 or self._writes_default(record)
            if implied != NO:
                is_written = is_written or self._implied(record, boolean) > 0
                value = self._imply(record, value, boolean)
        if selected:
            self._check_dependency(index, direct, selected, boolean)
            value = max(value, selected)
        if value == 1 and (boolean or (self._strong_imply and implied != NO and self._implied(record, boolean) == 2)):
            value = 2
        memo[index] = value
        if is_written and not flags & (NO_WRITE | TRANSITIONAL):
            self.written[index] = 1
        return self._choice_symbol(index, record, value) if flags & IS_CHOICE else value

    def _default(self, defaults: list[Any]) -> int:
        """The first of some defaults whose condition holds, as far as the condition lets it."""
        memo = self.memo
        for default, condition in defaults:
            known = memo[condition]
            holds = self._work_out(condition) if known == UNKNOWN else known
            if holds:
                return min(self.value(default), holds)
        return 0

    def _writes_default(self, record: list[Any]) -> bool:
        """Whether a default that holds is written whatever it gives, as 4.14 does."""
        if not self._writes_default_n or record[FLAGS] & IS_CHOICE:
            return False
        return any(self.value(condition) for _, condition in record[DEFAULTS])

    def _check_dependency(self, index: int, direct: int, selected: int, boolean: bool) -> None:
        allowed = self.value(direct)
        if allowed == 1 and boolean:
            allowed = 2
        if allowed < selected:
            self.unmet[index] = (allowed, selected)

    def _own_value(self, index: int, visible: int) -> int:
        """The user's value within a visibility that is not n; -1 where there is none that counts."""
        own = self.user.get(index)
        return -1 if own is None else min(int(own), visible)

    def _implied(self, record: list[Any], boolean: bool) -> int:
        implied = self.value(record[IMPLIED])
        if implied and self._strong_imply and not self.value(record[DIRECT]):
            implied = 0
        return 2 if implied == 1 and boolean else implied

    def _imply(self, record: list[Any], value: int, boolean: bool) -> int:
        """A value raised by `imply`."""
        implied = self._implied(record, boolean)
        if not implied:
            return value
        value = max(value, implied)
        if self._strong_imply:
            return value
        allowed = self.value(record[DIRECT])
        return min(value, 2 if allowed == 1 and boolean else allowed)

    def _recorded(self, index: int, type_code: int) -> int:
        value = self.recorded[index]
        if type_code > TRISTATE:
            self.strings[index] = "" if value is None else str(value)
            self.written[index] = value is not None
            return 0
        number_value = int(value or 0)
        self.memo[index] = number_value
        self.written[index] = number_value > 0
        return number_value

    def _string(self, index: int, record: list[Any]) -> None:
        type_code = record[TYPE]
        empty = "" if type_code == STRING or self._empty_numbers else "0" if type_code == INT else "0x0"
        self.strings[index] = empty
        visible = self._visibility(index, record)
        flags = record[FLAGS]
        writable = not flags & (NO_WRITE | TRANSITIONAL)
        self.written[index] = visible > 0 and writable
        text = empty
        own = self.user.get(index) if visible else None
        if own is not None:
            text = str(own)
        else:
            for default, condition in record[DEFAULTS]:
                if self.value(condition):
                    if self._nodes[default] is None:
                        self.written[index] = writable
                        text = self._raw_text(default)
                    break
        self.strings[index] = text
        if type_code != STRING:
            self.strings[index] = self._clip(record, text)

    def forget_number(self, node: int) -> None:
        """Compute a number again when it is next used, after all symbols were computed."""
        from copy import copy  # few configs have such a number

        if self._before is None:
            self._before = copy(self)
            self._before.memo, self._before.written = self.memo[:], self.written[:]
            self._before.strings = self.strings.copy()
        self._forgotten.add(node)
        self.forget([node])

    # What conf_write_defconfig() asks, beyond values.

    def selected(self, node: int) -> int:
        """How far selects lift a symbol: 0, 1 or 2."""
        record = self._records[node]
        if record[CHOICE] >= 0 and not record[FLAGS] & IS_CHOICE:
            return 0
        return self._promoted(record, self.value(record[REVERSE]))

    def _promoted(self, record: list[Any], value: int) -> int:
        return 2 if value == 1 and (record[TYPE] == BOOL or not self.modules_on) else value

    def default_text(self, node: int) -> str:
        """The value without user value, as text; mirrors sym_get_string_default()."""
        record = self._records[node]
        if record[TYPE] > TRISTATE:
            empty = "" if record[TYPE] == STRING or self._empty_numbers else "0" if record[TYPE] == INT else "0x0"
            for default, condition in record[DEFAULTS]:
                if self.value(condition):
                    return (self._raw_text(default) if self._nodes[default] is None else "") or empty
            return empty
        value = max(self._default(record[DEFAULTS]), self.selected(node))
        if value == 1 and (record[TYPE] == BOOL or (record[CHOICE] < 0 and not self.modules_on)):
            value = 2
        if record[CHOICE] < 0:
            value = max(value, self._implied(record, record[TYPE] == BOOL or not self.modules_on))
        return TRISTATE_TEXT[value]

    def is_choice_default(self, node: int) -> bool:
        """Whether a member that is y is what its choice takes by itself."""
        record = self._records[node]
        if record[CHOICE] < 0 or self.value(node) != YES:
            return False
        choice = self.core.choices[record[CHOICE]]
        if self.core.dialect[0] and (choice[4] or record[TYPE] != BOOL):
            return False
        visible = [member for member in choice[2] if self.visibility(member)]
        return self.choice_default(choice, visible) == node

    # Choices, which differ from dialect to dialect.

    @abstractmethod
    def _member_visibility(self, record: list[Any], visible: int) -> int:
        """How far a member of a choice can be set, by what its prompt says."""

    @abstractmethod
    def _choice_value(self, index: int, record: list[Any]) -> int | None:
        """The value of a choice member; None where the general rules apply."""

    @abstractmethod
    def _choice_symbol(self, index: int, record: list[Any], value: int) -> int:
        """What a choice does when its own value is computed; the value that it then has."""

    def choice_default(self, choice: list[Any], visible: list[int]) -> int | None:
        """The first visible default of a choice, else its first visible member."""
        for default, condition in choice[3]:
            if self.value(condition):
                if default in visible:
                    return int(default)
                record = self._records[default] if default > YES else None
                if default not in choice[2] and record is not None and self.visibility(default):
                    return int(default)
        return visible[0] if visible else None
