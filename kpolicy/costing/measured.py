# SPDX-License-Identifier: GPL-2.0-or-later
"""What options cost small kernels that were built and booted for it: the data of kpolicy/costs/measured (docs/lab.md).

They are shown beside the figures of the bill, and never added to them: they hold for one kernel, compiler and machine.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from kpolicy.evaluate.command_line import asking
from kpolicy.frozen import dataclass
from kpolicy.kernel.version import parse_version

if TYPE_CHECKING:
    from kpolicy.costing.cost import CostKind
    from kpolicy.evaluate.values import Values

Quantity: TypeAlias = Literal["total", "free", "table", "image", "text", "rodata", "data", "bss", "ls", "fork", "init"]
"""MemTotal, free memory, symbols of a table, sections, the image file: in bytes; work and the boot: in instructions."""

PACKAGE: Final = "kpolicy.costs"
FOLDER: Final = "measured"
OF_KIND: Final[Mapping[CostKind, tuple[Quantity, ...]]] = {
    "memory": ("free", "table"),
    "size": ("text", "rodata", "image", "table"),
    "slow-down": ("ls", "fork"),
    "boot": ("init",),
}
"""The quantities that show a cost of each kind."""


@dataclass(frozen=True, slots=True)
class Lab:
    """What measurements were made with: a kernel on a machine with `ram` bytes of memory."""

    kernel: str
    architecture: str
    compiler: str
    emulator: str
    ram: int
    date: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """A kernel or boot compared with another one: quantities `before` and `after`.

    `options` differ between the kernels, or `parameters` enable them; `costs` are those that show in it, together, with
    their kinds.  `computed` is what kpolicy computes for them in bytes, `why` says why it differs.
    """

    lab: Lab
    recipe: str
    options: tuple[str, ...]
    parameters: str
    costs: Mapping[str, CostKind]
    before: Mapping[str, int]
    after: Mapping[str, int]
    computed: int | None
    why: str
    cpus: int

    def quantities(self, cost: str) -> tuple[Quantity, ...]:
        """The quantities that show a cost, none if it is not one of these."""
        kind = self.costs.get(cost)
        return tuple(name for name in OF_KIND[kind] if name in self.after) if kind is not None else ()


def measured_for(values: Values) -> tuple[Measurement, ...]:
    """The measurements for the architecture of a config, those of options that it has.

    Of each recipe one counts: that of the release of the config, else of the last one before it, else of the first one
    after it.  Of several for values of one parameter one counts: that for what the command line has, else the first.
    """
    machine = "x86_64" if values.is_on("X86_64") else values.model.architecture
    wanted = _series(values.model.version)
    kernels = sorted((_series(name.partition("-")[0]), name) for name in _names() if name.endswith(f"-{machine}"))
    until = [name for series, name in kernels if series <= wanted]
    after = [name for series, name in kernels if series > wanted]
    found: dict[str, Measurement] = {}
    for name in (*reversed(until), *after):
        for item in load_measured(name):
            # What an option is the default of, a parameter enables without it.
            if any(values.is_on(option) or option.endswith("_DEFAULT_ON") for option in item.options):
                found.setdefault(item.recipe, item)
    return tuple(_as_booted(found.values(), values))


def _as_booted(items: Iterable[Measurement], values: Values) -> Iterator[Measurement]:
    """Of measurements with several values of a parameter the one with the value that the command line has."""
    groups: dict[str, list[Measurement]] = {}
    for item in items:
        groups.setdefault(item.parameters.partition("=")[0] or item.recipe, []).append(item)
    for group in groups.values():
        words = {str(word) for word in asking(values, group[0].parameters.partition("=")[0])} if group[1:] else ()
        yield next((item for item in group if item.parameters in words), group[0])


@functools.cache
def load_measured(name: str) -> tuple[Measurement, ...]:
    """The measurements of a kernel, named by its release and architecture: 6.12-x86_64."""
    text = (resources.files(PACKAGE) / FOLDER / f"{name}.json").read_text(encoding="utf-8")
    document = json.loads(text)
    lab = Lab(**{word: document[word] for word in ("kernel", "architecture", "compiler", "emulator", "ram", "date")})
    return tuple(
        Measurement(
            lab=lab,
            recipe=row["recipe"],
            options=tuple(row["options"]),
            parameters=row["parameters"],
            costs=row["costs"],
            before=row["before"],
            after=row["after"],
            computed=row["computed"],
            why=row["why"],
            cpus=row["cpus"],
        )
        for row in document["measurements"]
    )


def _names() -> Iterator[str]:
    """The kernels that there are measurements of."""
    folder = resources.files(PACKAGE) / FOLDER
    if folder.is_dir():
        yield from (file.name.removesuffix(".json") for file in folder.iterdir() if file.name.endswith(".json"))


def _series(release: str) -> tuple[int, int]:
    version = parse_version(release)
    return version.version, version.patchlevel
