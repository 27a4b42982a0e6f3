# SPDX-License-Identifier: GPL-2.0-or-later
"""Formulas of costs: exact arithmetic over a config's symbols and the machine.

    (KFENCE_NUM_OBJECTS + 1) * 2 * page_size
    KASAN ? 1M : max(4K, min(1M, roundup_pow2(ceil(ram / 16K))))

Operators bind as in C: `* /`, `+ -`, `<< >>`, comparisons (`=` for equality, as in Kconfig), `&&`, `||`,
`? :`.  `/` divides exactly, so that nothing is lost before `floor` or `ceil` says so.  K, M and G after a
number stand for powers of 1024.  `boot(P)` is the number that CONFIG_CMDLINE sets the kernel parameter P to
(`kpolicy.evaluate.command_line`).  A symbol is its number, 1 for y and m, 0 for n; as a condition one that
the config does not have is off, but as a number it has no value, and neither has the formula then.

Formulas are immutable; `str()` prints one that parses to the same.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Literal, Protocol, TypeAlias

from kpolicy.frozen import dataclass

Amount: TypeAlias = int | Fraction
BinaryOperator: TypeAlias = Literal["||", "&&", "=", "!=", "<", "<=", ">", ">=", "<<", ">>", "+", "-", "*", "/"]
Function: TypeAlias = Literal["min", "max", "ceil", "floor", "log2", "roundup_pow2"]

LEVELS: tuple[tuple[BinaryOperator, ...], ...] = (
    ("||",),
    ("&&",),
    ("=", "!=", "<", "<=", ">", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/"),
)
"""Binary operators by how they bind, the loosest first."""
COMPARISONS, _SHIFTS = LEVELS[2:4]
FUNCTIONS: Mapping[Function, tuple[int, int]] = {
    "min": (2, 8),
    "max": (2, 8),
    "ceil": (1, 1),
    "floor": (1, 1),
    "log2": (1, 1),
    "roundup_pow2": (1, 1),
}
"""The functions, with the least and the greatest number of arguments."""
VARIABLES: Mapping[str, str] = {
    "ram": "the bytes of memory of the machine",
    "cpus": "its possible CPUs",
    "page_size": "the bytes of a page",
    "pages": "ram / page_size",
    "word": "the bytes of a long and of a pointer",
}
"""What a formula may use besides symbols."""
BIGGEST = 1 << 96
"""No number is bigger: far beyond any memory, and soon worked out."""

_CHOICE = -1  # binds more loosely than any binary operator
_ATOM = len(LEVELS)
_SUFFIXES = (("G", 30), ("M", 20), ("K", 10))
_BOOT = re.compile(r"boot\(([A-Za-z0-9_.]+)\)")


class Numbers(Protocol):
    """What names stand for."""

    def number(self, name: str) -> int | None:
        """The number of a symbol or a variable; None where it has none."""


class NoFigureError(Exception):
    """A formula has no value: `name` has no number, or none where there is another `reason`."""

    def __init__(self, reason: str, name: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.name = name


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""

    value: int

    def __str__(self) -> str:
        return in_powers(self.value)


@dataclass(frozen=True, slots=True)
class Name:
    """A symbol, a variable in small letters, or `boot(P)`, the kernel parameter P on the built-in command line."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Not:
    """1 for an operand that is off, else 0."""

    operand: Formula

    def __str__(self) -> str:
        return f"!{_bracketed(self.operand, _ATOM)}"


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands joined; those of `&&` and `||` are conditions."""

    operator: BinaryOperator
    left: Formula
    right: Formula

    def __str__(self) -> str:
        return _joined(self, str(self.left), str(self.right))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two formulas, as a condition has it."""

    condition: Formula
    yes: Formula
    no: Formula

    def __str__(self) -> str:
        return f"{_bracketed(self.condition, 0)} ? {_bracketed(self.yes, 0)} : {self.no}"


@dataclass(frozen=True, slots=True)
class Call:
    """A function of some formulas."""

    function: Function
    arguments: tuple[Formula, ...]

    def __str__(self) -> str:
        return f"{self.function}({', '.join(map(str, self.arguments))})"


Formula: TypeAlias = Number | Name | Not | Binary | Choice | Call


def value_of(formula: Formula, numbers: Numbers) -> Amount:
    """The value of a formula; raises NoFigureError where it has none."""
    match formula:
        case Number(value):
            return value
        case Name(name):
            found = numbers.number(name)
            if found is None:
                raise NoFigureError(f"{name} has no value", name)
            return _checked(found)
        case Not(operand):
            return int(not holds(operand, numbers))
        case Choice(condition, yes, no):
            return value_of(yes if holds(condition, numbers) else no, numbers)
        case Call(function, arguments):
            return _checked(_CALLS[function](*(value_of(item, numbers) for item in arguments)))
        case Binary("&&", left, right):
            return int(holds(left, numbers) and holds(right, numbers))
        case Binary("||", left, right):
            return int(holds(left, numbers) or holds(right, numbers))
        case Binary(word, left, right):
            return _checked(_BINARY[word](value_of(left, numbers), value_of(right, numbers)))


