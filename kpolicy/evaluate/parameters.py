# SPDX-License-Identifier: GPL-2.0-or-later
"""How the kernel reads the values of boot parameters.

Each parameter is read as its own handler in the kernel reads it, which depends on the release; a word that the handler
refuses changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from kpolicy.bounds import whole
from kpolicy.config.command_line import Word
from kpolicy.evaluate.slab_debug import SLAB_FLAGS, slab_any, slab_flag, slab_lists
from kpolicy.frozen import dataclass

Release: TypeAlias = tuple[int, int]
Words: TypeAlias = tuple[Word, ...]

_UNSIGNED: Final = re.compile(r"\+?(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))\n?\Z")
_SIGNED: Final = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))\n?\Z")
_SIZE: Final = re.compile(r"(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))([kKmMgGtTpPeE]?)")
_LEADING: Final = re.compile(r"[+-]?(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))")
_FAULT: Final = re.compile(r"\s*[+-]?[0-9]+,\s*[+]?([0-9]+),\s*[+-]?[0-9]+,\s*[+-]?[0-9]+")
_SUFFIXES: Final = "KMGTPE"


def setting(name: str, words: Words, release: Release) -> str:
    """What the words of a command line set a parameter to; "" where none does."""
    found = asking(name, words, release)
    return _KNOWN[name].read(found, release) if found else ""


def asking(name: str, words: Words, release: Release) -> Words:
    """The words that are for a parameter."""
    spellings = {spelling for spelling, since in _KNOWN[name].spellings.items() if release >= since}
    return tuple(word for word in words if word.name in spellings)


def truth_of(text: str | None, release: Release) -> bool | None:
    """What `kstrtobool()` makes of a value (lib/kstrtox.c); None for one that it refuses."""
    start = (text or "")[:2].lower()
    yes, no = "y1", "n0"
    if release >= (6, 1):
        yes, no = yes + "t", no + "f"
    if release >= (7, 3):
        yes, no = yes + "e", no + "d"
    if start == "on" or (start and start[0] in yes):
        return True
    return False if start == "of" or (start and start[0] in no) else None


def _switch(found: Words, release: Release) -> str:
    """The last value that kstrtobool() takes."""
    answers = [answer for word in found if (answer := truth_of(word.value, release)) is not None]
    return "" if not answers else "y" if answers[-1] else "n"


def _page_owner(found: Words, release: Release) -> str:
    # 5.10 compares with "on", and nothing switches it off again (mm/page_owner.c: early_page_owner_param()).
    # "mm: page_owner: use kstrtobool() to parse bool option" (1 April 2021) went into the release after 5.12.
    if release < (5, 13):
        return "y" if any(word.value == "on" for word in found) else ""
    return _switch(found, release)


def _kmemleak(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # kmemleak_disable() is final, whatever follows (mm/kmemleak.c: kmemleak_boot_config()).
    given = {word.value for word in found}
    return "n" if "off" in given else "y" if "on" in given else ""


def _debug_objects(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # The values are not examined, the later name counts (lib/debugobjects.c).
    return "y" if found[-1].name == "debug_objects" else "n"


def _hash_pointers(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # The value of no_hash_pointers is not examined; what is no mode is "auto" (lib/vsprintf.c).  The other name came
    # with commit de1c831a7898 (slab: Decouple slab_debug and no_hash_pointers, 6.17).
    last = found[-1]
    if last.name == "no_hash_pointers":
        return "never"
    return last.value if last.value in ("always", "never") else "auto"


def _off_by_prefix(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # kernel/dma/debug.c: dma_debug_cmdline()
    return "n" if any((word.value or "").startswith("off") for word in found) else ""


def _profiling(found: Words, release: Release) -> str:
    # lib/alloc_tag.c, in 7.3 mm/alloc_tag.c: setup_early_mem_profiling()
    last = ""
    for word in found:
        text, comma, rest = (word.value or "").partition(",") if release >= (6, 13) else (word.value or "", "", "")
        answer = truth_of(text, release)
        if text.startswith("never"):
            last = "never"
        elif answer is not None and rest == ("compressed" if comma else ""):
            last = f"{'y' if answer else 'n'}{comma}{rest}"
    return last


def _unsigned(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    """The last number that kstrtoul() takes with base 0."""
    matches = [match for word in found if (match := _UNSIGNED.match(word.value or ""))]
    return str(_number(*matches[-1].groups())) if matches else ""


def _entries(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # get_option(); without a number the default is restored (kernel/dma/debug.c: dma_debug_entries_cmdline()).
    match = _SIZE.match(found[-1].value or "")
    return str(_number(*match.groups()[:3])) if match is not None else ""


def _size(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    """The last size, as memparse() reads it."""
    matches = [match for word in found if (match := _SIZE.match(word.value or ""))]
    if not matches:
        return ""
    hexadecimal, octal, decimal, suffix = matches[-1].groups()
    power = _SUFFIXES.index(suffix.upper()) + 1 if suffix else 0
    return str(_number(hexadecimal, octal, decimal) << 10 * power)


def _number(hexadecimal: str | None, octal: str | None, decimal: str | None) -> int:
    if hexadecimal is not None:
        return whole(hexadecimal, 16)
    return whole(octal, 8) if octal is not None else whole(decimal or "0")


def _flag(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    """The value is not examined."""
    return "y"


def _on_off(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    """The last value that is exactly on or off."""
    answers = [word.value for word in found if word.value in ("on", "off")]
    return "" if not answers else "y" if answers[-1] == "on" else "n"


def _integer(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    """The last number that kstrtoint() takes with base 0, as module and core parameters of type int are read."""
    matches = [match for word in found if (match := _SIGNED.match(word.value or ""))]
    return matches[-1].group(1).replace("+", "") + str(_number(*matches[-1].groups()[1:])) if matches else ""


def _leading(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    """The number that the last value begins with, as simple_strtoul() and get_option() read it."""
    match = _LEADING.match(found[-1].value or "")
    return str(_number(*match.groups())) if match is not None else ""


def _module_bool(found: Words, release: Release) -> str:
    """The last value that kstrtobool() takes; a word without one is on (kernel/params.c: param_set_bool())."""
    answers = [True if word.value is None else truth_of(word.value, release) for word in found]
    taken = [answer for answer in answers if answer is not None]
    return "" if not taken else "y" if taken[-1] else "n"


def _fault_probability(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # Of "<interval>,<probability>,<space>,<times>" (lib/fault-inject.c: setup_fault_attr()).
    matches = [match for word in found if (match := _FAULT.match(word.value or ""))]
    return str(whole(matches[-1].group(1))) if matches else ""


def _unless_off(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # kernel/trace/trace.c: stop_trace_on_warning(), set_tracepoint_printk(); nothing sets it back.
    return "y" if any(word.value not in ("0", "off") for word in found) else ""


def _dump_on_oops(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # kernel/trace/trace.c: set_ftrace_dump_on_oops()
    return "1" if found[-1].value is None else found[-1].value


def _enable_disable(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # kernel/sched/core.c: setup_schedstats()
    answers = [word.value for word in found if word.value in ("enable", "disable")]
    return "" if not answers else "1" if answers[-1] == "enable" else "0"


def _oops(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # kernel/panic.c: oops_setup()
    return "1" if any(word.value == "panic" for word in found) else ""


def _lockdown(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # lock_kernel_down() only raises the level (security/lockdown/lockdown.c).
    given = {word.value for word in found}
    return next((level for level in ("confidentiality", "integrity") if level in given), "")


def _console_level(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # init/main.c: debug_kernel(), quiet_kernel(), loglevel(); CONFIG_CONSOLE_LOGLEVEL_QUIET is what quiet stands for.
    for word in reversed(found):
        if word.name != "loglevel":
            return "10" if word.name == "debug" else "quiet"
        if (match := _LEADING.match(word.value or "")) is not None:
            return str(_number(*match.groups()))
    return ""


def _nmi_watchdog(words: Mapping[str, str]) -> Callable[[Words, Release], str]:
    """Of the comma list of nmi_watchdog= the last item that begins with one of some words."""

    def read(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
        # kernel/watchdog.c: hardlockup_panic_setup()
        items = [item for word in found for item in (word.value or "").split(",")]
        taken = [value for item in items for start, value in words.items() if item.startswith(start)]
        return taken[-1] if taken else ""

    return read


def _last(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    """The last value, as it is."""
    return found[-1].value or ""


def _mitigations(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # What follows a comma is about single attacks (kernel/cpu.c: mitigations_parse_cmdline(), 7.3).
    return (found[-1].value or "").partition(",")[0]


def _page_table_isolation(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # arch/x86/mm/pti.c; another value is refused.
    known = [word for word in found if word.name == "nopti" or word.value in ("on", "off", "auto")]
    return "" if not known else "off" if known[-1].name == "nopti" else known[-1].value or ""


def _slab_merge(found: Words, release: Release) -> str:  # noqa: ARG001 - as every parameter is read
    # mm/slab_common.c: setup_slab_nomerge(), setup_slab_merge()
    return "y" if found[-1].name.endswith("_merge") else "n"


@dataclass(frozen=True, slots=True)
class _Known:
    """A parameter: its spellings with the first release of each, and how its words are read."""

    read: Callable[[Words, Release], str]
    spellings: Mapping[str, Release]


def _known(name: str, read: Callable[[Words, Release], str]) -> _Known:
    return _Known(read, {name: (0, 0)})


_SWITCHES: Final = (
    "debug_pagealloc",
    "hardened_usercopy",
    "init_on_alloc",
    "init_on_free",
    "iommu.debug_pagealloc",
    "page_poison",
    "page_table_check",
    "randomize_kstack_offset",
    "rseq_debug",
    "stack_depot_disable",
)
_FLAGS: Final = (
    "delayacct",
    "ignore_loglevel",
    "nokaslr",
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
_LEADING_NUMBERS: Final = ("softlockup_panic", "watchdog_thresh")
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
    **{name: _known(name, _switch) for name in _SWITCHES},
    **{name: _known(name, _flag) for name in _FLAGS},
    **{name: _known(name, _integer) for name in _INTEGERS},
    **{name: _known(name, _leading) for name in _LEADING_NUMBERS},
    **{name: _known(name, _module_bool) for name in _MODULE_BOOLS},
    **{name: _known(name, _fault_probability) for name in _FAULTS},
    **{name: _known(name, _unless_off) for name in ("tp_printk", "traceoff_on_warning")},
    **{name: _known(name, _last) for name in ("ftrace", "printk.devkmsg")},
    "ftrace_dump_on_oops": _known("ftrace_dump_on_oops", _dump_on_oops),
    "lockdown": _known("lockdown", _lockdown),
    "loglevel": _Known(_console_level, dict.fromkeys(("loglevel", "quiet", "debug"), (0, 0))),
    "nmi_watchdog.enabled": _Known(_nmi_watchdog({"0": "0", "1": "1"}), {"nmi_watchdog": (0, 0)}),
    "nmi_watchdog.panic": _Known(_nmi_watchdog({"panic": "1", "nopanic": "0"}), {"nmi_watchdog": (0, 0)}),
    "oops": _known("oops", _oops),
    "panic_print": _known("panic_print", _unsigned),
    "schedstats": _known("schedstats", _enable_disable),
    "kasan": _known("kasan", _on_off),
    "mitigations": _known("mitigations", _mitigations),
    "pti": _Known(_page_table_isolation, dict.fromkeys(("pti", "nopti"), (0, 0))),
    "rodata": _known("rodata", _last),
    "slab_merge": _Known(_slab_merge, dict.fromkeys(_MERGING, (0, 0))),
    "workqueue.watchdog_thresh": _known("workqueue.watchdog_thresh", _unsigned),
    "page_owner": _known("page_owner", _page_owner),
    "kmemleak": _known("kmemleak", _kmemleak),
    "kfence.sample_interval": _known("kfence.sample_interval", _unsigned),
    "log_buf_len": _known("log_buf_len", _size),
    "dma_debug": _known("dma_debug", _off_by_prefix),
    "dma_debug_entries": _known("dma_debug_entries", _entries),
    "debug_objects": _Known(_debug_objects, {"debug_objects": (0, 0), "no_debug_objects": (0, 0)}),
    "hash_pointers": _Known(_hash_pointers, {"no_hash_pointers": (5, 12), "hash_pointers": (6, 17)}),
    "sysctl.vm.mem_profiling": _known("sysctl.vm.mem_profiling", _profiling),
    "slab_debug": _Known(slab_any, _SLAB),
    "slab_debug.lists": _Known(slab_lists, _SLAB),
    **{f"slab_debug.{flag}": _Known(slab_flag(flag), _SLAB) for flag in SLAB_FLAGS},
}
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
