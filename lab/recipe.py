# SPDX-License-Identifier: GPL-2.0-or-later
"""Recipes: which kernels are built, how they are booted, and which options and costs that measures.

They are data, lab/recipes/*.toml (docs/lab.md says what the keys mean).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

RECIPES: Final = Path(__file__).resolve().parent / "recipes"
BASE: Final = "base"

_Entry = TypeVar("_Entry", bound="Build | Boot | Table")
_Form = TypeVar("_Form", bound="DataclassInstance")


class RecipeError(Exception):
    """A recipe is wrong; the message says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A kernel: `lines` of a config, on top of those of the base build.

    Booted without parameters it is compared with the base build, under its own name, for `options` and `costs`.
    `why` says why figures differ from the costs by more than a tenth.
    """

    name: str
    lines: tuple[str, ...]
    options: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()
    why: str = ""
    architectures: tuple[str, ...] = ("x86_64",)
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """A boot of a build with `parameters`, compared with the boot `against`, or what the log must `expect`.

    `commands` are run by the guest's shell after the measurements.  A boot without options and costs is only compared
    with, or shows the behaviour that `rules` name.
    """

    name: str
    build: str
    parameters: str = ""
    against: str = ""
    options: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()
    why: str = ""
    cpus: int = 1
    commands: str = ""
    expect: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    shows: str = ""
    architectures: tuple[str, ...] = ("x86_64",)
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Sizes in the symbol table of a build: of `symbols`, or from one label to another (`spans`).

    They are compared with the same symbols of the build `against`, if it is named.
    """

    name: str
    build: str
    options: tuple[str, ...]
    costs: tuple[str, ...]
    symbols: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    against: str = ""
    why: str = ""
    architectures: tuple[str, ...] = ("x86_64",)
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipes:
    """The recipes for one kernel, in the order in which they are carried out."""

    builds: tuple[Build, ...]
    boots: tuple[Boot, ...]
    tables: tuple[Table, ...]

    def build(self, name: str) -> Build:
        """The build of this name."""
        return next(build for build in self.builds if build.name == name)

    def boots_of(self, build: str) -> tuple[Boot, ...]:
        """The boots of a build; the first is the one without parameters."""
        return tuple(boot for boot in self.boots if boot.build == build)

    def boot(self, name: str) -> Boot:
        """The boot of this name; raises RecipeError."""
        for boot in self.boots:
            if boot.name == name:
                return boot
        raise RecipeError(f"there is no boot {name}")


def load_recipes(architecture: str, release: str, folder: Path = RECIPES) -> Recipes:
    """The recipes for a kernel, its release as in 6.12.117; raises RecipeError."""
    every = load_all(folder)
    series = ".".join(release.split(".")[:2])
    return Recipes(
        tuple(_chosen(every.builds, architecture, series)),
        tuple(_chosen(every.boots, architecture, series)),
        tuple(_chosen(every.tables, architecture, series)),
    )


def load_all(folder: Path = RECIPES) -> Recipes:
    """All recipes, for any kernel; raises RecipeError."""
    builds = tuple(_read(folder / "builds.toml", "build", Build))
    plain = tuple(
        Boot(
            name=build.name,
            build=build.name,
            against=BASE if build.name != BASE else "",
            options=build.options,
            costs=build.costs,
            why=build.why,
            architectures=build.architectures,
            releases=build.releases,
        )
        for build in builds
    )
    boots = (*plain, *_read(folder / "boots.toml", "boot", Boot), *_read(folder / "behaviour.toml", "boot", Boot))
    tables = tuple(_read(folder / "tables.toml", "table", Table))
    for kind, entries in (("build", builds), ("boot", boots), ("table", tables)):
        for name in _twice([entry.name for entry in entries]):
            raise RecipeError(f"two recipes of a {kind} have the name {name}")
    names = {build.name for build in builds}
    _check(boots, names, {boot.name for boot in boots})
    _check(tables, names, names)
    return Recipes(builds, boots, tables)


def _check(entries: Sequence[Boot | Table], builds: AbstractSet[str], others: AbstractSet[str]) -> None:
    for entry in entries:
        if entry.build not in builds:
            raise RecipeError(f"{entry.name}: there is no build {entry.build}")
        if entry.against and entry.against not in others:
            raise RecipeError(f"{entry.name}: there is nothing named {entry.against} to compare it with")


def _read(path: Path, kind: str, form: type[_Entry]) -> Iterator[_Entry]:
    table: dict[str, Any] = tomllib.loads(path.read_text())
    if set(table) - {kind}:
        raise RecipeError(f"{path.name}: unknown key {', '.join(sorted(set(table) - {kind}))}")
    for entry in table.get(kind, []):
        yield entry_of(path.name, entry, form)


def entry_of(file: str, entry: Mapping[str, Any], form: type[_Form]) -> _Form:
    """The entry of a recipe file; raises RecipeError if it has other keys or types than its form."""
    known = {field.name: field for field in fields(form)}
    name = entry.get("name", entry.get("path", entry.get("cost", "?")))
    values: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in known:
            raise RecipeError(f"{file}: {name}: unknown key {key}")
        values[key] = tuple(value) if isinstance(value, list) else value
        wanted = str(known[key].type)
        if not isinstance(values[key], {"str": str, "int": int}.get(wanted, tuple)):
            raise RecipeError(f"{file}: {name}: {key} is not of the type {wanted}")
    try:
        return form(**values)
    except TypeError as error:
        raise RecipeError(f"{file}: {name}: {error}") from error


def _chosen(entries: Sequence[_Entry], architecture: str, series: str) -> Iterator[_Entry]:
    for entry in entries:
        if architecture in entry.architectures and (not entry.releases or series in entry.releases):
            yield entry


def _twice(names: Sequence[str]) -> Iterator[str]:
    return (name for name in dict.fromkeys(names) if names.count(name) > 1)
