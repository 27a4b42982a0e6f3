# SPDX-License-Identifier: GPL-2.0-or-later
"""One Kconfig statement, from tokens to a `Statement`, by the productions of scripts/kconfig/parser.y (4.x: zconf.y).

What some release takes is read in every tree; where this tree's grammar does not have it, `refuse` is called.
"""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import Any, NoReturn, cast

from kpolicy.kconfig.grammar import OPTIONS, TYPES, WORDS, Grammar
from kpolicy.kconfig.lexer import QUOTED, WORD, Token
from kpolicy.kconfig.syntax import CONST, YES, Ast, Statement

_RELATIONS = frozenset(("=", "!=", "<", "<=", ">", ">="))
_MEANT = {"boolean": "bool", "---help---": "help"}
_DEFAULTS = {f"def_{word}": word for word in TYPES}


class Parser:
    """Parses one statement; `fail` raises, `refuse` notes what this tree's conf refuses."""

    def __init__(
        self,
        grammar: Grammar,
        tokens: list[Token],
        line: int,
        fail: Callable[[str], NoReturn],
        refuse: Callable[[str], None],
    ) -> None:
        self._grammar = grammar
        self._tokens: list[Token | None] = [*tokens, None]
        self._line = line
        self._fail = fail
        self._refuse = refuse
        self._at = 0

    def statement(self) -> Statement:
        """The statement that the tokens are."""
        word = self._keyword()
        if word in TYPES:
            prompt = (None, YES) if self._next is None else (self._text(), self._condition())
            return Statement(self._line, "type", (word, *prompt))
        if word in _DEFAULTS:
            return Statement(self._line, "default", (self._expression(), self._condition(), _DEFAULTS[word]))
        if word == "option":
            return Statement(self._line, *self._option())
        parse = _GRAMMAR.get(word)
        if parse is None:
            self._fail("unknown statement")
        return Statement(self._line, word, parse(self))

    @property
    def _next(self) -> Token | None:
        return self._tokens[self._at]

    def _keyword(self) -> str:
        """The word that the statement begins with, in today's spelling."""
        token = self._take()
        if token.__class__ is tuple:
            kind, word = token
            if kind != WORD or word not in WORDS:
                self._fail("unknown statement")
            if word not in ("option", "modules"):
                self._refuse(_UNKNOWN_WORD.get(word, "unknown keyword '{}'").format(word))
        else:
            word = cast("str", token)
        return _MEANT.get(word) or word

    def _take(self) -> Any:
        token = self._tokens[self._at]
        self._at += token is not None
        return token

    def _takes(self, word: str) -> bool:
        if self._tokens[self._at] == word:
            self._at += 1
            return True
        return False

    def _end(self) -> None:
        if self._next is not None:
            self._fail("extra words at the end of the line")

    def _bare(self) -> tuple[object, ...]:
        self._end()
        return ()

    def _name(self) -> str:
        token = self._take()
        if token.__class__ is not tuple or token[0] != WORD or token[1] in ("n", "m", "y"):
            self._fail("expected the name of a symbol")
        return intern(token[1])

    def _text(self) -> str:
        """A prompt, without the white space at its front, which `conf` drops too (menu.c: menu_add_prompt)."""
        return self._string().lstrip(" \t\n\v\f\r")

    def _string(self) -> str:
        token = self._take()
        if token.__class__ is not tuple:
            self._fail("expected a text in quotes")
        if token[0] == WORD and not self._grammar.bare_prompts:
            self._refuse(f'unquoted text: write "{token[1]}"')
        return str(token[1])

    def _title(self) -> tuple[object, ...]:
        text = self._string()
        self._end()
        return (text,)

    def _entry(self) -> tuple[object, ...]:
        name = self._name()
        self._end()
        return (name,)

    def _choice(self) -> tuple[object, ...]:
        if self._next is None:
            return (None,)
        name = self._name()
        self._end()
        if not self._grammar.named_choice:
            self._refuse("choice with a name")
        return (name,)

    def _reference(self) -> tuple[object, ...]:
        return self._name(), self._condition()

    def _depends(self) -> tuple[object, ...]:
        if not self._takes("on"):
            self._fail("expected 'on' after 'depends'")
        dependency = self._expression()
        if self._next != "if":
            self._end()
            return (dependency,)
        if not self._grammar.conditional_depends:
            self._refuse("'if' after 'depends on'")
        condition = self._condition()
        return (("||", dependency, compare_no(condition, True)),)

    def _visible(self) -> tuple[object, ...]:
        return (self._condition(),)

    def _help(self) -> tuple[object, ...]:
        if self._next is not None:
            self._refuse("text after 'help'")
        return ()

    def _option(self) -> tuple[str, tuple[object, ...]]:
        """One option; 4.x can take several a line, of which nothing makes use."""
        token = self._take()
        word = token if isinstance(token, str) else token[1] if token else ""
        if word == "env" and self._takes("="):
            name = self._string()
            self._end()
            operands: tuple[object, ...] = (name,)
        else:
            self._end()
            operands = ()
        if word not in self._grammar.options:
            if self._grammar.skips_options:
                return "skipped", (f"ignoring unknown option {word}",)
            if word not in OPTIONS:
                self._fail("unknown option")
            today = "write 'modules'" if word == "modules" else "there is no such option"
            self._refuse(f"unknown keyword 'option {word}': {today}")
        return ("modules" if word == "modules" else f"option {word}"), operands

    def _modules(self) -> tuple[object, ...]:
        self._end()
        if not self._grammar.has_modules:
            self._refuse("unknown keyword 'modules': write 'option modules'")
        return ()

    def _range(self) -> tuple[object, ...]:
        return self._symbol(), self._symbol(), self._condition()

    def _condition(self) -> Ast:
        condition = self._expression() if self._takes("if") else YES
        self._end()
        return condition

    def _last_expression(self) -> tuple[object, ...]:
        expression = self._expression()
        self._end()
        return (expression,)

    # Expressions: `||` of `&&` of comparisons, `!` binds a comparison.

    def _expression(self) -> Ast:
        try:
            return self._any()
        except RecursionError:
            self._fail("expression nested too deeply")

    def _any(self) -> Ast:
        return self._chain("||", lambda: self._chain("&&", self._factor))

    def _chain(self, operator: str, operand: Callable[[], Ast]) -> Ast:
        operands = [operand()]
        while self._next == operator:
            self._at += 1
            operands.append(operand())
        last = operands[-1]
        if len(operands) == 1:
            return last
        if isinstance(last, tuple) and last[0] == operator:
            operands[-1:] = cast("tuple[Ast, ...]", last[1:])
        return (operator, *operands)

    def _factor(self) -> Ast:
        token = self._next
        if token == "!":
            self._at += 1
            return ("!", self._factor())
        if token == "(":
            self._at += 1
            inner = self._any()
            if self._take() != ")":
                self._fail("malformed expression: expected ')'")
            return inner
        symbol = self._symbol()
        relation = self._next
        if relation in _RELATIONS:
            self._at += 1
            return (str(relation), symbol, self._symbol())
        return symbol

    def _symbol(self) -> Ast:
        token = self._take()
        if token.__class__ is not tuple:
            self._fail("malformed expression")
        kind, text = token
        if kind == QUOTED or text in ("n", "m", "y"):
            return YES if text == "y" else (CONST, text)
        # Names come often, and are kept as long as the statements are.
        return intern(text)


