# SPDX-License-Identifier: GPL-2.0-or-later
"""The Kconfig model of one architecture: immutable facts, each with its file and line.

A `Model` wraps plain data (`payload`) that evaluation reads directly; everything else reads
`expressions` and `symbols`, which are made when they are requested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.expressions import Expr, Expressions
from kpolicy.kconfig.kinds import CHOICE, DEFINED, EXPRESSION, OLD_NAME, DefinedNodes
from kpolicy.kconfig.payload import (
    FLAGS,
    GATED,
    HAS_PROMPT,
    PROBED,
    TYPE,
    TYPES,
    Core,
    DeltaBase,
    Details,
    Table,
)
from kpolicy.location import Location
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.objects import Objects
    from kpolicy.kconfig.symbols import Choice, Symbol

REFUSED = "refused by this tree's conf"
Derived = TypeVar("Derived")


class UnknownProbe(NamedTuple):
    """A `$(shell,...)` that the toolchain could not answer, at its first place."""

    text: str
    location: Location


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
        delta_base: DeltaBase | None = None,
    ) -> None:
        self.core = core
        self._expressions = Expressions(core)
        self._load_details = details
        self.architecture = architecture
        self.srcarch = srcarch
        self.version = version
        self.toolchain_identity = toolchain_identity
        self.delta_base = delta_base
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
        """Something computed from the core once and kept with the model."""
        if key not in self._derived:
            self._derived[key] = make(self.core)
        result: Derived = self._derived[key]
        return result

    def knowing(self, nodes: Table, names: Core | None = None) -> Model:
        """The same model, which can be asked about expressions of others that were built from the same tables.

        `nodes` has their expressions, and `names` what they name that this one does not.
        """
        core = self.core._replace(nodes=nodes)
        if names is not None:
            kinds = list(core.kinds)
            for node in (*names.constants.values(), *names.symbols.values()):
                if kinds[node] == EXPRESSION:
                    kinds[node] = names.kinds[node]
            core = core._replace(
                kinds="".join(kinds),
                symbols={**names.symbols, **core.symbols},
                constants={**names.constants, **core.constants},
            )
        return Model(
            core,
            lambda: self.details,
            architecture=self.architecture,
            srcarch=self.srcarch,
            version=self.version,
            toolchain_identity=self.toolchain_identity,
        )

    def is_defined(self, name: str) -> bool:
        """Whether some Kconfig file of this architecture defines the symbol."""
        return self.defined[name] is not None

    def has_prompt(self, name: str) -> bool:
        """Whether a defined symbol has a prompt, visible or not."""
        node = self.core.symbols.get(name)
        return node is not None and bool(self.flags_of(node) & HAS_PROMPT)

    def is_transitional(self, name: str) -> bool:
        """Whether `conf` takes a line for the symbol although it has no prompt, and writes none: an old name."""
        node = self.core.symbols.get(name)
        return node is not None and self.core.kinds[node] == OLD_NAME

    def names(self) -> Iterator[str]:
        """The defined symbols, in the order of the menus."""
        kinds = self.core.kinds
        return (name for name, node in self.core.symbols.items() if kinds[node] in DEFINED and kinds[node] != CHOICE)

    def probed(self) -> Iterator[tuple[str, bool]]:
        """The symbols that depend on a toolchain probe, each with whether it has no prompt.

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
            self._symbols[name] = self._objects.symbol(name) if self.is_defined(name) else None
        return self._symbols[name]

    @cached_property
    def defined(self) -> DefinedNodes:
        """The node of a name that some Kconfig file of this architecture defines; None for another name."""
        return DefinedNodes(self.core.symbols, self.core.kinds)

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """All choices, in order; `Symbol.choice` is an index into them."""
        return tuple(self._objects.choice(record) for record in self.core.choices)

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
        """What the tree's own conf refuses: the line, the symbol of its entry ("" for none), and the message."""
        return tuple(
            (Location(path, line), symbol, f"{REFUSED}: {text}") for path, line, symbol, text in self.core.refused
        )

    @cached_property
    def _objects(self) -> Objects:
        from kpolicy.kconfig.objects import Objects  # values alone are computed without

        return Objects(self.core, self.details, self._expressions)
