# SPDX-License-Identifier: GPL-2.0-or-later
"""The values that are known before a config is examined."""

from __future__ import annotations

from kpolicy.kconfig.candidates import is_quiet
from kpolicy.kconfig.nodes import YES
from kpolicy.kconfig.payload import TYPE, Core

UNSEEN = 2
"""In `written`: the symbol has a line if its prompt is visible, which is not computed yet."""


class Template:
    """What every calculation over a model starts from.

    Constants and undefined symbols have their values already, and so has a bool or tristate that nothing but a
    line can set: it is n until a line names it, which most symbols of a kernel are.
    """

    def __init__(self, core: Core) -> None:
        memo: list[int | None] = [None] * len(core.nodes)
        texts: dict[int, str] = {}
        written = bytearray(len(core.nodes))
        for names in (core.constants, core.symbols):
            for name, node in names.items():
                record = core.records[node]
                if record is None or not record[TYPE]:
                    memo[node] = node if node <= YES else 0
                    texts[node] = name
                elif is_quiet(record):
                    memo[node] = 0
                    written[node] = UNSEEN
        self.memo = memo
        self.texts = texts
        self.written = bytes(written)
