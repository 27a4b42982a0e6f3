# SPDX-License-Identifier: GPL-2.0-or-later
"""Frozen dataclasses that are quick to define.

`dataclasses` compiles seven methods for each class.  For a hundred classes that takes longer than judging a config, so
all methods but `__init__` are closures here.  To a type checker, to `fields` and to `replace` nothing is different.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NoReturn

__all__ = ["dataclass"]

_SET: Final = object.__setattr__

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, slots: bool = False) -> Callable[[type[Any]], type[Any]]:
        """`dataclasses.dataclass` for classes that are frozen, with or without slots."""
        assert frozen
        return lambda cls: _defined(cls, slots=slots)


def _defined(cls: type[Any], *, slots: bool) -> type[Any]:
    # Without a text dataclasses writes one, which takes as long as everything else.
    cls.__doc__ = cls.__doc__ or cls.__name__
    made: type[Any] = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    found = dataclasses.fields(made)
    methods = {
        "__init__": _init(found),
        **_identity(tuple(field.name for field in found if field.compare)),
        "__repr__": _repr(tuple(field.name for field in found)),
        "__setattr__": _refuse,
        "__delattr__": _refuse,
    }
    if slots:
        # What unpickling does otherwise, setting one slot after the other, is refused.
        methods["__reduce__"] = _reduce(tuple(field.name for field in found))
    for name, method in methods.items():
        if name not in vars(cls):
            method.__qualname__ = f"{cls.__qualname__}.{name}"
            setattr(made, name, method)
    return made


def _init(found: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    known: dict[str, Any] = {"_set": _SET, "_missing": MISSING}
    parameters, lines = ["self"], []
    for number, field in enumerate(found):
        name, value = field.name, field.name
        if field.default_factory is not MISSING:
            known[f"_default{number}"] = field.default_factory
            parameters.append(f"{name}=_missing")
            value = f"_default{number}() if {name} is _missing else {name}"
        elif field.default is not MISSING:
            known[f"_default{number}"] = field.default
            parameters.append(f"{name}=_default{number}")
        else:
            parameters.append(name)
        lines.append(f"    _set(self, {name!r}, {value})\n")
    # The names are those of a class in the code: as quick as an __init__ that is written there.
    exec(f"def __init__({', '.join(parameters)}):\n{''.join(lines) or '    pass'}", known)  # noqa: S102
    method: Callable[..., None] = known["__init__"]
    return method


def _identity(names: tuple[str, ...]) -> dict[str, Callable[..., Any]]:
    values = _values(names)

    def equal(self: object, other: object) -> bool:
        return bool(values(self) == values(other)) if other.__class__ is self.__class__ else NotImplemented

    return {"__eq__": equal, "__hash__": lambda self: hash(values(self))}


def _repr(names: tuple[str, ...]) -> Callable[[object], str]:
    def text(self: object) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return text


def _reduce(names: tuple[str, ...]) -> Callable[[object], tuple[object, ...]]:
    values = _values(names)
    return lambda self: (type(self), values(self))


def _values(names: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _refuse(_self: object, name: str, _value: object = None) -> NoReturn:
    raise FrozenInstanceError(f"cannot change field {name!r}")
