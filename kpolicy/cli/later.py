# SPDX-License-Identifier: GPL-2.0-or-later
"""Click, without the modules of Python that it imports for a function or a class or two.

`inspect` tidies help texts, nearly all of which have one line; it brings a tokenizer, a disassembler and a syntax tree
of Python.  `gettext` translates; Click's own texts stay English, as all others are.  `datetime` and `uuid` are for
types of parameters that no command has.  Together they take longer to import than a config to read.  Something stands
for each of them that becomes the module itself when anything else of it is needed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands in `sys.modules` for a module that is not imported yet."""

    def __getattr__(self, name: str) -> Any:
        if name == "__path__":
            # `from inspect import ...` asks whether it is a package, which none is.
            raise AttributeError(name)
        return getattr(_loaded(self), name)


class _LaterClass(type):
    """The type of what stands for a class of such a module."""

    stand_in: ModuleType

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        return cls._itself(*arguments, **named)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls._itself)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            # What Python asks of any class, to use it in an annotation.
            raise AttributeError(name)
        return getattr(cls._itself, name)

    @property
    def _itself(cls) -> Any:
        return getattr(_loaded(cls.stand_in), cls.__name__)


def _loaded(stand_in: ModuleType) -> ModuleType:
    name = stand_in.__name__
    if sys.modules.get(name) is stand_in:
        del sys.modules[name]
    __import__(name)
    return sys.modules[name]


def import_click() -> None:
    """Import Click so; what is imported already stays as it is."""
    # These two serve others as well, `dataclasses` for one.
    _stand_in("inspect", cleandoc=_cleandoc)
    _stand_in("gettext", gettext=str, ngettext=lambda one, many, count: one if count == 1 else many)
    # Others get the real ones: a class is more than what Click does with it.
    passing = [_stand_in("datetime", "datetime"), _stand_in("uuid", "UUID")]
    import click  # noqa: F401 - so that all others find it

    for module in passing:
        if module is not None and sys.modules.get(module.__name__) is module:
            del sys.modules[module.__name__]


def _stand_in(name: str, *classes: str, **functions: Callable[..., Any]) -> ModuleType | None:
    """Have imports of a module give something with these classes and functions; None where it is imported already."""
    if name in sys.modules:
        return None
    made = sys.modules[name] = _Later(name)
    vars(made).update(functions)
    vars(made).update({word: _LaterClass(word, (), {"stand_in": made}) for word in classes})
    return made


def _cleandoc(doc: str) -> str:
    """The text without the indentation of its lines: of one line nothing else is to be removed."""
    if doc.isprintable():
        # Neither a line end nor anything else that one Python takes for a blank and another does not.
        return doc.lstrip()
    import inspect

    real = _loaded(inspect) if isinstance(inspect, _Later) else inspect
    cleaned: str = real.cleandoc(doc)
    return cleaned
