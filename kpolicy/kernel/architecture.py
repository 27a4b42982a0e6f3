# SPDX-License-Identifier: GPL-2.0-or-later
"""Architectures: the ARCH words of make, and the folder of arch/ that each stands for.

Mirrors the "Additional ARCH settings" of the top Makefile, scripts/subarch.include and
arch/um/Makefile: they are read from the tree, so that they are the words that it accepts itself.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from kpolicy.errors import InputError, UsageError
from kpolicy.frozen import dataclass, replace
from kpolicy.location import Location
from kpolicy.patterns import lazy

if TYPE_CHECKING:
    from kpolicy.kernel.source import Source

# The machine that the kernel is imagined to be built on (`uname -m`), wherever kpolicy runs: an
# answer that depended on the machine could not be compared with another one.
BUILD_MACHINE: Final = "x86_64"
# What scripts/subarch.include makes of it.
BUILD_SUBARCH: Final = "x86"

# Used when the top Makefile states no table of its own.
_FALLBACK: Final[Mapping[str, str]] = {
    "i386": "x86",
    "x86_64": "x86",
    "sparc32": "sparc",
    "sparc64": "sparc",
    "sh64": "sh",
    "parisc64": "parisc",
    "tilepro": "tile",
    "tilegx": "tile",
}
_CONDITION: Final = lazy(r"^[ \t]*(?:else[ \t]+)?ifn?eq[ \t]*\(([^\n]*)", re.MULTILINE)
_ARCH: Final = ("$(ARCH)", "${ARCH}")
# Of those that are no folders Linux has had eight.
_MOST_WORDS: Final = 50
_FIRST_SRCARCH: Final = lazy(r"^[ \t]*SRCARCH[ \t]*:?=", re.MULTILINE)
_WORD: Final = lazy(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Architecture:
    """One ARCH word of a tree.

    `arch` is the word itself, `srcarch` the folder below arch/, `subarch` what SUBARCH is (it matters
    for `um` alone: the machine that user mode runs on), `header_arch` HEADER_ARCH where arch/*/Makefile
    sets it (`um`), else None.
    """

    arch: str
    srcarch: str
    subarch: str = BUILD_SUBARCH
    header_arch: str | None = None

    def __str__(self) -> str:
        return self.arch


def architectures(source: Source) -> tuple[str, ...]:
    """The folders of arch/ that hold an architecture (those with a Kconfig), sorted.

    One whose Kconfig, or whose folder, cannot be read is among them: its model says what is wrong.
    """
    return tuple(name for name in source.list_dir("arch") if _is_architecture(source, f"arch/{name}"))


def _is_architecture(source: Source, folder: str) -> bool:
    from kpolicy.kernel.source import listed  # a .config has an architecture without a tree

    names = listed(source, folder)
    return not source.is_file(folder) if names is None else "Kconfig" in names


def architecture_words(source: Source) -> tuple[str, ...]:
    """Every ARCH word that the tree's own Makefile accepts, sorted: the folders and the further spellings."""
    folders = architectures(source)
    return tuple(sorted({*folders, *(word for word, folder in _table(source).items() if folder in folders)}))


def resolve_architecture(source: Source, word: str, subarch: str | None = None) -> Architecture:
    """What `make ARCH=word` means for a tree.

    `subarch` is SUBARCH on make's command line; without it, that of an x86 machine.
    Raises UsageError when the tree has no such architecture.
    """
    folders = architectures(source)
    srcarch = word if word in folders else _table(source).get(word, "")
    if srcarch not in folders:
        raise _unknown(source, word)
    chosen = subarch or BUILD_SUBARCH
    found = Architecture(word, srcarch, chosen, None)
    return replace(found, header_arch=arch_variable(source, "HEADER_ARCH", found) or None)


def root_kconfig(source: Source, architecture: Architecture) -> str:
    """The Kconfig file that make reads first: `Kconfig`, or KBUILD_KCONFIG of arch/*/Makefile (`um` in older trees)."""
    return arch_variable(source, "KBUILD_KCONFIG", architecture) or "Kconfig"


def arch_variable(source: Source, name: str, architecture: Architecture) -> str | None:
    """A variable of arch/*/Makefile as `make ARCH=... SUBARCH=... *config` evaluates it on the build machine."""
    from kpolicy.kernel.makefile import makefile_text  # as in _is_architecture

    return _variable(makefile_text(source, f"arch/{architecture.srcarch}/Makefile"), name, architecture)


@functools.lru_cache(maxsize=64)
def _variable(text: str, name: str, architecture: Architecture) -> str | None:
    from kpolicy.kernel.makefile import Makefile  # as in _is_architecture

    srcarch = architecture.srcarch
    variables = {"ARCH": architecture.arch, "SRCARCH": srcarch, "SUBARCH": architecture.subarch}
    return Makefile(text, variables, _uname, start=Location(f"arch/{srcarch}/Makefile", 1)).value(name)


def _uname(command: str) -> str:
    # `uname -m`, alone or through `sed -e 's/i.86/i386/'`, which does not change the build machine's name.
    return BUILD_MACHINE if re.match(r"uname -m\b", command) else ""


def _table(source: Source) -> Mapping[str, str]:
    """ARCH word -> arch/ folder, for the words that are no folders, by the top Makefile's own conditionals."""
    from kpolicy.kernel.makefile import makefile_text  # as in _is_architecture

    return _parse_table(makefile_text(source, "Makefile")) or _FALLBACK


@functools.lru_cache(maxsize=8)
def _parse_table(text: str) -> Mapping[str, str]:
    from kpolicy.kernel.makefile import Makefile  # as in _is_architecture

    # From the first assignment of SRCARCH to the place where arch/*/Makefile is included; what stands
    # before it asks about the build folder and the goals, which have no say in this.
    start = _FIRST_SRCARCH.search(text)
    if start is None:
        return {}
    head = text[start.start() :].partition("include $(srctree)/arch/$(SRCARCH)/Makefile")[0]
    begin = Location("Makefile", text.count("\n", 0, start.start()) + 1)
    words: set[str] = set()
    for match in _CONDITION.finditer(head):
        if any(variable in match.group(1) for variable in _ARCH):
            words.update(_WORD.findall(match.group(1)))
    words -= {"ARCH", "SRCARCH", "SUBARCH", "filter", "findstring"}
    if len(words) > _MOST_WORDS:
        raise InputError(f"more than {_MOST_WORDS} words for ARCH", begin)
    table = {}
    for word in sorted(words):
        srcarch = Makefile(head, {"ARCH": word}, start=begin).value("SRCARCH")
        if srcarch and srcarch != word:
            table[word] = srcarch
    return table


