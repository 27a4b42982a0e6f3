# SPDX-License-Identifier: GPL-2.0-or-later
"""The checks of a running kernel by id."""

from __future__ import annotations

from typing import Final

from kpolicy.policy.checks.check import Check

MODIFIED: Final = "running/modified"
WEAKENED: Final = "running/weakened"
DISABLED: Final = "running/disabled"
ENABLED: Final = "running/enabled"
GAVE_UP: Final = "running/gave-up"
REPORTED: Final = "running/reported"
TAINTED: Final = "running/tainted"
NOT_READ: Final = "running/not-read"
NO_CONFIG: Final = "running/no-config"
OTHER_CONFIG: Final = "running/other-config"

RUNNING_CHECKS: Final[tuple[Check, ...]] = (
    Check(
        MODIFIED,
        "setting that was changed at run time",
        "note",
        "The setting differs from what the config and the boot command line make of it: an init script, sysctl.d, a"
        " program or a person has changed it since boot, and a kernel that is booted again starts without the change"
        " until it is made again.",
        "Documentation/admin-guide/sysctl; kpolicy/knobs",
    ),
    Check(
        WEAKENED,
        "protection that was weakened at run time",
        "warning",
        "The config and the boot command line give more protection than the kernel has now. Reported for all roles but"
        " debug and fuzzing, where it is a changed setting.",
        "Documentation/admin-guide/sysctl; kpolicy/knobs",
    ),
    Check(
        DISABLED,
        "check that was switched off at run time",
        "warning",
        "The config and the boot command line enable a detector or its reports, and they are off now. A note for"
        " kernels that are neither for debugging nor for fuzzing.",
        "Documentation/admin-guide/sysctl; kpolicy/knobs",
    ),
    Check(
        ENABLED,
        "debug facility that was switched on at run time",
        "warning",
        "It costs time or memory, discloses kernel data, makes the kernel panic on a warning or fails calls."
        " For debug and fuzzing kernels it is a changed setting.",
        "Documentation/trace; Documentation/fault-injection; kpolicy/knobs",
    ),
    Check(
        GAVE_UP,
        "detector that has turned itself off",
        "warning",
        "lockdep, kmemleak, debugobjects and the DMA API debugging stop when they do not get memory, lockdep also after"
        " its first report and when some taint flags are set. Bugs go undetected until the next boot. A note for"
        " kernels that are neither for debugging nor for fuzzing.",
        "lib/debug_locks.c: debug_locks_off; mm/kmemleak.c: kmemleak_disable; lib/debugobjects.c; kernel/dma/debug.c",
    ),
    Check(
        REPORTED,
        "problem that the kernel has reported since boot",
        "warning",
        "Warnings, oopses, lockups and bad pages are counted or recorded in the taint flags. What the kernel says after"
        " the first one can be a consequence of it.",
        "kernel/panic.c: warn_count, taint_flags; kernel/exit.c: oops_count; Documentation/admin-guide/tainted-kernels"
        ".rst",
    ),
    Check(
        TAINTED,
        "taint flag that is set",
        "note",
        "The kernel runs with something that its developers do not support or that explains a report: a module of"
        " another source, a forced or an unsigned one, a live patch.",
        "Documentation/admin-guide/tainted-kernels.rst; kernel/panic.c: taint_flags",
    ),
    Check(
        NOT_READ,
        "settings that cannot be read",
        "note",
        "What is not read is not judged. debugfs and tracefs have to be mounted, many files can be read by root only,"
        " and a collected copy has what was collected. Files that are read have to be regular ones.",
        "Documentation/filesystems/debugfs.rst; Documentation/trace/ftrace.rst",
    ),
    Check(
        NO_CONFIG,
        "config of the running kernel that cannot be found",
        "warning",
        "Without the config no rule can be judged, and of the settings only those that do not depend on it. A kernel"
        " with CONFIG_IKCONFIG_PROC=y has its config in /proc/config.gz.",
        "kernel/configs.c; init/Kconfig: IKCONFIG_PROC",
    ),
    Check(
        OTHER_CONFIG,
        "config that is not that of the running kernel",
        "warning",
        "The release in the header of the config is another one, or the kernel has a file of an option that the config"
        " does not set. What is judged is then not what runs.",
        "scripts/kconfig/confdata.c: conf_write; kpolicy/knobs",
    ),
)
