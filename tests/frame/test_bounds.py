# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbers of any length, and errors in place of exceptions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpolicy.bounds import contained, failure, whole
from kpolicy.errors import InputError, UsageError
from kpolicy.location import Location


@given(st.integers(-(1 << 256), 1 << 256), st.sampled_from([8, 10, 16]))
def test_numbers_that_a_kernel_may_have(number: int, base: int) -> None:
    digits = {8: oct(abs(number))[2:], 10: str(abs(number)), 16: hex(abs(number))[2:]}[base]
    assert whole(f"{'-' if number < 0 else ''}{'0x' if base == 16 else ''}{digits}", base) == number
    # Leading zeros do not count, however many.
    assert whole("0" * 9000 + digits, base) == abs(number)


def test_numbers_beyond_all_measure() -> None:
    assert whole("9" * 5000) == whole("8" * 6000) > 1 << 64
    assert whole("-" + "9" * 5000) == -whole("9" * 5000)
    assert whole("0x" + "f" * 5000, 16) == whole("9" * 5000)
    assert str(whole("9" * 5000)), "it can be printed"
    for text in ("", "x", "9" * 5000 + "x", "_" * 5000, "9" * 200 + "_9", "\u0663" * 200):
        with pytest.raises(ValueError, match=r"."):
            whole(text)


def test_exceptions_become_errors() -> None:
    place = Location("x", 3)
    for error, said in ((RecursionError(), "the file: nested too deeply"), (MemoryError(), "the file: out of memory")):
        found = failure(error, "the file", place)
        assert (type(found), found.message, found.location) == (InputError, said, place)
        with pytest.raises(InputError, match=said), contained("the file"):
            raise error
    own = UsageError("wrong")
    assert failure(own, "the file") is own
    assert failure(KeyError(1), "the file", place).message == "internal error: KeyError: 1"


def test_a_bug_is_told_with_its_place() -> None:
    try:
        _fails()
    except KeyError as error:
        hint = failure(error, "the file").hint
    line = _fails.__code__.co_firstlineno + 1
    assert hint == f"this is a bug in kpolicy, at tests/frame/test_bounds.py:{line} (_fails)"


def _fails() -> None:
    raise KeyError(1)
