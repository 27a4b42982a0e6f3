# SPDX-License-Identifier: GPL-2.0-or-later
"""Named tuples that are quick to define.

`typing.NamedTuple` compiles a method for each class and looks at every annotation.  Twenty such classes take longer
than reading a `.config`, so the methods are shared here, and one that makes objects quickly is written when many are
made.  To a type checker nothing is different.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    # As `collections` has it: a property in C where there is one.
    from collections import _tuplegetter

    _NEW: Final = tuple.__new__
    _FEW: Final = 64
    """So many objects are made without a method for their class: to write one takes as long as to make a hundred."""

    class _Named(tuple):
        """What all named tuples have."""

        __slots__ = ()
        _fields: tuple[str, ...] = ()
        _field_defaults: Mapping[str, Any] = {}
        _shown = ""

        @classmethod
        def _make(cls, values: Iterable[Any]) -> Any:
            """One of so many values as there are fields."""
            made = _NEW(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
            return made

        def _replace(self, /, **changes: Any) -> Any:
            """The same with other values."""
            made = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"Got unexpected field names: {list(changes)!r}")
            return made

        def _asdict(self) -> dict[str, Any]:
            """The values by field."""
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            return type(self).__name__ + self._shown % self

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

    class _Defined(type):
        """Makes a class that has `NamedTuple` as its base one of its own, whose type is `type`."""

        def __new__(cls, name: str, _bases: tuple[type, ...], body: dict[str, Any]) -> Any:
            names = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in names if field in body}
            body |= {"__slots__": (), "_fields": names, "__match_args__": names, "_field_defaults": defaults}
            body["_shown"] = f"({', '.join(f'{field}=%r' for field in names)})"
            body |= {field: _tuplegetter(number, None) for number, field in enumerate(names)}
            made = type(name, (_Named,), body)
            made.__new__ = _new_at_first(made, names, defaults)
            return made

    NamedTuple = type.__new__(_Defined, "NamedTuple", (), {})

    def _new_at_first(made: Any, names: tuple[str, ...], defaults: Mapping[str, Any]) -> Any:
        """A `__new__` for the first few objects, which then writes a quicker one: of most classes there are few."""
        count = 0

        def __new__(cls: Any, *values: Any, **named: Any) -> Any:  # noqa: N807 - what it stands for
            nonlocal count
            count += 1
            if count <= _FEW:
                if not named and len(values) == len(names):
                    return _NEW(cls, values)
                rest = {**defaults, **named}
                behind = names[len(values) :]
                if len(values) <= len(names) and named.keys() <= set(behind) <= rest.keys():
                    return _NEW(cls, (*values, *map(rest.__getitem__, behind)))
            # This one refuses what does not fit as Python does.
            made.__new__ = _new(names, defaults)
            return made.__new__(cls, *values, **named)

        return __new__

    def _new(names: tuple[str, ...], defaults: Mapping[str, Any]) -> Any:
        known = {"_new": _NEW, "_defaults": defaults}
        parameters = ["_cls", *(f"{name}=_defaults[{name!r}]" if name in defaults else name for name in names)]
        # The names are those of a class in the code: as quick as the method that `collections` writes.
        text = (
            f"def __new__({', '.join(parameters)}):\n    return _new(_cls, ({''.join(f'{name}, ' for name in names)}))"
        )
        exec(text, known)  # noqa: S102
        return known["__new__"]
