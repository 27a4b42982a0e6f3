# SPDX-License-Identifier: GPL-2.0-or-later
"""The values that are known before a config is examined."""

from __future__ import annotations

from kpolicy.kconfig.kinds import CHOICE, CONSTANT, EXPRESSION, OLD_NAME, QUIET, SYMBOL, UNDEFINED, UNTYPED
from kpolicy.kconfig.nodes import MOD, YES
from kpolicy.kconfig.payload import Core

UNSEEN = 2
"""In `written`: the symbol has a line if its prompt is visible, which is not computed yet."""
# What has its name as its text, and no other value than the constants.
_AS_NAMED = f"nmy{CONSTANT}{UNDEFINED}{UNTYPED}"
# An old name may have no type either.
_NAMED = _AS_NAMED + OLD_NAME
_VALUES = {
    **dict.fromkeys((EXPRESSION, OLD_NAME, SYMBOL, CHOICE), None),
    **dict.fromkeys((*_AS_NAMED, QUIET), 0),
    "m": MOD,
    "y": YES,
}
_WRITTEN = bytes(UNSEEN if chr(code) == QUIET else 0 for code in range(256))


class Template:
    """What every calculation over a model starts from.

    Constants and undefined symbols have their values already, and so has a bool or tristate that nothing but a
    line can set: it is n until a line names it, which most symbols of a kernel are.
    """

    def __init__(self, core: Core) -> None:
        kinds = core.kinds
        self.memo: list[int | None] = list(map(_VALUES.__getitem__, kinds))
        named = (*core.constants.items(), *core.symbols.items())
        self.texts = {node: name for name, node in named if kinds[node] in _NAMED}
        self.written = kinds.encode("ascii").translate(_WRITTEN)
