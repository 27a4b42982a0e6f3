# SPDX-License-Identifier: GPL-2.0-or-later
"""Systems as they are collected: the files of five machines, each in a folder."""

from __future__ import annotations

import gzip
import os
from collections.abc import Mapping
from pathlib import Path

DEBIAN = "6.12.117+deb13-amd64"
FEDORA = "7.3.4-200.fc45.x86_64+debug"
ANDROID = "6.12.30-android16-5-g1234567-ab123"


def header(version: str, arch: str = "x86") -> str:
    """The first lines of a .config."""
    return f"#\n# Automatically generated file; DO NOT EDIT.\n# Linux/{arch} {version} Kernel Configuration\n#\n"


def config(version: str, options: str, arch: str = "x86") -> str:
    """A full .config: NAME is y, NAME=value as it is, !NAME is not set."""
    lines = []
    for item in options.split():
        name, equals, value = item.partition("=")
        lines.append(
            f"# CONFIG_{name[1:]} is not set" if name.startswith("!") else f"CONFIG_{name}={value if equals else 'y'}"
        )
    return header(version, arch) + "\n".join(lines) + "\n"


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """The files, below a folder."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


_USUAL = (
    "X86 X86_64 64BIT PROC_FS SYSCTL SYSFS DEBUG_FS MMU SMP PRINTK NET BPF_SYSCALL BPF_JIT BPF_JIT_DEFAULT_ON"
    " PERF_EVENTS MODULES MODULE_SIG KEXEC_CORE TTY IO_URING USERFAULTFD MAGIC_SYSRQ PROFILING RCU_STALL_COMMON"
    " MAGIC_SYSRQ_DEFAULT_ENABLE=0x01b6 DEFAULT_MMAP_MIN_ADDR=65536 PANIC_TIMEOUT=0 RCU_CPU_STALL_TIMEOUT=21"
    " CONSOLE_LOGLEVEL_DEFAULT=7 CONSOLE_LOGLEVEL_QUIET=4 MESSAGE_LOGLEVEL_DEFAULT=4 BPF_UNPRIV_DEFAULT_OFF"
    " SECURITY_DMESG_RESTRICT LEGACY_TIOCSTI !LDISC_AUTOLOAD DETECT_HUNG_TASK DEFAULT_HUNG_TASK_TIMEOUT=120"
    " LOCKUP_DETECTOR SOFTLOCKUP_DETECTOR HARDLOCKUP_DETECTOR TRACING FUNCTION_TRACER KFENCE"
    " KFENCE_SAMPLE_INTERVAL=0 SLUB_DEBUG PRINTK_TIME"
)


def debian(folder: Path) -> Path:
    """An unpacked sos report: the output of commands stands for most files of /proc/sys."""
    sysctls = (
        "dev.tty.ldisc_autoload = 0\nkernel.arch = x86_64\nkernel.dmesg_restrict = 0\n"
        "kernel.hung_task_timeout_secs = 120\n"
        "kernel.kptr_restrict = 0\nkernel.osrelease = 6.12.117+deb13-amd64\nkernel.panic = 10\n"
        "kernel.panic_on_warn = 0\nkernel.perf_event_paranoid = 3\nkernel.printk = 4\t4\t1\t7\n"
        "kernel.soft_watchdog = 1\n"
        "kernel.sysrq = 438\nkernel.unprivileged_bpf_disabled = 0\nvm.mmap_min_addr = 65536\n"
    )
    return write(
        folder,
        {
            f"boot/config-{DEBIAN}": config(
                "6.12.117", f'{_USUAL} CMDLINE_BOOL CMDLINE="panic=5" SECURITY_PERF_EVENTS_RESTRICT !PANIC_ON_OOPS'
            ),
            "proc/cmdline": "panic=5 BOOT_IMAGE=/boot/vmlinuz ro quiet kfence.sample_interval=100\n",
            "proc/sys/kernel/tainted": "4609\n",
            "proc/mounts": "sysfs /sys sysfs rw 0 0\ndebugfs /sys/kernel/debug debugfs rw 0 0\n"
            "tracefs /sys/kernel/debug/tracing tracefs rw 0 0\n",
            "sos_commands/kernel/uname_-a": f"Linux host {DEBIAN} #1 SMP PREEMPT_DYNAMIC Debian x86_64 GNU/Linux\n",
            "sos_commands/kernel/sysctl_-a": sysctls,
            "sys/module/kfence/parameters/sample_interval": "100\n",
            "sys/module/printk/parameters/time": "Y\n",
            "sys/kernel/debug/tracing/tracing_on": "1\n",
            "sys/kernel/debug/tracing/current_tracer": "function\n",
            "sys/kernel/debug/tracing/set_event": "sched:sched_switch\nsched:sched_wakeup\n",
            "sys/kernel/warn_count": "2\n",
            "etc/sysctl.d/10-panic.conf": "# why\nkernel.panic = 10\n-kernel/dmesg_restrict=1\n",
        },
    )


def fedora(folder: Path) -> Path:
    """A debug kernel: lockdep has turned itself off, kmemleak has given up, hung tasks are not looked for."""
    root = write(
        folder,
        {
            f"usr/lib/modules/{FEDORA}/config": config(
                "7.3.4",
                f"{_USUAL} PROVE_LOCKING LOCKDEP LOCK_STAT DEBUG_KMEMLEAK DEBUG_OBJECTS DEBUG_VM KASAN DEBUG_LIST"
                " DEBUG_ATOMIC_SLEEP DEBUG_KERNEL DEBUG_SG DEBUG_NOTIFIERS FAULT_INJECTION FAULT_INJECTION_DEBUG_FS"
                " FAILSLAB DMA_API_DEBUG PAGE_OWNER BOOTPARAM_SOFTLOCKUP_PANIC=0 BOOTPARAM_HUNG_TASK_PANIC=0",
            ),
            "proc/sys/kernel/osrelease": f"{FEDORA}\n",
            "proc/sys/kernel/arch": "x86_64\n",
            "proc/cmdline": "BOOT_IMAGE=(hd0,gpt2)/vmlinuz root=UUID=1 page_owner=on sysctl.kernel.panic_on_warn=1\n",
            "proc/mounts": "sysfs /sys sysfs rw 0 0\ndebugfs /sys/kernel/debug debugfs rw 0 0\n",
            "proc/lockdep_stats": " lock-classes:  2000 [max: 8192]\n debug_locks:                            0\n",
            "proc/sys/kernel/hung_task_timeout_secs": "0\n",
            "proc/sys/kernel/soft_watchdog": "0\n",
            "proc/sys/kernel/panic_on_warn": "0\n",
            "proc/sys/kernel/kptr_restrict": "0\n",
            "sys/kernel/debug/failslab/probability": "10\n",
            "sys/kernel/debug/dma-api/disabled": "Y\n",
            "sys/kernel/debug/dma-api/error_count": "0\n",
            "var/log/dmesg": "[    0.1] Linux version\n[ 9.5] kmemleak: Kernel memory leak detector disabled\n",
        },
    )
    (root / "lib").symlink_to("usr/lib")
    return root


def android(folder: Path) -> Path:
    """A phone: the config is in /proc, tracefs is mounted, debugfs is not."""
    return write(
        folder,
        {
            "proc/config.gz": gzip.compress(
                config(
                    "6.12.30",
                    "ARM64 64BIT PROC_FS SYSCTL SYSFS DEBUG_FS MMU PRINTK TRACING KFENCE"
                    " KFENCE_SAMPLE_INTERVAL=500"
                    " MAGIC_SYSRQ MAGIC_SYSRQ_DEFAULT_ENABLE=0 PANIC_ON_OOPS PANIC_TIMEOUT=-1 PERF_EVENTS BPF_SYSCALL"
                    " CONSOLE_LOGLEVEL_DEFAULT=7 DEFAULT_MMAP_MIN_ADDR=32768 PANIC_ON_OOPS_VALUE=1 SLUB_DEBUG"
                    " PRINTK_TIME !SECURITY_DMESG_RESTRICT",
                    "arm64",
                ).encode()
            ),
            "proc/version": f"Linux version {ANDROID} (build@host) (clang 19) #1 SMP PREEMPT\n",
            "proc/cmdline": "androidboot.hardware=x kasan=off loglevel=4 ramoops_memreserve=4M",
            "proc/mounts": "sysfs /sys sysfs rw 0 0\ntracefs /sys/kernel/tracing tracefs rw 0 0\n",
            "proc/sys/kernel/kptr_restrict": "2\n",
            "proc/sys/kernel/perf_event_paranoid": "-1\n",
            "proc/sys/kernel/panic": "5\n",
            "proc/sys/kernel/panic_on_oops": "1\n",
            "proc/sys/kernel/printk": "4\t4\t1\t7\n",
            "sys/kernel/tracing/tracing_on": "0\n",
            "sys/kernel/tracing/current_tracer": "nop\n",
            "sys/kernel/tracing/set_event": "",
            "sys/module/kfence/parameters/sample_interval": "0\n",
        },
    )


def embedded(folder: Path) -> Path:
    """A router without its config, without sysfs, without a command line."""
    return write(
        folder,
        {
            "proc/version": "Linux version 6.12.80 (buildroot@host) #1 Thu\n",
            "proc/sys/kernel/arch": "mips\n",
            "proc/sys/kernel/kptr_restrict": "0\n",
            "proc/sys/kernel/oops_limit": "0\n",
            "proc/sys/kernel/panic": "3\n",
            "proc/sys/kernel/hung_task_timeout_secs": "0\n",
            "proc/sys/kernel/tainted": "512\n",
        },
    )


def hostile(folder: Path) -> Path:
    """A copy of somebody who means harm: FIFOs, loops, links that lead out of it, junk, and files without end."""
    root = write(
        folder,
        {
            "proc/sys/kernel/osrelease": "6.12.117\n",
            "proc/sys/kernel/arch": "x86_64\n",
            "proc/cmdline": b"\x00\xff quiet \xfe\n",
            "proc/sys/kernel/panic_on_warn": b"\x00\x01\x02",
            "proc/sys/kernel/panic": "9" * 5000,
            "proc/sys/kernel/kptr_restrict": "\n\n",
            "proc/sys/kernel/dmesg_restrict": "yes and no\x1b[31m\n",
            "proc/sys/kernel/printk": "\t\n",
            "proc/lockdep_stats": "debug_locks: \x1b]0;owned\x07\n",
            "proc/mounts": b"\xff\xfe\n\n a\nb\n",
            "boot/config-6.12.117": b"\x00" * 4096,
            "sos_commands/kernel/sysctl_-a": b" = \n = = \nkernel..x = 1\n\xff\xff = \xff\n../../etc = 3\n",
            "var/log/dmesg": b"\xff\x00kmemleak",
            "secret": "1\n",
        },
    )
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "value").write_text("1\n")
    kernel = root / "proc/sys/kernel"
    os.mkfifo(kernel / "sysrq")
    os.mkfifo(root / "proc/config.gz")
    (kernel / "loop").symlink_to("loop")
    (kernel / "warn_limit").symlink_to("loop")
    (kernel / "oops_limit").symlink_to(outside / "value")
    (kernel / "randomize_va_space").symlink_to("../../../../outside/value")
    (kernel / "modules_disabled").symlink_to("/secret")
    (kernel / "perf_event_paranoid").mkdir()
    (kernel / "panic_print").symlink_to("/dev/zero")
    with (kernel / "unprivileged_bpf_disabled").open("wb") as stream:
        stream.truncate(1 << 40)
    (root / "sys").symlink_to("/")
    (root / "lib").symlink_to("lib")
    return root
