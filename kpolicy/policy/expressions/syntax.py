# SPDX-License-Identifier: GPL-2.0-or-later
"""Text to expression: the parser of rule and role conditions (`kpolicy.policy.expressions.expression`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn, get_args

from kpolicy.bounds import whole
from kpolicy.evaluate.parameters import PARAMETERS
from kpolicy.patterns import lazy
from kpolicy.policy.expressions.expression import (
    BOOT_WORDS,
    PREDICATES,
    And,
    Boot,
    Compare,
    Constant,
    Expression,
    Not,
    Operand,
    Operator,
    Or,
    Parameter,
    Predicate,
    Release,
    ReleaseField,
    Symbol,
)
from kpolicy.policy.expressions.tokens import Token, Tokens, nearest

_TOKEN = lazy(
    r"""\s*(?:
      (?P<word>[A-Za-z0-9_]+(?:\.[0-9]+)*)
    | (?P<number>[+-][0-9][0-9A-Za-z]*)
    | (?P<parameter>\$[A-Za-z0-9_]*)
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<operator>->|&&|\|\||!=|<=|>=|[!=<>().])
    )""",
    re.VERBOSE,
)
_NUMBER = lazy(r"[+-]?(?:0[xX][0-9a-fA-F]+|[0-9]+)\Z")
_RELEASE = lazy(r"[0-9]+(?:\.[0-9]+){0,2}\Z")
_OPERATORS = frozenset(get_args(Operator))
_RELEASE_FIELDS = frozenset(get_args(ReleaseField))
_DEEPEST = 60
_INSTEAD = {
    "=>": "->",
    "implies": "->",
    "&": "&&",
    "|": "||",
    "==": "=",
    "<>": "!=",
    "~": "!",
    "and": "&&",
    "or": "||",
    "not": "!",
}


def parse(text: str, parameters: Mapping[str, str] | None = None) -> Expression:
    """The expression that `text` spells; `parameters` are the values of what `$name` may stand for.

    Raises UsageError with the text as its source line, the column of the fault, and a hint
    where the fault has a likely meaning.  The error carries no location: the caller knows
    where the text is.
    """
    return _Parser(text, parameters or {}).expression()


class _Parser(Tokens):
    pattern = _TOKEN
    instead = _INSTEAD

    def __init__(self, text: str, parameters: Mapping[str, str]) -> None:
        super().__init__(text)
        self._parameters = parameters
        self._depth = 0

    def expression(self) -> Expression:
        expression = self._implies()
        token = self._peek()
        if token.text == ")":
            self._fail("this parenthesis was never opened", token)
        if token.kind == "word" and token.text in _INSTEAD:
            self._fail(f"{token.text!r} is not an operator", token, f"did you mean {_INSTEAD[token.text]!r}?")
        if token.kind != "end":
            self._fail("expected '&&', '||', '->' or the end of the condition", token)
        return expression

    def _implies(self) -> Expression:
        token = self._peek()
        left = self._or()
        if not self._take("->"):
            return left
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail(f"nested more than {_DEEPEST} deep", token)
        right = self._implies()
        self._depth -= 1
        return Or((Not(left), *(right.operands if isinstance(right, Or) else (right,))))

    def _or(self) -> Expression:
        operands = [self._and()]
        while self._take("||"):
            operands.append(self._and())
        return operands[0] if len(operands) == 1 else Or(tuple(operands))

    def _and(self) -> Expression:
        operands = [self._not()]
        while self._take("&&"):
            operands.append(self._not())
        return operands[0] if len(operands) == 1 else And(tuple(operands))

    def _not(self) -> Expression:
        token = self._peek()
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail(f"nested more than {_DEEPEST} deep", token)
        try:
            if self._take("!"):
                return Not(self._not())
            if self._take("("):
                inner = self._implies()
                if not self._take(")"):
                    self._fail("this parenthesis is not closed", token)
                return inner
            return self._atom()
        finally:
            self._depth -= 1

    def _atom(self) -> Expression:
        token = self._peek()
        follower = self._tokens[self._next + 1] if token.kind == "word" else token
        if follower.text == "(" and follower.kind == "operator" and token.text not in BOOT_WORDS:
            return self._predicate()
        if token.kind == "word" and token.text in _RELEASE_FIELDS:
            return self._release()
        left = self._operand()
        operator = self._peek()
        if operator.kind == "operator" and operator.text in _OPERATORS:
            self._next += 1
            right = self._operand()
            chained = self._peek()
            if chained.kind == "operator" and chained.text in _OPERATORS:
                self._fail("comparisons do not chain", chained, "join two of them with '&&'")
            return Compare(_operator(operator.text), left, right)
        if isinstance(left, Parameter):
            self._fail("a parameter alone is not a condition", token, f"compare it: SYMBOL = {left}")
        if isinstance(left, Constant) and left.value not in ("y", "m", "n"):
            self._fail("a number or a string alone is not a condition", token, "compare it: SYMBOL = value")
        return left

    def _operand(self) -> Operand:
        token = self._peek()
        if token.kind == "parameter":
            self._next += 1
            return self._parameter(token)
        if token.kind == "string":
            self._next += 1
            return Constant(re.sub(r"\\(.)", r"\1", token.text[1:-1]))
        if token.kind not in ("word", "number"):
            what = "the condition ends here" if token.kind == "end" else f"{token.text!r} is not valid here"
            self._fail(f"{what}: expected a symbol", token)
        self._next += 1
        if token.text in BOOT_WORDS and self._take("("):
            return self._boot(token)
        if _NUMBER.match(token.text) or token.text in ("y", "m", "n"):
            return Constant(token.text)
        return Symbol(self._symbol_name(token))

    def _boot(self, token: Token) -> Boot:
        word = next(word for word in BOOT_WORDS if word == token.text)
        name = ""
        # A name such as sysctl.vm.mem_profiling is no single token: numbers alone may follow a dot elsewhere.
        while self._peek().kind == "word" or self._peek().text == ".":
            name += self._peek().text
            self._next += 1
        if name not in PARAMETERS:
            hint = nearest(name, PARAMETERS) or f"there are {', '.join(PARAMETERS)}"
            self._fail(f"{word}() does not know the kernel parameter {name!r}", token, hint)
        if not self._take(")"):
            self._fail(f"{word}() asks about one kernel parameter: expected ')'", self._peek())
        return Boot(word, name)

    def _parameter(self, token: Token) -> Parameter:
        name = token.text.removeprefix("$")
        if name not in self._parameters:
            hint = (
                nearest(token.text, tuple(f"${known}" for known in self._parameters))
                or "parameters are declared in [parameters.NAME]"
            )
            self._fail(f"the rule has no parameter {token.text!r}", token, hint)
        return Parameter(name, self._parameters[name])

    def _predicate(self) -> Predicate:
        token = self._peek()
        name = next((name for name in PREDICATES if name == token.text), None)
        if name is None:
            hint = nearest(token.text, PREDICATES) or f"there are {', '.join(PREDICATES)}"
            self._fail(f"unknown predicate {token.text!r}", token, hint)
        self._next += 2
        argument = self._peek()
        if argument.kind != "word":
            self._fail(f"{name}() asks about one symbol", argument)
        self._next += 1
        symbol = self._symbol_name(argument)
        if not self._take(")"):
            self._fail(f"{name}() asks about one symbol: expected ')'", self._peek())
        operator = self._peek()
        if operator.kind == "operator" and operator.text in _OPERATORS:
            self._fail(f"{name}() is true or false and has no value to compare", operator)
        return Predicate(name, symbol)

    def _release(self) -> Release:
        token = self._peek()
        field: ReleaseField = "rc" if token.text == "rc" else "version"
        operator = self._tokens[self._next + 1]
        if operator.text not in _OPERATORS or operator.kind != "operator":
            self._fail(f"{field} must be compared", token, f"for example: {_example(field)}")
        number = self._tokens[self._next + 2]
        if not _RELEASE.match(number.text) or (field == "rc" and "." in number.text):
            self._fail(f"{field} is compared with a number", number, f"for example: {_example(field)}")
        self._next += 3
        return Release(field, _operator(operator.text), tuple(whole(part) for part in number.text.split(".")))

    def _symbol_name(self, token: Token) -> str:
        name = token.text
        if name.startswith("CONFIG_"):
            bare = name.removeprefix("CONFIG_")
            self._fail("symbols are written as in Kconfig files, without CONFIG_", token, f"did you mean {bare!r}?")
        if "." in name:
            self._fail(f"{name!r} is not a symbol", token)
        # powerpc has symbols such as 40x, but none that is a word in small letters.
        if name[0].islower() and name.islower():
            before = self._tokens[self._next - 2] if self._next > 1 else token
            if before.kind == "operator" and before.text in _OPERATORS:
                hint = f'a value is a number, y, m, n, a symbol, or a string in quotes: "{name}"'
                self._fail(f"{name!r} is not a value", token, hint)
            if name in _INSTEAD:
                self._fail(f"{name!r} is not an operator", token, f"did you mean {_INSTEAD[name]!r}?")
            hint = nearest(name, (*_RELEASE_FIELDS,)) or f"did you mean {name.upper()!r}?"
            self._fail(f"{name!r} is not a symbol", token, hint)
        return name

    def _check(self, token: Token) -> None:
        wrong = self._text[token.column : token.column + 2]
        if wrong in ("==", "<>", "=>"):
            self._fail(f"{wrong!r} is not an operator", token, self._meant(wrong))

    def _bad_character(self, token: Token) -> NoReturn:
        if token.text in "\"'":
            self._fail("this string is not closed", token)
        super()._bad_character(token)


def _operator(text: str) -> Operator:
    return next(operator for operator in get_args(Operator) if operator == text)


def _example(field: ReleaseField) -> str:
    return "rc >= 1" if field == "rc" else "version >= 6.1"