def holds(formula: Formula, numbers: Numbers) -> bool:
    """Whether a formula is on as a condition; a symbol without a number is not."""
    if isinstance(formula, Name) and formula.name not in VARIABLES:
        return bool(numbers.number(formula.name))
    return bool(value_of(formula, numbers))


def filled(formula: Formula, numbers: Numbers) -> str:
    """A formula with numbers in place of names, and of each choice the side that counts.

    Names without a number stay.
    """
    return _filled(formula, numbers)[0]


def names(formula: Formula) -> tuple[str, ...]:
    """The symbols and variables that a formula mentions, each once."""
    return tuple(dict.fromkeys(_names(formula)))


def boot_parameter(name: str) -> str | None:
    """P for the name `boot(P)`, None for a symbol or a variable."""
    match = _BOOT.fullmatch(name)
    return match[1] if match is not None else None


def in_powers(number: int) -> str:
    """A whole number as formulas write it: 16K, 1G."""
    for suffix, shift in _SUFFIXES:
        if number and not number & ((1 << shift) - 1):
            return f"{number >> shift}{suffix}"
    return str(number)


def _names(formula: Formula) -> Iterator[str]:
    match formula:
        case Name(name):
            yield name
        case Not(operand):
            yield from _names(operand)
        case Binary(_, left, right):
            yield from _names(left)
            yield from _names(right)
        case Choice(condition, yes, no):
            for part in (condition, yes, no):
                yield from _names(part)
        case Call(_, arguments):
            for part in arguments:
                yield from _names(part)


def _filled(formula: Formula, numbers: Numbers) -> tuple[str, int]:
    """The text, and how it binds."""
    match formula:
        case Name(name):
            found = numbers.number(name)
            return (name if found is None else in_powers(found)), _ATOM
        case Choice(condition, yes, no):
            try:
                return _filled(yes if holds(condition, numbers) else no, numbers)
            except NoFigureError:
                return str(formula), _CHOICE
        case Binary(word, left, right):
            own = _level(word)
            texts = [_filled(part, numbers) for part in (left, right)]
            first, second = (
                f"({text})" if level < own + extra else text
                for (text, level), extra in zip(texts, _strictness(own), strict=True)
            )
            return f"{first} {word} {second}", own
        case Call(function, arguments):
            return f"{function}({', '.join(_filled(part, numbers)[0] for part in arguments)})", _ATOM
        case _:
            return str(formula), _ATOM


def _level(word: BinaryOperator) -> int:
    return next(number for number, words in enumerate(LEVELS) if word in words)


def _strictness(level: int) -> tuple[int, int]:
    """What is added to the level that each side must have: the right side binds closer, both of a comparison do.

    Few know how shifts bind: what they shift, and by what, stands in parentheses.
    """
    if LEVELS[level] is _SHIFTS:
        return _ATOM - level, _ATOM - level
    return (1 if LEVELS[level] is COMPARISONS else 0), 1


def _joined(formula: Binary, left: str, right: str) -> str:
    own = _level(formula.operator)
    first, second = _strictness(own)
    left = left if _binding(formula.left) >= own + first else f"({left})"
    right = right if _binding(formula.right) >= own + second else f"({right})"
    return f"{left} {formula.operator} {right}"


def _binding(formula: Formula) -> int:
    if isinstance(formula, Choice):
        return _CHOICE
    return _level(formula.operator) if isinstance(formula, Binary) else _ATOM


def _bracketed(formula: Formula, least: int) -> str:
    return str(formula) if _binding(formula) >= least else f"({formula})"


def _checked(value: Amount) -> Amount:
    if not -BIGGEST <= value <= BIGGEST:
        raise NoFigureError("the formula gives a number larger than any memory")
    if isinstance(value, Fraction):
        if value.denominator > BIGGEST:
            raise NoFigureError("the formula gives a fraction that is too small")
        return value.numerator if value.denominator == 1 else value
    return int(value)


def _divide(left: Amount, right: Amount) -> Amount:
    if right == 0:
        raise NoFigureError("the formula divides by zero")
    return Fraction(left) / right


def _shift(sign: int) -> Callable[[Amount, Amount], Amount]:
    def shift(left: Amount, right: Amount) -> Amount:
        if not isinstance(left, int) or not isinstance(right, int) or not 0 <= right <= 64:
            raise NoFigureError("the formula shifts by an invalid number of bits")
        return left << right if sign > 0 else left >> right

    return shift


def _log2(value: Amount) -> int:
    if value < 1:
        raise NoFigureError("the formula takes the logarithm of a number below 1")
    return math.floor(value).bit_length() - 1


def _roundup_pow2(value: Amount) -> int:
    return 1 << max(0, math.ceil(value) - 1).bit_length()


_BINARY: Mapping[BinaryOperator, Callable[[Amount, Amount], Amount]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "<<": _shift(1),
    ">>": _shift(-1),
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
}
_CALLS: Mapping[Function, Callable[..., Amount]] = {
    "min": min,
    "max": max,
    "ceil": math.ceil,
    "floor": math.floor,
    "log2": _log2,
    "roundup_pow2": _roundup_pow2,
}
