# SPDX-License-Identifier: GPL-2.0-or-later
"""The Kconfig model of one architecture: immutable facts, each with its file and line.

A `Model` stands on plain data (`payload`) that evaluation reads directly; the dataclasses
here are the view for everything else and are made when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.nodes import MOD, OPERATORS, YES
from kpolicy.kconfig.payload import (
    CHOICE,
    FLAGS,
    GATED,
    HAS_PROMPT,
    IS_CHOICE,
    PROBED,
    TRANSITIONAL,
    TYPE,
    TYPES,
    Core,
    Details,
)
from kpolicy.kconfig.syntax import Answerer
from kpolicy.location import Location

REFUSED = "refused by this tree's conf"
Derived = TypeVar("Derived")

# How tightly operators bind when an expression is printed.
_OR, _AND, _RELATION, _NOT = 1, 2, 3, 4


class UnknownProbe(NamedTuple):
    """A `$(shell,...)` that the toolchain could not answer, at its first place."""

    text: str
    location: Location


class Expressions:
    """The expressions of a model, and the texts that stand for their nodes.

    They are apart from the model: what refers to an expression does not refer to the model, so that a model
    is freed as soon as nothing uses it, without a search for cycles in millions of objects.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self.nodes = core.nodes

    @cached_property
    def names(self) -> dict[int, str]:
        """Names of symbols by node."""
        return {node: name for name, node in self._core.symbols.items()}

    @cached_property
    def constants(self) -> dict[int, str]:
        """Texts of constants by node."""
        return {node: text for text, node in self._core.constants.items()}

    @property
    def modules(self) -> int:
        """The node of the symbol that says whether there are modules."""
        return self._core.modules

    def is_choice(self, node: int) -> bool:
        """Whether a node stands for a choice."""
        record = self._core.records[node]
        return record is not None and bool(record[FLAGS] & IS_CHOICE)


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression of a model, by its node."""

    expressions: Expressions
    node: int

    @property
    def op(self) -> str:
        """ "symbol", "const", "and", "or", "not" or one of = != < <= > >=."""
        node = self.expressions.nodes[self.node]
        if node is None:
            return "symbol" if self.node in self.expressions.names else "const"
        return {"&&": "and", "||": "or", "!": "not"}.get(OPERATORS[node[0]], OPERATORS[node[0]])

    @property
    def operands(self) -> tuple[Expr, ...]:
        """The operands of a compound expression."""
        node = self.expressions.nodes[self.node]
        return tuple(Expr(self.expressions, operand) for operand in node[1:]) if node else ()

    @property
    def name(self) -> str:
        """The name of a symbol, the text of a constant, "" for a compound expression."""
        return self.expressions.names.get(self.node) or self.expressions.constants.get(self.node, "")

    @property
    def is_yes(self) -> bool:
        """Whether this is the constant y: no condition at all."""
        return self.node == YES

    @property
    def is_choice(self) -> bool:
        """Whether this is a choice, which an old conf has among the conditions of its members."""
        return self.expressions.is_choice(self.node)

    def symbols(self) -> Iterator[str]:
        """The names of the symbols in the expression, each occurrence."""
        if self.op == "symbol":
            yield self.name
        for operand in self.operands:
            yield from operand.symbols()

    def __str__(self) -> str:
        return self._print(0)

    def _print(self, level: int) -> str:
        op = self.op
        if op == "symbol":
            return self.name
        if op == "const":
            return self.name if self.node <= YES else f'"{self.name}"'
        operands = self.operands
        if op == "not":
            return f"!{operands[0]._print(_NOT)}"
        if op in ("and", "or"):
            own, word = (_AND, " && ") if op == "and" else (_OR, " || ")
            if op == "and" and operands[0].node == MOD:
                # To conf an `m` in a condition is `m && MODULES`.
                operands = tuple(item for item in operands if item.node != self.expressions.modules)
                own = own if len(operands) > 1 else _NOT
            text = word.join(operand._print(own) for operand in operands)
        else:
            own = _RELATION
            text = f"{operands[0]._print(_NOT)} {op} {operands[1]._print(_NOT)}"
        return f"({text})" if own < level else text


def conjunction(parts: Iterable[Expr]) -> str:
    """The text of `a && b && ...`, an `||` among the parts in brackets."""
    several = tuple(parts)
    return str(several[0]) if len(several) == 1 else " && ".join(part._print(_AND) for part in several)


def conjuncts(expression: Expr) -> tuple[Expr, ...]:
    """The parts of an expression that must all hold."""
    if expression.op == "and":
        return tuple(part for operand in expression.operands for part in conjuncts(operand))
    return () if expression.is_yes else (expression,)


class Written(NamedTuple):
    """A line with macros as it is written, and what answered them."""

    text: str
    answerer: Answerer


class Condition(NamedTuple):
    """A line by which something has a condition: `depends on`, `if`, `visible if`, or that of the property itself.

    `written` is there where the line has macros; so it is for defaults and selects.
    """

    expression: Expr
    location: Location
    written: Written | None


class Prompt(NamedTuple):
    """A prompt; `condition` is everything that must hold for it to be shown.

    `conditions` are the lines that it is made of, the outermost first.
    """

    text: str
    condition: Expr
    location: Location
    conditions: tuple[Condition, ...]


class Default(NamedTuple):
    """A default; the first whose condition holds counts."""

    value: Expr
    condition: Expr
    location: Location
    written: Written | None


class Select(NamedTuple):
    """`source` selects (or implies) `target` while `condition` holds; it stands at `location`."""

    source: str
    target: str
    condition: Expr
    location: Location
    written: Written | None


class Range(NamedTuple):
    """The bounds of an int or hex; the first whose condition holds counts."""

    low: Expr
    high: Expr
    condition: Expr
    location: Location


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol and all its properties, over all places that define it.

    Conditions include what menus, ifs and `depends on` around the property demand.
    `conditions` are those lines, for each place that defines the symbol.
    `choice` is the index of the choice that the symbol is a member of.  `probed` marks a
    symbol without prompt whose value a toolchain probe decides.
    """

    name: str
    type: str
    definitions: tuple[Location, ...]
    prompts: tuple[Prompt, ...]
    defaults: tuple[Default, ...]
    selects: tuple[Select, ...]
    implies: tuple[Select, ...]
    ranges: tuple[Range, ...]
    conditions: tuple[tuple[Condition, ...], ...]
    direct_dependency: Expr
    selected_by: tuple[Select, ...]
    implied_by: tuple[Select, ...]
    choice: int | None
    transitional: bool
    probed: bool

    def around(self, location: Location) -> tuple[Condition, ...]:
        """The lines whose conditions hold for a property that stands at a line of the symbol."""
        # A property stands below the head of its entry, in the same file.
        above = [
            (place.line, conditions)
            for place, conditions in zip(self.definitions, self.conditions, strict=True)
            if place.path == location.path and place.line <= location.line
        ]
        return max(above, key=lambda item: item[0])[1] if above else ()


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice: its type, its members in order, its defaults, where it is defined."""

    type: str
    members: tuple[str, ...]
    defaults: tuple[Default, ...]
    prompts: tuple[Prompt, ...]
    definitions: tuple[Location, ...]
    optional: bool


class Model:
    """All symbols of one architecture of one tree, as one toolchain shows them."""

    def __init__(
        self,
        core: Core,
        details: Callable[[], Details],
        *,
        architecture: str,
        srcarch: str,
        version: str,
        toolchain_identity: str,
    ) -> None:
        self.core = core
        self._expressions = Expressions(core)
        self._load_details = details
        self.architecture = architecture
        self.srcarch = srcarch
        self.version = version
        self.toolchain_identity = toolchain_identity
        self._symbols: dict[str, Symbol | None] = {}
        self._derived: dict[str, Any] = {}

    @cached_property
    def details(self) -> Details:
        """The half of the data that is needed to show or write something."""
        return self._load_details()

    @property
    def names_by_node(self) -> dict[int, str]:
        """Names of symbols by node."""
        return self._expressions.names

    def expression(self, node: int) -> Expr:
        """The expression at a node."""
        return Expr(self._expressions, node)

    @property
    def mainmenu(self) -> str:
        """The title of the whole configuration, the second line of .config."""
        return self.core.mainmenu

    @cached_property
    def dialect(self) -> Dialect:
        """The rules of the tree's own `conf`."""
        return Dialect(*self.core.dialect)

    def derived(self, key: str, make: Callable[[Core], Derived]) -> Derived:
        """Something worked out from the core once and kept with the model."""
        if key not in self._derived:
            self._derived[key] = make(self.core)
        result: Derived = self._derived[key]
        return result

    def is_defined(self, name: str) -> bool:
        """Whether some Kconfig file of this architecture defines the symbol."""
        node = self.core.symbols.get(name)
        return node is not None and self.core.records[node] is not None

    def has_prompt(self, name: str) -> bool:
        """Whether a defined symbol has a prompt, in sight or not."""
        return self._has_flag(name, HAS_PROMPT)

    def is_transitional(self, name: str) -> bool:
        """Whether `conf` takes a line for the symbol although it has no prompt, and writes none: an old name."""
        return self._has_flag(name, TRANSITIONAL)

    def _has_flag(self, name: str, flag: int) -> bool:
        node = self.core.symbols.get(name)
        return node is not None and bool(self.flags_of(node) & flag)

    def names(self) -> Iterator[str]:
        """The defined symbols, in the order in which Kconfig first names them."""
        records = self.core.records
        return (
            name
            for name, node in self.core.symbols.items()
            if (record := records[node]) is not None and not record[FLAGS] & IS_CHOICE
        )

    def probed(self) -> Iterator[tuple[str, bool]]:
        """The symbols that rest on a toolchain probe, each with whether it has no prompt.

        Without a prompt the probe alone decides the value; with one it can hide the prompt.
        """
        records = self.core.records
        for name, node in self.core.symbols.items():
            record = records[node]
            if record is not None and record[FLAGS] & (PROBED | GATED):
                yield name, bool(record[FLAGS] & PROBED)

    def flags_of(self, node: int) -> int:
        """The flags of a symbol, by node (see `payload`)."""
        record = self.core.records[node]
        return 0 if record is None else int(record[FLAGS])

    def type_of(self, name: str) -> str:
        """The type of a symbol; "unknown" when it is not defined."""
        node = self.core.symbols.get(name)
        record = self.core.records[node] if node is not None else None
        return TYPES[record[TYPE]] if record is not None else TYPES[0]

    def symbol(self, name: str) -> Symbol | None:
        """The symbol with all its properties; None when it is not defined."""
        if name not in self._symbols:
            self._symbols[name] = self._symbol(name) if self.is_defined(name) else None
        return self._symbols[name]

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """All choices, in order; `Symbol.choice` is an index into them."""
        return tuple(self._choice(record) for record in self.core.choices)

    @cached_property
    def unknown_probes(self) -> tuple[UnknownProbe, ...]:
        """The probes that the toolchain could not answer, once each."""
        return tuple(UnknownProbe(text, Location(path, line)) for path, line, text in self.core.probes)

    @cached_property
    def warnings(self) -> tuple[tuple[Location, str], ...]:
        """What the Kconfig files themselves give reason to warn of."""
        return tuple((Location(path, line), text) for path, line, text in self.core.warnings)

    @cached_property
    def refused(self) -> tuple[tuple[Location, str, str], ...]:
        """What the tree's own conf refuses: where, in the entry of which symbol if any, and what there is to say."""
        return tuple(
            (Location(path, line), symbol, f"{REFUSED}, which {text}") for path, line, symbol, text in self.core.refused
        )

    @cached_property
    def _written(self) -> dict[Location, Written]:
        return {self._place(file, line): Written(text, answerer) for file, line, text, answerer in self.details.written}

    def _condition(self, expression: Expr, place: Location) -> Condition:
        return Condition(expression, place, self._written.get(place))

    def _select(self, source: str, target: str, condition: int, file: int, line: int) -> Select:
        place = self._place(file, line)
        return Select(source, target, self.expression(condition), place, self._written.get(place))

    def _conditions(self, scope: int, *, prompt: bool = False) -> tuple[Condition, ...]:
        """The lines around a place, the outermost first; `visible if` is for prompts alone."""
        found = []
        while scope >= 0:
            scope, node, file, line, is_visibility = self.details.scopes[scope]
            if prompt or not is_visibility:
                found.append(self._condition(self.expression(node), self._place(file, line)))
        return tuple(reversed(found))

    def _prompt(self, definitions: list[Any], text: str, condition: int, file: int, line: int) -> Prompt:
        # A property stands below the head of its entry, in the same file.
        above = [row for row in definitions if row[0] == file and row[1] <= line]
        around = self._conditions(max(above, key=lambda row: row[1])[2] if above else -1, prompt=True)
        place = self._place(file, line)
        known = {part.node for item in around for part in conjuncts(item.expression)}
        own: list[Condition] = []
        for part in conjuncts(self.expression(condition)):
            if self.flags_of(part.node) & IS_CHOICE:
                # To an old conf the prompt of the choice is that symbol.
                own += self._choice_prompt(part.node)
            if part.node not in known:
                own.append(self._condition(part, place))
        return Prompt(text, self.expression(condition), place, (*around, *own))

    def _choice_prompt(self, node: int) -> tuple[Condition, ...]:
        definitions, prompts, *_rest = self.details.symbols[str(node)]
        return self._prompt(definitions, *prompts[0]).conditions if prompts else ()

    def _place(self, file: int, line: int) -> Location:
        return Location(self.details.files[file], line)

    @cached_property
    def _edges(self) -> dict[int, tuple[list[Any], list[Any]]]:
        """For every node, the selects and the implies that point at it."""
        edges: dict[int, tuple[list[Any], list[Any]]] = {}
        for key, item in self.details.symbols.items():
            source = int(key)
            for kind in (0, 1):
                for target, condition, file, line in item[3 + kind]:
                    edges.setdefault(target, ([], []))[kind].append((source, condition, file, line))
        return edges

    def _symbol(self, name: str) -> Symbol:
        node = self.core.symbols[name]
        record = self.core.records[node]
        definitions, prompts, defaults, selects, implies, ranges, _depends, _help = self.details.symbols[str(node)]
        expr, place, names = self.expression, self._place, self.names_by_node
        selected_by, implied_by = self._edges.get(node, ([], []))
        flags = record[FLAGS]
        return Symbol(
            name=name,
            type=TYPES[record[TYPE]],
            definitions=tuple(place(file, line) for file, line, _ in definitions),
            prompts=tuple(self._prompt(definitions, *item) for item in prompts),
            defaults=self._defaults(defaults),
            selects=tuple(self._select(name, names[target], *where) for target, *where in selects),
            implies=tuple(self._select(name, names[target], *where) for target, *where in implies),
            ranges=tuple(
                Range(expr(low), expr(high), expr(condition), place(*where)) for low, high, condition, *where in ranges
            ),
            conditions=tuple(self._conditions(scope) for _, _, scope in definitions),
            direct_dependency=expr(record[2]),
            selected_by=tuple(self._select(names[source], name, *where) for source, *where in selected_by),
            implied_by=tuple(self._select(names[source], name, *where) for source, *where in implied_by),
            choice=record[CHOICE] if record[CHOICE] >= 0 else None,
            transitional=bool(flags & TRANSITIONAL),
            probed=bool(flags & PROBED),
        )

    def _defaults(self, defaults: list[Any]) -> tuple[Default, ...]:
        return tuple(
            Default(
                self.expression(value),
                self.expression(condition),
                place := self._place(*where),
                self._written.get(place),
            )
            for value, condition, *where in defaults
        )

    def _choice(self, record: list[Any]) -> Choice:
        node, kind, members, _defaults, optional = record
        definitions, prompts, defaults, *_rest = self.details.symbols[str(node)]
        return Choice(
            type=TYPES[kind],
            members=tuple(self.names_by_node[member] for member in members),
            defaults=self._defaults(defaults),
            prompts=tuple(self._prompt(definitions, *item) for item in prompts),
            definitions=tuple(self._place(file, line) for file, line, _ in definitions),
            optional=bool(optional),
        )
