# SPDX-License-Identifier: GPL-2.0-or-later
"""The bill of a config: what each of the costs comes to for its values and a machine.

Nothing is guessed.  A figure that wants the machine's memory or CPUs is *open* until those are given; one
whose source does not cover the config, or whose symbols have no value in it, is *not known*, with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from kpolicy.bounds import whole
from kpolicy.costing.cost import CERTAINTIES, Certainty, Cost, Costs, Figure, Trait
from kpolicy.costing.formula import VARIABLES, NoFigureError, boot_parameter, filled, in_powers, names, value_of
from kpolicy.evaluate.command_line import Standing, asking, parameter, standing
from kpolicy.explain.cause import Link, cause
from kpolicy.frozen import dataclass
from kpolicy.policy.expressions.expression import COMMAND_LINE, Expression, Or
from kpolicy.policy.expressions.rewriting import as_fallback, boots

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

State: TypeAlias = Literal["known", "open", "not known", "not told"]
Truth: TypeAlias = "Callable[[Expression, Values], bool | None]"

_MACHINE = ("ram", "cpus")
_SWITCH = {"n": 0, "y": 1}
_STANDINGS: Mapping[Standing, str] = {
    "final": "",
    "overridable": "; the boot loader can override it",
    "fallback": ", but is used only when the boot loader passes no command line",
    "unused": "",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine that a kernel is to run on: bytes of memory, possible CPUs; None for what is not stated."""

    ram: int | None = None
    cpus: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One cost of a config.

    `known`: `amount` is in bytes, or the figure is in words.  `open`: the machine's `missing` values are
    wanted.  `not known`: `reason` says why.  `not told`: a .config alone does not tell whether it is paid.
    `worked` is the formula with the config's numbers in it.  `needs` is what must happen before anything is paid, ""
    where nothing must, or the config or the boot loader sees to it; `command_line` says what the command line has to do
    with that.
    """

    cost: Cost
    state: State
    figure: Figure | None
    amount: int | None
    worked: str
    missing: tuple[str, ...]
    reason: str
    chain: tuple[Link, ...]
    needs: str = ""
    command_line: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """What a config's options cost, and the machine that it was worked out for.

    `page_size` is None where the config does not tell it.
    """

    machine: Machine
    page_size: int | None
    word: int
    items: tuple[Item, ...]

    @property
    def totals(self) -> Mapping[Certainty, int]:
        """The bytes of memory that are paid at any rate, apart for each certainty: unlike things are not added."""
        totals: dict[Certainty, int] = {}
        for certainty in CERTAINTIES:
            amounts = [item.amount for item in self.items if _adds(item, certainty) and item.amount is not None]
            if amounts:
                totals[certainty] = sum(amounts)
        return totals


def _adds(item: Item, certainty: Certainty) -> bool:
    """Whether an item is memory that is paid once and without being asked for at boot."""
    figure = item.figure
    if figure is None or item.state != "known" or item.cost.kind != "memory":
        return False
    return figure.certainty == certainty and not figure.per and not item.needs


def holds(expression: Expression, values: Values) -> bool:
    """Whether a condition holds, with a tree at hand."""
    return expression.holds(values)


def make_bill(values: Values, costs: Costs, machine: Machine, truth: Truth = holds) -> Bill:
    """What the options of a config cost on a machine.

    `truth` tells whether a condition holds, None where the values alone do not tell.
    """
    numbers = _Numbers(values, machine, costs.page_sizes)
    items: list[Item] = []
    for cost in costs.costs:
        applies = truth(cost.when, values)
        if applies is None:
            reason = "whether it applies depends on Kconfig files"
            items.append(Item(cost, "not told", None, None, "", (), reason, ()))
        elif applies:
            items.append(_item(cost, numbers, truth))
    return Bill(machine, numbers.page_size, numbers.word, tuple(items))


def _item(cost: Cost, numbers: _Numbers, truth: Truth) -> Item:
    values = numbers.values
    payer, asked = _payer(cost, numbers)
    chain = cause(values, payer) if payer else ()
    figure = None
    for candidate in cost.figures:
        applies = truth(candidate.when, values)
        if applies is None:
            return Item(
                cost, "not told", None, None, "", (), "which figure applies depends on Kconfig files", chain, "", asked
            )
        if applies:
            figure = candidate
            break
    if figure is None:
        return Item(cost, "not known", None, None, "", (), cost.unknown, chain, "", asked)
    needs, command_line = _wanted(figure, values)
    command_line = command_line or asked
    if figure.formula is None:
        return Item(cost, "known", figure, None, "", (), "", chain, needs, command_line)
    worked = filled(figure.formula, numbers)
    try:
        amount = math.floor(value_of(figure.formula, numbers))
    except NoFigureError as error:
        if error.name in VARIABLES:
            missing = numbers.missing(names(figure.formula))
            if missing:
                return Item(cost, "open", figure, None, worked, missing, "", chain, needs, command_line)
            return Item(cost, "not known", figure, None, worked, (), "the config does not state the page size", chain)
        reason = f"{error.reason} in this config" if error.name else error.reason
        return Item(cost, "not known", figure, None, worked, (), reason, chain)
    ram = numbers.number("ram")
    if figure.certainty == "at most" and not figure.per and ram is not None and amount > ram:
        # A limit of the source code is none where there is less memory than that.
        amount, worked = ram, f"min({worked}, {in_powers(ram)})"
    return Item(cost, "known", figure, amount, worked, (), "", chain, needs, command_line)


def _payer(cost: Cost, numbers: _Numbers) -> tuple[str, str]:
    """The symbol of a cost that is on, "" if there is none, and what the command line does if that asks for it."""
    on = next((name for name in cost.symbols if numbers.number(name) or name == COMMAND_LINE), cost.symbols[0])
    if on != COMMAND_LINE or numbers.values.loader is None:
        return on, ""
    # What the boot loader passes stands in no config line.
    rest = cost.symbols[cost.symbols.index(on) + 1 :]
    return next(filter(numbers.number, rest), ""), _asked(cost.when, numbers.values)


def _wanted(figure: Figure, values: Values) -> tuple[str, str]:
    """What must still happen before a figure is paid, and what the command line has to do with it."""
    if not figure.needs:
        return "", ""
    needs = "" if figure.unless.holds(values) else figure.needs
    return needs, _asked(figure.unless, values)


def _asked(condition: Expression, values: Values) -> str:
    """What the command line does for a condition, and what that is worth; "" where it does nothing."""
    parts = condition.operands if isinstance(condition, Or) else (condition,)
    # Words for what the kernel lacks do nothing.
    held = [part for part in parts if part.holds(values) or as_fallback(part).holds(values)]
    asked = [item for part in held for item in boots(part)]
    found = dict.fromkeys(str(word) for item in asked for word in asking(values, item.parameter))
    if values.loader is not None:
        return f"the command line has {' '.join(found)}" if found else ""
    return f"CONFIG_CMDLINE has {' '.join(found)}{_STANDINGS[standing(values)]}" if found else ""


class _Numbers:
    """What the names in formulas stand for: the config's values and the machine."""

    def __init__(self, values: Values, machine: Machine, page_sizes: tuple[Trait, ...]) -> None:
        self.values = values
        self.word = 8 if values.is_on("64BIT") else 4
        self._machine = machine
        self._page_sizes = page_sizes

    def number(self, name: str) -> int | None:
        """The number of a symbol or a variable; None where it has none."""
        if name == "pages":
            ram, page_size = self._machine.ram, self.page_size
            return None if ram is None or page_size is None else ram // page_size
        if name == "page_size":
            return self.page_size
        if name in VARIABLES:
            known = {"ram": self._machine.ram, "cpus": self._machine.cpus, "word": self.word}
            return known[name]
        return self._symbol(name)

    def missing(self, mentioned: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the machine's values that are wanted and not stated."""
        wanted = {"ram" if name == "pages" else name for name in mentioned}
        return tuple(name for name in _MACHINE if name in wanted and self.number(name) is None)

    @cached_property
    def page_size(self) -> int | None:
        """The bytes of a page, by the first description that holds."""
        for trait in self._page_sizes:
            if trait.when.holds(self.values):
                try:
                    return math.floor(value_of(trait.formula, self))
                except NoFigureError:
                    return None
        return None

    def _symbol(self, name: str) -> int | None:
        asked = boot_parameter(name)
        if asked is not None:
            text = parameter(self.values, asked)
            return int(text) if text.isdecimal() else _SWITCH.get(text)
        if not self.values.model.is_defined(name):
            return None
        if self.values.model.type_of(name) in ("bool", "tristate"):
            return int(self.values.is_on(name))
        text = self.values.text(name) if self.values.is_written(name) else ""
        try:
            return whole(text, 16 if text[:2] in ("0x", "0X") else 10)
        except ValueError:
            return None
