# SPDX-License-Identifier: GPL-2.0-or-later
"""Shell arithmetic, `$((...))`: C's operators on 64-bit integers (POSIX section 2.6.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from kpolicy.kernel.toolchain.patience import Exhausted, integer

_TOKEN: Final = re.compile(
    r"\s*(?:(0[xX][0-9a-fA-F]+|[0-9]+)|([A-Za-z_]\w*)|(<<|>>|[<>=!]=|&&|\|\||[-+*/%<>&|^!~?:()]))"
)
_LEVELS: Final = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", "<=", ">", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
)


class ArithmeticFault(Exception):
    """The expression cannot be computed: bad syntax, division by zero, an operator that changes a variable."""


def compute(expression: str, lookup: Callable[[str], str]) -> int:
    """The value of an expression.  `lookup` gives the values of variables.  Raises ArithmeticFault."""
    return _Parser(expression, lookup).value()


def _wrap(value: int) -> int:
    return (value + 2**63) % 2**64 - 2**63


def _number(text: str) -> int:
    digits = text.strip() or "0"
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    try:
        if digits[:2] in ("0x", "0X"):
            return sign * integer(digits, 16)
        return sign * integer(digits, 8 if len(digits) > 1 and digits.startswith("0") else 10)
    except ValueError as error:
        raise ArithmeticFault(f"not a number: {text}") from error


def _divide(left: int, right: int) -> int:
    if right == 0:
        raise ArithmeticFault("division by zero")
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


_OPERATIONS: Final[dict[str, Callable[[int, int], int]]] = {
    "||": lambda left, right: int(bool(left) or bool(right)),
    "&&": lambda left, right: int(bool(left) and bool(right)),
    "|": lambda left, right: left | right,
    "^": lambda left, right: left ^ right,
    "&": lambda left, right: left & right,
    "==": lambda left, right: int(left == right),
    "!=": lambda left, right: int(left != right),
    "<": lambda left, right: int(left < right),
    "<=": lambda left, right: int(left <= right),
    ">": lambda left, right: int(left > right),
    ">=": lambda left, right: int(left >= right),
    "<<": lambda left, right: left << (right & 63),
    ">>": lambda left, right: left >> (right & 63),
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
    "%": lambda left, right: left - right * _divide(left, right),
}


class _Parser:
    def __init__(self, expression: str, lookup: Callable[[str], str]) -> None:
        self._lookup = lookup
        self._tokens: list[str] = []
        at = 0
        text = expression.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise ArithmeticFault(f"bad arithmetic: {expression}")
            self._tokens.append(match.group().strip())
            at = match.end()
            if len(self._tokens) > 1000:
                raise Exhausted("arithmetic that is too long")
        self._tokens.reverse()

    def value(self) -> int:
        if not self._tokens:
            return 0
        value = self._ternary()
        if self._tokens:
            raise ArithmeticFault(f"unexpected {self._tokens[-1]!r}")
        return value

    def _peek(self) -> str:
        return self._tokens[-1] if self._tokens else ""

    def _ternary(self) -> int:
        condition = self._binary(0)
        if self._peek() != "?":
            return condition
        self._tokens.pop()
        first = self._ternary()
        if self._peek() != ":":
            raise ArithmeticFault("expected ':'")
        self._tokens.pop()
        second = self._ternary()
        return first if condition else second

    def _binary(self, level: int) -> int:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._peek() in _LEVELS[level]:
            operator = self._tokens.pop()
            left = _wrap(_OPERATIONS[operator](left, self._binary(level + 1)))
        return left

    def _unary(self) -> int:
        if not self._tokens:
            raise ArithmeticFault("expected a number")
        token = self._tokens.pop()
        if token == "-":
            return _wrap(-self._unary())
        if token == "+":
            return self._unary()
        if token == "!":
            return int(not self._unary())
        if token == "~":
            return ~self._unary()
        if token == "(":
            value = self._ternary()
            if not self._tokens or self._tokens.pop() != ")":
                raise ArithmeticFault("expected ')'")
            return value
        if token[0].isdigit():
            return _wrap(_number(token))
        if token[0].isalpha() or token[0] == "_":
            return _wrap(_number(self._lookup(token)))
        raise ArithmeticFault(f"unexpected {token!r}")
