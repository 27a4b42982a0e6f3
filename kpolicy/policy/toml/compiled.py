# SPDX-License-Identifier: GPL-2.0-or-later
"""What ships with kpolicy as TOML, kept in the cache as plain data once it has been read.

The name under which something is kept covers the files that it was read from and the code that reads them: a change of
either makes it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from kpolicy.installed import state
from kpolicy.kconfig.cache import ModelCache, digest

Made = TypeVar("Made")

_CODE = "policy"
"""The code that reads it, but for what a package has of its own."""
_TUPLE = -1
"""The number of the class of tuples."""


def compiled(
    what: str, make: Callable[[], Made], classes: Sequence[type[Any]], cache: str | None, *folders: str
) -> Made:
    """What `make` reads, taken from the cache where that has it under the name `what`.

    `classes` are those of the objects that it consists of, dataclasses and named tuples.  `folders` are those of
    kpolicy that it is read from, and of code that reads it besides that of policies.
    """
    sources = state((_CODE, *folders)) if cache is not None else None
    if cache is None or sources is None:
        return make()
    store = ModelCache(cache)
    name = digest(f"{what} {sources}".encode())
    stored = store.load_data(name)
    if stored is not None:
        return cast("Made", _unpacked(stored, classes))
    made = make()
    store.store_data(name, _packed(made, {kind: number for number, kind in enumerate(classes)}))
    return made


def _packed(value: object, numbers: dict[type[Any], int]) -> object:
    """A JSON value: of an object a list of its fields, of a tuple one of its items, both with what they are at the end.

    That is twice the number of the class, and one more where no list is among the others: few have one.  An empty list
    is an empty tuple.
    """
    if value == ():
        return []
    number = numbers.get(type(value), _TUPLE)
    if isinstance(value, tuple):
        items = [_packed(item, numbers) for item in value]
    elif number != _TUPLE:
        items = [_packed(getattr(value, name), numbers) for name in cast("Any", value).__match_args__]
    else:
        assert value is None or isinstance(value, str | int), type(value)
        return value
    return [*items, 2 * number + all(type(item) is not list for item in items)]


def _unpacked(value: list[Any], classes: Sequence[type[Any]]) -> object:
    """What `_packed` made a list of, which is taken apart."""
    if not value:
        return ()
    number = value.pop()
    if not number & 1:
        value = [_unpacked(item, classes) if type(item) is list else item for item in value]
    return tuple(value) if number < 0 else classes[number >> 1](*value)
