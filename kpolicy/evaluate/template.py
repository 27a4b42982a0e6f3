# SPDX-License-Identifier: GPL-2.0-or-later
"""The values that are known before a config is examined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kpolicy.kconfig.kinds import CHOICE, CONSTANT, EXPRESSION, OLD_NAME, QUIET, SYMBOL, UNDEFINED, UNTYPED
from kpolicy.kconfig.nodes import MOD, YES
from kpolicy.kconfig.payload import Core

if TYPE_CHECKING:
    from kpolicy.kconfig.model import Model

UNSEEN = 2
"""In `written`: the symbol has a line if its prompt is visible, which is not computed yet."""
UNKNOWN = 3
"""In `memo`: not computed yet."""
_VALUES = {
    **dict.fromkeys((EXPRESSION, OLD_NAME, SYMBOL, CHOICE), UNKNOWN),
    **dict.fromkeys(("n", CONSTANT, UNDEFINED, UNTYPED, QUIET), 0),
    "m": MOD,
    "y": YES,
}
# What has its name as its text, where it has no type.
_NAMED = f"nmy{CONSTANT}{UNDEFINED}{UNTYPED}{OLD_NAME}"
_MEMO = bytes(_VALUES.get(chr(code), 0) for code in range(256))
_WRITTEN = bytes(UNSEEN if chr(code) == QUIET else 0 for code in range(256))


class Texts(dict[int, str]):
    """The texts of what has its name as its text, by node: constants, and what is undefined or without a type."""

    __slots__ = ("_names",)

    def __init__(self, core: Core, names: Mapping[int, str]) -> None:
        super().__init__((node, text) for text, node in core.constants.items())
        self._names = names

    def __missing__(self, node: int) -> str:
        name = self[node] = self._names[node]
        return name


class Template:
    """What every calculation over a model starts from.

    Constants and undefined symbols have their values already, and so has a bool or tristate that nothing but a
    line can set: it is n until a line names it, which most symbols of a kernel are.  `names` are those of all symbols.
    """

    def __init__(self, core: Core, names: Mapping[int, str]) -> None:
        kinds = core.kinds.encode("ascii")
        self.memo = kinds.translate(_MEMO)
        self.texts = Texts(core, names)
        self.written = kinds.translate(_WRITTEN)


def template_of(model: Model) -> Template:
    """The template of a model, which is kept with it."""
    names = model.names_by_node
    return model.derived("template", lambda core: Template(core, names))


def texts_of_names(core: Core) -> dict[int, str]:
    """The texts of all that has its name as its text, by node."""
    named = (*core.constants.items(), *core.symbols.items())
    return {node: name for name, node in named if core.kinds[node] in _NAMED}
