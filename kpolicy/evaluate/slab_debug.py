# SPDX-License-Identifier: GPL-2.0-or-later
"""How the kernel reads slab_debug, the old slub_debug."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kpolicy.evaluate.handlers import Kernel, Words

SLAB_FLAGS: Final = "FZPUTA"
_SLAB_DEFAULT: Final = frozenset("FZPU")


def slab_any(found: Words, kernel: Kernel) -> str:
    """Whether all caches are debugged; "" where the config decides."""
    flags, _ = _slab_debug(found, kernel)
    return "" if flags is None else "y" if flags else "n"


def slab_lists(found: Words, kernel: Kernel) -> str:
    """Whether some caches have flags of their own."""
    return "y" if _slab_debug(found, kernel)[1] else "n"


def slab_flag(flag: str) -> Callable[[Words, Kernel], str]:
    """What reads whether all caches have a flag."""

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
        elif letter in SLAB_FLAGS:
            flags.add(letter)
    return frozenset(flags)