def _unknown(source: Source, word: str) -> UsageError:
    words = architecture_words(source)
    import difflib  # only for errors

    near = difflib.get_close_matches(ALIASES.get(word, word), words, n=2, cutoff=0.6)
    guess = f"did you mean {' or '.join(near)}?\n" if near else ""
    listing = f"this tree knows: {' '.join(words)}" if words else f"{source.name} has no arch/*/Kconfig"
    return UsageError(f"unknown architecture '{word}'", hint=guess + listing)


# What `uname -m`, GNU triplets and distributions call architectures that make calls otherwise.
ALIASES: Final[Mapping[str, str]] = {
    "aarch64": "arm64",
    "amd64": "x86_64",
    "armhf": "arm",
    "armv7": "arm",
    "armv7l": "arm",
    "i486": "i386",
    "i586": "i386",
    "i686": "i386",
    "ppc": "powerpc",
    "ppc64": "powerpc",
    "ppc64el": "powerpc",
    "ppc64le": "powerpc",
    "riscv32": "riscv",
    "riscv64": "riscv",
    "s390x": "s390",
    "loongarch64": "loongarch",
    "mips64": "mips",
    "mipsel": "mips",
    "x64": "x86_64",
    "x86-64": "x86_64",
    "hppa": "parisc",
    "sparc32": "sparc",
    "or1k": "openrisc",
    "uml": "um",
}
