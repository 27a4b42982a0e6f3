# SPDX-License-Identifier: GPL-2.0-or-later
"""What the words of a command line set boot parameters to.

Each parameter is read as its own handler in the kernel reads it (`kpolicy.evaluate.handlers`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kpolicy.config.command_line import Word
from kpolicy.evaluate import handlers
from kpolicy.evaluate.handlers import Kernel, Release, Words
from kpolicy.evaluate.slab_debug import SLAB_FLAGS, slab_any, slab_flag, slab_lists
from kpolicy.frozen import dataclass


def setting(name: str, words: Words, kernel: Kernel) -> str:
    """What the words of a command line set a parameter to; "" where none does."""
    found = asking(name, words, kernel.release)
    return _KNOWN[name].read(found, kernel) if found else ""


def is_refused(word: Word, kernel: Kernel) -> bool:
    """Whether a word sets nothing although its parameter is known, because its handler takes certain values only."""
    known = _KNOWN.get(word.name)
    return known is not None and known.is_strict and not known.read((word,), kernel)


def is_early(name: str) -> bool:
    """Whether the kernel reads a parameter before it reads a bootconfig."""
    return name in _EARLY


def is_strict(name: str) -> bool:
    """Whether `is_refused` tells all values of a parameter that are refused."""
    return name in _KNOWN and _KNOWN[name].is_strict


def asking(name: str, words: Words, release: Release) -> Words:
    """The words that are for a parameter."""
    spellings = {spelling for spelling, since in _KNOWN[name].spellings.items() if release >= since}
    return tuple(word for word in words if word.name in spellings)


@dataclass(frozen=True, slots=True)
class _Known:
    """A parameter: its spellings with the first release of each, and how its words are read.

    `is_strict`: a word that sets nothing is refused; others can be without effect on what is asked for.
    """

    read: Callable[[Words, Kernel], str]
    spellings: Mapping[str, Release]
    is_strict: bool = False


def _known(name: str, read: Callable[[Words, Kernel], str], *, is_strict: bool = False) -> _Known:
    return _Known(read, {name: (0, 0)}, is_strict)


_SWITCHES: Final = (
    "debug_pagealloc",
    "hardened_usercopy",
    "init_on_alloc",
    "init_on_free",
    "iommu.debug_pagealloc",
    "kpti",
    "page_poison",
    "page_table_check",
    "randomize_kstack_offset",
    "rseq_debug",
    "stack_depot_disable",
)
_FLAGS: Final = (
    "delayacct",
    "ignore_loglevel",
    "noirqdebug",
    "norandmaps",
    "nosoftlockup",
    "nowatchdog",
    "profile",
    "stacktrace",
    "sysrq_always_enabled",
    "trace_event",
)
_INTEGERS: Final = (
    "kdb.cmd_enable",
    "lockdep.lock_stat",
    "lockdep.prove_locking",
    "panic",
    "panic_on_warn",
    "pause_on_oops",
    "rcupdate.rcu_cpu_stall_suppress",
    "rcupdate.rcu_cpu_stall_timeout",
)
_MODULE_BOOLS: Final = (
    "crash_kexec_post_notifiers",
    "kmemleak.verbose",
    "module.sig_enforce",
    "printk.always_kmsg_dump",
    "printk.ignore_loglevel",
    "printk.time",
    "workqueue.debug_force_rr_cpu",
)
_FAULTS: Final = ("fail_futex", "fail_io_timeout", "fail_make_request", "fail_page_alloc", "fail_usercopy", "failslab")
_MERGING: Final = ("slab_merge", "slab_nomerge", "slub_merge", "slub_nomerge")
_SLAB: Final[Mapping[str, Release]] = {"slub_debug": (0, 0), "slab_debug": (6, 9)}
_KNOWN: Final[Mapping[str, _Known]] = {
    **{name: _known(name, handlers.switch) for name in _SWITCHES},
    **{name: _known(name, handlers.flag) for name in _FLAGS},
    **{name: _known(name, handlers.integer) for name in _INTEGERS},
    **{name: _known(name, handlers.module_bool) for name in _MODULE_BOOLS},
    **{name: _known(name, handlers.fault_probability) for name in _FAULTS},
    **{name: _known(name, handlers.unless_off) for name in ("tp_printk", "traceoff_on_warning")},
    **{name: _known(name, handlers.last) for name in ("ftrace", "printk.devkmsg")},
    "ftrace_dump_on_oops": _known("ftrace_dump_on_oops", handlers.dump_on_oops),
    "lockdown": _known("lockdown", handlers.lockdown),
    "loglevel": _Known(handlers.console_level, dict.fromkeys(("loglevel", "quiet", "debug"), (0, 0))),
    "nmi_watchdog.enabled": _Known(handlers.nmi_watchdog({"0": "0", "1": "1"}), {"nmi_watchdog": (0, 0)}),
    "nmi_watchdog.panic": _Known(handlers.nmi_watchdog({"panic": "1", "nopanic": "0"}), {"nmi_watchdog": (0, 0)}),
    "oops": _known("oops", handlers.oops),
    "panic_print": _known("panic_print", handlers.unsigned),
    "softlockup_panic": _known("softlockup_panic", handlers.softlockup_panic),
    "watchdog_thresh": _known("watchdog_thresh", handlers.watchdog_thresh),
    "schedstats": _known("schedstats", handlers.enable_disable),
    "kasan": _known("kasan", handlers.on_off),
    "mitigations": _known("mitigations", handlers.mitigations, is_strict=True),
    "nokaslr": _known("nokaslr", handlers.nokaslr, is_strict=True),
    "pti": _Known(handlers.page_table_isolation, dict.fromkeys(("pti", "nopti"), (0, 0))),
    "rodata": _known("rodata", handlers.rodata, is_strict=True),
    "slab_merge": _Known(handlers.slab_merge, dict.fromkeys(_MERGING, (0, 0))),
    "workqueue.watchdog_thresh": _known("workqueue.watchdog_thresh", handlers.unsigned),
    "page_owner": _known("page_owner", handlers.page_owner),
    "kmemleak": _known("kmemleak", handlers.kmemleak),
    "kfence.sample_interval": _known("kfence.sample_interval", handlers.unsigned),
    "log_buf_len": _known("log_buf_len", handlers.size),
    "dma_debug": _known("dma_debug", handlers.off_by_prefix),
    "dma_debug_entries": _known("dma_debug_entries", handlers.entries),
    "debug_objects": _Known(handlers.debug_objects, {"debug_objects": (0, 0), "no_debug_objects": (0, 0)}),
    "hash_pointers": _Known(handlers.hash_pointers, {"no_hash_pointers": (5, 12), "hash_pointers": (6, 17)}),
    "sysctl.vm.mem_profiling": _known("sysctl.vm.mem_profiling", handlers.profiling),
    "slab_debug": _Known(slab_any, _SLAB),
    "slab_debug.lists": _Known(slab_lists, _SLAB),
    **{f"slab_debug.{flag}": _Known(slab_flag(flag), _SLAB) for flag in SLAB_FLAGS},
}
_EARLY: Final = frozenset(
    {
        "debug",
        "debug_objects",
        "debug_pagealloc",
        "hash_pointers",
        "ignore_loglevel",
        "init_on_alloc",
        "init_on_free",
        "iommu.debug_pagealloc",
        "kasan",
        "kmemleak",
        "kpti",
        "lockdown",
        "log_buf_len",
        "loglevel",
        "mitigations",
        "no_debug_objects",
        "no_hash_pointers",
        "nokaslr",
        "nopti",
        "oops",
        "page_owner",
        "page_poison",
        "page_table_check",
        "pti",
        "quiet",
        "randomize_kstack_offset",
        "rodata",
        "stack_depot_disable",
        "sysctl.vm.mem_profiling",
    }
)
"""What early_param() registers, and nokaslr, which is read even before."""
PARAMETERS: Final = tuple(sorted(_KNOWN))
"""The parameters that can be asked for.

`slab_debug` is y when all caches are debugged, and stands for `slub_debug` too; `slab_debug.P` (F, Z, P, U, T, A) is
one of its flags, `slab_debug.lists` is y when some caches have flags of their own.  `debug_objects` stands for
`no_debug_objects` too; `hash_pointers` for `no_hash_pointers`, its values are never, always and auto.
`loglevel` is quiet for quiet and 10 for debug, `nmi_watchdog.enabled` and `nmi_watchdog.panic` are 1 or 0; `failslab`
and other fault injection is its probability.  `slab_merge` is n for slab_nomerge; `pti` is off for nopti;
`mitigations`, `pti` and `rodata` are what follows the `=`.
`sysctl.vm.mem_profiling` is y, n or never, and may end in `,compressed`.
"""
