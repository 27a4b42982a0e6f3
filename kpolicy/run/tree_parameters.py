# SPDX-License-Identifier: GPL-2.0-or-later
"""The boot parameters that a tree knows, kept in the cache until one of its C files changes."""

from __future__ import annotations

from dataclasses import fields

from kpolicy.kconfig.cache import ModelCache, key
from kpolicy.kernel.parameters import MARK, TreeParameters, parameters_of, source_files
from kpolicy.kernel.source import KernelTree
from kpolicy.policy.boot.words import Known


def known_parameters(source: KernelTree, srcarch: str, cache: str | None) -> Known:
    """What tells whether a tree has a parameter; its C sources are read at the first question."""
    found: list[TreeParameters | None] = []

    def known(name: str) -> bool | None:
        if not found:
            found.append(_read(source, srcarch, cache))
        return found[0].knows(name) if found[0] is not None else None

    return known


def _read(source: KernelTree, srcarch: str, cache: str | None) -> TreeParameters | None:
    if not source.is_file(MARK):
        return None
    store = ModelCache(cache) if cache is not None else None
    stamps = [(path, source.stamp(path)) for path in source_files(source, srcarch)] if store is not None else []
    # A file without a stamp has changed a moment ago.
    name = key("parameters", srcarch, stamps) if store is not None and all(stamp for _, stamp in stamps) else None
    stored = store.load_data(name) if store is not None and name is not None else None
    if stored is not None:
        return TreeParameters(*map(frozenset, stored))
    made = parameters_of(source, srcarch)
    if made is not None and store is not None and name is not None:
        store.store_data(name, [sorted(getattr(made, field.name)) for field in fields(made)])
    return made
