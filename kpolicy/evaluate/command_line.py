# SPDX-License-Identifier: GPL-2.0-or-later
"""What the built-in kernel command line (CONFIG_CMDLINE) sets.

    parameter(values, "page_owner")      "y" for CONFIG_CMDLINE="page_owner=on"
    standing(values)                     how much that is worth on this architecture

Words are split as `next_arg()` does (lib/cmdline.c): only `"` quotes, and nothing escapes it.  `-` and `_` are the same
in names, and `--` ends the kernel's part.  Each parameter is read as its own handler in the kernel reads it, which
depends on the release; a word that the handler refuses changes nothing.

COMMAND_LINE_SIZE, which cuts a long line, is not taken into account.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from kpolicy.bounds import whole
from kpolicy.frozen import dataclass
from kpolicy.kernel.version import parse_version

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

Standing: TypeAlias = Literal["final", "overridable", "fallback", "unused"]
"""What becomes of the built-in command line at boot.

`final`: it is part of every command line, and the boot loader cannot override it.
`overridable`: it is part of every command line, and the boot loader's words come after it.
`fallback`: it is used only when the boot loader passes no command line.
`unused`: it is empty, or this kernel has none.
"""

_Release: TypeAlias = tuple[int, int]

_REPLACES: Final = ("CMDLINE_OVERRIDE", "CMDLINE_FORCE", "CMDLINE_OVERWRITE")
_SPACE: Final = " \t\n\v\f\r\xa0"  # isspace() of lib/ctype.c; it counts the no-break space of Latin-1
_UNSIGNED: Final = re.compile(r"\+?(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))\n?\Z")
_SIZE: Final = re.compile(r"(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))([kKmMgGtTpPeE]?)")
_SUFFIXES: Final = "KMGTPE"
_SLAB_FLAGS: Final = "FZPUTA"
_SLAB_DEFAULT: Final = frozenset("FZPU")


class Word(NamedTuple):
    """A parameter as a command line has it; `value` is None where it has no `=`, the name has `_` for `-`."""

    name: str
    value: str | None

    def __str__(self) -> str:
        return self.name if self.value is None else f"{self.name}={self.value}"


_Words: TypeAlias = tuple[Word, ...]


def standing(values: Values) -> Standing:
    """What becomes of the built-in command line of a config at boot."""
    if not values.text("CMDLINE").strip(_SPACE):
        return "unused"
    if any(map(values.is_on, _REPLACES)):
        return "final"
    if values.is_on("X86") or values.is_on("MIPS_CMDLINE_BUILTIN_EXTEND"):
        # arch/x86/kernel/setup.c: setup_arch(), arch/mips/kernel/setup.c: bootcmdline_init()
        return "overridable"
    if values.is_on("MIPS"):
        return "final"
    if values.is_on("CMDLINE_EXTEND"):
        # ATAGS and loongarch's firmware interface put the boot loader's words behind the built-in ones; a device tree's
        # come before them (arch/arm/kernel/atags_parse.c, arch/loongarch/kernel/setup.c, drivers/of/fdt.c).
        return "overridable" if values.is_on("ATAGS") or values.is_on("LOONGARCH") else "final"
    return "fallback"


def parameter(values: Values, name: str) -> str:
    """What the built-in command line sets a parameter to at every boot, unless the boot loader overrides it.

    `y` or `n` for a switch, the digits of a number, "" where no word sets it.  `name` is one of `PARAMETERS`.
    """
    return _setting(values, name) if standing(values) in ("final", "overridable") else ""


def fallback_parameter(values: Values, name: str) -> str:
    """What the built-in command line sets a parameter to where it is used only when the boot loader passes none."""
    return _setting(values, name) if standing(values) == "fallback" else ""


def asking(values: Values, name: str) -> tuple[Word, ...]:
    """The words of the built-in command line that are for a parameter, whatever becomes of the line."""
    known = _KNOWN[name]
    release = _release(values)
    spellings = {spelling for spelling, since in known.spellings.items() if release >= since}
    return tuple(word for word in _parsed(values.text("CMDLINE")) if word.name in spellings)


def words(text: str) -> Iterator[Word]:
    """The parameters of a command line, in order."""
    position = 0
    while True:
        while position < len(text) and text[position] in _SPACE:
            position += 1
        if position == len(text):
            return
        start = position
        quoted = text[start] == '"'
        position += quoted
        inside, equals = quoted, 0
        first = position
        while position < len(text) and (inside or text[position] not in _SPACE):
            if text[position] == "=" and not equals and position > first:
                equals = position
            inside ^= text[position] == '"'
            position += 1
        word = text[first:position]
        name, value = (word, None) if not equals else (text[first:equals], text[equals + 1 : position])
        if value is not None and value.startswith('"'):
            value = value[1:].removesuffix('"') if len(value) > 1 else ""
        elif quoted and word.endswith('"'):
            name, value = (name[:-1], None) if value is None else (name, value.removesuffix('"'))
        if name == "--" and value is None:
            return
        yield Word(name.replace("-", "_"), value)


def _setting(values: Values, name: str) -> str:
    found = asking(values, name)
    return _KNOWN[name].read(found, _release(values)) if found else ""


def _release(values: Values) -> _Release:
    version = parse_version(values.model.version)
    return version.version, version.patchlevel


@functools.lru_cache(maxsize=64)
def _parsed(text: str) -> tuple[Word, ...]:
    # Byte by byte, as the kernel examines it.
    return tuple(words(text.encode("utf-8", "surrogateescape").decode("latin-1")))


def truth_of(text: str | None, release: tuple[int, int]) -> bool | None:
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


def _switch(found: _Words, release: _Release) -> str:
    """The last value that kstrtobool() takes."""
    answers = [answer for word in found if (answer := truth_of(word.value, release)) is not None]
    return "" if not answers else "y" if answers[-1] else "n"


def _page_owner(found: _Words, release: _Release) -> str:
    # 5.10 compares with "on", and nothing switches it off again (mm/page_owner.c: early_page_owner_param()).
    # "mm: page_owner: use kstrtobool() to parse bool option" (1 April 2021) went into the release after 5.12.
    if release < (5, 13):
        return "y" if any(word.value == "on" for word in found) else ""
    return _switch(found, release)


def _kmemleak(found: _Words, release: _Release) -> str:  # noqa: ARG001 - as every parameter is read
    # kmemleak_disable() is final, whatever follows (mm/kmemleak.c: kmemleak_boot_config()).
    given = {word.value for word in found}
    return "n" if "off" in given else "y" if "on" in given else ""


def _debug_objects(found: _Words, release: _Release) -> str:  # noqa: ARG001 - as every parameter is read
    # The values are not examined, the later name counts (lib/debugobjects.c).
    return "y" if found[-1].name == "debug_objects" else "n"


def _hash_pointers(found: _Words, release: _Release) -> str:  # noqa: ARG001 - as every parameter is read
    # The value of no_hash_pointers is not examined; what is no mode is "auto" (lib/vsprintf.c).  The other name came
    # with commit de1c831a7898 (slab: Decouple slab_debug and no_hash_pointers, 6.17).
    last = found[-1]
    if last.name == "no_hash_pointers":
        return "never"
    return last.value if last.value in ("always", "never") else "auto"


def _off_by_prefix(found: _Words, release: _Release) -> str:  # noqa: ARG001 - as every parameter is read
    # kernel/dma/debug.c: dma_debug_cmdline()
    return "n" if any((word.value or "").startswith("off") for word in found) else ""


def _profiling(found: _Words, release: _Release) -> str:
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


def _unsigned(found: _Words, release: _Release) -> str:  # noqa: ARG001 - as every parameter is read
    """The last number that kstrtoul() takes with base 0."""
    matches = [match for word in found if (match := _UNSIGNED.match(word.value or ""))]
    return str(_number(*matches[-1].groups())) if matches else ""


def _entries(found: _Words, release: _Release) -> str:  # noqa: ARG001 - as every parameter is read
    # get_option(); without a number the default is restored (kernel/dma/debug.c: dma_debug_entries_cmdline()).
    match = _SIZE.match(found[-1].value or "")
    return str(_number(*match.groups()[:3])) if match is not None else ""


def _size(found: _Words, release: _Release) -> str:  # noqa: ARG001 - as every parameter is read
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


def _slab_any(found: _Words, release: _Release) -> str:
    flags, _ = _slab_debug(found, release)
    return "" if flags is None else "y" if flags else "n"


def _slab_lists(found: _Words, release: _Release) -> str:
    return "y" if _slab_debug(found, release)[1] else "n"


def _slab_flag(flag: str) -> Callable[[_Words, _Release], str]:
    def read(found: _Words, release: _Release) -> str:
        flags, _ = _slab_debug(found, release)
        return "" if flags is None else "y" if flag in flags else "n"

    return read


def _slab_debug(found: _Words, release: _Release) -> tuple[frozenset[str] | None, bool]:
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
        elif listed and release < (5, 14):
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
    """A parameter: its spellings with the first release of each, and how its words are read."""

    read: Callable[[_Words, _Release], str]
    spellings: Mapping[str, _Release]


def _known(name: str, read: Callable[[_Words, _Release], str]) -> _Known:
    return _Known(read, {name: (0, 0)})


_SWITCHES: Final = (
    "debug_pagealloc",
    "hardened_usercopy",
    "init_on_alloc",
    "init_on_free",
    "page_poison",
    "page_table_check",
    "stack_depot_disable",
)
_SLAB: Final[Mapping[str, _Release]] = {"slub_debug": (0, 0), "slab_debug": (6, 9)}
_KNOWN: Final[Mapping[str, _Known]] = {
    **{name: _known(name, _switch) for name in _SWITCHES},
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
PARAMETERS: Final = tuple(sorted(_KNOWN))
"""The parameters that `parameter()` knows.

`slab_debug` is y when all caches are debugged, and stands for `slub_debug` too; `slab_debug.P` (F, Z, P, U, T, A) is
one of its flags, `slab_debug.lists` is y when some caches have flags of their own.  `debug_objects` stands for
`no_debug_objects` too; `hash_pointers` for `no_hash_pointers`, its values are never, always and auto.
`sysctl.vm.mem_profiling` is y, n or never, and may end in `,compressed`.
"""
