# SPDX-License-Identifier: GPL-2.0-or-later
"""Frozen dataclasses that are quick to define.

`dataclasses` compiles seven methods for each class.  For a hundred classes that takes longer than judging a config, so
all methods but `__init__` are closures here, and its own description of a class is made when it is asked for.  To a
type checker, to `fields` and to `replace` nothing is different.  A class does not inherit fields.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

__all__ = ["dataclass"]

_SET: Final = object.__setattr__
_FEW: Final = 12
"""So many objects are made without a method of their own: to write one takes as long as to make twenty."""

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, slots: bool = False) -> Callable[[type[Any]], type[Any]]:
        """`dataclasses.dataclass` for classes that are frozen, with or without slots."""
        assert frozen
        return lambda cls: _defined(cls, slots=slots)


class _Part(NamedTuple):
    """A field of a class: what `dataclasses.Field` holds of it that is needed to make an object."""

    name: str
    default: Any
    factory: Any
    compare: bool


class _Fields:
    """`__dataclass_fields__`, which `dataclasses` makes when someone asks for it: of most classes nobody does."""

    def __init__(self, owner: type, annotations: dict[str, Any], defaults: dict[str, Any]) -> None:
        self.owner = owner
        # With a docstring: `dataclasses` writes one where there is none, for which it imports and parses much.
        self._body = {"__annotations__": annotations, "__module__": owner.__module__, "__doc__": "-", **defaults}

    def __get__(self, _object: object, _kind: type) -> Any:
        made: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(type("", (), self._body))
        type.__setattr__(self.owner, "__dataclass_fields__", made.__dataclass_fields__)
        return made.__dataclass_fields__


def _defined(cls: Any, *, slots: bool) -> Any:
    own = dict(vars(cls))
    annotations = {
        name: kind for name, kind in own.get("__annotations__", {}).items() if not str(kind).startswith("ClassVar")
    }
    defaults = {name: own[name] for name in annotations if name in own}
    found = tuple(_part(name, defaults.get(name, MISSING)) for name in annotations)
    made: Any = _slotted(cls, own, tuple(annotations)) if slots else cls
    for part in () if slots else found:
        if part.default is not MISSING:
            setattr(made, part.name, part.default)
        elif part.name in own:
            delattr(made, part.name)
    made.__dataclass_fields__ = _Fields(made, annotations, defaults)
    type.__setattr__(made, "__match_args__", tuple(annotations))
    if "__init__" not in own:
        made.__init__ = _init_at_first(made, found)
    if "__eq__" not in own or "__hash__" not in own:
        equal, hashed = _identity(tuple(part.name for part in found if part.compare))
        made.__eq__ = own.get("__eq__", equal)
        made.__hash__ = own.get("__hash__") or hashed
    if "__repr__" not in own:
        made.__repr__ = _repr
    made.__setattr__ = made.__delattr__ = _refuse
    if slots and "__reduce__" not in own:
        # What unpickling does otherwise, setting one slot after the other, is refused.
        made.__reduce__ = _reduce
    return made


def _part(name: str, default: Any) -> _Part:
    if isinstance(default, dataclasses.Field):
        return _Part(name, default.default, default.default_factory, default.compare)
    return _Part(name, default, MISSING, True)


def _slotted(cls: Any, own: dict[str, Any], names: tuple[str, ...]) -> Any:
    """The class once more, with a slot for each field: slots cannot be added to one that exists."""
    left_out = {*names, "__dict__", "__weakref__"}
    body = {name: value for name, value in own.items() if name not in left_out}
    made: Any = type(cls)(cls.__name__, cls.__bases__, {**body, "__slots__": names})
    made.__qualname__ = cls.__qualname__
    return made


def _init_at_first(made: Any, found: tuple[_Part, ...]) -> Callable[..., None]:
    """An `__init__` for the first few objects, which then writes a quicker one: of most classes there are few."""
    names = [part.name for part in found]
    defaults = {part.name: part.default for part in found if part.default is not MISSING}
    factories = {part.name: part.factory for part in found if part.factory is not MISSING}
    count = 0

    def __init__(self: object, *values: object, **named: object) -> None:  # noqa: N807 - what it stands for
        nonlocal count
        count += 1
        given = dict(zip(names, values, strict=False)) | named
        if count <= _FEW and len(given) == len(values) + len(named):
            given = defaults | {name: make() for name, make in factories.items() if name not in given} | given
            if given.keys() == set(names):
                for name, value in given.items():
                    _SET(self, name, value)
                return
        # This one refuses what does not fit as Python does.
        made.__init__ = _init(found)
        made.__init__(self, *values, **named)

    return __init__


def _init(found: tuple[_Part, ...]) -> Callable[..., None]:
    known: dict[str, Any] = {"_set": _SET, "_missing": MISSING}
    parameters, lines = ["self"], []
    for number, (name, default, factory, _) in enumerate(found):
        value = name
        if factory is not MISSING:
            known[f"_default{number}"] = factory
            parameters.append(f"{name}=_missing")
            value = f"_default{number}() if {name} is _missing else {name}"
        elif default is not MISSING:
            known[f"_default{number}"] = default
            parameters.append(f"{name}=_default{number}")
        else:
            parameters.append(name)
        lines.append(f"    _set(self, {name!r}, {value})\n")
    # The names are those of a class in the code: as quick as an __init__ that is written there.
    exec(f"def __init__({', '.join(parameters)}):\n{''.join(lines) or '    pass'}", known)  # noqa: S102
    method: Callable[..., None] = known["__init__"]
    return method


def _identity(names: tuple[str, ...]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def few(self: object) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in names)

    values: Callable[[object], tuple[Any, ...]] = attrgetter(*names) if len(names) > 1 else few

    def equal(self: object, other: object) -> bool:
        return bool(values(self) == values(other)) if other.__class__ is self.__class__ else NotImplemented

    return equal, lambda self: hash(values(self))


def _repr(self: Any) -> str:
    values = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self))
    return f"{type(self).__qualname__}({', '.join(values)})"


def _reduce(self: Any) -> tuple[object, ...]:
    return type(self), tuple(getattr(self, field.name) for field in dataclasses.fields(self))


def _refuse(_self: object, name: str, _value: object = None) -> NoReturn:
    raise FrozenInstanceError(f"cannot change field {name!r}")
