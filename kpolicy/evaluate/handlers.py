# SPDX-License-Identifier: GPL-2.0-or-later
"""How the kernel's handlers of boot parameters read values, each as its own C code does, which depends on the release.

Each function takes the words for a parameter and says what they set it to, "" where nothing.  A word that the handler
refuses changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeAlias

from kpolicy.bounds import whole
from kpolicy.config.command_line import Word
from kpolicy.patterns import lazy
from kpolicy.tuples import NamedTuple

Release: TypeAlias = tuple[int, int]
Words: TypeAlias = tuple[Word, ...]


class Kernel(NamedTuple):
    """What decides how a kernel reads its parameters: its release, and which options are on."""

    release: Release
    is_on: Callable[[str], bool]


_UNSIGNED: Final = lazy(r"\+?(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))\n?\Z")
_SIGNED: Final = lazy(r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))\n?\Z")
_SIZE: Final = lazy(r"(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))([kKmMgGtTpPeE]?)")
_LEADING: Final = lazy(r"(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))")
_FAULT: Final = lazy(r"\s*[+-]?[0-9]+,\s*[+]?([0-9]+),\s*[+-]?[0-9]+,\s*[+-]?[0-9]+")
_SUFFIXES: Final = "KMGTPE"
_INT_MAX: Final = (1 << 31) - 1
_UINT_MAX: Final = (1 << 32) - 1
_ULLONG_MAX: Final = (1 << 64) - 1


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


def switch(found: Words, kernel: Kernel) -> str:
    """The last value that kstrtobool() takes."""
    answers = [answer for word in found if (answer := truth_of(word.value, kernel.release)) is not None]
    return "" if not answers else "y" if answers[-1] else "n"


def page_owner(found: Words, kernel: Kernel) -> str:
    """5.10 compares with "on", and nothing switches it off again (mm/page_owner.c: early_page_owner_param()).

    "mm: page_owner: use kstrtobool() to parse bool option" (1 April 2021) went into the release after 5.12.
    """
    if kernel.release < (5, 13):
        return "y" if any(word.value == "on" for word in found) else ""
    return switch(found, kernel)


def kmemleak(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """kmemleak_disable() is final, whatever follows (mm/kmemleak.c: kmemleak_boot_config())."""
    given = {word.value for word in found}
    return "n" if "off" in given else "y" if "on" in given else ""


def debug_objects(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """The values are not examined, the later name counts (lib/debugobjects.c)."""
    return "y" if found[-1].name == "debug_objects" else "n"


def hash_pointers(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """The value of no_hash_pointers is not examined; what is no mode is "auto" (lib/vsprintf.c).

    The other name came with commit de1c831a7898 (slab: Decouple slab_debug and no_hash_pointers, 6.17).
    """
    last = found[-1]
    if last.name == "no_hash_pointers":
        return "never"
    return last.value if last.value in ("always", "never") else "auto"


def off_by_prefix(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """kernel/dma/debug.c: dma_debug_cmdline()."""
    return "n" if any((word.value or "").startswith("off") for word in found) else ""


def profiling(found: Words, kernel: Kernel) -> str:
    """lib/alloc_tag.c, in 7.3 mm/alloc_tag.c: setup_early_mem_profiling()."""
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


def unsigned(found: Words, kernel: Kernel) -> str:
    """The last number that kstrtoul() takes with base 0 (lib/kstrtox.c)."""
    largest = _ULLONG_MAX if kernel.is_on("64BIT") else _UINT_MAX
    matches = [match for word in found if (match := _UNSIGNED.match(word.value or ""))]
    taken = [number for match in matches if (number := _number(*match.groups())) <= largest]
    return str(taken[-1]) if taken else ""


def entries(found: Words, kernel: Kernel) -> str:
    """kernel/dma/debug.c: dma_debug_entries_cmdline().

    get_option() knows no K or M; without a number the default is restored.
    """
    number, is_number = _option(found[-1].value, kernel)
    # It is kept as an u32.
    return str((number or 0) & _UINT_MAX) if is_number else ""


def size(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
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


def _simple(text: str, kernel: Kernel) -> int | None:
    """The number that a text begins with, as simple_strtoull() reads it with base 0; None where there is none.

    It takes no sign (lib/vsprintf.c).  Past 64 bits 6.12 wraps around and 7.3 gives ULLONG_MAX (lib/kstrtox.c:
    _parse_integer_limit()); which release in between changed that was not looked up.
    """
    match = _LEADING.match(text)
    if match is None:
        return None
    if kernel.release > (6, 12):
        return min(_number(*match.groups()), _ULLONG_MAX)
    # The last 64 digits decide about 64 bits: 10**64, 8**64 and 16**64 are multiples of 2**64.
    return _number(*(digits and digits[-64:] for digits in match.groups())) & _ULLONG_MAX


def _option(text: str | None, kernel: Kernel) -> tuple[int | None, bool]:
    """What get_option() stores, None where nothing, and whether it found a number (lib/cmdline.c).

    It stores 0 where a text that is not empty has no number.
    """
    if not text:
        return None, False
    number = _simple(text.removeprefix("-"), kernel)
    signed = -(number or 0) if text.startswith("-") else number or 0
    # An int takes the low 32 bits.
    return ((signed + _INT_MAX + 1) & _UINT_MAX) - _INT_MAX - 1, number is not None


def flag(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """The value is not examined."""
    return "y"


def on_off(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """The last value that is exactly on or off."""
    answers = [word.value for word in found if word.value in ("on", "off")]
    return "" if not answers else "y" if answers[-1] == "on" else "n"


def integer(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """The last number that kstrtoint() takes with base 0, as module and core parameters of type int are read.

    A number that does not fit into an int is refused (lib/kstrtox.c).
    """
    matches = [match for word in found if (match := _SIGNED.match(word.value or ""))]
    numbers = [(-1 if match.group(1) == "-" else 1) * _number(*match.groups()[1:]) for match in matches]
    taken = [number for number in numbers if -_INT_MAX - 1 <= number <= _INT_MAX]
    return str(taken[-1]) if taken else ""


def nokaslr(found: Words, kernel: Kernel) -> str:
    """Who looks for the word, and who for the word with a value too.

    x86 and arm64 look for the word without a value (arch/x86/lib/cmdline.c: cmdline_find_option_bool(),
    arch/arm64/kernel/pi/idreg-override.c, 6.12 and 7.3; 5.10 of arm64 did not).  All others do not examine the
    value, and neither does the EFI stub (drivers/firmware/efi/libstub/efi-stub-helper.c: efi_parse_options()).
    """
    is_exact = kernel.is_on("X86") or (kernel.is_on("ARM64") and kernel.release >= (6, 12))
    takes_value = not is_exact or kernel.is_on("EFI_STUB")
    return "y" if takes_value or any(word.value is None for word in found) else ""


def watchdog_thresh(found: Words, kernel: Kernel) -> str:
    """kernel/watchdog.c: watchdog_thresh_setup(), which does not look whether get_option() found a number."""
    stored = [number for word in found if (number := _option(word.value, kernel)[0]) is not None]
    return str(stored[-1]) if stored else ""


def softlockup_panic(found: Words, kernel: Kernel) -> str:
    """kernel/watchdog.c: softlockup_panic_setup(): simple_strtoul() into an unsigned int, 0 without a number."""
    given = [word.value for word in found if word.value is not None]
    return str((_simple(given[-1], kernel) or 0) & _UINT_MAX) if given else ""


def module_bool(found: Words, kernel: Kernel) -> str:
    """The last value that kstrtobool() takes; a word without one is on (kernel/params.c: param_set_bool())."""
    answers = [True if word.value is None else truth_of(word.value, kernel.release) for word in found]
    taken = [answer for answer in answers if answer is not None]
    return "" if not taken else "y" if taken[-1] else "n"


def fault_probability(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """Of "<interval>,<probability>,<space>,<times>" (lib/fault-inject.c: setup_fault_attr())."""
    matches = [match for word in found if (match := _FAULT.match(word.value or ""))]
    return str(whole(matches[-1].group(1))) if matches else ""


def unless_off(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """kernel/trace/trace.c: stop_trace_on_warning(), set_tracepoint_printk(); nothing sets it back."""
    return "y" if any(word.value not in ("0", "off") for word in found) else ""


def dump_on_oops(found: Words, kernel: Kernel) -> str:
    """What the sysctl shows after kernel/trace/trace.c: set_ftrace_dump_on_oops().

    It became a text with commit 19f0423fd55c (tracing: Support to dump instance traces by ftrace_dump_on_oops, 6.9);
    before it was the number of a mode, and a number is a value since commit 2db7ab6b4c96 (tracing: Have
    ftrace_dump_on_oops kernel parameter take numbers, 5.14).
    """
    if kernel.release >= (6, 9):
        return "1" if found[-1].value is None else found[-1].value
    modes = {None: "1", "": "1", "orig_cpu": "2"}
    if kernel.release >= (5, 14):
        modes |= {"1": "1", "2": "2"}
    taken = [modes[word.value] for word in found if word.value in modes]
    return taken[-1] if taken else ""


def enable_disable(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """kernel/sched/core.c: setup_schedstats()."""
    answers = [word.value for word in found if word.value in ("enable", "disable")]
    return "" if not answers else "1" if answers[-1] == "enable" else "0"


def oops(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """kernel/panic.c: oops_setup()."""
    return "1" if any(word.value == "panic" for word in found) else ""


def lockdown(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """lock_kernel_down() only raises the level (security/lockdown/lockdown.c)."""
    given = {word.value for word in found}
    return next((level for level in ("confidentiality", "integrity") if level in given), "")


def console_level(found: Words, kernel: Kernel) -> str:
    """init/main.c: debug_kernel(), quiet_kernel(), loglevel(), which takes what get_option() finds a number in.

    CONFIG_CONSOLE_LOGLEVEL_QUIET is what quiet stands for.
    """
    for word in reversed(found):
        if word.name != "loglevel":
            return "10" if word.name == "debug" else "quiet"
        number, is_number = _option(word.value, kernel)
        if is_number:
            return str(number)
    return ""


def nmi_watchdog(words: Mapping[str, str]) -> Callable[[Words, Kernel], str]:
    """Of the comma list of nmi_watchdog= the last item that begins with one of some words."""

    def read(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
        # kernel/watchdog.c: hardlockup_panic_setup()
        items = [item for word in found for item in (word.value or "").split(",")]
        taken = [value for item in items for start, value in words.items() if item.startswith(start)]
        return taken[-1] if taken else ""

    return read


def last(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """The last value, as it is."""
    return found[-1].value or ""


def rodata(found: Words, kernel: Kernel) -> str:
    """init/main.c: set_debug_rodata(); arch/arm64/include/asm/setup.h: arch_parse_debug_rodata()."""
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


def mitigations(found: Words, kernel: Kernel) -> str:
    """kernel/cpu.c: mitigations_parse_cmdline().

    6.12 compares the whole value, 7.3 its start: single attack vectors may follow.  Which release in between changed
    that was not looked up.
    """
    last = ""
    for word in found:
        value = word.value or ""
        if kernel.release <= (6, 12):
            taken = value if value in ("off", "auto", "auto,nosmt") else ""
        else:
            taken = next((item for item in ("off", "auto") if value.startswith(item)), "")
        last = taken.partition(",")[0] or last
    return last


def page_table_isolation(found: Words, kernel: Kernel) -> str:
    """arch/x86/mm/pti.c; another value is refused.  powerpc has only nopti (arch/powerpc/kernel/security.c)."""
    values = () if kernel.is_on("PPC_BOOK3S_64") else ("on", "off", "auto")
    known = [word for word in found if word.name == "nopti" or word.value in values]
    return "" if not known else "off" if known[-1].name == "nopti" else known[-1].value or ""


def slab_merge(found: Words, kernel: Kernel) -> str:  # noqa: ARG001 - as every parameter is read
    """mm/slab_common.c: setup_slab_nomerge(), setup_slab_merge()."""
    return "y" if found[-1].name.endswith("_merge") else "n"
