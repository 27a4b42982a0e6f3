# SPDX-License-Identifier: GPL-2.0-or-later
"""The toolchain, and what a kernel's probes answer with it.

* `record` - `Toolchain`: compiler, assembler, linker and the rest, one field a tool.
* `words` - `parse_toolchain`: the record that `gcc-14.2` stands for; `recorded_toolchain`: that of a `.config`.
* `environment` - `build_environment`: the variables that make exports.
* `probes` - `EmulatedProbes`: answers `$(shell,...)` in Python, and starts nothing.
* `executed` - `ExecutedProbes`: really runs the commands, when the user asks for that.
* `shell`, `programs`, `machine` - the emulation: a shell, the programs that it finds, and how they come together.

The names below are loaded when they are first used: a run that finds its models in the cache needs
neither the emulation nor `subprocess`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpolicy.kernel.toolchain.environment import aliases, build_environment
    from kpolicy.kernel.toolchain.executed import ExecutedProbes, executed_environment, executed_identity
    from kpolicy.kernel.toolchain.probes import Answer, EmulatedProbes, Probes
    from kpolicy.kernel.toolchain.record import Toolchain
    from kpolicy.kernel.toolchain.words import parse_toolchain, recorded_toolchain

_HOMES = {
    "Answer": "probes",
    "EmulatedProbes": "probes",
    "ExecutedProbes": "executed",
    "Probes": "probes",
    "Toolchain": "record",
    "aliases": "environment",
    "build_environment": "environment",
    "executed_environment": "executed",
    "executed_identity": "executed",
    "parse_toolchain": "words",
    "recorded_toolchain": "words",
}

__all__ = [
    "Answer",
    "EmulatedProbes",
    "ExecutedProbes",
    "Probes",
    "Toolchain",
    "aliases",
    "build_environment",
    "executed_environment",
    "executed_identity",
    "parse_toolchain",
    "recorded_toolchain",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
