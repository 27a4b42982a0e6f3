# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line that the kernel sees: the built-in one (CONFIG_CMDLINE), the boot loader's, and a bootconfig.

parameter(values, "page_owner")      "y" for CONFIG_CMDLINE="page_owner=on"
standing(values)                     how much that is worth on this architecture
seen(values)                         the words of all, in the order in which the kernel parses them
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from kpolicy.config.command_line import (
    BLANK,
    BOOTCONFIG,
    Bootconfig,
    CommandLine,
    Parsed,
    Word,
    command_line,
    joined,
    parse,
    placed_text,
    split,
    text_of,
)
from kpolicy.evaluate.handlers import Kernel, Release
from kpolicy.evaluate.parameters import asking as _asking
from kpolicy.evaluate.parameters import is_early
from kpolicy.evaluate.parameters import setting as _setting
from kpolicy.kernel.version import parse_version
from kpolicy.location import Location

if TYPE_CHECKING:
    from kpolicy.config.command_line import Placed
    from kpolicy.evaluate.values import Values

Standing: TypeAlias = Literal["final", "overridable", "fallback", "unused"]
"""What becomes of the built-in command line at boot.

`final`: it is part of every command line, and the boot loader cannot override it.
`overridable`: it is part of every command line, and the boot loader's words come after it.
`fallback`: it is used only when the boot loader passes no command line.
`unused`: it is empty, or this kernel has none.
"""

BUILT_IN: Final = "CMDLINE"
"""The symbol with the built-in command line."""
Origin: TypeAlias = Literal["config", "boot loader", "bootconfig"]
_REPLACES: Final = ("CMDLINE_OVERRIDE", "CMDLINE_FORCE", "CMDLINE_OVERWRITE")
_SIZES: Final = {
    "UML": 4096,
    "X86": 2048,
    "ARM64": 2048,
    "PPC": 2048,
    "SPARC64": 2048,
    "MIPS": 4096,
    "ARM": 1024,
    "PARISC": 1024,
    "RISCV": 1024,
    **dict.fromkeys(("ALPHA", "ARC", "M68K", "MICROBLAZE", "SPARC32", "XTENSA"), 256),
}
_GROWN: Final = {"RISCV": 2048, "LOONGARCH": 4096}
_HEAD: Final = 'CONFIG_CMDLINE="'


def standing(values: Values) -> Standing:
    """What becomes of the built-in command line of a config at boot."""
    if not values.text(BUILT_IN).strip(BLANK):
        return "unused"
    if replacing(values):
        return "final"
    if values.is_on("X86") or values.is_on("MIPS_CMDLINE_BUILTIN_EXTEND"):
        # arch/x86/kernel/setup.c: setup_arch(), arch/mips/kernel/setup.c: bootcmdline_init()
        return "overridable"
    if values.is_on("MIPS"):
        return "final"
    if values.is_on("CMDLINE_EXTEND"):
        # ATAGS put the boot loader's words behind the built-in ones (arch/arm/kernel/atags_parse.c); those of a device
        # tree and of loongarch's firmware come before them (drivers/of/fdt.c, arch/loongarch/kernel/setup.c).
        return "overridable" if values.is_on("ATAGS") else "final"
    return "fallback"


def replacing(values: Values) -> str:
    """The option by which the built-in command line replaces the boot loader's; "" where none does."""
    return next(filter(values.is_on, _REPLACES), "")


def seen(values: Values) -> Parsed:
    """The words that the kernel sees; without the boot loader's those of the built-in command line."""
    return values.derived("command line", lambda: _parsed(values))


def bootconfig(values: Values) -> Bootconfig | None:
    """The bootconfig that the kernel reads; None where there is none, and where the kernel ignores it.

    See setup_boot_config() (init/main.c).
    """
    found = values.loader.bootconfig if values.loader is not None else None
    return None if found is None or bootconfig_ignored(values) else found


def bootconfig_ignored(values: Values) -> str:
    """Why the kernel ignores a bootconfig, in words; "" where it reads one."""
    if not values.is_on("BOOT_CONFIG"):
        return "CONFIG_BOOT_CONFIG is not set"
    words = parse(_seen(values).upto(most(values))).words
    if values.is_on("BOOT_CONFIG_FORCE") or any(word.name == BOOTCONFIG for word in words):
        return ""
    return "the command line lacks bootconfig, and CONFIG_BOOT_CONFIG_FORCE is not set"


def most(values: Values) -> int:
    """How many characters of a command line the kernel takes: COMMAND_LINE_SIZE without the NUL at its end.

    512 is that of asm-generic, others are in arch/*/include; looked up in Linux 6.1, 6.12 and 7.3.
    """
    size = next((size for name, size in _SIZES.items() if values.is_on(name)), 512)
    if release(values) > (6, 12):
        # When exactly these grew was not looked up: nothing is said to be cut that may not be.
        size = next((size for name, size in _GROWN.items() if values.is_on(name)), size)
    if values.is_on("S390"):
        text = values.text("COMMAND_LINE_SIZE")
        size = int(text) if text.isdecimal() else 4096
    return size - 1


