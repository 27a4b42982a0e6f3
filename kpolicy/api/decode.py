# SPDX-License-Identifier: GPL-2.0-or-later
"""From the plain lists and dicts of a JSON document to frozen dataclasses with the same fields."""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Hashable, Mapping
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Result = TypeVar("Result")


def decode(kind: type[Result], document: Mapping[str, Any]) -> Result:
    """A dataclass from the document of one: a field has the value of its name, or its own default.

    A name that is a word of Python has a _ at its end.  What the document has beside is left out.
    """
    values = {}
    for name, hint in _hints(cast("Hashable", kind)).items():
        key = name.rstrip("_")
        if key in document:
            values[name] = _decoded(hint, document[key])
    return kind(**values)


@functools.cache
def _hints(kind: Hashable) -> dict[str, Any]:
    assert isinstance(kind, type)
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _decoded(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        # The only unions are those with None.
        return _decoded(next(item for item in arguments if item is not type(None)), value)
    if origin is tuple:
        return tuple(_decoded(arguments[0], item) for item in value)
    if origin is Mapping:
        return {key: _decoded(arguments[1], item) for key, item in value.items()}
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        return decode(hint, value)
    return value
