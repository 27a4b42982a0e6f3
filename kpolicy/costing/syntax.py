# SPDX-License-Identifier: GPL-2.0-or-later
"""Text to formula: the parser of `kpolicy.costing.formula`."""

from __future__ import annotations

import re

from kpolicy.bounds import whole
from kpolicy.costing.formula import (
    BIGGEST,
    COMPARISONS,
    FUNCTIONS,
    LEVELS,
    VARIABLES,
    Binary,
    BinaryOperator,
    Call,
    Choice,
    Formula,
    Function,
    Name,
    Not,
    Number,
    boot_parameter,
)
from kpolicy.evaluate.parameters import PARAMETERS
from kpolicy.policy.expressions.tokens import Token, Tokens, nearest

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<boot>boot\([A-Za-z0-9_.]*\))
    | (?P<word>[A-Za-z0-9_]+)
    | (?P<operator>&&|\|\||!=|<=|>=|<<|>>|[-+*/<>=!?:(),])
    )""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"(?:(?P<hex>0[xX][0-9a-fA-F]{1,30})|(?P<decimal>[0-9]{1,30})(?P<suffix>[KMG]?))\Z", re.ASCII)
_DIGIT_FIRST = re.compile(r"[0-9]+[A-Z_]{2}")  # 64BIT is a symbol
_SHIFTS = {"K": 10, "M": 20, "G": 30, "": 0}
_DEEPEST = 60
_INSTEAD = {"&": "&&", "|": "||", "%": "/", "^": "<<", ".": "/", "~": "!"}


def parse_formula(text: str) -> Formula:
    """The formula that `text` spells.

    Raises UsageError with the text as its source line, the column of the fault, and a hint where the fault
    has a likely meaning.  The error carries no location: the caller knows where the text stands.
    """
    return _Parser(text).formula()


class _Parser(Tokens):
    pattern = _TOKEN
    instead = _INSTEAD

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def formula(self) -> Formula:
        formula = self._choice()
        token = self._peek()
        if token.text == ")":
            self._fail("this parenthesis was never opened", token)
        if token.kind != "end":
            self._fail("expected an operator or the end of the formula", token)
        return formula

    def _choice(self) -> Formula:
        token = self._peek()
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail(f"nested more than {_DEEPEST} deep", token)
        condition = self._binary(0)
        question = self._peek()
        if self._take("?"):
            yes = self._binary(0)
            if not self._take(":"):
                self._fail("this '?' has no ':'", question, "for example: KASAN ? 16 : 8")
            condition = Choice(condition, yes, self._choice())
        self._depth -= 1
        return condition

    def _binary(self, level: int) -> Formula:
        if level == len(LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        count = 0
        while (word := self._take_operator(LEVELS[level])) is not None:
            count += 1
            if LEVELS[level] is COMPARISONS and count > 1:
                self._fail("comparisons do not chain", self._tokens[self._next - 1], "join two of them with '&&'")
            # A long row of operators nests as deep as parentheses do.
            if count > _DEEPEST:
                self._fail(f"more than {_DEEPEST} operators in a row", self._tokens[self._next - 1])
            left = Binary(word, left, self._binary(level + 1))
        return left

    def _unary(self) -> Formula:
        token = self._peek()
        if self._take("!"):
            self._depth += 1
            if self._depth > _DEEPEST:
                self._fail(f"nested more than {_DEEPEST} deep", token)
            operand = Not(self._unary())
            self._depth -= 1
            return operand
        if self._take("("):
            inner = self._choice()
            if not self._take(")"):
                self._fail("this parenthesis is not closed", token)
            return inner
        if token.kind == "boot":
            self._next += 1
            return self._boot(token)
        if token.kind != "word":
            what = "the formula ends here" if token.kind == "end" else f"{token.text!r} is not valid here"
            self._fail(f"{what}: expected a number, a symbol or a function", token)
        self._next += 1
        if token.text[0].isdigit() and (_NUMBER.match(token.text) or not _DIGIT_FIRST.match(token.text)):
            return self._number(token)
        if self._peek().text == "(":
            return self._call(token)
        return self._name(token)

    def _boot(self, token: Token) -> Name:
        asked = boot_parameter(token.text) or ""
        if asked not in PARAMETERS:
            self._fail(f"boot() does not know the kernel parameter {asked!r}", token, _nearest(asked, PARAMETERS))
        return Name(token.text)

    def _number(self, token: Token) -> Number:
        match = _NUMBER.match(token.text)
        if match is None:
            self._fail(
                f"{token.text!r} is not a number", token, "a number is decimal or hexadecimal; K, M, G are suffixes"
            )
        value = whole(match["hex"], 16) if match["hex"] else whole(match["decimal"]) << _SHIFTS[match["suffix"]]
        if value > BIGGEST:
            self._fail("this number is beyond any memory", token)
        return Number(value)

    def _call(self, token: Token) -> Call:
        function: Function | None = next((name for name in FUNCTIONS if name == token.text), None)
        if function is None:
            self._fail(f"unknown function {token.text!r}", token, _nearest(token.text, tuple(FUNCTIONS)))
        self._next += 1
        arguments = [self._choice()]
        while self._take(","):
            arguments.append(self._choice())
        if not self._take(")"):
            self._fail(f"{function}() is not closed: expected ')' or ','", self._peek())
        least, most = FUNCTIONS[function]
        if not least <= len(arguments) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            self._fail(f"{function}() takes {wanted} argument{'s' * (wanted != '1')}, not {len(arguments)}", token)
        return Call(function, tuple(arguments))

    def _name(self, token: Token) -> Name:
        name = token.text
        if name.startswith("CONFIG_"):
            bare = name.removeprefix("CONFIG_")
            self._fail("symbols are written as in Kconfig files, without CONFIG_", token, f"did you mean {bare!r}?")
        if name.islower() and name not in VARIABLES:
            hint = _nearest(name, (*VARIABLES, *FUNCTIONS))
            self._fail(f"{name!r} is neither a variable nor a symbol", token, hint)
        return Name(name)

    def _take_operator(self, words: tuple[BinaryOperator, ...]) -> BinaryOperator | None:
        return next((word for word in words if self._take(word)), None)


def _nearest(word: str, choices: tuple[str, ...]) -> str:
    return nearest(word, choices) or f"there are {', '.join(choices)}"
