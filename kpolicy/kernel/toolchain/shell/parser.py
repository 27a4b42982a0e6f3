# SPDX-License-Identifier: GPL-2.0-or-later
"""The grammar of the shell: text to syntax tree (POSIX section 2.10), without job control and `&`."""

from __future__ import annotations

import re
from typing import Final, Literal

from kpolicy.kernel.toolchain.patience import integer
from kpolicy.kernel.toolchain.shell.syntax import (
    AndOr,
    Case,
    Command,
    For,
    Function,
    Group,
    If,
    Loop,
    Pipeline,
    Redirect,
    Script,
    ShellSyntaxError,
    Simple,
    Text,
    Word,
)
from kpolicy.kernel.toolchain.shell.words import NAME, WORD_END, WordScanner

_RESERVED: Final = frozenset("if then elif else fi while until do done for in case esac { } !".split())
_CLOSING: Final = frozenset("then elif else fi do done esac }".split())
_REDIRECT: Final = re.compile(r"([0-9]*)(<<-?|>>|<&|>&|<>|>\||<|>)")
_BLANKS: Final = re.compile(r"(?:[ \t]|\\\n)+")
_FUNCTION: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)[ \t]*\([ \t]*\)")
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_BARE_WORD: Final = re.compile(r"[^\s;&|<>()\\'\"$`#][^\s;&|<>()\\'\"$`]*")


def parse(text: str, depth: int = 0) -> Script:
    """The syntax tree of a script or a command.  Raises ShellSyntaxError."""
    return _parse_at(text, 0, "", depth)[0]


def _parse_at(text: str, start: int, closing: str, depth: int) -> tuple[Script, int]:
    """The script that starts there and ends with `closing` (or with the text), and the place after that."""
    parser = _Parser(text, depth)
    parser.at = start
    script = parser.script()
    parser.skip_newlines()
    if parser.peek() != closing:
        unexpected = text[parser.at : parser.at + 10]
        raise ShellSyntaxError(f"unexpected {unexpected!r}" if unexpected else f"missing {closing!r}")
    return script, parser.at + len(closing)


