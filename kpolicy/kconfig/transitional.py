# SPDX-License-Identifier: GPL-2.0-or-later
"""Transitional symbols, and those that have their place (Documentation/kbuild/kconfig-language.rst)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from kpolicy.kconfig.payload import DEFAULTS, FLAGS, TRANSITIONAL

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model
    from kpolicy.kconfig.payload import Core


def successors(model: Model, name: str) -> tuple[str, ...]:
    """The symbols that take the value of a transitional one as their default, in the order of the Kconfig files."""
    return model.derived("successors", _successors).get(name, ())


def _successors(core: Core) -> Mapping[str, tuple[str, ...]]:
    old = {
        node: name
        for name, node in core.symbols.items()
        if core.records[node] is not None and core.records[node][FLAGS] & TRANSITIONAL
    }
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for name, node in core.symbols.items() if old else ():
        for value in _defaults(core, node):
            if value in old:
                found[old[value]][name] = None
    return {name: tuple(names) for name, names in found.items()}


def _defaults(core: Core, node: int) -> Iterator[int]:
    record = core.records[node]
    for value, _condition in record[DEFAULTS] if record is not None else ():
        yield value
