# SPDX-License-Identifier: GPL-2.0-or-later
"""Our named tuples do what those of the standard library do."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import pytest

from kpolicy.tuples import NamedTuple


class Point(NamedTuple):
    """Two numbers, and more."""

    x: int
    y: int = 2
    name: str = ""

    @property
    def double(self) -> int:
        """Worked out."""
        return 2 * self.x

    def __str__(self) -> str:
        return f"{self.x}, {self.y}"


class Theirs(typing.NamedTuple):
    """The same by the standard library."""

    x: int
    y: int = 2
    name: str = ""

    @property
    def double(self) -> int:
        """Worked out."""
        return 2 * self.x

    def __str__(self) -> str:
        return f"{self.x}, {self.y}"


class Many(NamedTuple):
    """Of this one many are made."""

    x: int
    y: int = 2


class Empty(NamedTuple):
    """Without fields."""


@pytest.mark.parametrize("kind", [Point, Theirs])
def test_as_the_standard_library(kind: Any) -> None:
    one = kind(1)
    assert (one.x, one.y, one.name, one.double, one[0], one[-1], len(one)) == (1, 2, "", 2, 1, "", 3)
    assert one == kind(1, 2) == kind(x=1) == kind(1, name="") == kind(1, name="", y=2) == (1, 2, "")
    assert one != kind(1, 3)
    assert one < kind(1, 3)
    assert hash(one) == hash((1, 2, ""))
    assert (str(one), repr(one)) == ("1, 2", f"{kind.__name__}(x=1, y=2, name='')")
    assert (kind.__doc__, kind.__name__, kind.__module__, type(kind)) == (kind.__doc__, kind.__name__, __name__, type)
    assert (kind._fields, kind._field_defaults) == (("x", "y", "name"), {"y": 2, "name": ""})
    assert one._replace(y=5) == kind(1, 5)
    assert one._asdict() == {"x": 1, "y": 2, "name": ""}
    assert type(kind._make([3, 4, "a"])) is type(one._replace(x=3)) is kind
    for twin in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one)):
        assert (twin, type(twin)) == (one, kind)
    assert not hasattr(one, "__dict__")
    with pytest.raises(AttributeError):
        one.x = 3
    # Since Python 3.13 that of the standard library raises TypeError.
    with pytest.raises((ValueError, TypeError), match=r"\['z'\]"):
        one._replace(z=1)
    for values in ([], [1, 2], [1, 2, "", 4]):
        with pytest.raises(TypeError):
            kind._make(values)
    match one:
        case kind(x, y):
            assert (x, y) == (1, 2)


@pytest.mark.parametrize("kind", [Point, Theirs, Many])
@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), ((), {"y": 1}), ((1,), {"x": 1}), ((1,), {"z": 1}), ((1, 2), {"y": 3}), ((1, 2, "", 4), {})],
)
def test_what_does_not_fit_is_refused(kind: Any, values: tuple[object, ...], named: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        kind(*values, **named)


def test_many_are_made_as_few_are() -> None:
    assert [Many(number) for number in range(200)] == [(number, 2) for number in range(200)]
    assert [Many(y=number, x=1) for number in range(200)] == [(1, number) for number in range(200)]
    assert type(Many(1)) is Many


def test_without_fields() -> None:
    assert Empty() == ()
    assert repr(Empty()) == "Empty()"
