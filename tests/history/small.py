# SPDX-License-Identifier: GPL-2.0-or-later
"""Two releases of a small kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.kconfig.small import make_tree

_COMMON: Final = """\
config MODULES
	bool "Modules"
	default y
	modules

config DEBUG_KMEMLEAK
	bool "Kernel memory leak detector"

config STACKDEPOT
	bool

config KOBJECTS
	bool "A switch above another one"

config DEBUG_KOBJECT
	bool "kobject debugging"
	depends on KOBJECTS
	default y

config LOCKDEP_BITS
	int "Bits"
	default 15
"""
OLD: Final = (
    _COMMON
    + """
config PAGE_OWNER
	bool "Track page owner"

config SCHED_DEBUG
	bool "Collect scheduler debugging info"

config PTDUMP_CORE
	bool "Page tables"

config DEBUG_SLAB
	bool "Debug slab memory allocations"
"""
)
NEW: Final = (
    _COMMON
    + """
config PAGE_OWNER
	bool "Track page owner"
	select STACKDEPOT

config SCHED_DEBUG
	bool "Collect scheduler debugging info"
	default y

config PTDUMP
	bool "Page tables"

config RANDOMIZE_BASE
	bool "Randomize the address of the kernel"
"""
)
PATH: Final = "arch/x86/configs/a_defconfig"
BEFORE: Final = """\
CONFIG_PAGE_OWNER=y
CONFIG_PTDUMP_CORE=y
CONFIG_DEBUG_SLAB=y
CONFIG_KOBJECTS=y
"""
AFTER: Final = """\
CONFIG_PAGE_OWNER=y
CONFIG_PTDUMP=y
CONFIG_DEBUG_KMEMLEAK=y
CONFIG_LOCKDEP_BITS=16
CONFIG_RANDOMIZE_BASE=y
"""
_LATER: Final = "VERSION = 7\nPATCHLEVEL = 0\nSUBLEVEL = 0\nEXTRAVERSION =\n"


def releases(folder: Path) -> tuple[Path, Path]:
    """Linux 6.12.0 and 7.0.0, each with two configs; one of them is in both."""
    old = make_tree(folder / "old", {"Kconfig": OLD, "arch/x86/Kconfig": "", PATH: BEFORE, _config("gone"): BEFORE})
    new = {"Kconfig": NEW, "arch/x86/Kconfig": "", PATH: AFTER, _config("new"): AFTER, "Makefile": _LATER}
    return old, make_tree(folder / "new", new)


def _config(name: str) -> str:
    return f"arch/x86/configs/{name}_defconfig"
