# SPDX-License-Identifier: GPL-2.0-or-later
"""The conditions of rules and roles, in Kconfig's expression language and a little more.

    KASAN && !KASAN_HW_TAGS
    LOCKDEP_BITS < 18
    exists(DEBUG_SG) && (assigned(DEBUG_VM) || selected(DEBUG_VM))
    rc >= 1 && rc <= 5
    KASAN -> STACKDEPOT

A symbol alone holds when it is y or m; an int, hex or string symbol alone never does, as in
Kconfig.  Differences from Kconfig, each because a rule is a statement and not a dependency:
a condition is true or false, there is no m in between; and an ordering (`<` and its like) is
false where one side has no number, so that `LOCKDEP_BITS < 18` says nothing about a kernel
that has no LOCKDEP_BITS (`conf` compares such values as text).

`A -> B` is `!A || B`; it binds last, and to the right.

Predicates: `assigned(X)` a config line names X; `requested(X)` that line asks for another value than n;
`selected(X)` a select of X is in effect; `exists(X)` this tree defines X; `settable(X)` a prompt of X is visible.
`version` and `rc` stand for the release, `version >= 6.1`, `rc = 3`; rc is 0 for a kernel that is no release
candidate.  They are for what no symbol states.

`boot(P)` is what the built-in command line sets the kernel parameter P to at every boot, unless the boot loader
overrides it: y, n, a number, or "" where it does not set it (`kpolicy.evaluate.command_line`).  `fallback(P)` is the
same for a kernel that uses its built-in command line only when the boot loader passes none.  Either is asked alone
(`boot(page_owner)` holds for y) or compared, as a symbol is.

`$name` is a parameter of the rule, in a comparison: `LOCKDEP_BITS < $least_bits`.  A policy file
can give it another value than the rule's own (`bind`).

Expressions are immutable; `str()` prints one that parses to the same.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar, get_args

from kpolicy.bounds import whole
from kpolicy.frozen import dataclass
from kpolicy.kernel.version import parse_version
from kpolicy.patterns import lazy

if TYPE_CHECKING:
    from kpolicy.evaluate.values import Values

Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]
PredicateName: TypeAlias = Literal["assigned", "requested", "selected", "exists", "settable"]
ReleaseField: TypeAlias = Literal["version", "rc"]
BootWord: TypeAlias = Literal["boot", "fallback"]

_NUMBER = lazy(r"[+-]?(?:0[xX][0-9a-fA-F]+|[0-9]+)\Z")
_PLAIN = lazy(r"[+-]?(?:0[xX][0-9a-fA-F]+|[0-9]+)\Z|[ymn]\Z")
_TRISTATE = {"n": 0, "m": 1, "y": 2}

_PREDICATES: Mapping[str, Callable[[Values, str], bool]] = {
    "assigned": lambda values, name: values.assignment(name) is not None,
    "requested": lambda values, name: (line := values.assignment(name)) is not None and line.value != "n",
    "selected": lambda values, name: bool(values.selectors(name)),
    "exists": lambda values, name: values.model.is_defined(name),
    "settable": lambda values, name: values.visibility(name) != 0,
}
PREDICATES: tuple[PredicateName, ...] = ("assigned", "requested", "selected", "exists", "settable")
BOOT_WORDS: tuple[BootWord, ...] = get_args(BootWord)
COMMAND_LINE = "CMDLINE"
"""The symbol that `boot()` and `fallback()` ask about."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol by name; it holds when its value is y or m."""

    name: str

    def holds(self, values: Values) -> bool:
        """Whether the symbol is y or m."""
        return values.tristate(self.name) != 0

    def text(self, values: Values) -> str:
        """The value to compare: as `.config` has it, with the 0x of a hex; "" where `.config` has no line for it."""
        text = values.text(self.name)
        if text in _TRISTATE:
            return text
        # conf gives 0 to a number that nothing sets, and does not write it.
        if not values.is_written(self.name):
            return ""
        # `default ff` of a hex is written as it stands, and is the number 0xff; 6.1 writes an empty one.
        short = text and not text.startswith(("0x", "0X")) and values.model.type_of(self.name) == "hex"
        return f"0x{text}" if short else text

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Constant:
    """y, m, n, a number or a quoted string."""

    value: str

    def holds(self, values: Values) -> bool:  # noqa: ARG002 - all expressions are asked alike
        """Whether this is y or m."""
        return self.value in ("y", "m")

    def text(self, values: Values) -> str:  # noqa: ARG002 - as a symbol is asked
        """The value itself."""
        return self.value

    def __str__(self) -> str:
        if _PLAIN.match(self.value):
            return self.value
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a rule, `$name`, and the value that it has."""

    name: str
    value: str

    def text(self, values: Values) -> str:  # noqa: ARG002 - as a symbol is asked
        """The value itself."""
        return self.value

    def __str__(self) -> str:
        return f"${self.name}"


@dataclass(frozen=True, slots=True)
class Boot:
    """What the built-in command line sets a kernel parameter to; it holds when that is y."""

    word: BootWord
    parameter: str

    def holds(self, values: Values) -> bool:
        """Whether the parameter is switched on."""
        return self.text(values) == "y"

    def text(self, values: Values) -> str:
        """The value to compare, "" where the built-in command line does not set the parameter."""
        if not values.has_command_line:
            return ""
        # Only here: most configs have none, and need nothing that reads one.
        from kpolicy.evaluate.command_line import fallback_parameter, parameter

        return (parameter if self.word == "boot" else fallback_parameter)(values, self.parameter)

    def __str__(self) -> str:
        return f"{self.word}({self.parameter})"


@dataclass(frozen=True, slots=True)
class Not:
    """What an operand is not."""

    operand: Expression

    def holds(self, values: Values) -> bool:
        """Whether the operand does not hold."""
        return not self.operand.holds(values)

    def __str__(self) -> str:
        return f"!{_bracketed(self.operand, (And, Or, Compare, Release))}"


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two operands."""

    operands: tuple[Expression, ...]

    def holds(self, values: Values) -> bool:
        """Whether every operand holds."""
        # Without a generator, which takes as long as the rest: a config asks some hundred conditions.
        for operand in self.operands:  # noqa: SIM110
            if not operand.holds(values):
                return False
        return True

    def __str__(self) -> str:
        return " && ".join(_bracketed(operand, (And, Or)) for operand in self.operands)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of at least two operands."""

    operands: tuple[Expression, ...]

    def holds(self, values: Values) -> bool:
        """Whether some operand holds."""
        for operand in self.operands:  # noqa: SIM110
            if operand.holds(values):
                return True
        return False

    def __str__(self) -> str:
        return " || ".join(_bracketed(operand, (Or,)) for operand in self.operands)


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values compared: as numbers where both are, y over m over n, else as text (`=` and `!=` only)."""

    operator: Operator
    left: Operand
    right: Operand

    def holds(self, values: Values) -> bool:
        """Whether the values compare so."""
        return compare(self.operator, self.left.text(values), self.right.text(values))

    def __str__(self) -> str:
        return f"{self.left} {self.operator} {self.right}"


