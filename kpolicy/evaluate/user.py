# SPDX-License-Identifier: GPL-2.0-or-later
"""User values: what the lines of a config ask for, as `conf` takes them.

Mirrors conf_read_simple() and conf_set_sym_val() of scripts/kconfig/confdata.c.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kpolicy.config.model import Assignment, Config
from kpolicy.evaluate.strings import is_valid, unquote
from kpolicy.frozen import dataclass
from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.payload import BOOL, CHOICE, FLAGS, IS_CHOICE, STRING, TRISTATE, TYPE, Core
from kpolicy.location import Location

LETTERS = {"n": 0, "m": 1, "y": 2}
"""What the letters of a bool or tristate are worth."""


@dataclass(frozen=True, slots=True)
class ChoiceInput:
    """What the user gave to a choice: a mode (0, 1, 2) if `given`, and the member set to y last."""

    given: bool = True
    mode: int = 0
    member: int | None = None


class UserValues:
    """User values by node, the order in which choice members were assigned, and `conf`'s warnings.

    `assignments` are the lines that they come from; `unknown` is whether some line names no symbol of the model.
    """

    def __init__(self) -> None:
        self.values: dict[int, int | str] = {}
        self.order: tuple[int, ...] = ()
        self.choices: dict[int, ChoiceInput] = {}
        self.assignments: Mapping[int, Assignment] = {}
        self.warnings: list[tuple[Location, str]] = []
        self.unknown = False


def user_values(core: Core, config: Config) -> UserValues:
    """What `config` sets in a model.

    Unknown symbols are passed over without a word, as `conf` does by default.
    """
    dialect = Dialect(*core.dialect)
    user = UserValues()
    if dialect.choice_symbols:
        user.choices = {choice[0]: ChoiceInput() for choice in core.choices}
    _enter(core, dialect, config.assignments, user)
    user.warnings += remarks(dialect, config)
    return user


def remarks(dialect: Dialect, config: Config) -> Iterator[tuple[Location, str]]:
    """What `conf` warns of in the lines that set nothing."""
    for location, text in config.remarks:
        if not (dialect.silent_without_equals and text.startswith("unexpected data: CONFIG_")):
            yield location, text


def with_lines(core: Core, user: UserValues, lines: Iterable[Assignment]) -> UserValues:
    """What a config sets with some lines more at its end; `user` is what it sets without."""
    more = UserValues()
    more.values, more.order, more.choices = user.values.copy(), user.order, user.choices.copy()
    more.assignments, more.warnings, more.unknown = user.assignments, user.warnings.copy(), user.unknown
    _enter(core, Dialect(*core.dialect), lines, more)
    return more


def _enter(core: Core, dialect: Dialect, lines: Iterable[Assignment], user: UserValues) -> None:
    """Enter lines behind those that were entered before."""
    order: dict[int, None] = dict.fromkeys(user.order)
    symbols, records, assignments, values = core.symbols, core.records, dict(user.assignments), user.values
    value: int | str | None
    for assignment in lines:
        name, text, location, written, loose, mark = assignment
        node = symbols.get(name)
        if node is None:
            user.unknown = True
            continue
        if (loose or mark) and not is_read(assignment, dialect):
            continue
        if node in assignments:
            user.warnings.append((location, f"override: reassigning to symbol {name}"))
        record = records[node]
        type_code = record[TYPE] if record else 0
        if 0 < type_code <= TRISTATE:
            # Here, not in text_value(): most of ten thousand lines are of this kind.
            value = LETTERS.get(text[:1])
            if value is None or (value == 1 and type_code == BOOL):
                user.warnings.append(_invalid(assignment))
                continue
        elif type_code > TRISTATE and dialect.silent_unset and written.startswith("#"):
            continue
        else:
            value = text_value(assignment, type_code, user) if type_code else None
            if value is None:
                continue
        assignments[node] = assignment
        values[node] = value
        if record[CHOICE] >= 0 and not record[FLAGS] & IS_CHOICE:
            order.pop(node, None)
            order[node] = None
            # A number in a choice leaves its mode alone.
            if dialect.choice_symbols and isinstance(value, int):
                _enter_choice(core.choices[record[CHOICE]][0], node, value, assignment, user)
    user.order, user.assignments = tuple(order), assignments


def is_read(assignment: Assignment, dialect: Dialect) -> bool:
    """Whether the `conf` of a tree reads a line; older ones read more forms of "is not set"."""
    return (dialect.loose_unset or not assignment.loose) and (dialect.any_mark or not assignment.mark)


def text_value(assignment: Assignment, type_code: int, user: UserValues) -> str | None:
    """What a line gives a string or a number; what `conf` warns of is noted."""
    text = assignment.value
    if type_code == STRING:
        if not text.startswith('"'):
            return None
        unquoted = unquote(text)
        if unquoted is None:
            user.warnings.append((assignment.location, "invalid string found"))
        return unquoted
    if not is_valid(type_code, text):
        user.warnings.append(_invalid(assignment))
        return None
    return text


def _invalid(assignment: Assignment) -> tuple[Location, str]:
    return (assignment.location, f"symbol value '{assignment.value}' invalid for {assignment.name}")


def _enter_choice(choice: int, member: int, value: int, assignment: Assignment, user: UserValues) -> None:
    before = user.choices[choice]
    given, mode, picked = before.given, before.mode, before.member
    if value == 1 and mode == 2:
        user.warnings.append((assignment.location, f"{assignment.name} creates inconsistent choice state"))
        given = False
    elif value == 2:
        if mode:
            user.warnings.append((assignment.location, f"override: {assignment.name} changes choice state"))
        picked = member
    user.choices[choice] = ChoiceInput(given, max(mode, value), picked)


def recorded_answers(core: Core, recorded: Mapping[str, str | None]) -> dict[int, int | str | None]:
    """What a recorded toolchain answered, by node: a value, None for a symbol that a probe hid."""
    result: dict[int, int | str | None] = {}
    for name, text in recorded.items():
        node = core.symbols[name]
        boolean = core.records[node][TYPE] in (BOOL, TRISTATE)
        result[node] = LETTERS.get(text, 0) if boolean and text is not None else text
    return result
