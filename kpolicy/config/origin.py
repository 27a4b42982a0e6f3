# SPDX-License-Identifier: GPL-2.0-or-later
"""Which architecture a config says that it is for, where no kernel tree is asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from kpolicy.kernel.architecture import ALIASES
from kpolicy.patterns import lazy

if TYPE_CHECKING:
    from kpolicy.config.model import Assignment, Config

# Each folder of arch/ defines one of these, and no other architecture does.
_SYMBOLS: Final = {
    "ALPHA": "alpha",
    "ARC": "arc",
    "ARM": "arm",
    "ARM64": "arm64",
    "CSKY": "csky",
    "HEXAGON": "hexagon",
    "IA64": "ia64",
    "LOONGARCH": "loongarch",
    "M68K": "m68k",
    "MICROBLAZE": "microblaze",
    "MIPS": "mips",
    "NIOS2": "nios2",
    "OPENRISC": "openrisc",
    "PARISC": "parisc",
    "PPC": "powerpc",
    "RISCV": "riscv",
    "S390": "s390",
    "SPARC": "sparc",
    "SUPERH": "sh",
    "UML": "um",
    "X86": "x86",
    "XTENSA": "xtensa",
}
_WORDS: Final = frozenset({*_SYMBOLS.values(), *ALIASES, *ALIASES.values(), "i386", "x86_64", "sparc64"})
_TITLE: Final = lazy(r"# ([a-z0-9_-]+)\s*\Z")


def architecture_of(config: Config) -> str | None:
    """The ARCH word of the header, else the folder of arch/ whose symbol is y; None where that is not one."""
    return config.arch or _by_symbols(config.assignments)


def titled(comment: str) -> str | None:
    """The ARCH word that is all of a comment: the configs in the source packages of Fedora begin with one."""
    found = _TITLE.match(comment)
    word = found.group(1) if found is not None else ""
    return ALIASES.get(word, word) if word in _WORDS else None


def _by_symbols(lines: Iterable[Assignment]) -> str | None:
    found = {_SYMBOLS[line.name] for line in lines if line.name in _SYMBOLS and line.value == "y"}
    return found.pop() if len(found) == 1 else None