def cut(values: Values) -> tuple[Word, ...]:
    """The words of which the kernel does not see the end, because the command line is too long."""
    line, limit = _seen(values), most(values)
    if len(line.text) <= limit:
        return ()
    whole = max((end for _, end, _, _ in split(line.text) if end <= limit), default=0)
    return parse(line).words[len(parse(line.upto(whole)).words) :]


def origin(values: Values, word: Word) -> Origin:
    """Where a word of the command line is from."""
    loader = values.loader
    if loader is None:
        return "config"
    if _has(loader, word):
        return "boot loader"
    added = loader.bootconfig
    return "bootconfig" if added is not None and (_has(added.kernel, word) or _has(added.init, word)) else "config"


def is_passed(values: Values, word: Word) -> bool:
    """Whether the boot loader or a bootconfig passes a word, and not the config."""
    return origin(values, word) != "config"


def is_too_late(values: Values, word: Word) -> bool:
    """Whether the kernel has parsed a parameter before it reads the bootconfig that has the word.

    start_kernel() and parse_early_param() parse boot_command_line alone (init/main.c: setup_command_line()).
    """
    return is_early(word.name) and origin(values, word) == "bootconfig"


def parameter(values: Values, name: str) -> str:
    """What the command line sets a parameter to at boot.

    Where the boot loader's is not known: what the built-in one sets it to at every boot, unless the boot loader
    overrides it.  `y` or `n` for a switch, the digits of a number, "" where no word sets it.  `name` is one of
    `kpolicy.evaluate.parameters.PARAMETERS`.
    """
    if values.loader is None and standing(values) not in ("final", "overridable"):
        return ""
    return _setting(name, asking(values, name), kernel(values))


def fallback_parameter(values: Values, name: str) -> str:
    """What the built-in command line sets a parameter to where it is used only when the boot loader passes none.

    Nothing where the boot loader's is known: then it is used, or it is not.
    """
    if values.loader is not None or standing(values) != "fallback":
        return ""
    return _setting(name, seen(values).words, kernel(values))


def asking(values: Values, name: str) -> tuple[Word, ...]:
    """The words of the command line that are for a parameter, whatever becomes of a built-in one."""
    found = _asking(name, seen(values).words, release(values))
    return tuple(word for word in found if not is_too_late(values, word))


def kernel(values: Values) -> Kernel:
    """What decides how the kernel of a config reads its parameters."""
    return Kernel(release(values), values.is_on)


def release(values: Values) -> Release:
    """The release of the kernel, by which parameters are read."""
    version = parse_version(values.model.version)
    return version.version, version.patchlevel


def _parsed(values: Values) -> Parsed:
    line, added = _seen(values).upto(most(values)), bootconfig(values)
    if added is None:
        return parse(line)
    # init/main.c: setup_command_line() puts its words before all others, start_kernel() those for init, too.
    words, for_init = parse(joined(added.kernel, line))
    return Parsed(words, (*parse(added.init).words, *for_init))


def _has(line: CommandLine, word: Word) -> bool:
    return line.text != "" and any(mark.location == word.location for mark in line.marks)


def _seen(values: Values) -> CommandLine:
    """The command line without a bootconfig."""
    own, loader, how = _built_in(values), values.loader, standing(values)
    if loader is not None and loader.whole:
        # init/main.c: setup_command_line() keeps what the architecture made of both.
        return loader
    if loader is None or replacing(values):
        return own
    if how == "overridable":
        return joined(own, loader)
    if how == "final":
        return joined(loader, own)
    # drivers/of/fdt.c: early_init_dt_scan_chosen(), arch/powerpc/kernel/prom_init.c: early_cmdline_parse()
    return own if how == "fallback" and not loader.text else loader


def _built_in(values: Values) -> CommandLine:
    """CONFIG_CMDLINE with its location: in the config, or that of the default that gave it."""
    text = values.text(BUILT_IN)
    line = values.assignment(BUILT_IN)
    if line is not None and line.text.startswith(_HEAD):
        placed = _unescaped(line.text, line.location.line)
        if text_of(placed) == text:
            return command_line(line.location.path, placed)
    default = values.default(BUILT_IN)
    place = default.location if default is not None else None
    place = place or Location(values.config.name if values.config is not None else "Kconfig", 1)
    return command_line(place.path, placed_text(text, place.line))


def _unescaped(text: str, line: int) -> Placed:
    """The characters of the string in a config line, as conf_set_sym_val() reads it (confdata.c)."""
    placed: Placed = []
    at = len(_HEAD)
    while at < len(text) and text[at] != '"':
        at += text[at] == "\\"
        placed += placed_text(text[at : at + 1], line)
        at += 1
    return placed
