# SPDX-License-Identifier: GPL-2.0-or-later
"""Python's `inspect`, imported when something of it is needed.

Click imports it to tidy help texts, nearly all of which have one line.  It brings a tokenizer, a disassembler and a
syntax tree of Python, and takes longer to import than to read a config.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

_NAME = "inspect"


class _Later(ModuleType):
    """Stands in `sys.modules` until the module itself takes its place."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(_NAME) is self:
            del sys.modules[_NAME]
        __import__(_NAME)
        return getattr(sys.modules[_NAME], name)

    def cleandoc(self, doc: str, /) -> str:
        """The text without the indentation of its lines: of one line nothing else is to be removed."""
        cleaned: str = doc.lstrip() if "\n" not in doc and "\t" not in doc else self.__getattr__("cleandoc")(doc)
        return cleaned


def defer_inspect() -> None:
    """Have the next import of `inspect` give what imports it later."""
    sys.modules.setdefault(_NAME, _Later(_NAME))
