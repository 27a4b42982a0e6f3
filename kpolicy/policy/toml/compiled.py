# SPDX-License-Identifier: GPL-2.0-or-later
"""What ships with kpolicy as TOML, kept in the cache as plain data once it has been read.

The name under which something is kept covers the files that it was read from and the code that reads them: a change of
either makes it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from kpolicy.installed import state
from kpolicy.kconfig.cache import ModelCache, digest

Made = TypeVar("Made")

_CODE = "policy"
"""The code that reads it, but for what a package has of its own."""
_TUPLE = -1


def compiled(
    what: str, make: Callable[[], Made], classes: Sequence[type[Any]], cache: Path | None, *folders: str
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
    """A JSON value: an object is a list of the number of its class and its fields, a tuple one that starts with -1."""
    number = numbers.get(type(value), _TUPLE)
    if isinstance(value, tuple):
        return [number, *(_packed(item, numbers) for item in value)]
    if is_dataclass(value):
        assert number != _TUPLE, type(value)
        return [number, *(_packed(getattr(value, field.name), numbers) for field in fields(value))]
    assert value is None or isinstance(value, str | int), type(value)
    return value


def _unpacked(value: list[Any], classes: Sequence[type[Any]]) -> object:
    number, *items = value
    inner = [_unpacked(item, classes) if type(item) is list else item for item in items]
    return tuple(inner) if number == _TUPLE else classes[number](*inner)
