# SPDX-License-Identifier: GPL-2.0-or-later
"""Two small kernels, the second a release later."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.kconfig.small import make_tree

_MODULES: Final = """\
config MODULES
	bool "Modules"
	default y
	modules

config NET
	bool "Networking"
"""
OLD: Final = (
    _MODULES
    + """\
menu "Security options"

config RETPOLINE
	bool "Avoid speculative indirect branches"
	default y

config HARDENED_USERCOPY
	bool "Harden memory copies"
	default y

endmenu

menu "Device drivers"

config PHY_MOTOR
	tristate "Motor"
	depends on NET

config GONE
	tristate "Of no use any more"

config HAVE_GONE
	bool
	default y if GONE

config LOG_SHIFT
	int "Log"
	default 17
	range 12 25

config PANIC_COUNT
	bool "Panic"

config HELPER
	tristate "Helper"

config QUIET
	bool "Quiet"

endmenu
"""
)
NEW: Final = (
    _MODULES
    + """\
menu "Security options"

config MITIGATION_RETPOLINE
	bool "Avoid speculative indirect branches"

config SLAB_BUCKETS
	bool "Separate caches"
	select HELPER
	help
		Kernel heap attacks frequently depend on placing objects.

		More of it.

endmenu

menu "Device drivers"

menuconfig MOTORS
	bool "Motors"
	depends on NET

if MOTORS

config PHY_MOTOR
	tristate "Motor"

config PHY_NEW
	tristate "New motor"

endif

config LOG_SHIFT
	int "Log"
	default 18
	range 12 20

config PANIC_COUNT
	int "Panic"
	default 0

config HELPER
	tristate "Helper"

config QUIET
	bool "Quiet"
	default y

endmenu
"""
)
TEXT: Final = """\
CONFIG_NET=y
CONFIG_RETPOLINE=y
CONFIG_PHY_MOTOR=m
CONFIG_GONE=m
# CONFIG_HARDENED_USERCOPY is not set
CONFIG_LOG_SHIFT=25
# CONFIG_PANIC_COUNT is not set
CONFIG_NEVER_THERE=y
"""
DEFCONFIG: Final = "arch/x86/configs/a_defconfig"
_LATER: Final = "VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\nEXTRAVERSION =\n"


def kernels(folder: Path, text: str = TEXT, conf: Path | None = None) -> tuple[Path, Path]:
    """Both; with `conf` they speak the dialect of that kernel."""
    both = {"arch/x86/Kconfig": "", DEFCONFIG: text}
    old = make_tree(folder / "old", {"Kconfig": OLD, **both}, conf)
    # Whoever maintains the new kernel has edited it.
    edited = {**both, DEFCONFIG: "CONFIG_NET=y\n", "Kconfig": NEW, "Makefile": _LATER}
    return old, make_tree(folder / "new", edited, conf)
