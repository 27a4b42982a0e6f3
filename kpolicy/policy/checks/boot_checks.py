# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks of the boot command line by id."""

from __future__ import annotations

from typing import Final

from kpolicy.policy.checks.check import Check

NO_EFFECT: Final = "boot/no-effect"
VALUE: Final = "boot/invalid-value"
OVERRIDDEN: Final = "boot/overridden"
SWITCHED_OFF: Final = "boot/switched-off"
OLD_NAME: Final = "boot/old-name"
MISSPELT: Final = "boot/misspelt"
UNKNOWN: Final = "boot/unknown-parameter"
AFTER_DASHES: Final = "boot/after-dashes"
LOADER_IGNORED: Final = "boot/loader-ignored"
BOOTCONFIG_IGNORED: Final = "boot/bootconfig-ignored"
BUILT_IN_UNUSED: Final = "boot/built-in-unused"
CUT: Final = "boot/cut"

BOOT_CHECKS: Final[tuple[Check, ...]] = (
    Check(
        NO_EFFECT,
        "boot parameter without effect",
        "warning",
        "The code that parses the parameter is not built in, or a later release added the parameter. The kernel skips a"
        " name with a dot without a message and passes any other name to init.",
        "init/main.c: unknown_bootoption; kpolicy/parameters",
    ),
    Check(
        VALUE,
        "boot parameter with an invalid value",
        "warning",
        "The handler of the parameter refuses the value and changes nothing, ignores a part of it, or does not examine"
        " it: no_hash_pointers=0 also disables hashing.",
        "init/main.c: do_early_param; kernel/params.c: parse_args; lib/kstrtox.c: kstrtobool",
    ),
    Check(
        OVERRIDDEN,
        "boot parameter that another word overrides",
        "warning",
        "If a parameter is given several times, mostly the last word counts. Overriding the built-in command line is a"
        " note: that is the purpose of the boot loader's command line.",
        "kernel/params.c: parse_args; kpolicy/parameters",
    ),
    Check(
        SWITCHED_OFF,
        "check or protection that the boot command line switches off",
        "warning",
        "The config enables a check or a protection, and a boot parameter disables it. Checks are reported for debug"
        " and fuzzing kernels, protections for all others.",
        "Documentation/admin-guide/kernel-parameters.txt; kpolicy/parameters",
    ),
    Check(
        OLD_NAME,
        "old name of a boot parameter, still accepted",
        "note",
        'The parameter was renamed, and the kernel accepts the old name "for now".',
        "Documentation/admin-guide/kernel-parameters.txt: slab_debug",
    ),
    Check(
        MISSPELT,
        "boot parameter that looks misspelt",
        "warning",
        "No C file of the tree registers a parameter of this name, and a known parameter differs in one letter.",
        "init/main.c: unknown_bootoption",
    ),
    Check(
        UNKNOWN,
        "unknown boot parameter",
        "note",
        "No C file of the tree registers a parameter of this name. The kernel skips a name with a dot, which only an"
        " out-of-tree module can take, and passes any other name to init. Words for init, systemd and dracut are not"
        " reported.",
        "init/main.c: unknown_bootoption, print_unknown_bootoptions",
    ),
    Check(
        AFTER_DASHES,
        "boot parameter after --",
        "warning",
        "The kernel parses the words before --, and passes those after it to init.",
        "kernel/params.c: parse_args",
    ),
    Check(
        LOADER_IGNORED,
        "command line of the boot loader is ignored",
        "warning",
        "CMDLINE_OVERRIDE, CMDLINE_FORCE or CMDLINE_OVERWRITE replaces it with CONFIG_CMDLINE.",
        "arch/x86/kernel/setup.c: setup_arch; drivers/of/fdt.c: early_init_dt_scan_chosen",
    ),
    Check(
        BOOTCONFIG_IGNORED,
        "bootconfig is ignored",
        "warning",
        "The kernel reads a bootconfig only if CONFIG_BOOT_CONFIG is set, and if bootconfig is on the command line or"
        " CONFIG_BOOT_CONFIG_FORCE is set.",
        "init/main.c: setup_boot_config",
    ),
    Check(
        BUILT_IN_UNUSED,
        "boot parameter in an unused CONFIG_CMDLINE",
        "warning",
        "On this architecture the kernel uses CONFIG_CMDLINE only if the boot loader passes no command line.",
        "drivers/of/fdt.c: early_init_dt_scan_chosen; arch/powerpc/kernel/prom_init.c: early_cmdline_parse",
    ),
    Check(
        CUT,
        "command line longer than COMMAND_LINE_SIZE",
        "warning",
        "The kernel cuts its command line after COMMAND_LINE_SIZE - 1 characters, without a message: 2047 on x86 and"
        " arm64, 511 on architectures that set no size.",
        "arch/*/include/uapi/asm/setup.h, include/uapi/asm-generic/setup.h",
    ),
)
