# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbers and strings as `conf` reads and compares them.

Mirrors strtoll(), sym_string_valid() (scripts/kconfig/symbol.c) and expr_parse_string()
(expr.c).
"""

from __future__ import annotations

import re

from kpolicy.bounds import whole
from kpolicy.kconfig.nodes import EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL
from kpolicy.kconfig.payload import BOOL, HEX, INT, STRING, TRISTATE
from kpolicy.patterns import lazy

_LOWEST, _HIGHEST = -(1 << 63), (1 << 63) - 1
_DECIMAL = lazy(r"[ \t\n\v\f\r]*([+-]?)([0-9]+)")
_HEX = lazy(r"[ \t\n\v\f\r]*([+-]?)(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]+)")
_OCTAL = lazy(r"[ \t\n\v\f\r]*([+-]?)(0[0-7]*)")
_HEX_PREFIX = lazy(r"[ \t\n\v\f\r]*[+-]?0[xX][0-9a-fA-F]")
_ZERO_PREFIX = lazy(r"[ \t\n\v\f\r]*[+-]?0")

_VALID_INT = lazy(r"-?(?:0|[1-9][0-9]*)\Z", re.ASCII)
_VALID_HEX = lazy(r"(?:0[xX])?[0-9a-fA-F]+\Z", re.ASCII)

_TRISTATE_NUMBER = {"n": 0, "m": 1, "y": 2}


def strtoll(text: str, base: int) -> tuple[int, int]:
    """C's strtoll(): the number at the start of `text`, and the index of what follows it.

    `base` is 0 (by prefix), 10 or 16.  Without a number the result is (0, 0).  Values are
    not limited to 64 bits (only by `whole`); the caller clips or refuses them.
    """
    if base == 0:
        base = 16 if _HEX_PREFIX.match(text) else 8 if _ZERO_PREFIX.match(text) else 10
    match = {10: _DECIMAL, 16: _HEX, 8: _OCTAL}[base].match(text)
    if match is None:
        return 0, 0
    number = whole(match[2], base)
    return (-number if match[1] == "-" else number), match.end()


def number(text: str, base: int) -> int:
    """The value that `conf` takes for a range check: clipped to 64 bits, 0 for no number."""
    return max(_LOWEST, min(_HIGHEST, strtoll(text, base)[0]))


def is_valid(type_code: int, text: str) -> bool:
    """Whether `conf` accepts `text` for a string, int or hex symbol."""
    if type_code == STRING:
        return True
    return (_VALID_INT if type_code == INT else _VALID_HEX).match(text) is not None


def operand(text: str, type_code: int) -> tuple[bool, int] | None:
    """(is unsigned, value) for a comparison of numbers; None when it is a string."""
    if type_code in (BOOL, TRISTATE):
        return False, _TRISTATE_NUMBER.get(text, -1)
    value, end = strtoll(text, 10 if type_code == INT else 16 if type_code == HEX else 0)
    if not end or end != len(text) or text[-1] not in "0123456789abcdefABCDEF":
        return None
    if type_code == HEX:
        return None if abs(value) > (1 << 64) - 1 else (True, value & ((1 << 64) - 1))
    return None if not _LOWEST <= value <= _HIGHEST else (False, value)


def compare(operator: int, left: str, left_type: int, right: str, right_type: int) -> bool:
    """`left operator right`, as numbers where both are, else byte by byte as strings."""
    order = 0
    a = b = None
    if left_type != STRING or right_type != STRING:
        a, b = operand(left, left_type), operand(right, right_type)
    if a is None or b is None:
        first, second = left.encode("utf-8", "surrogateescape"), right.encode("utf-8", "surrogateescape")
        order = (first > second) - (first < second)
    else:
        x, y = a[1], b[1]
        if a[0] or b[0]:
            x, y = x & ((1 << 64) - 1), y & ((1 << 64) - 1)
        order = (x > y) - (x < y)
    if operator == EQUAL:
        return order == 0
    if operator == LESS:
        return order < 0
    if operator == LESS_EQUAL:
        return order <= 0
    if operator == GREATER:
        return order > 0
    if operator == GREATER_EQUAL:
        return order >= 0
    return order != 0


def unquote(text: str) -> str | None:
    """The string in quotes at the start of `text`, backslashes taken away; None without an end."""
    result: list[str] = []
    at = 1
    while at < len(text):
        char = text[at]
        if char == '"':
            return "".join(result)
        if char == "\\":
            at += 1
            char = text[at : at + 1]
        result.append(char)
        at += 1
    return None
