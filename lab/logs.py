# SPDX-License-Identifier: GPL-2.0-or-later
"""What the logs say: memory and instructions of a boot, and the sizes of a kernel.

Sizes are those of the symbol table: x86 ends .text, .rodata and .bss at multiples of 2 MiB, and the sizes of sections
hide what lies between.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

_MEMORY: Final = re.compile(r"^(MemTotal|MemFree|PerCpuLists): +(\d+) kB$", re.M)
_INIT: Final = re.compile(r"^\[ *(\d+\.\d+)\] Run /init as init process$", re.M)
_MARK: Final = re.compile(r"^\[ *(\d+\.\d+)\] lab: (\w+)$", re.M)
_SECTION: Final = re.compile(r"^(\S+) +(\d+) +\d+$", re.M)
# Instructions of a second: one takes a nanosecond.
_RATE: Final = 1_000_000_000


class LogError(Exception):
    """A log lacks what it is read for."""


def boot_figures(log: str) -> Mapping[str, int]:
    """Memory in bytes (`total`, `free`) and instructions (`init`, `ls`, `fork`) of a boot; raises LogError."""
    memory = {name: int(amount) << 10 for name, amount in _MEMORY.findall(log)}
    init = _INIT.search(log)
    marks = {name: float(when) for when, name in _MARK.findall(log)}
    if init is None or set(memory) != {"MemTotal", "MemFree", "PerCpuLists"} or set(marks) < {"ls", "fork", "end"}:
        raise LogError("the log lacks the memory, the start of /init or the marks of the work")
    return {
        "total": memory["MemTotal"],
        "free": memory["MemFree"] + memory["PerCpuLists"],
        "init": round(float(init[1]) * _RATE),
        "ls": round((marks["fork"] - marks["ls"]) * _RATE),
        "fork": round((marks["end"] - marks["fork"]) * _RATE),
    }


def symbol_sizes(symbols: str) -> Mapping[str, int]:
    """The bytes of each symbol that has a size, from `nm -S`; of equal names the sum."""
    sizes: dict[str, int] = {}
    for line in symbols.splitlines():
        words = line.split()
        if len(words) == 4:
            sizes[words[3]] = sizes.get(words[3], 0) + int(words[1], 16)
    return sizes


def span(symbols: str, first: str, last: str) -> int:
    """The bytes from one label to another; raises LogError if there is none."""
    places = {words[-1]: int(words[0], 16) for words in map(str.split, symbols.splitlines()) if len(words) > 2}
    try:
        return places[last] - places[first]
    except KeyError as error:
        raise LogError(f"there is no symbol {error.args[0]}") from error


def table_size(symbols: str, names: Iterable[str], spans: Iterable[str]) -> int:
    """The bytes of the symbols and of the spans, `first..last`; a symbol that is missing raises LogError."""
    sizes = symbol_sizes(symbols)
    missing = [name for name in names if name not in sizes]
    if missing:
        raise LogError(f"there is no symbol {', '.join(missing)}")
    return sum(sizes[name] for name in names) + sum(span(symbols, *text.split("..")) for text in spans)


def kernel_sizes(symbols: str, sections: str, image: int) -> Mapping[str, int]:
    """The bytes of a kernel: of the image file, code, read-only data, data and zeroed data.

    `symbols` is what `nm -S` printed, `sections` what `size -A` printed.
    """
    section = {name: int(size) for name, size in _SECTION.findall(sections)}
    return {
        "image": image,
        "text": _of_kinds(symbols, "tTwW", "_stext", "_etext"),
        "rodata": section.get(".rodata", 0),
        "data": section.get(".data", 0),
        "bss": _of_kinds(symbols, "bB", "__bss_start", "__bss_stop"),
    }


def _of_kinds(symbols: str, kinds: str, first: str, last: str) -> int:
    """The bytes of the symbols of some kinds between two labels; of several at one address the largest counts."""
    rows = [line.split() for line in symbols.splitlines()]
    places = {row[-1]: int(row[0], 16) for row in rows if len(row) > 2}
    sizes: dict[int, int] = {}
    for row in rows:
        if len(row) == 4 and row[2] in kinds:
            place = int(row[0], 16)
            sizes[place] = max(sizes.get(place, 0), int(row[1], 16))
    return sum(size for place, size in sizes.items() if places[first] <= place < places[last])
