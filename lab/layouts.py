# SPDX-License-Identifier: GPL-2.0-or-later
"""Sizes of structures that a compiler laid out, lab/layouts/*.json, and what the figures of costs give with them.

lab/recipes/layouts.toml has the configs, the objects, and what each figure is composed of.
"""

from __future__ import annotations

import functools
import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from kpolicy.config.boot_files import read_command_lines
from kpolicy.config.read import parse_config
from kpolicy.costing.bill import Bill, Machine, make_bill
from kpolicy.costing.catalogue import shipped_costs
from kpolicy.costing.formula import Formula, NoFigureError, names, value_of
from kpolicy.costing.syntax import parse_formula
from kpolicy.policy.expressions.expression import symbols
from kpolicy.run.bare import bare_values, truth
from lab.machine import MACHINES
from lab.recipe import RECIPES, entry_of

LAYOUTS: Final = Path(__file__).resolve().parent / "layouts"
MACHINE: Final = Machine(ram=16 << 30, cpus=8)
"""The machine that figures are compared for."""

_FILE: Final = "layouts.toml"
_SIZE: Final = "SIZEOF_"
_SIZEOF: Final = re.compile(r"sizeof\(((?:struct |union )?\w+)\)")
_Entry = TypeVar("_Entry", bound="Variant | Source | Composition")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A config: its lines, and those for options that a release may lack."""

    name: str
    lines: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An object that is compiled if `option` is on, and the types and variables whose sizes are read from it."""

    path: str
    option: str
    types: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What a cost is composed of, `gives`, a formula with sizeof(); `parameters` are those of the boot."""

    cost: str
    gives: str
    parameters: str = ""
    architectures: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is laid out and compared for one kernel."""

    variants: tuple[Variant, ...]
    sources: tuple[Source, ...]
    compositions: tuple[Composition, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes in one config of a kernel; `config` has the value of each symbol that the costs mention."""

    release: str
    architecture: str
    variant: str
    config: Mapping[str, str]
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Compared:
    """A cost, and what the sizes give.

    `computed` and the number of its `figure` are None if the cost has none for the config.
    """

    layout: Layout
    composition: Composition
    figure: int | None
    computed: int | None
    expected: int


def load_plan(architecture: str, release: str, folder: Path = RECIPES) -> Plan:
    """What there is to do for a kernel, its release as in 6.12.117; raises RecipeError."""
    tables: Mapping[str, Any] = tomllib.loads((folder / _FILE).read_text())
    series = ".".join(release.split(".")[:2])

    def entries(kind: str, form: type[_Entry]) -> tuple[_Entry, ...]:
        found = (entry_of(_FILE, table, form) for table in tables.get(kind, ()))
        return tuple(item for item in found if _is_for(item, architecture, series))

    return Plan(entries("variant", Variant), entries("object", Source), entries("figure", Composition))


def load_layouts(path: Path) -> Iterator[Layout]:
    """The layouts of a file, one for each variant."""
    document = json.loads(path.read_text())
    for item in document["variants"]:
        yield Layout(document["kernel"], document["architecture"], item["variant"], item["config"], item["sizes"])


def mentioned() -> Sequence[str]:
    """The symbols that the compared costs, their compositions and the page sizes mention."""
    tables: Mapping[str, Any] = tomllib.loads((RECIPES / _FILE).read_text())
    compositions = [entry_of(_FILE, table, Composition) for table in tables["figure"]]
    compared = {item.cost for item in compositions}
    costs = shipped_costs()
    found = {name for item in compositions for name in names(_formula(item)[0])}
    for cost in (cost for cost in costs.costs if cost.id in compared):
        found |= {*cost.symbols, *symbols(cost.when)}
        for figure in cost.figures:
            found |= {*symbols(figure.when), *symbols(figure.unless)}
            found |= set(names(figure.formula)) if figure.formula is not None else set()
    for trait in costs.page_sizes:
        found |= {*symbols(trait.when), *names(trait.formula)}
    return sorted(name for name in found if not name.islower() and "(" not in name and not name.startswith(_SIZE))


def compare(layout: Layout, compositions: Sequence[Composition]) -> Iterator[Compared]:
    """The figures of a layout, of the costs that its config has and the compositions name."""
    lines = "".join(f"CONFIG_{name}={value}\n" for name, value in layout.config.items() if value != "n")
    for composition in compositions:
        bill = _bill(layout.release, layout.architecture, lines, composition.parameters)
        for item in bill.items:
            if item.cost.id == composition.cost:
                number = item.cost.figures.index(item.figure) if item.figure is not None else None
                amount = item.amount if item.state == "known" else None
                yield Compared(layout, composition, number, amount, expected(layout, composition, bill))


def asked(composition: Composition) -> tuple[str, ...]:
    """The types and variables whose sizes a composition has."""
    return tuple(_formula(composition)[1].values())


def expected(layout: Layout, composition: Composition, bill: Bill) -> int:
    """The bytes that the sizes of a layout give; raises NoFigureError if one is missing."""
    formula, sizes = _formula(composition)
    return math.floor(value_of(formula, _Numbers(layout, bill, sizes)))


def _formula(composition: Composition) -> tuple[Formula, Mapping[str, str]]:
    """The formula with a name for each sizeof(), and what has the size that the name is for."""
    found = list(dict.fromkeys(_SIZEOF.findall(composition.gives)))
    text = _SIZEOF.sub(lambda match: f"{_SIZE}{found.index(match[1])}", composition.gives)
    return parse_formula(text), {f"{_SIZE}{number}": name for number, name in enumerate(found)}


@dataclass(frozen=True, slots=True)
class _Numbers:
    layout: Layout
    bill: Bill
    sizes: Mapping[str, str]

    def number(self, name: str) -> int | None:
        if name in self.sizes:
            size = self.layout.sizes.get(self.sizes[name])
            if size is None:
                raise NoFigureError(f"{self.layout.variant}: there is no size of {self.sizes[name]}")
            return size
        ram, page_size = self.bill.machine.ram, self.bill.page_size
        pages = ram // page_size if ram and page_size else None
        variables = {
            "ram": ram,
            "cpus": self.bill.machine.cpus,
            "page_size": page_size,
            "pages": pages,
            "word": self.bill.word,
        }
        if name in variables:
            return variables[name]
        value = self.layout.config.get(name, "n")
        return {"y": 1, "m": 1, "n": 0}[value] if value in ("y", "m", "n") else int(value, 0)


@functools.cache
def _bill(release: str, architecture: str, lines: str, parameters: str) -> Bill:
    title = f"# Linux/{MACHINES[architecture].kernel_architecture} {release} Kernel Configuration\n"
    head = f"#\n# Automatically generated file; DO NOT EDIT.\n{title}#\n"
    loader = read_command_lines([parameters], None) if parameters else None
    values = bare_values(parse_config(".config", (head + lines).encode()), None, None).booted(loader)
    return make_bill(values, shipped_costs(), MACHINE, truth)


def _is_for(entry: Variant | Source | Composition, architecture: str, series: str) -> bool:
    is_there = not entry.architectures or architecture in entry.architectures
    return is_there and (not entry.releases or series in entry.releases)