@dataclass(frozen=True, slots=True)
class Predicate:
    """A question about how a symbol came by its value, or whether it is there at all."""

    name: PredicateName
    symbol: str

    def holds(self, values: Values) -> bool:
        """Whether the answer is yes."""
        return _PREDICATES[self.name](values, self.symbol)

    def __str__(self) -> str:
        return f"{self.name}({self.symbol})"


@dataclass(frozen=True, slots=True)
class Release:
    """`version` or `rc` compared with numbers: (6, 1) for 6.1, (3,) for -rc3."""

    field: ReleaseField
    operator: Operator
    numbers: tuple[int, ...]

    def holds(self, values: Values) -> bool:
        """Whether the release of the tree compares so."""
        return self.is_of(values.model.version)

    def is_of(self, release: str) -> bool:
        """Whether a release, such as 6.12.117 or 6.18.0-rc4, compares so."""
        version = _version(release)
        if self.field == "rc":
            return _compare(self.operator, version.release_candidate or 0, self.numbers[0])
        numbers = (version.version, version.patchlevel, version.sublevel)
        # 6.1 is compared with the 6.1 of 6.1.192: what is left out of the number is not asked.
        return _compare(self.operator, numbers[: len(self.numbers)], self.numbers)

    def __str__(self) -> str:
        return f"{self.field} {self.operator} {'.'.join(str(number) for number in self.numbers)}"


Operand: TypeAlias = Symbol | Constant | Parameter | Boot
Expression: TypeAlias = Symbol | Constant | Boot | Not | And | Or | Compare | Predicate | Release
CLASSES: Final = (*get_args(Expression), Parameter)
"""What expressions consist of."""


def compare(word: Operator, left: str, right: str) -> bool:
    """Whether two values compare so, as texts that stand for them."""
    numbers = _number(left), _number(right)
    if numbers[0] is None or numbers[1] is None:
        if word == "=":
            return left == right
        return word == "!=" and left != right
    return _compare(word, numbers[0], numbers[1])


def symbols(expression: Expression) -> tuple[str, ...]:
    """The names that the expression mentions, each once, in order of appearance."""
    return tuple(dict.fromkeys(_names(expression)))


def _names(expression: Expression | Parameter) -> Iterator[str]:
    match expression:
        case Symbol(name):
            yield name
        case Not(operand):
            yield from _names(operand)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from _names(operand)
        case Compare(_, left, right):
            yield from _names(left)
            yield from _names(right)
        case Predicate(_, name):
            yield name
        case Boot():
            yield COMMAND_LINE
        case _:
            return


_version = functools.lru_cache(maxsize=64)(parse_version)


def _bracketed(expression: Expression, kinds: tuple[type, ...]) -> str:
    return f"({expression})" if isinstance(expression, kinds) else str(expression)


def _number(text: str) -> int | None:
    if text in _TRISTATE:
        return _TRISTATE[text]
    if not _NUMBER.match(text):
        return None
    return whole(text, 16 if "x" in text.lower() else 10)


_Comparable = TypeVar("_Comparable", int, tuple[int, ...])


def _compare(word: Operator, left: _Comparable, right: _Comparable) -> bool:
    return bool(_COMPARISONS[word](left, right))


_COMPARISONS: Mapping[Operator, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
