# SPDX-License-Identifier: GPL-2.0-or-later
"""The values of a configuration, by name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from kpolicy.config.model import Assignment, Config
from kpolicy.evaluate.calculation import Calculation
from kpolicy.evaluate.modes import MODES, PRESETS
from kpolicy.evaluate.passes import run
from kpolicy.evaluate.template import UNKNOWN, template_of
from kpolicy.evaluate.user import UserValues, recorded_answers, user_values, with_lines
from kpolicy.frozen import replace
from kpolicy.kconfig.expressions import Expr
from kpolicy.kconfig.kinds import OLD_NAME, UNDEFINED
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.nodes import NO
from kpolicy.kconfig.payload import BOOL, DEFAULTS, INT, TRISTATE, TYPE
from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.config.command_line import CommandLine
    from kpolicy.kconfig.symbols import Default, Select

Derived = TypeVar("Derived")
_RECURSION_LIMIT = 50_000


class Values:
    """What every symbol is worth in one configuration.

    Values are computed when they are requested and cached.  Names are without
    "CONFIG_"; a symbol that the model does not define is n, and its text is empty.  `loader` is the command line that
    the boot loader passes, None where that is not known.
    """

    def __init__(
        self,
        model: Model,
        config: Config | None,
        mode: str,
        user: UserValues,
        calculation: Calculation,
        recorded: Mapping[str, str | None] | None = None,
        loader: CommandLine | None = None,
    ) -> None:
        self.model = model
        self.config = config
        self.mode = mode
        self.loader = loader
        self._recorded = recorded
        self._user = user
        self._calculation = calculation
        self._memo = calculation.memo
        self._core = model.core
        self._nodes = model.defined
        self._derived: dict[object, Any] = {}

    def derived(self, key: object, make: Callable[[], Derived]) -> Derived:
        """Something computed from these values alone, once; it must not refer to them."""
        if key not in self._derived:
            self._derived[key] = make()
        result: Derived = self._derived[key]
        return result

    def again(self, config: Config, mode: str | None = None) -> Values:
        """The values of another config, computed in the same way: what if these were the lines?

        `mode` as for `evaluate`, None for that of these values.
        """
        return evaluate(self.model, config, mode or self.mode, self._recorded).booted(self.loader)

    def booted(self, loader: CommandLine | None) -> Values:
        """The same values for a kernel to which the boot loader passes a command line."""
        if loader == self.loader:
            return self
        return Values(self.model, self.config, self.mode, self._user, self._calculation, self._recorded, loader)

    def tristate(self, name: str) -> int:
        """0, 1 or 2 for n, m or y; 0 for int, hex, string and unknown symbols."""
        node = self._nodes[name]
        if node is None:
            return 0
        value = self._memo[node]
        return self._calculation.value(node) if value == UNKNOWN else value

    def is_on(self, name: str) -> bool:
        """Whether a bool or tristate is y or m."""
        return self.tristate(name) > 0

    def text(self, name: str) -> str:
        """The value as text, strings without quotes; "" for an unknown symbol."""
        return "" if (node := self._nodes[name]) is None else self._calculation.text(node)

    def is_written(self, name: str) -> bool:
        """Whether the symbol has a line in .config."""
        return (node := self._nodes[name]) is not None and self._calculation.is_written(node)

    def in_effect(self, names: Iterable[str]) -> Iterator[str]:
        """Those of some symbols for which .config has a line that does not say n; quicker than one by one."""
        nodes, memo, records, calculation = self._nodes, self._memo, self._core.records, self._calculation
        for name in names:
            node = nodes[name]
            if node is None:
                continue
            value = calculation.value(node) if memo[node] == UNKNOWN else memo[node]
            is_set = value or (records[node][TYPE] > TRISTATE and calculation.text(node) != "n")
            if is_set and calculation.is_written(node):
                yield name

    def result(self, name: str) -> str:
        """The value as .config has it, strings without quotes; "n" where there is no line.

        A transitional symbol has a value and never a line.
        """
        node = self._nodes[name]
        if node is None or not (self._calculation.is_written(node) or self._core.kinds[node] == OLD_NAME):
            return "n"
        return self._calculation.text(node)

    def visibility(self, name: str) -> int:
        """How far the symbol's prompts let a user set it: 0, 1 or 2."""
        node = self._nodes[name]
        return 0 if node is None else self._calculation.visibility(node)

    def assignment(self, name: str) -> Assignment | None:
        """The line of the config that holds the symbol's user value, visible or not.

        For a name that the model does not define, its last line.
        """
        node = self._nodes[name]
        return self._foreign.get(name) if node is None else self._user.assignments.get(node)

    def honours(self, line: Assignment) -> bool:
        """Whether a line of the config is the one that counts for a bool or tristate, and .config has its value.

        False for a transitional symbol, which .config has not; quicker than to ask for one after the other.
        """
        node = self._nodes[line.name]
        if node is None or self._user.assignments.get(node) is not line:
            return False
        asked, calculation = self._calculation.user.get(node), self._calculation
        if asked.__class__ is not int or calculation.value(node) != asked or self._core.kinds[node] == OLD_NAME:
            return False
        return not asked or calculation.is_written(node)

    @property
    def has_command_line(self) -> bool:
        """Whether there may be a command line to read: a built-in one, or that of a boot loader."""
        return self.loader is not None or self.text("CMDLINE") != ""

    @cached_property
    def lines(self) -> frozenset[Location]:
        """Where the config has lines; empty without a config."""
        return frozenset(item.location for item in self.config.assignments) if self.config is not None else frozenset()

    def asked(self, name: str) -> int:
        """What the line of a bool or tristate asks for, visible or not: 0 for n and for no line, 1 for m, 2 for y."""
        node = self._nodes[name]
        value = None if node is None else self._calculation.user.get(node)
        return value if isinstance(value, int) else 0

    @cached_property
    def _foreign(self) -> dict[str, Assignment]:
        if self.config is None:
            return {}
        symbols, kinds, written = self._core.symbols, self._core.kinds, self.config.written
        names = set(written).difference(symbols) if self._user.unknown else set[str]()  # two key views are slower
        if UNDEFINED in kinds:
            names |= {name for name in written if kinds[symbols.get(name, NO)] == UNDEFINED}
        return {item.name: item for item in self.config.assignments if item.name in names} if names else {}

    def evaluate(self, expression: Expr) -> int:
        """The value of an expression of the model."""
        return self._calculation.value(expression.node)

    def number_of(self, bound: Expr, base: int) -> int:
        """The number that a bound of a range stands for; `base` is that of the symbol with the range."""
        return self._calculation.range_value(bound.node, base)

    def selectors(self, name: str) -> tuple[Select, ...]:
        """The selects of `name` that are in force."""
        return self._in_force(name, "select")

    def implied(self, name: str) -> tuple[Select, ...]:
        """The implies of `name` that are in force."""
        return self._in_force(name, "imply")

    def _in_force(self, name: str, kind: str) -> tuple[Select, ...]:
        symbol = self.model.symbol(name)
        if symbol is None:
            return ()
        edges = symbol.selected_by if kind == "select" else symbol.implied_by
        return tuple(edge for edge in edges if self.tristate(edge.source) and self.evaluate(edge.condition))

    def default(self, name: str) -> Default | None:
        """The first default whose condition holds, whether or not its value is used."""
        symbol = self.model.symbol(name)
        if symbol is None:
            return None
        return next((item for item in symbol.defaults if self.evaluate(item.condition)), None)

    def default_number(self, name: str) -> int:
        """Which default counts, from 0; -1 for none: quicker than `default`, whose lines have to be looked up."""
        node = self._nodes[name]
        if node is not None:
            for number, (_, condition) in enumerate(self._core.records[node][DEFAULTS]):
                if self._calculation.value(condition):
                    return number
        return -1

    @cached_property
    def warnings(self) -> tuple[tuple[Location, str], ...]:
        """What `conf` warns of while it reads the config."""
        return tuple(self._user.warnings)

    def unmet(self) -> Mapping[str, tuple[int, int]]:
        """Selected symbols whose direct dependency is unmet: (dependency, selected to) by name, in that order.

        Asks for the value of every symbol that is on.
        """
        names = self.model.names_by_node
        unmet = self._calculation.unmet
        return dict(sorted((names[node], unmet[node]) for node in self.on_nodes if node in unmet))

    # For writing config files: by node, in the order of the menus.

    def is_changeable(self, node: int) -> bool:
        """Whether the prompt reaches beyond what selects demand (symbol.c: sym_is_changeable)."""
        return self._calculation.visibility(node) > self._calculation.selected(node)

    def default_text(self, node: int) -> str:
        """What the symbol would be without a user value (symbol.c: sym_get_string_default)."""
        return self._calculation.default_text(node)

    def is_choice_default(self, node: int) -> bool:
        """Whether the symbol is on as its choice's own pick, which no line has to state."""
        return self._calculation.is_choice_default(node)

    def line(self, node: int, name: str) -> str | None:
        """The symbol's line in .config, None where `conf` writes none."""
        calculation = self._calculation
        value = calculation.value(node)
        if not calculation.is_written(node):
            return None
        type_code = self._core.records[node][TYPE]
        if type_code in (BOOL, TRISTATE):
            return f"CONFIG_{name}={'nmy'[value]}" if value else f"# CONFIG_{name} is not set"
        text = calculation.strings[node]
        if type_code > INT + 1:
            text = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"CONFIG_{name}={text}"

    def _is_bool(self, node: int) -> bool:
        return self._core.records[node][TYPE] in (BOOL, TRISTATE)

    @cached_property
    def on_nodes(self) -> tuple[int, ...]:
        """The bools and tristates that are y or m, with a line in .config or without."""
        woken = self._core.woken
        calculation = self._calculation
        memo, work_out = calculation.memo, calculation.value
        # What the config, a preset or a recorded toolchain gives a value, too.
        stated = filter(self._is_bool, (*calculation.user, *calculation.recorded))
        waiting = list(dict.fromkeys((*self._core.free, *stated)))
        seen = set(waiting)
        found = []
        for node in waiting:
            value = memo[node]
            if work_out(node) if value == UNKNOWN else value:
                found.append(node)
                for other in woken[node] or ():
                    if other not in seen:
                        seen.add(other)
                        waiting.append(other)
        return tuple(found)

    def has_line(self, node: int) -> bool:
        """Whether a symbol has a line in .config, and in include/config/auto.conf if it is not n."""
        return self._calculation.is_written(node)

    def written_texts(self) -> dict[str, str]:
        """The texts of the numbers and strings that have a line in include/config/auto.conf, by name."""
        calculation, names = self._calculation, self.model.names_by_node
        # Whether one has a line is known when its text is computed.
        return {names[node]: calculation.strings[node] for node in self._core.texts if calculation.is_written(node)}

    def with_config(self, config: Config) -> Values:
        """The values of another config by the same model, mode and toolchain."""
        return self._with(config, user_values(self._core, config))

    def with_lines(self, lines: tuple[Assignment, ...]) -> Values:
        """The values of the same config with lines behind its own, by the same model, mode and toolchain."""
        assert self.config is not None
        config = replace(self.config, assignments=(*self.config.assignments, *lines))
        return self._with(config, with_lines(self._core, self._user, lines))

    def _with(self, config: Config, user: UserValues) -> Values:
        calculation = run(self._core, template_of(self.model), user, self.mode, self._calculation.recorded)
        return Values(self.model, config, self.mode, user, calculation, loader=self.loader)

    # For reasoning about values, by node too.

    def node_value(self, node: int) -> int:
        """The value of a symbol or an expression by its node."""
        return self._calculation.value(node)

    def node_visibility(self, node: int, prompt: int | None = None) -> int:
        """How far the prompts of a symbol let a user set it, by its node; or the one with a condition, a node too."""
        return self._calculation.visibility(node) if prompt is None else self._calculation.visibility_by(node, prompt)

    def own_value(self, node: int) -> int | str | None:
        """The user value of a symbol that counts: a line gives it, and a prompt is to be seen."""
        return self._calculation.user.get(node) if self._calculation.visibility(node) else None

    def is_recorded(self, node: int) -> bool:
        """Whether a recorded toolchain gave the symbol its value, or hid it."""
        return node in self._calculation.recorded


def evaluate(
    model: Model,
    config: Config | None,
    mode: str = "olddefconfig",
    recorded: Mapping[str, str | None] | None = None,
    user: UserValues | None = None,
) -> Values:
    """The values that `conf --<mode>` gives to every symbol of a model.

    `mode` is "defconfig" or "olddefconfig" for a config, or a preset, which takes none.
    `recorded` gives symbols that depend on a toolchain probe what the probe answered in place of
    the model's toolchain: a value as text, None for one that the probe hid (`recorded_probes`).
    `user` is what the config sets, where that is known.
    """
    if mode not in MODES:
        raise ValueError(f"unknown mode {mode}")
    if (config is None) != (mode in PRESETS):
        raise ValueError(f"mode {mode} with {'no' if config is None else 'a'} config")
    # Values depend on values, through menus within menus; Python's own limit is too low for a kernel.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION_LIMIT))
    core = model.core
    if user is None:
        user = UserValues() if config is None else user_values(core, config)
    by_node = recorded_answers(core, recorded) if recorded is not None else {}
    template = template_of(model)
    return Values(model, config, mode, user, run(core, template, user, mode, by_node), recorded)
