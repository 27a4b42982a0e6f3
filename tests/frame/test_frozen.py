# SPDX-License-Identifier: GPL-2.0-or-later
"""Our frozen dataclasses do what those of the standard library do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, fields, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

import pytest

from kpolicy.frozen import dataclass, field
from kpolicy.frozen import replace as quick_replace

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Point(Generic[Value]):
    """Two numbers, and more."""

    x: Value
    y: int = 2
    names: list[str] = field(default_factory=list, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    """The same by the standard library."""

    x: int
    y: int = 2
    names: list[str] = dataclasses.field(default_factory=list, compare=False)


@dataclass(frozen=True)
class Open:
    """Without slots."""

    x: int

    @cached_property
    def double(self) -> int:
        """Worked out once."""
        return 2 * self.x

    def __repr__(self) -> str:
        return "mine"


@dataclass(frozen=True, slots=True)
class Empty:
    """Without fields."""


@pytest.mark.parametrize("kind", [Point, Theirs])
def test_as_the_standard_library(kind: Any) -> None:
    one = kind(1)
    assert (one.x, one.y, one.names) == (1, 2, [])
    assert one == kind(1, 2, ["other"])
    assert one != kind(1, 3)
    assert one != (1, 2, [])
    assert hash(one) == hash(kind(x=1, names=["other"]))
    assert repr(one) == f"{kind.__name__}(x=1, y=2, names=[])"
    assert kind(1).names is not one.names
    assert replace(one, y=5) == kind(1, 5)
    assert quick_replace(one, y=5) == kind(1, 5)
    assert [item.name for item in fields(kind)] == ["x", "y", "names"]
    for twin in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one)):
        assert (twin, twin.names) == (one, [])
    with pytest.raises(FrozenInstanceError):
        one.x = 3
    with pytest.raises(FrozenInstanceError):
        del one.x
    with pytest.raises(TypeError):
        kind()
    with pytest.raises(TypeError):
        kind(1, z=1)
    with pytest.raises(TypeError):
        quick_replace(one, z=1)
    match one:
        case kind(x, y):
            assert (x, y) == (1, 2)


def test_without_slots_and_with_methods_of_its_own() -> None:
    one = Open(2)
    assert (one.double, one.double, repr(one)) == (4, 4, "mine")
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.copy(one) == Open(2)


def test_without_fields() -> None:
    assert Empty() == Empty()
    assert (hash(Empty()), repr(Empty())) == (hash(()), "Empty()")
