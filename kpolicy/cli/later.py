# SPDX-License-Identifier: GPL-2.0-or-later
"""Modules of Python that Click imports for a function or two, imported when something else of them is needed.

`inspect` tidies help texts, nearly all of which have one line; it brings a tokenizer, a disassembler and a syntax tree
of Python.  `platform` compiles its patterns to tell `uuid` the name of the system.  `gettext` translates; Click's
own texts stay English, as all others are.  Together they take longer to import than a config to read.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands in `sys.modules` until the module itself takes its place."""

    def __getattr__(self, name: str) -> Any:
        if name == "__path__":
            # `from inspect import ...` asks whether it is a package, which none is.
            raise AttributeError(name)
        return getattr(_loaded(self), name)


def _loaded(stand_in: ModuleType) -> ModuleType:
    name = stand_in.__name__
    if sys.modules.get(name) is stand_in:
        del sys.modules[name]
    __import__(name)
    return sys.modules[name]


def defer_imports() -> None:
    """Have the next imports of these modules give what imports them later."""
    _defer("inspect", cleandoc=_cleandoc)
    _defer("platform", system=lambda: os.uname().sysname)
    _defer("gettext", gettext=str, ngettext=lambda one, many, count: one if count == 1 else many)


def _defer(name: str, **functions: Callable[..., Any]) -> None:
    if name not in sys.modules:
        stand_in = sys.modules[name] = _Later(name)
        vars(stand_in).update(functions)


def _cleandoc(doc: str) -> str:
    """The text without the indentation of its lines: of one line nothing else is to be removed."""
    if "\n" not in doc and "\t" not in doc:
        return doc.lstrip()
    import inspect

    real = _loaded(inspect) if isinstance(inspect, _Later) else inspect
    cleaned: str = real.cleandoc(doc)
    return cleaned
