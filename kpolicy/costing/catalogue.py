# SPDX-License-Identifier: GPL-2.0-or-later
"""The costs that ship with kpolicy, one file each below `kpolicy/costs/`, and the sizes of pages."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from kpolicy.costing.cost import Cost, Costs
from kpolicy.costing.load import load_cost, load_page_sizes
from kpolicy.errors import KpolicyError, UsageError
from kpolicy.policy.toml_file import FileErrors

COSTS_PACKAGE = "kpolicy.costs"
_PAGE_SIZES = "page-sizes.toml"


def load_costs(files: Iterable[tuple[str, str, str]]) -> tuple[Cost, ...]:
    """The costs of some files, given as (id, path to show, text), in the order of their ids.

    Raises FileErrors with everything that is wrong with any of them.
    """
    costs, errors = [], list[KpolicyError]()
    for cost_id, path, text in files:
        try:
            costs.append(load_cost(cost_id, path, text))
        except FileErrors as found:
            errors += found.errors
        except UsageError as error:
            errors.append(error)
    if errors:
        raise FileErrors(errors)
    return tuple(sorted(costs, key=lambda cost: cost.id))


@functools.cache
def shipped_costs() -> Costs:
    """The costs that ship with kpolicy."""
    path = resources.files(COSTS_PACKAGE) / _PAGE_SIZES
    page_sizes = load_page_sizes(f"kpolicy/costs/{_PAGE_SIZES}", path.read_text(encoding="utf-8"))
    return Costs(load_costs(shipped_files()), page_sizes)


def shipped_files() -> Iterator[tuple[str, str, str]]:
    """The shipped cost files: id, path inside of the package, text."""
    root = resources.files(COSTS_PACKAGE)
    for family in sorted(root.iterdir(), key=_name):
        if family.is_dir() and not family.name.startswith(("_", ".")):
            for file in sorted(family.iterdir(), key=_name):
                if file.name.endswith(".toml"):
                    cost_id = f"{family.name}/{file.name.removesuffix('.toml')}"
                    yield cost_id, f"kpolicy/costs/{cost_id}.toml", file.read_text(encoding="utf-8")


def _name(entry: Traversable) -> str:
    return entry.name
