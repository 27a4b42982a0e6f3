# SPDX-License-Identifier: GPL-2.0-or-later
"""The model that a full .config states by itself: each of its symbols with a prompt, and nothing else.

So every symbol has the value that is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from kpolicy.kconfig.dialect import Dialect
from kpolicy.kconfig.kinds import QUIET, SYMBOL
from kpolicy.kconfig.model import Model
from kpolicy.kconfig.nodes import NO, YES, NodeTable
from kpolicy.kconfig.payload import BOOL, HAS_PROMPT, HEX, INT, STRING, TRISTATE, TYPES, Core, Details
from kpolicy.kernel.architecture import Architecture
from kpolicy.kernel.toolchain import Toolchain
from kpolicy.kernel.version import KernelVersion
from kpolicy.patterns import lazy

MODULES: Final = "MODULES"
_WORD = bytes(code for code in range(128) if chr(code).isalnum() or chr(code) == "_")
_LETTERS = {"y": BOOL, "n": BOOL, "m": TRISTATE}
_KINDS = bytes(ord(QUIET if code <= TRISTATE else SYMBOL) for code in range(256))
_HEX = lazy(r"0[xX][0-9a-fA-F]+")


def stated_model(
    values: Mapping[str, str], architecture: Architecture, version: KernelVersion, toolchain: Toolchain
) -> Model:
    """The model in which each symbol has the type of the value that a .config gives it; `values` are as written."""
    _, constants = NodeTable().names()
    first = len(constants)
    # All names at once: a config has ten thousand, and one that is none is rare, or stands for a constant.
    if not _is_word("".join(values)) or not constants.keys().isdisjoint(values.keys()):
        values = {name: value for name, value in values.items() if _is_word(name) and name not in constants}
    if MODULES not in values:
        # Without it an m would become y, which no full .config has.
        values = {MODULES: "n", **values}
    symbols = dict(zip(values, range(first, first + len(values)), strict=True))
    codes: list[Any] = [*map(_LETTERS.get, values.values())]
    texts, written, place = [], [*values.values()], 0
    with suppress(ValueError):
        while True:
            place = codes.index(None, place)
            codes[place] = _type(written[place])
            texts.append(first + place)
    # One for each type: no record is ever changed.
    records = [[code, YES, YES, NO, NO, [], [], -1, HAS_PROMPT] for code in range(len(TYPES))]
    core = Core(
        nodes=[None] * (first + len(codes)),
        records=[*[None] * first, *map(records.__getitem__, codes)],
        woken=[None] * (first + len(codes)),
        symbols=symbols,
        constants=constants,
        kinds="".join(constants) + bytes(codes).translate(_KINDS).decode("ascii"),
        choices=[],
        modules=symbols[MODULES],
        mainmenu="Configuration",
        dialect=list(Dialect()),
        warnings=[],
        refused=[],
        probes=[],
        # Nothing but its line sets a symbol.
        free=[],
        texts=texts,
        denied=[],
    )
    return Model(
        core,
        lambda: _details(first, symbols),
        architecture=architecture.arch,
        srcarch=architecture.srcarch,
        version=str(version),
        toolchain_identity=toolchain.identity,
    )


def _is_word(text: str) -> bool:
    """Whether a text has letters, digits and underscores of ASCII only, as a symbol's name has."""
    return text.isascii() and text != "" and not text.encode("ascii").translate(None, _WORD)


def _type(value: str) -> int:
    # By hand: every run would compile a pattern for it.
    digits = value.removeprefix("-")
    if digits.isascii() and digits.isdigit() and (digits[0] != "0" or digits == "0"):
        return INT
    return HEX if _HEX.fullmatch(value) else STRING


class _Entries:
    """The entries of all symbols, each made when it is asked for: few are."""

    def __init__(self, first: int, names: list[str]) -> None:
        self._first = first
        self._names = names

    def __getitem__(self, node: int, /) -> Any:
        if node < self._first:
            return None
        return [[[0, 0, -1]], [[self._names[node - self._first], YES, 0, 0]], [], [], [], [], [], []]

    def __iter__(self) -> Iterator[Any]:
        return map(self.__getitem__, range(len(self)))

    def __len__(self) -> int:
        return self._first + len(self._names)


def _details(first: int, symbols: Iterable[str]) -> Details:
    """No line of a Kconfig file is known: every place is the file as a whole."""
    entries = _Entries(first, list(symbols))
    return Details(
        symbols=entries,
        edges=[None] * len(entries),
        scopes=[],
        files=["Kconfig"],
        menu=list(range(first, len(entries))),
        written=[],
    )
