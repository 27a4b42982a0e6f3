# SPDX-License-Identifier: GPL-2.0-or-later
"""The model that a full .config states by itself: each of its symbols with a prompt, and nothing else.

So every symbol has the value that is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from kpolicy.kconfig.candidates import candidates
from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.nodes import NO, YES, NodeTable
from kpolicy.kconfig.payload import BOOL, HAS_PROMPT, HEX, INT, STRING, TRISTATE, Core, Details
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.kernel.version import KernelVersion

_MODULES = "MODULES"
_NAME = re.compile(r"\w+", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")


def stated_model(
    values: Mapping[str, str], architecture: Architecture, version: KernelVersion, toolchain: Toolchain
) -> Model:
    """The model in which each symbol has the type of the value that a .config gives it; `values` are as written."""
    table = NodeTable()
    # Without MODULES an m would become y, which no full .config has.
    types = {_MODULES: BOOL, **{name: _type(value) for name, value in values.items() if _NAME.fullmatch(name)}}
    for constant in "nmy":
        types.pop(constant, None)
    records: list[Any] = [None] * len(table.nodes)
    for name, code in types.items():
        table.symbol(name)
        records.append([code, YES, YES, NO, NO, [], [], -1, HAS_PROMPT])
    symbols, constants = table.names()
    core = Core(
        nodes=table.nodes,
        symbols=symbols,
        constants=constants,
        records=records,
        choices=[],
        modules=symbols[_MODULES],
        mainmenu="Configuration",
        dialect=list(Dialect()),
        warnings=[],
        refused=[],
        probes=[],
        **candidates(table.nodes, symbols.values(), records)._asdict(),
    )
    return Model(
        core,
        lambda: _details(symbols.items()),
        architecture=architecture.arch,
        srcarch=architecture.srcarch,
        version=str(version),
        toolchain_identity=toolchain.identity,
    )


def _type(value: str) -> int:
    if value in ("y", "n"):
        return BOOL
    if value == "m":
        return TRISTATE
    if _NUMBER.fullmatch(value):
        return INT
    return HEX if _HEX.fullmatch(value) else STRING


def _details(symbols: Iterable[tuple[str, int]]) -> Details:
    """No line of a Kconfig file is known: every place is the file as a whole."""
    entries = {str(node): [[[0, 0, -1]], [[name, YES, 0, 0]], [], [], [], [], [], []] for name, node in symbols}
    return Details(files=["Kconfig"], symbols=entries, menu=[int(node) for node in entries], scopes=[], written=[])
