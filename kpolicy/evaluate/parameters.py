# SPDX-License-Identifier: GPL-2.0-or-later
"""How the kernel reads the values of boot parameters.

Each parameter is read as its own handler in the kernel reads it, which depends on the release; a word that the handler
refuses changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final, NamedTuple, TypeAlias

from kpolicy.bounds import whole
from kpolicy.config.command_line import Word
from kpolicy.frozen import dataclass

Release: TypeAlias = tuple[int, int]
Words: TypeAlias = tuple[Word, ...]


class Kernel(NamedTuple):
    """What decides how a kernel reads its parameters: its release, and which options are on."""

    release: Release
    is_on: Callable[[str], bool]


_UNSIGNED: Final = re.compile(r"\+?(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))\n?\Z")
_SIGNED: Final = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))\n?\Z")
_SIZE: Final = re.compile(r"(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))([kKmMgGtTpPeE]?)")
_SUFFIXES: Final = "KMGTPE"
_SLAB_FLAGS: Final = "FZPUTA"
_SLAB_DEFAULT: Final = frozenset("FZPU")


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


def _switch(found: Words, kernel: Kernel) -> str:
    """The last value that kstrtobool() takes."""
    answers = [answer for word in found if (answer := truth_of(word.value, kernel.release)) is not None]
    return "" if not answers else "y" if answers[-1] else "n"


def _page_owner(found: Words, kernel: Kernel) -> str:
    # 5.10 compares with "on", and nothing switches it off again (mm/page_owner.c: early_page_owner_param()).
    # "mm: page_owner: use kstrtobool() to parse bool option" (1 April 2021) went into the release after 5.12.
    if kernel.release < (5, 13):
        return "y" if any(word.value == "on" for word in found) else ""
    return _switch(found, kernel)


def _kmemleak(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    # kmemleak_disable() is final, whatever follows (mm/kmemleak.c: kmemleak_boot_config()).
    given = {word.value for word in found}
    return "n" if "off" in given else "y" if "on" in given else ""


def _debug_objects(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    # The values are not examined, the later name counts (lib/debugobjects.c).
    return "y" if found[-1].name == "debug_objects" else "n"


def _hash_pointers(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    # The value of no_hash_pointers is not examined; what is no mode is "auto" (lib/vsprintf.c).  The other name came
    # with commit de1c831a7898 (slab: Decouple slab_debug and no_hash_pointers, 6.17).
    last = found[-1]
    if last.name == "no_hash_pointers":
        return "never"
    return last.value if last.value in ("always", "never") else "auto"


def _off_by_prefix(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    # kernel/dma/debug.c: dma_debug_cmdline()
    return "n" if any((word.value or "").startswith("off") for word in found) else ""


def _profiling(found: Words, kernel: Kernel) -> str:
    # lib/alloc_tag.c, in 7.3 mm/alloc_tag.c: setup_early_mem_profiling()
    last = ""
    for word in found:
        text, comma, rest = (
            (word.value or "").partition(",") if kernel.release >= (6, 13) else (word.value or "", "", "")
        )
        answer = truth_of(text, kernel.release)
        if text.startswith("never"):
            last = "never"
        elif answer is not None and rest == ("compressed" if comma else ""):
            last = f"{'y' if answer else 'n'}{comma}{rest}"
    return last


def _unsigned(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """The last number that kstrtoul() takes with base 0."""
    matches = [match for word in found if (match := _UNSIGNED.match(word.value or ""))]
    return str(_number(*matches[-1].groups())) if matches else ""


def _entries(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    # get_option(), which knows no K or M; without a number the default is restored (kernel/dma/debug.c:
    # dma_debug_entries_cmdline()).
    text = found[-1].value or ""
    match = _SIZE.match(text.removeprefix("-"))
    if match is None:
        return ""
    number = _number(*match.groups()[:3])
    # It is kept as an u32.
    return str((-number if text.startswith("-") else number) % (1 << 32))


def _size(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
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


def _flag(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """The value is not examined."""
    return "y"


def _on_off(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """The last value that is exactly on or off."""
    answers = [word.value for word in found if word.value in ("on", "off")]
    return "" if not answers else "y" if answers[-1] == "on" else "n"


def _integer(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """The last number that kstrtoint() takes with base 0, as module and core parameters of type int are read."""
    matches = [match for word in found if (match := _SIGNED.match(word.value or ""))]
    return matches[-1].group(1).replace("+", "") + str(_number(*matches[-1].groups()[1:])) if matches else ""


def _nokaslr(found: Words, kernel: Kernel) -> str:
    # x86 and arm64 look for the word without a value (arch/x86/lib/cmdline.c: cmdline_find_option_bool(),
    # arch/arm64/kernel/pi/idreg-override.c, 6.12 and 7.3; 5.10 of arm64 did not).  All others do not examine the value,
    # and neither does the EFI stub (drivers/firmware/efi/libstub/efi-stub-helper.c: efi_parse_options()).
    is_exact = kernel.is_on("X86") or (kernel.is_on("ARM64") and kernel.release >= (6, 12))
    takes_value = not is_exact or kernel.is_on("EFI_STUB")
    return "y" if takes_value or any(word.value is None for word in found) else ""


def _rodata(found: Words, kernel: Kernel) -> str:
    # init/main.c: set_debug_rodata(); arch/arm64/include/asm/setup.h: arch_parse_debug_rodata()
    last = ""
    for word in found:
        value = word.value or ""
        if kernel.release < (6, 1) and (answer := truth_of(value, kernel.release)) is not None:
            # 5.10 reads it with strtobool().
            value = "on" if answer else "off"
        last = value if value in _rodata_values(kernel) else last
    return last


def _rodata_values(kernel: Kernel) -> Collection[str]:
    values = ["on", "off"]
    if kernel.is_on("ARM64"):
        # Between 6.12 and 7.3 noalias took the place of full; which release did so was not looked up.
        values += ["full"] if kernel.release < (7, 3) else []
        values += ["noalias"] if kernel.release > (6, 12) else []
    return values


def _mitigations(found: Words, kernel: Kernel) -> str:
    # kernel/cpu.c: mitigations_parse_cmdline().  6.12 compares the whole value, 7.3 its start: single attack vectors
    # may follow.  Which release in between changed that was not looked up.
    last = ""
    for word in found:
        value = word.value or ""
        if kernel.release <= (6, 12):
            taken = value if value in ("off", "auto", "auto,nosmt") else ""
        else:
            taken = next((item for item in ("off", "auto") if value.startswith(item)), "")
        last = taken.partition(",")[0] or last
    return last


def _page_table_isolation(found: Words, kernel: Kernel) -> str:
    # arch/x86/mm/pti.c; another value is refused.  powerpc has only nopti (arch/powerpc/kernel/security.c).
    values = () if kernel.is_on("PPC_BOOK3S_64") else ("on", "off", "auto")
    known = [word for word in found if word.name == "nopti" or word.value in values]
    return "" if not known else "off" if known[-1].name == "nopti" else known[-1].value or ""


def _slab_merge(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    # mm/slab_common.c: setup_slab_nomerge(), setup_slab_merge()
    return "y" if found[-1].name.endswith("_merge") else "n"


def _slab_any(found: Words, kernel: Kernel) -> str:
    flags, _ = _slab_debug(found, kernel)
    return "" if flags is None else "y" if flags else "n"


def _slab_lists(found: Words, kernel: Kernel) -> str:
    return "y" if _slab_debug(found, kernel)[1] else "n"


def _slab_flag(flag: str) -> Callable[[Words, Kernel], str]:
    def read(found: Words, kernel: Kernel) -> str:
        flags, _ = _slab_debug(found, kernel)
        return "" if flags is None else "y" if flag in flags else "n"

    return read


def _slab_debug(found: Words, kernel: Kernel) -> tuple[frozenset[str] | None, bool]:
    """The flags for all caches, None for those of the config, and whether some caches have flags of their own.

    See setup_slub_debug() and parse_slub_debug_flags() (mm/slub.c).
    """
    flags: frozenset[str] | None = None
    lists = False
    for word in found:
        if not word.value:
            flags = _SLAB_DEFAULT
            continue
        blocks = [block for block in word.value.split(";") if block]
        own = [_slab_flags(letters) for letters, comma, _ in (block.partition(",") for block in blocks) if not comma]
        listed = any("," in block for block in blocks)
        lists = lists or listed
        if own or not blocks:
            flags = own[-1] if own else frozenset()
        elif listed and kernel.release < (5, 14):
            flags = frozenset()
    return flags, lists


def _slab_flags(letters: str) -> frozenset[str]:
    flags: set[str] = set()
    for letter in letters.upper():
        if letter == "-":
            flags.clear()
        elif letter in _SLAB_FLAGS:
            flags.add(letter)
    return frozenset(flags)


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
_FLAGS: Final = ("norandmaps", "nosoftlockup", "nowatchdog")
_INTEGERS: Final = ("lockdep.lock_stat", "lockdep.prove_locking")
_MERGING: Final = ("slab_merge", "slab_nomerge", "slub_merge", "slub_nomerge")
_SLAB: Final[Mapping[str, Release]] = {"slub_debug": (0, 0), "slab_debug": (6, 9)}
_KNOWN: Final[Mapping[str, _Known]] = {
    **{name: _known(name, _switch) for name in _SWITCHES},
    **{name: _known(name, _flag) for name in _FLAGS},
    **{name: _known(name, _integer) for name in _INTEGERS},
    "kasan": _known("kasan", _on_off),
    "mitigations": _known("mitigations", _mitigations, is_strict=True),
    "nokaslr": _known("nokaslr", _nokaslr, is_strict=True),
    "pti": _Known(_page_table_isolation, dict.fromkeys(("pti", "nopti"), (0, 0))),
    "rodata": _known("rodata", _rodata, is_strict=True),
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
    "slab_debug": _Known(_slab_any, _SLAB),
    "slab_debug.lists": _Known(_slab_lists, _SLAB),
    **{f"slab_debug.{flag}": _Known(_slab_flag(flag), _SLAB) for flag in _SLAB_FLAGS},
}
_EARLY: Final = frozenset(
    {
        "debug_objects",
        "debug_pagealloc",
        "hash_pointers",
        "init_on_alloc",
        "init_on_free",
        "iommu.debug_pagealloc",
        "kasan",
        "kmemleak",
        "kpti",
        "log_buf_len",
        "mitigations",
        "no_debug_objects",
        "no_hash_pointers",
        "nokaslr",
        "nopti",
        "page_owner",
        "page_poison",
        "page_table_check",
        "pti",
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
`slab_merge` is n for slab_nomerge; `pti` is off for nopti; `mitigations`, `pti` and `rodata` are what follows the `=`.
`sysctl.vm.mem_profiling` is y, n or never, and may end in `,compressed`.
"""
