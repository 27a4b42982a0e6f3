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
BUILT_IN_UNUSED: Final = "boot/built-in-unused"
CUT: Final = "boot/cut"

BOOT_CHECKS: Final[tuple[Check, ...]] = (
    Check(
        NO_EFFECT,
        "boot parameter that this kernel does not know",
        "warning",
        "The option that parses the parameter is not built in, or the parameter came with a later release. The kernel"
        " silently drops a name with a dot and passes any other to init, and what the word requests is missing.",
        "init/main.c: unknown_bootoption; kpolicy/parameters",
    ),
    Check(
        VALUE,
        "boot parameter with a value that the kernel does not take",
        "warning",
        "The handler of the parameter refuses the value and changes nothing, or does not examine it at all:"
        " no_hash_pointers=0 disables hashing, too.",
        "init/main.c: do_early_param; kernel/params.c: parse_args; lib/kstrtox.c: kstrtobool",
    ),
    Check(
        OVERRIDDEN,
        "boot parameter that another word overrides",
        "warning",
        "Of several words for a parameter mostly the last one counts. A word that overrides the built-in command line"
        " is a note: that is what a boot loader's command line is for.",
        "kernel/params.c: parse_args; kpolicy/parameters",
    ),
    Check(
        SWITCHED_OFF,
        "check or protection that the boot command line switches off",
        "warning",
        "The config enables it, and a boot parameter disables it again. Checks are reported for debug and fuzzing"
        " kernels, protections for all others.",
        "Documentation/admin-guide/kernel-parameters.txt; kpolicy/parameters",
    ),
    Check(
        OLD_NAME,
        "old name of a boot parameter, still accepted",
        "note",
        "The parameter has another name now. The kernel's documentation accepts the old one for now only.",
        "Documentation/admin-guide/kernel-parameters.txt: slab_debug",
    ),
    Check(
        MISSPELT,
        "boot parameter that looks misspelt",
        "warning",
        "No C file of the tree registers a parameter of this name, and it differs in one letter from one that exists.",
        "init/main.c: unknown_bootoption",
    ),
    Check(
        UNKNOWN,
        "word of the boot command line that is no parameter of the kernel",
        "note",
        "No C file of the tree registers a parameter of this name. The kernel ignores a name with a dot and passes any"
        " other to init. Words for init, systemd and dracut are not reported.",
        "init/main.c: unknown_bootoption, print_unknown_bootoptions",
    ),
    Check(
        AFTER_DASHES,
        "boot parameter after --",
        "warning",
        "The kernel parses the words up to --; init gets those that follow.",
        "kernel/params.c: parse_args",
    ),
    Check(
        LOADER_IGNORED,
        "command line of the boot loader that the kernel ignores",
        "warning",
        "CMDLINE_OVERRIDE, CMDLINE_FORCE or CMDLINE_OVERWRITE replaces it with CONFIG_CMDLINE.",
        "arch/x86/kernel/setup.c: setup_arch; drivers/of/fdt.c: early_init_dt_scan_chosen",
    ),
    Check(
        BUILT_IN_UNUSED,
        "boot parameter in a CONFIG_CMDLINE that is not used",
        "warning",
        "On this architecture the kernel uses CONFIG_CMDLINE only if the boot loader passes no command line.",
        "drivers/of/fdt.c: early_init_dt_scan_chosen; arch/powerpc/kernel/prom_init.c: early_cmdline_parse",
    ),
    Check(
        CUT,
        "command line that is too long for the kernel",
        "warning",
        "The kernel silently cuts its command line after COMMAND_LINE_SIZE - 1 characters: 2047 on x86 and arm64, 511"
        " on architectures that set no size.",
        "arch/*/include/uapi/asm/setup.h, include/uapi/asm-generic/setup.h",
    ),
)
