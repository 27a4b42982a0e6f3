# SPDX-License-Identifier: GPL-2.0-or-later
"""What no input may make of us: numbers without end, recursion without end, all the memory there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kpolicy.errors import InputError, KpolicyError
from kpolicy.location import Location

LONGEST_NUMBER: Final = 100
"""Digits.  64 bits take 20; Python refuses to read or print decimal numbers of more than 4,300."""
_LARGEST: Final = 16**LONGEST_NUMBER
_DIGITS: Final = {8: "[0-7]", 10: "[0-9]", 16: "[0-9a-fA-F]"}


def whole(text: str, base: int = 10) -> int:
    """`int(text, base)`, but all numbers of more than `LONGEST_NUMBER` digits are the same, a very large one.

    Raises ValueError for what is no number.
    """
    if len(text) <= LONGEST_NUMBER:
        return int(text, base)
    prefix = "(?:0[xX])?" if base == 16 else ""
    # Possessive: what is no number is refused as quickly as a number is read.
    match = re.fullmatch(f"([-+]?){prefix}0*+({_DIGITS[base]}*+)", text, re.ASCII)
    if match is None:
        raise ValueError(f"not a number: {text[:LONGEST_NUMBER]}...")
    sign, digits = match.groups()
    value = int(digits or "0", base) if len(digits) <= LONGEST_NUMBER else _LARGEST
    return -value if sign == "-" else value


def failure(error: Exception, what: str, location: Location | None = None) -> KpolicyError:
    """The error of ours that stands for any exception: `what` was being read or worked out when it was raised."""
    if isinstance(error, KpolicyError):
        return error
    if isinstance(error, RecursionError):
        return InputError(f"{what}: nested too deeply", location)
    if isinstance(error, MemoryError):
        return InputError(f"{what}: out of memory", location)
    text = f"internal error: {type(error).__name__}: {error}"
    return KpolicyError(text, location, hint=f"this is a bug in kpolicy{_raised_at(error)}")


def _raised_at(error: Exception) -> str:
    # The rest goes on, perhaps in another process: the traceback ends here, and only its last place is told.
    from pathlib import PurePath  # only for errors

    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return f", at {'/'.join(PurePath(code.co_filename).parts[-3:])}:{trace.tb_lineno} ({code.co_name})"


@contextmanager
def contained(what: str, location: Location | None = None) -> Iterator[None]:
    """Recursion and memory that run out inside are an InputError; `what` as for `failure`."""
    try:
        yield
    except (RecursionError, MemoryError) as error:
        raise failure(error, what, location) from None
