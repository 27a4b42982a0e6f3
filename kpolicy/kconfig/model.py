# SPDX-License-Identifier: GPL-2.0-or-later
"""The Kconfig model of one architecture: immutable facts, each with its file and line.

A `Model` stands on plain data (`payload`) that evaluation reads directly; the dataclasses
here are the view for everything else and are made when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.nodes import OPERATORS, YES
from kpolicy.kconfig.payload import CHOICE, FLAGS, GATED, IS_CHOICE, PROBED, TRANSITIONAL, TYPE, TYPES, Core, Details
from kpolicy.location import Location

REFUSED = "refused by this tree's conf"
Derived = TypeVar("Derived")

# How tightly operators bind when an expression is printed.
_OR, _AND, _RELATION, _NOT = 1, 2, 3, 4


class UnknownProbe(NamedTuple):
    """A `$(shell,...)` that the toolchain could not answer, at its first place."""

    text: str
    location: Location


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression of a model, by its node."""

    model: Model
    node: int

    @property
    def op(self) -> str:
        """ "symbol", "const", "and", "or", "not" or one of = != < <= > >=."""
        node = self.model.core.nodes[self.node]
        if node is None:
            return "symbol" if self.node in self.model.names_by_node else "const"
        return {"&&": "and", "||": "or", "!": "not"}.get(OPERATORS[node[0]], OPERATORS[node[0]])

    @property
    def operands(self) -> tuple[Expr, ...]:
        """The operands of a compound expression."""
        node = self.model.core.nodes[self.node]
        return tuple(Expr(self.model, operand) for operand in node[1:]) if node else ()

    @property
    def name(self) -> str:
        """The name of a symbol, the text of a constant, "" for a compound expression."""
        return self.model.names_by_node.get(self.node) or self.model.constants_by_node.get(self.node, "")

    @property
    def is_yes(self) -> bool:
        """Whether this is the constant y: no condition at all."""
        return self.node == YES

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
            text = word.join(operand._print(own) for operand in operands)
        else:
            own = _RELATION
            text = f"{operands[0]._print(_NOT)} {op} {operands[1]._print(_NOT)}"
        return f"({text})" if own < level else text


class Prompt(NamedTuple):
    """A prompt; `condition` is everything that must hold for it to be shown."""

    text: str
    condition: Expr
    location: Location


class Default(NamedTuple):
    """A default; the first whose condition holds counts."""

    value: Expr
    condition: Expr
    location: Location


class Select(NamedTuple):
    """`source` selects (or implies) `target` while `condition` holds; it stands at `location`."""

    source: str
    target: str
    condition: Expr
    location: Location


class Range(NamedTuple):
    """The bounds of an int or hex; the first whose condition holds counts."""

    low: Expr
    high: Expr
    condition: Expr
    location: Location


class Depends(NamedTuple):
    """A `depends on` line as written."""

    expression: Expr
    location: Location


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol and all its properties, over all places that define it.

    Conditions include what menus, ifs and `depends on` around the property demand.
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
    depends: tuple[Depends, ...]
    direct_dependency: Expr
    selected_by: tuple[Select, ...]
    implied_by: tuple[Select, ...]
    choice: int | None
    transitional: bool
    probed: bool


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

    @cached_property
    def names_by_node(self) -> dict[int, str]:
        """Names of symbols by node."""
        return {node: name for name, node in self.core.symbols.items()}

    @cached_property
    def constants_by_node(self) -> dict[int, str]:
        """Texts of constants by node."""
        return {node: text for text, node in self.core.constants.items()}

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

    def _place(self, file: int, line: int) -> Location:
        return Location(self.details.files[file], line)

    def _expr(self, node: int) -> Expr:
        return Expr(self, node)

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
        definitions, prompts, defaults, selects, implies, ranges, depends, _help = self.details.symbols[str(node)]
        expr, place, names = self._expr, self._place, self.names_by_node
        selected_by, implied_by = self._edges.get(node, ([], []))
        flags = record[FLAGS]
        return Symbol(
            name=name,
            type=TYPES[record[TYPE]],
            definitions=tuple(place(*item) for item in definitions),
            prompts=tuple(Prompt(text, expr(condition), place(*where)) for text, condition, *where in prompts),
            defaults=self._defaults(defaults),
            selects=tuple(
                Select(name, names[target], expr(condition), place(*where)) for target, condition, *where in selects
            ),
            implies=tuple(
                Select(name, names[target], expr(condition), place(*where)) for target, condition, *where in implies
            ),
            ranges=tuple(
                Range(expr(low), expr(high), expr(condition), place(*where)) for low, high, condition, *where in ranges
            ),
            depends=tuple(Depends(expr(item), place(*where)) for item, *where in depends),
            direct_dependency=expr(record[2]),
            selected_by=tuple(Select(names[s], name, expr(c), place(f, n)) for s, c, f, n in selected_by),
            implied_by=tuple(Select(names[s], name, expr(c), place(f, n)) for s, c, f, n in implied_by),
            choice=record[CHOICE] if record[CHOICE] >= 0 else None,
            transitional=bool(flags & TRANSITIONAL),
            probed=bool(flags & PROBED),
        )

    def _defaults(self, defaults: list[Any]) -> tuple[Default, ...]:
        return tuple(
            Default(self._expr(value), self._expr(condition), self._place(*where))
            for value, condition, *where in defaults
        )

    def _choice(self, record: list[Any]) -> Choice:
        node, kind, members, _defaults, optional = record
        definitions, prompts, defaults, *_rest = self.details.symbols[str(node)]
        return Choice(
            type=TYPES[kind],
            members=tuple(self.names_by_node[member] for member in members),
            defaults=self._defaults(defaults),
            prompts=tuple(
                Prompt(text, self._expr(condition), self._place(*where)) for text, condition, *where in prompts
            ),
            definitions=tuple(self._place(*item) for item in definitions),
            optional=bool(optional),
        )
