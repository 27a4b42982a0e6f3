# SPDX-License-Identifier: GPL-2.0-or-later
"""Frozen dataclasses that are quick to define.

`dataclasses` compiles seven methods for each class.  For a hundred classes that takes longer than judging a config, so
all methods but `__init__` are closures here, and its own description of a class is made when it is asked for.  To a
type checker, to `fields` and to its `replace` nothing is different.  A class does not inherit fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NoReturn

__all__ = ["dataclass", "field", "replace"]

_SET: Final = object.__setattr__
_FEW: Final = 64
"""So many objects are made without a method of their own: to write one takes as long as to make a hundred."""

_MISSING: Final = object()


class _Described:
    """A field with more than a value: what is made anew for each object, what does not count when two are compared."""

    __slots__ = ("compare", "default", "factory")

    def __init__(self, default: Any, factory: Any, compare: bool) -> None:
        self.default = default
        self.factory = factory
        self.compare = compare


if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    # `dataclasses` is imported where one of its own objects is needed: it takes longer than ten classes to define.

    def dataclass(*, frozen: bool, slots: bool = False) -> Callable[[type[Any]], type[Any]]:
        """`dataclasses.dataclass` for classes that are frozen, with or without slots."""
        assert frozen
        return lambda cls: _defined(cls, slots=slots)

    def field(*, default: Any = _MISSING, default_factory: Any = _MISSING, compare: bool = True) -> Any:
        """`dataclasses.field`, as far as fields of such classes are described."""
        return _Described(default, default_factory, compare)

    def replace(one: Any, /, **changes: object) -> Any:
        """`dataclasses.replace` of an object of such a class, without the description that is made for `fields`."""
        return type(one)(**{**{name: getattr(one, name) for name in one.__match_args__}, **changes})


class _Fields:
    """`__dataclass_fields__`, which `dataclasses` makes when someone asks for it: of most classes nobody does."""

    owner: type

    def __init__(self, annotations: dict[str, Any], defaults: dict[str, Any], module: str) -> None:
        # With a docstring: `dataclasses` writes one where there is none, for which it imports and parses much.
        self._body = {"__annotations__": annotations, "__module__": module, "__doc__": "-"}
        self._defaults = defaults

    def __get__(self, _object: object, _kind: type) -> Any:
        import dataclasses

        known = dict(self._defaults)
        for name, item in known.items():
            if isinstance(item, _Described):
                what = {"default": item.default, "default_factory": item.factory}
                stated = {word: value for word, value in what.items() if value is not _MISSING}
                known[name] = dataclasses.field(compare=item.compare, **stated)
        made: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(type("", (), {**self._body, **known}))
        type.__setattr__(self.owner, "__dataclass_fields__", made.__dataclass_fields__)
        return made.__dataclass_fields__


def _defined(cls: Any, *, slots: bool) -> Any:
    own = dict(vars(cls))
    annotations = {
        name: kind for name, kind in own.get("__annotations__", {}).items() if not str(kind).startswith("ClassVar")
    }
    defaults = {name: own[name] for name in annotations if name in own}
    # A type checker does not see which `field` it is.
    assert all(type(value).__module__ != "dataclasses" for value in defaults.values()), (
        "field is that of kpolicy.frozen"
    )
    described = {name: value for name, value in defaults.items() if isinstance(value, _Described)}
    names, known_fields = tuple(annotations), _Fields(annotations, defaults, cls.__module__)
    added = {"__dataclass_fields__": known_fields, "__match_args__": names}
    if "__eq__" not in own or "__hash__" not in own:
        equal, hashed = _identity(tuple(name for name in names if name not in described or described[name].compare))
        added["__eq__"] = own.get("__eq__", equal)
        added["__hash__"] = own.get("__hash__") or hashed
    added["__repr__"] = own.get("__repr__", _repr)
    added["__setattr__"] = added["__delattr__"] = _refuse
    made: Any = _slotted(cls, own, added, names) if slots else _open(cls, added, described)
    known_fields.owner = made
    if "__init__" not in own:
        made.__init__ = _init_at_first(made, names, defaults)
    return made


def _slotted(cls: Any, own: dict[str, Any], added: dict[str, Any], names: tuple[str, ...]) -> Any:
    """The class once more, with a slot for each field: slots cannot be added to one that exists."""
    body = own | added
    for name in (*names, "__dict__", "__weakref__"):
        body.pop(name, None)
    body |= {"__slots__": names, "__qualname__": cls.__qualname__}
    # What unpickling does otherwise, setting one slot after the other, is refused.
    body.setdefault("__reduce__", _reduce)
    return type(cls)(cls.__name__, cls.__bases__, body)


def _open(cls: Any, added: dict[str, Any], described: Mapping[str, _Described]) -> Any:
    """The class itself, without slots; a default that is described stays as its value, as in any class."""
    for name, item in described.items():
        if item.default is _MISSING:
            delattr(cls, name)
        else:
            setattr(cls, name, item.default)
    for name, value in added.items():
        setattr(cls, name, value)
    return cls


def _init_at_first(made: Any, names: tuple[str, ...], defaults: Mapping[str, Any]) -> Callable[..., None]:
    """An `__init__` for the first few objects, which then writes a quicker one: of most classes there are few."""
    count = 0

    def __init__(self: object, *values: object, **named: object) -> None:  # noqa: N807 - what it stands for
        nonlocal count
        count += 1
        if count <= _FEW:
            if len(values) == len(names) and not named:
                found: Iterable[tuple[str, object]] | None = zip(names, values, strict=True)
            else:
                found = _completed(names, defaults, values, named)
            if found is not None:
                for name, value in found:
                    _SET(self, name, value)
                return
        # This one refuses what does not fit as Python does.
        made.__init__ = _init(names, defaults)
        made.__init__(self, *values, **named)

    return __init__


def _completed(
    names: tuple[str, ...], defaults: Mapping[str, Any], values: tuple[object, ...], named: Mapping[str, object]
) -> Iterable[tuple[str, object]] | None:
    """The fields of an object with their values, defaults too; None for arguments that do not fit."""
    given = {**dict(zip(names, values, strict=False)), **named}
    if len(given) != len(values) + len(named):
        return None
    for name, default in defaults.items():
        if name not in given:
            if not isinstance(default, _Described):
                given[name] = default
            elif default.default is not _MISSING:
                given[name] = default.default
            elif default.factory is not _MISSING:
                given[name] = default.factory()
    return given.items() if given.keys() == set(names) else None


def _init(names: tuple[str, ...], defaults: Mapping[str, Any]) -> Callable[..., None]:
    known: dict[str, Any] = {"_set": _SET, "_missing": _MISSING}
    parameters, lines = ["self"], []
    for number, name in enumerate(names):
        value = name
        default: Any = defaults.get(name, _MISSING)
        factory: Any = _MISSING
        if isinstance(default, _Described):
            default, factory = default.default, default.factory
        if factory is not _MISSING:
            known[f"_default{number}"] = factory
            parameters.append(f"{name}=_missing")
            value = f"_default{number}() if {name} is _missing else {name}"
        elif default is not _MISSING:
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
    values = (f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({', '.join(values)})"


def _reduce(self: Any) -> tuple[object, ...]:
    return type(self), tuple(getattr(self, name) for name in self.__match_args__)


def _refuse(_self: object, name: str, _value: object = None) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r}")
