# SPDX-License-Identifier: GPL-2.0-or-later
"""The costs that ship with kpolicy, one file each below `kpolicy/costs/`, and the sizes of pages."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import get_args

from kpolicy.costing.cost import Cost, Costs, Figure, Trait
from kpolicy.costing.formula import Formula
from kpolicy.costing.load import load_cost, load_page_sizes
from kpolicy.location import Location
from kpolicy.policy.expressions.expression import CLASSES
from kpolicy.policy.toml.absence import Absence
from kpolicy.policy.toml.compiled import compiled
from kpolicy.policy.toml.data_files import data_files, load_all

COSTS_PACKAGE = "kpolicy.costs"
_PAGE_SIZES = "page-sizes.toml"


def load_costs(files: Iterable[tuple[str, str, str]]) -> tuple[Cost, ...]:
    """The costs of some files, given as (id, path to show, text), in the order of their ids.

    Raises FileErrors with everything that is wrong with any of them.
    """
    return tuple(sorted(load_all(files, load_cost), key=lambda cost: cost.id))


@functools.cache
def shipped_costs(cache: str | None = None) -> Costs:
    """The costs that ship with kpolicy, kept in a cache if there is one."""
    return compiled(
        "costs",
        _load,
        (Costs, Cost, Figure, Trait, Absence, Location, *get_args(Formula), *CLASSES),
        cache,
        "costs",
        "costing",
    )


def _load() -> Costs:
    from importlib import resources  # what comes from the cache does without

    path = resources.files(COSTS_PACKAGE) / _PAGE_SIZES
    page_sizes = load_page_sizes(f"kpolicy/costs/{_PAGE_SIZES}", path.read_text(encoding="utf-8"))
    return Costs(load_costs(shipped_files()), page_sizes)


def shipped_files() -> Iterator[tuple[str, str, str]]:
    """The shipped cost files: id, path inside of the package, text."""
    return data_files(COSTS_PACKAGE)
