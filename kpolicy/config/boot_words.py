# SPDX-License-Identifier: GPL-2.0-or-later
"""Words as GRUB's script language and a shell make them, without running either.

Every letter keeps its line.  A variable that the file does not set, and a command whose output would be filled in,
expand to nothing, and the command that has them says so.  Conditions are not evaluated: a command says whether it is
under one.  Lexer of GRUB: grub-core/script/yylex.l.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Final

from kpolicy.config.boot_blocks import SUBSHELL, Blocks
from kpolicy.config.command_line import Placed, text_of
from kpolicy.errors import InputError
from kpolicy.frozen import dataclass
from kpolicy.location import Location

MAX_EXPANDED: Final = 1 << 20
"""How many characters the variables of a file may expand to: each can double the one before it."""
# The longest name is bounded: what is left open is not searched to the end of the file again and again.
_NAME: Final = re.compile(r"\$(?:\{([^}\n$]{1,200})\}|([A-Za-z_]\w*|[0-9]+|[?@*#]))")
_PLAIN: Final = re.compile(r"[\w./:,=+%@-]+")
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_]\w*)(\+?)=")
_FUNCTION: Final = re.compile(
    r"(?:function[ \t]+[\w-]{1,200}(?:[ \t]*\([ \t]*\))?|[A-Za-z_][\w-]{0,200}[ \t]*\([ \t]*\))(?=[\s{(])"
)
_REDIRECTION: Final = re.compile(r"(?:<<<|<<-?|>>|<>|>\||[<>]&?)[ \t]*")
_QUOTES: Final = re.compile(r"[\\'\"]")
# What counts before the end of what a command's output is filled in for, and of a quoted text in it.
_INSIDE: Final = {
    ")": re.compile(r"\\.|'[^']*'?|\$?\(|[)\"]", re.DOTALL),
    '"': re.compile(r"\\.|\$\(|\"", re.DOTALL),
    "`": re.compile(r"\\.|`", re.DOTALL),
}
# grub-reboot sets it for a single boot.
_ONCE: Final = "$next_entry"
_GRUB_ENDS: Final = "\n;{}&|<>"
_SHELL_ENDS: Final = "\n;&|<>()"
_SPLIT: Final = "\0"
"""Marks a blank that splits a word; files with NUL bytes are refused."""


def not_set(name: str) -> str:
    """What is said about a variable that the file does not set."""
    return f"{name} is not set in this file: its words are not known"


@dataclass(frozen=True, slots=True)
class Command:
    """The words of a command, the character that ends it, and what is not known of it, in words.

    `where` is "" for a command that runs for certain (`kpolicy.config.boot_blocks`).
    """

    words: tuple[Placed, ...]
    line: int
    end: str
    unknown: tuple[str, ...]
    where: str = ""


def grub_commands(
    path: str, text: str, variables: Mapping[str, Placed], uncertain: Container[str]
) -> Iterator[Command]:
    """The commands of a grub.cfg, without reserved words before them.

    `variables`, and which of them are `uncertain`, are asked at each command.  Raises InputError where the variables
    expand to more than MAX_EXPANDED characters.
    """
    lexer = _Lexer(path, text, variables, uncertain, is_shell=False)
    while not lexer.is_done():
        yield lexer.command()


def grub_words(placed: Placed) -> Command:
    """What GRUB makes of a text in a command, up to the end of the command; its variables are not known."""
    return _Lexer("", text_of(placed), {}, (), is_shell=False, lines=[line for _, line in placed]).command()


def shell_assignments(
    path: str, text: str, variables: Mapping[str, Placed], uncertain: Container[str]
) -> Iterator[tuple[str, bool, Command]]:
    """The assignments of a shell script: the name, whether it is `+=`, and the value as the only word.

    `variables`, `uncertain` and errors are as for `grub_commands`.
    """
    lexer = _Lexer(path, text, variables, uncertain, is_shell=True)
    while not lexer.is_done():
        yield from lexer.assignments()


class _Lexer:
    def __init__(
        self,
        path: str,
        text: str,
        variables: Mapping[str, Placed],
        uncertain: Container[str],
        *,
        is_shell: bool,
        lines: Sequence[int] = (),
    ) -> None:
        self._path = path
        self._text = text
        self._variables = variables
        self._uncertain = uncertain
        self._is_shell = is_shell
        self._lines = lines
        self._ends = _SHELL_ENDS if is_shell else _GRUB_ENDS
        self._at = 0
        self._line = 1
        self._expanded = 0
        self._unknown: list[str] = []
        self._blocks = Blocks()
        # The here-documents that begin on the next line: what ends each, and whether tabs before that are dropped.
        self._documents: list[tuple[str, bool]] = []

    def is_done(self) -> bool:
        """Whether the text is read."""
        return self._at >= len(self._text)

    def command(self) -> Command:
        """The next command, which can be empty."""
        self._unknown = []
        words: list[Placed] = []
        self._skip_blanks()
        line = self._line
        is_if, is_empty = False, True
        while self._peek() and self._peek() not in self._ends:
            is_empty = False
            for word in _split(self._word()):
                if not words and self._blocks.word(text_of(word)):
                    is_if = text_of(word) == "if"
                else:
                    words.append(word)
            self._skip_blanks()
        if is_if and not_set(_ONCE) in self._unknown:
            self._blocks.is_false()
        if words and text_of(words[0]) == "function":
            self._blocks.function()
        where = self._blocks.where
        return Command(tuple(words), line, self._end(is_empty=is_empty), tuple(dict.fromkeys(self._unknown)), where)

    def assignments(self) -> Iterator[tuple[str, bool, Command]]:
        """The assignments at the start of the next command."""
        may_assign = is_start = is_empty = True
        self._skip_blanks()
        while (letter := self._peek()) and (letter in "<>" or letter not in self._ends):
            if letter in "<>":
                self._redirection()
            elif is_start and (function := _FUNCTION.match(self._text, self._at)) is not None:
                self._at = function.end()
                self._blocks.function()
            elif may_assign and (found := _ASSIGNMENT.match(self._text, self._at)) is not None:
                self._at = found.end()
                is_start = False
                yield found.group(1), bool(found.group(2)), self._assigned()
            else:
                word = text_of(self._word())
                is_start = is_start and self._blocks.word(word)
                may_assign = may_assign and (is_start or word == "export")
            is_empty = False
            self._skip_blanks()
        self._end(is_empty=is_empty)

    def _assigned(self) -> Command:
        self._unknown, line = [], self._line
        word = [(" " if letter == _SPLIT else letter, at) for letter, at in self._word()]
        return Command((word,), line, "", tuple(dict.fromkeys(self._unknown)), self._blocks.where)

    def _redirection(self) -> None:
        """A redirection and its file, or the word that ends a here-document."""
        found = _REDIRECTION.match(self._text, self._at)
        self._at = start = found.end() if found is not None else self._at + 1
        self._word()
        operator = found.group().rstrip() if found is not None else ""
        if operator in ("<<", "<<-"):
            self._documents.append((_QUOTES.sub("", self._text[start : self._at]), operator == "<<-"))

    def _skip_documents(self) -> None:
        for ending, has_tabs in self._documents:
            while not self.is_done():
                end = self._text.find("\n", self._at)
                end = len(self._text) if end < 0 else end
                line = self._text[self._at : end]
                self._at = min(end + 1, len(self._text))
                self._line += 1
                if (line.lstrip("\t") if has_tabs else line) == ending:
                    break
        self._documents.clear()

    def _end(self, *, is_empty: bool) -> str:
        """The character that ends a command, and what it means for the next one."""
        end = self._peek()
        if not end:
            return end
        self._take()
        if end == "{" or (end == "(" and self._is_shell):
            self._blocks.open("}" if end == "{" else ")", "" if end == "{" else SUBSHELL)
        elif end in "})":
            self._blocks.close(end)
        else:
            is_double = end in "&|" and self._peek() == end
            if is_double:
                self._take()
            self._blocks.end(end * 2 if is_double else end, is_empty=is_empty)
        if end == "\n":
            self._skip_documents()
        return end

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> tuple[str, int]:
        letter = self._text[self._at]
        line = self._lines[self._at] if self._lines else self._line
        self._at += 1
        self._line += letter == "\n"
        return letter, line

    def _run(self) -> Placed:
        """The next letter, or as many as have no meaning of their own."""
        found = _PLAIN.match(self._text, self._at)
        if found is None:
            return [self._take()]
        lines = self._lines[self._at : found.end()] if self._lines else [self._line] * len(found.group())
        self._at = found.end()
        return list(zip(found.group(), lines, strict=True))

    def _skip_blanks(self) -> None:
        """Blanks, continued lines and a comment."""
        while True:
            if self._text.startswith("\\\n", self._at):
                self._escaped([])
            elif self._peek() in (" ", "\t"):
                self._at += 1
            else:
                break
        if self._peek() == "#":
            end = self._text.find("\n", self._at)
            self._at = len(self._text) if end < 0 else end

    def _word(self) -> Placed:
        """The next word; a blank in it that may split it is _SPLIT."""
        word: Placed = []
        while (letter := self._peek()) and letter not in " \t" and letter not in self._ends:
            if letter == "'":
                self._single(word)
            elif letter == '"':
                self._double(word)
            elif letter == "\\":
                self._escaped(word)
            elif self._is_expanded():
                expanded: Placed = []
                self._expand(expanded)
                word += [(_SPLIT if letter in " \t" else letter, line) for letter, line in expanded]
            else:
                word += self._run()
        return word

    def _escaped(self, word: Placed) -> None:
        """A backslash, and the letter that loses its meaning; both are dropped before the end of a line."""
        self._take()
        if self._peek():
            letter = self._take()
            word += [letter] if letter[0] != "\n" else []

    def _single(self, word: Placed) -> None:
        self._take()
        while self._peek() not in ("'", ""):
            word.append(self._take())
        self._at += 1

    def _double(self, word: Placed) -> None:
        escapes = '"\\$\n`' if self._is_shell else '"\\$\n'
        self._take()
        while (letter := self._peek()) and letter != '"':
            following = self._text[self._at + 1 : self._at + 2]
            if letter == "\\" and following and following in escapes:
                self._escaped(word)
            elif self._is_expanded():
                self._expand(word)
            else:
                word += self._run()
        self._at += 1

    def _is_expanded(self) -> bool:
        # To GRUB a backquote is a letter as any other.
        return self._peek() == "$" or (self._is_shell and self._peek() == "`")

    def _expand(self, word: Placed) -> None:
        """What a `$` or a backquote expands to."""
        if self._is_shell and self._text.startswith(("$(", "`"), self._at):
            self._unknown.append("a command is not executed: its words are not known")
            end = _end_of_output(self._text, self._at)
            self._line += self._text.count("\n", self._at, end)
            self._at = end
            return
        found = _NAME.match(self._text, self._at)
        if found is None:
            if self._text.startswith("${", self._at):
                self._unknown.append("${ is not read: its words are not known")
            word.append(self._take())
            return
        name = found.group(1) or found.group(2)
        value = self._variables.get(name)
        if name in self._uncertain:
            self._unknown.append(f"${name} may have another value at boot: its words are not known")
        elif value is None:
            self._unknown.append(not_set(f"${name}"))
        self._expanded += len(value or ())
        if self._expanded > MAX_EXPANDED:
            raise InputError(
                f"the variables expand to more than {MAX_EXPANDED} characters", Location(self._path, self._line)
            )
        word += value or []
        self._at = found.end()


def _end_of_output(text: str, at: int) -> int:
    """Where a `$(` or a backquote ends; what has no end goes to the end of the text."""
    is_backquote = text[at] == "`"
    closing = ["`" if is_backquote else ")"]
    at += 1 if is_backquote else 2
    while closing:
        found = _INSIDE[closing[-1]].search(text, at)
        if found is None:
            return len(text)
        at = found.end()
        if found.group() == closing[-1]:
            closing.pop()
        elif found.group() in ("(", "$("):
            closing.append(")")
        elif found.group() == '"':
            closing.append('"')
    return at


def _split(word: Placed) -> list[Placed]:
    """The parts of a word between the blanks that split it; one that is only made of an empty variable is none."""
    parts: list[Placed] = [[]]
    for letter in word:
        if letter[0] == _SPLIT:
            parts.append([])
        else:
            parts[-1].append(letter)
    return [part for part in parts if part]
