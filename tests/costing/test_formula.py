# SPDX-License-Identifier: GPL-2.0-or-later
"""The formulas of costs: what they come to, how they are read and printed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpolicy.costing.formula import (
    BIGGEST,
    FUNCTIONS,
    LEVELS,
    VARIABLES,
    Binary,
    Call,
    Choice,
    Formula,
    Name,
    NoFigureError,
    Not,
    Number,
    filled,
    names,
    value_of,
)
from kpolicy.costing.syntax import parse_formula
from kpolicy.errors import UsageError


class _Given:
    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers

    def number(self, name: str) -> int | None:
        return self._numbers.get(name)


_HERE = _Given(
    {"ram": 1 << 34, "pages": 1 << 22, "page_size": 4096, "word": 8, "ON": 1, "OFF": 0, "N": 255, "64BIT": 1}
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("7 / 2", Fraction(7, 2)),
        ("7 / 2 * 2", 7),
        ("floor(7 / 2)", 3),
        ("ceil(7 / 2)", 4),
        ("ceil(8 / 2)", 4),
        ("1 << 4 + 1", 32),
        ("4096 >> 2", 1024),
        ("0x10 + 1K + 1M", 16 + 1024 + 1048576),
        ("min(3, 2, 1) + max(3, 4)", 5),
        ("log2(4096)", 12),
        ("log2(4097)", 12),
        ("roundup_pow2(5)", 8),
        ("roundup_pow2(8)", 8),
        ("roundup_pow2(1)", 1),
        ("roundup_pow2(9 / 2)", 8),
        ("(N + 1) * 2 * page_size", 2 << 20),
        ("ram / page_size = pages", 1),
        ("ON ? 1 : 2", 1),
        ("OFF ? 1 : 2", 2),
        ("OFF ? 1 : ON ? 2 : 3", 2),
        ("GONE ? 1 : 2", 2),
        ("!GONE && ON || OFF", 1),
        ("GONE && GONE > 3 ? 1 : 0", 0),
        ("64BIT ? 16 : 8", 16),
        ("2 < 3 && 3 <= 3 && 3 >= 3 && 4 > 3 && 1 != 2 && 1 = 1", 1),
        ("!ON", 0),
        ("!(1 - 1)", 1),
        ("1 - 2", -1),
    ],
)
def test_values(text: str, value: int | Fraction) -> None:
    assert value_of(parse_formula(text), _HERE) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 / 0", "divides by zero"),
        ("GONE + 1", "GONE has no value"),
        ("ON ? GONE : 1", "GONE has no value"),
        ("cpus * 2", "cpus has no value"),
        ("1 << 65", "an invalid number of bits"),
        ("1 << (1 - 2)", "an invalid number of bits"),
        ("1 / 2 << 1", "an invalid number of bits"),
        ("log2(0)", "logarithm"),
        ("1G * 1G * 1G * 1G", "larger than any memory"),
    ],
)
def test_no_value(text: str, reason: str) -> None:
    with pytest.raises(NoFigureError) as caught:
        value_of(parse_formula(text), _HERE)
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("(N + 1) * 2 * page_size", "(255 + 1) * 2 * 4K"),
        ("ON ? N + 1 : cpus", "255 + 1"),
        ("(ON ? N + 1 : cpus) * 2", "(255 + 1) * 2"),
        ("cpus * 2", "cpus * 2"),
        ("cpus > 2 ? 1 : 3", "cpus > 2 ? 1 : 3"),
        ("max(word, 1) - (2 - N)", "max(8, 1) - (2 - 255)"),
        ("!ON", "!ON"),
    ],
)
def test_filled(text: str, shown: str) -> None:
    assert filled(parse_formula(text), _HERE) == shown


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("", 1, "the formula ends here", None),
        ("1 +", 4, "the formula ends here", None),
        ("1 2", 3, "expected an operator", None),
        ("(1", 1, "this parenthesis is not closed", None),
        ("1)", 2, "this parenthesis was never opened", None),
        ("KASAN ? 1", 7, "has no ':'", "KASAN ? 16 : 8"),
        ("A = B = C", 7, "comparisons do not chain", "&&"),
        ("CONFIG_KASAN", 1, "without CONFIG_", "'KASAN'"),
        ("rma / 4", 1, "neither a variable nor a symbol", "'ram'"),
        ("sqrt(4)", 1, "unknown function 'sqrt'", "there are min"),
        ("min(1)", 1, "min() takes 2 to 8 arguments, not 1", None),
        ("ceil(1, 2)", 1, "ceil() takes 1 argument, not 2", None),
        ("ceil(1", 7, "ceil() is not closed", None),
        ("4X", 1, "'4X' is not a number", "suffixes"),
        ("1 & 2", 3, "means nothing here", "'&&'"),
        ("9999999999999999999999999999G", 1, "beyond any memory", None),
        ("(" * 100, 61, "nested more than", None),
        ("!" * 100, 60, "nested more than", None),
        ("1" + " + 1" * 100, 243, "operators in a row", None),
    ],
)
def test_errors(text: str, column: int, message: str, hint: str | None) -> None:
    with pytest.raises(UsageError) as caught:
        parse_formula(text)
    error = caught.value
    assert message in error.message
    assert error.column == column
    assert hint is None or hint in (error.hint or "")


def _formulas() -> st.SearchStrategy[Formula]:
    leaves: st.SearchStrategy[Formula] = st.one_of(
        st.integers(0, BIGGEST).map(Number),
        st.sampled_from([*VARIABLES, "KASAN", "64BIT", "KFENCE_NUM_OBJECTS", "N"]).map(Name),
    )

    def longer(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
        calls = st.sampled_from(sorted(FUNCTIONS)).flatmap(
            lambda word: st.lists(inner, min_size=FUNCTIONS[word][0], max_size=FUNCTIONS[word][1]).map(
                lambda parts: Call(word, tuple(parts))
            )
        )
        words = st.sampled_from([word for level in LEVELS for word in level])
        return st.one_of(
            inner.map(Not), st.builds(Binary, words, inner, inner), st.builds(Choice, inner, inner, inner), calls
        )

    return st.recursive(leaves, longer, max_leaves=20)


@given(_formulas())
def test_what_is_printed_parses_to_the_same(formula: Formula) -> None:
    assert parse_formula(str(formula)) == formula


@given(_formulas())
def test_a_formula_has_a_value_or_a_reason(formula: Formula) -> None:
    value: int | Fraction | None = None
    reason = ""
    try:
        value = value_of(formula, _HERE)
    except NoFigureError as error:
        reason = error.reason
    assert (value is None) == bool(reason)
    if value is not None:
        assert -BIGGEST <= value <= BIGGEST
        # With all its numbers filled in it comes to the same.
        text = filled(formula, _HERE)
        if not any(name in text for name in names(formula)):
            assert value_of(parse_formula(text), _HERE) == value


@given(st.text() | st.text(alphabet="()+-*/<>=!?:,& |KMG019ABram_"))
def test_any_text_is_a_formula_or_an_error(text: str) -> None:
    formula: Formula | None = None
    column: int | None = None
    try:
        formula = parse_formula(text)
    except UsageError as error:
        column = error.column
    if formula is None:
        assert column is not None
        assert 1 <= column <= len(text) + 1
    else:
        assert parse_formula(str(formula)) == formula
