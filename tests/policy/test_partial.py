# SPDX-License-Identifier: GPL-2.0-or-later
"""What remains of a condition when only definitions are known."""

from __future__ import annotations

import pytest

from kpolicy.policy.expressions.partial import ALWAYS, NEVER, granted, predicates, remains, valued
from kpolicy.policy.expressions.syntax import parse

DEFINED = {"A", "B"}


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ("A", "A"),
        ("X", "n"),
        ("!X", "y"),
        ("A && X", "n"),
        ("A || X", "A"),
        ("A && !X", "A"),
        ("A && B && !X", "A && B"),
        ("A || !X", "y"),
        ("!(A && X) && B", "B"),
        ("!(A || X)", "!A"),
        ("exists(A)", "y"),
        ("exists(X) && A", "n"),
        ("!exists(X) && A", "A"),
        ("settable(X) || selected(X)", "n"),
        ("settable(A)", "settable(A)"),
        # A line can name what is not defined.
        ("assigned(X)", "assigned(X)"),
        ("X = y", "n"),
        ("X != y", "y"),
        ("X < 18", "n"),
        ("18 > X", "n"),
        ("A < 18", "A < 18"),
        ("A = X", "A = X"),
        ("3 < 4", "y"),
        ("version >= 6.1 && A", "version >= 6.1 && A"),
        ("y && A", "A"),
    ],
)
def test_remains(condition: str, left: str) -> None:
    assert str(remains(parse(condition), DEFINED)) == left


@pytest.mark.parametrize(
    ("condition", "left"),
    [("A && X", "A && X"), ("exists(X) && X", "n"), ("!exists(X) && X != 3", "X != 3"), ("settable(X)", "settable(X)")],
)
def test_only_what_the_condition_says_of_trees(condition: str, left: str) -> None:
    assert str(remains(parse(condition), DEFINED, guards_only=True)) == left


def test_always_and_never_are_conditions() -> None:
    assert (str(ALWAYS), str(NEVER)) == ("y", "n")


def test_predicates() -> None:
    condition = parse("exists(A) && !(exists(B) || !exists(C)) && assigned(D)")
    assert list(predicates(condition, "exists")) == [("A", True), ("B", False), ("C", True)]
    assert list(predicates(condition, "assigned")) == [("D", True)]


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("!X", ["X"]),
        ("X && !Y", ["Y"]),
        ("!(X && !Y) && A", ["X"]),
        ("X != 3", ["X"]),
        ("X = 3", []),
        ("!(X = 3)", ["X"]),
        ("!A", []),
        ("!exists(X) && assigned(X)", []),
    ],
)
def test_granted(condition: str, names: list[str]) -> None:
    assert list(granted(parse(condition), DEFINED)) == names


def test_valued() -> None:
    condition = parse("A && !(B = C) && (settable(D) || selected(E)) && exists(F) && assigned(G) && H < 3")
    assert list(valued(condition)) == ["A", "B", "C", "D", "E", "H"]