_UNKNOWN_WORD = {
    "---help---": "unknown keyword '{}': write 'help'",
    "boolean": "unknown keyword '{}': write 'bool'",
    "def_int": "unknown keyword '{}': write 'int' and 'default'",
    "def_hex": "unknown keyword '{}': write 'hex' and 'default'",
    "def_string": "unknown keyword '{}': write 'string' and 'default'",
}

# What follows each keyword, as operands of its statement.
_GRAMMAR: dict[str, Callable[[Parser], tuple[object, ...]]] = {
    **dict.fromkeys(("config", "menuconfig"), Parser._entry),
    **dict.fromkeys(("select", "imply"), Parser._reference),
    **dict.fromkeys(("endmenu", "endif", "endchoice", "optional", "transitional"), Parser._bare),
    "modules": Parser._modules,
    **dict.fromkeys(("menu", "comment", "source", "mainmenu"), Parser._title),
    "choice": Parser._choice,
    "default": lambda parser: (parser._expression(), parser._condition(), None),
    "depends": Parser._depends,
    "help": Parser._help,
    "if": Parser._last_expression,
    "prompt": lambda parser: (parser._text(), parser._condition()),
    "range": Parser._range,
    "visible": Parser._visible,
}


def compare_no(expression: Ast, equal: bool) -> Ast:
    """`expression = n` (or `!= n`) with the comparison at the symbols, as `conf` writes it.

    Mirrors expr_trans_compare() of scripts/kconfig/expr.c; `!A = n` becomes `A != n`, which
    is not the same for a tristate A, and is what the kernel's build does.
    """
    no: Ast = (CONST, "n")
    if isinstance(expression, str) or expression[0] == CONST:
        return ("=" if equal else "!=", expression, no)
    operator = expression[0]
    operands: tuple[Any, ...] = expression[1:]
    if operator == "!":
        return compare_no(operands[0], not equal)
    if operator in ("&&", "||"):
        turned: Ast = ("||" if operator == "&&" else "&&", *(compare_no(operand, True) for operand in operands))
        return turned if equal else ("!", turned)
    return ("!", expression) if equal else expression