class _Parser(WordScanner):
    def __init__(self, text: str, depth: int) -> None:
        super().__init__(text, _parse_at, depth)
        self._here_documents: list[tuple[Redirect, str, bool, bool]] = []

    # -- blanks and tokens

    def skip_blanks(self) -> None:
        match = _BLANKS.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        if self.peek() == "#":
            newline = self.text.find("\n", self.at)
            self.at = len(self.text) if newline < 0 else newline

    def skip_newlines(self) -> None:
        self.skip_blanks()
        while self.peek() == "\n":
            self._newline()
            self.skip_blanks()

    def _newline(self) -> None:
        self.at += 1
        pending, self._here_documents = self._here_documents, []
        for redirect, delimiter, quoted, strip_tabs in pending:
            redirect.target = self._here_document(delimiter, quoted, strip_tabs)

    def _here_document(self, delimiter: str, quoted: bool, strip_tabs: bool) -> Word:
        lines = []
        while self.at < len(self.text):
            end = self.text.find("\n", self.at)
            end = len(self.text) if end < 0 else end
            line = self.text[self.at : end]
            self.at = min(end + 1, len(self.text))
            if strip_tabs:
                line = line.lstrip("\t")
            if line == delimiter:
                break
            lines.append(line + "\n")
        body = "".join(lines)
        return (Text(body, quoted=True),) if quoted else WordScanner(body, _parse_at, self.depth + 1).quoted_text()

    def _reserved(self) -> str:
        """The reserved word that is here, or an empty text."""
        self.skip_blanks()
        match = _BARE_WORD.match(self.text, self.at)
        word = match.group() if match is not None else ""
        end = self.text[self.at + len(word) : self.at + len(word) + 1]
        return word if word in _RESERVED and (not end or end in WORD_END) else ""

    def _expect_word(self, word: str) -> None:
        self.skip_newlines()
        if self._reserved() != word:
            raise ShellSyntaxError(f"expected {word!r}")
        self.at += len(word)

    # -- the grammar

    def script(self) -> Script:
        items: list[AndOr] = []
        while True:
            self.skip_newlines()
            if self.at >= len(self.text) or self.peek() == ")" or self.peek(2) == ";;" or self._reserved() in _CLOSING:
                return Script(tuple(items))
            items.append(self._and_or())
            self.skip_blanks()
            following = self.peek()
            if following == ";" and self.peek(2) != ";;":
                self.at += 1
            elif following == "&":
                raise ShellSyntaxError("commands in the background are not interpreted")

    def _and_or(self) -> AndOr:
        first = self._pipeline()
        rest: list[tuple[Literal["&&", "||"], Pipeline]] = []
        while True:
            self.skip_blanks()
            operator: Literal["&&", "||"]
            if self.peek(2) == "&&":
                operator = "&&"
            elif self.peek(2) == "||":
                operator = "||"
            else:
                return AndOr(first, tuple(rest))
            self.at += 2
            self.skip_newlines()
            rest.append((operator, self._pipeline()))

    def _pipeline(self) -> Pipeline:
        negated = False
        while self._reserved() == "!":
            self.at += 1
            negated = not negated
        commands = [self._command()]
        while True:
            self.skip_blanks()
            if self.peek() != "|" or self.peek(2) == "||":
                return Pipeline(tuple(commands), negated)
            self.at += 1
            self.skip_newlines()
            commands.append(self._command())

    def _command(self) -> Command:
        word = self._reserved()
        if self.peek() == "(":
            return self._group("(", ")", subshell=True)
        if word == "{":
            return self._group("{", "}", subshell=False)
        if word == "if":
            return self._if()
        if word in ("while", "until"):
            return self._loop(word)
        if word == "for":
            return self._for()
        if word == "case":
            return self._case()
        if word:
            raise ShellSyntaxError(f"unexpected {word!r}")
        function = _FUNCTION.match(self.text, self.at)
        if function is not None:
            self.at = function.end()
            self.skip_newlines()
            return Function(function.group(1), self._command())
        return self._simple()

    def _group(self, left: str, right: str, *, subshell: bool) -> Group:
        self.at += len(left)
        body = self.script()
        self.skip_newlines()
        if self.peek() != right:
            raise ShellSyntaxError(f"expected {right!r}")
        self.at += 1
        return Group(body, subshell, self._redirects())

    def _if(self) -> If:
        branches = []
        word = "if"
        while word in ("if", "elif"):
            self._expect_word(word)
            condition = self.script()
            self._expect_word("then")
            branches.append((condition, self.script()))
            self.skip_newlines()
            word = self._reserved()
        otherwise = None
        if word == "else":
            self._expect_word("else")
            otherwise = self.script()
        self._expect_word("fi")
        return If(tuple(branches), otherwise, self._redirects())

    def _loop(self, word: str) -> Loop:
        self._expect_word(word)
        condition = self.script()
        body = self._do()
        return Loop(condition, body, word == "until", self._redirects())

    def _do(self) -> Script:
        self._expect_word("do")
        body = self.script()
        self._expect_word("done")
        return body

    def _for(self) -> For:
        self._expect_word("for")
        self.skip_blanks()
        name = NAME.match(self.text, self.at)
        if name is None:
            raise ShellSyntaxError("bad for loop variable")
        self.at = name.end()
        self.skip_newlines()
        words: list[Word] | None = None
        if self._reserved() == "in":
            self.at += 2
            words = []
            self.skip_blanks()
            while word := self.word():
                words.append(word)
                self.skip_blanks()
        self.skip_blanks()
        if self.peek() == ";":
            self.at += 1
        body = self._do()
        return For(name.group(), None if words is None else tuple(words), body, self._redirects())

    def _case(self) -> Case:
        self._expect_word("case")
        self.skip_blanks()
        subject = self.word()
        self._expect_word("in")
        branches: list[tuple[tuple[Word, ...], Script]] = []
        while True:
            self.skip_newlines()
            if self._reserved() == "esac":
                self.at += 4
                return Case(subject, tuple(branches), self._redirects())
            branches.append((self._patterns(), self.script()))
            self.skip_newlines()
            if self.peek(2) == ";;":
                self.at += 2
            elif self._reserved() != "esac":
                raise ShellSyntaxError("expected ';;' or 'esac'")

    def _patterns(self) -> tuple[Word, ...]:
        if self.peek() == "(":
            self.at += 1
        patterns = []
        while True:
            self.skip_blanks()
            pattern = self.word()
            if not pattern:
                raise ShellSyntaxError("expected a pattern")
            patterns.append(pattern)
            self.skip_blanks()
            separator = self.peek()
            self.at += 1
            if separator == ")":
                return tuple(patterns)
            if separator != "|":
                raise ShellSyntaxError("expected ')'")

    def _simple(self) -> Simple:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        start = self.at
        while True:
            self.skip_blanks()
            redirect = self._redirect()
            if redirect is not None:
                redirects.append(redirect)
                continue
            match = None if words else _ASSIGNMENT.match(self.text, self.at)
            if match is not None:
                self.at = match.end()
                assignments.append((match.group(1), self.word()))
                continue
            word = self.word()
            if not word:
                break
            words.append(word)
        if self.at == start:
            raise ShellSyntaxError(f"unexpected {self.peek() or 'end'!r}")
        return Simple(tuple(assignments), tuple(words), tuple(redirects))

    def _redirects(self) -> tuple[Redirect, ...]:
        redirects = []
        self.skip_blanks()
        while (redirect := self._redirect()) is not None:
            redirects.append(redirect)
            self.skip_blanks()
        return tuple(redirects)

    def _redirect(self) -> Redirect | None:
        match = _REDIRECT.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        operator = match.group(2)
        descriptor = integer(match.group(1)) if match.group(1) else (0 if operator.startswith("<") else 1)
        self.skip_blanks()
        target = self.word()
        if not target:
            raise ShellSyntaxError("a redirection without a target")
        redirect = Redirect(descriptor, operator, target)
        if operator in ("<<", "<<-"):
            delimiter = "".join(part.text for part in target if isinstance(part, Text))
            quoted = any(isinstance(part, Text) and part.quoted for part in target)
            self._here_documents.append((redirect, delimiter, quoted, operator == "<<-"))
            redirect.operator = "<<"
            redirect.target = ()
        return redirect
