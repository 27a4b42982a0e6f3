# SPDX-License-Identifier: GPL-2.0-or-later
"""The syntax tree of a shell command (POSIX.1-2017, Shell Command Language, section 2.9)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


class ShellSyntaxError(Exception):
    """The text is no shell command, or uses a word of the language that the interpreter lacks."""


@dataclass(frozen=True, slots=True)
class Text:
    """Literal text; quoted text is not split, and its wildcards are plain characters."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$name` or `${name OPERATOR word}`; `operator` is empty for the former, `length` for `${#name}`."""

    name: str
    quoted: bool = False
    operator: str = ""
    word: Word = ()


@dataclass(frozen=True, slots=True)
class Substitution:
    """`$(body)` or backquotes."""

    body: Script
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`$((expression))`."""

    expression: Word
    quoted: bool = False


Part = Text | Parameter | Substitution | Arithmetic
Word = tuple[Part, ...]


@dataclass(slots=True)
class Redirect:
    """`descriptor OPERATOR target`; for a here-document the target is its text."""

    descriptor: int
    operator: str
    target: Word


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple command: assignments, words, redirections."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by `|`, perhaps after `!`."""

    commands: tuple[Command, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class AndOr:
    """Pipelines joined by `&&` and `||`."""

    first: Pipeline
    rest: tuple[tuple[Literal["&&", "||"], Pipeline], ...]


@dataclass(frozen=True, slots=True)
class Script:
    """A list of commands."""

    items: tuple[AndOr, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """`{ ...; }`, or `( ... )` when it is a subshell."""

    body: Script
    subshell: bool
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class If:
    """`if`, with its `elif` branches in order."""

    branches: tuple[tuple[Script, Script], ...]
    otherwise: Script | None
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """`while` or `until`."""

    condition: Script
    body: Script
    until: bool
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class For:
    """`for variable in words`; `words` is None for `"$@"`."""

    variable: str
    words: tuple[Word, ...] | None
    body: Script
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """`case word in pattern|pattern) ...;; esac`."""

    word: Word
    branches: tuple[tuple[tuple[Word, ...], Script], ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """`name() body`."""

    name: str
    body: Command = field(compare=False)


Command = Simple | Group | If | Loop | For | Case | Function
