# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbers and comparisons as C has them."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpolicy.evaluate.strings import compare, is_valid, number, strtoll, unquote
from kpolicy.kconfig.nodes import EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, UNEQUAL
from kpolicy.kconfig.payload import BOOL, HEX, INT, STRING, TRISTATE

_LIBC = ctypes.CDLL(None)
_LIBC.strtoll.restype = ctypes.c_longlong
_LIBC.strtoll.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int]
_NUMERIC = st.text(st.sampled_from(" \t-+0123456789abcdefxXgG"), max_size=24)


@given(_NUMERIC, st.sampled_from([0, 10, 16]))
def test_strtoll_is_that_of_c(text: str, base: int) -> None:
    encoded = text.encode()
    end = ctypes.c_char_p()
    theirs = _LIBC.strtoll(encoded, ctypes.byref(end), base)
    value, length = strtoll(text, base)
    assert number(text, base) == theirs if base else max(-(1 << 63), min((1 << 63) - 1, value)) == theirs
    assert length == len(encoded) - len(end.value or b"")


@pytest.mark.parametrize(
    ("kind", "text", "valid"),
    [
        (INT, "0", True), (INT, "-7", True), (INT, "007", False), (INT, "", False), (INT, "1a", False),
        (HEX, "0x1F", True), (HEX, "1f", True), (HEX, "0x", False), (HEX, "g", False), (HEX, "", False),
        (STRING, "", True), (STRING, "any thing", True),
    ],
)  # fmt: skip
def test_what_a_symbol_accepts(kind: int, text: str, valid: bool) -> None:
    assert is_valid(kind, text) is valid


@pytest.mark.parametrize(
    ("left", "left_type", "operator", "right", "right_type", "holds"),
    [
        ("9", INT, LESS, "10", 0, True),
        ("9", STRING, LESS, "10", STRING, False),
        ("0x10", HEX, EQUAL, "16", INT, True),
        ("011", 0, EQUAL, "9", INT, True),
        ("m", TRISTATE, LESS, "y", BOOL, True),
        ("n", BOOL, LESS_EQUAL, "n", TRISTATE, True),
        ("", INT, EQUAL, "", STRING, True),
        ("99999999999999999999", INT, GREATER, "5", INT, True),
        ("-1", INT, GREATER, "0x1", HEX, True),
        ("abc", STRING, UNEQUAL, "abd", 0, True),
        ("4", INT, GREATER_EQUAL, "4", 0, True),
    ],
)
def test_comparisons(left: str, left_type: int, operator: int, right: str, right_type: int, holds: bool) -> None:
    assert compare(operator, left, left_type, right, right_type) is holds


@given(st.text(max_size=20), st.text(max_size=20))
def test_text_compares_as_bytes(left: str, right: str) -> None:
    assert compare(LESS, left, STRING, right, STRING) is (left.encode() < right.encode())
    assert compare(EQUAL, left, STRING, right, STRING) is (left == right)


@given(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=30))
def test_quotes_come_off_as_they_went_on(text: str) -> None:
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert unquote(quoted + " trailing") == text


def test_an_open_string_is_none() -> None:
    assert unquote('"open') is None
