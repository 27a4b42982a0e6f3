# SPDX-License-Identifier: GPL-2.0-or-later
"""From findings that a check makes about one entry of a Kconfig file to the edit that a maintainer would make.

An edit is only proposed here: whether it changes nothing is proved afterwards, with the edited file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from kpolicy.explain.grounds import Ground
from kpolicy.kconfig.syntax import YES, Ast
from kpolicy.location import Location
from kpolicy.policy.checks.duplicates import DEAD_RANGE, DUPLICATE, INHERITED, parts_of, text_of
from kpolicy.policy.patches.groups import touched
from kpolicy.policy.patches.statement import (
    NoEditError,
    Token,
    Written,
    condition,
    conjuncts,
    dependency,
    without_condition,
    without_part,
    written,
)
from kpolicy.tuples import NamedTuple

if TYPE_CHECKING:
    from kpolicy.kconfig.entries import WrittenEntry
    from kpolicy.kconfig.syntax import Statement
    from kpolicy.policy.rules.finding import Finding

REDUNDANT_SELECT, REDUNDANT_DEPENDS, DEAD_DEFAULT, CONSTANT = (
    "kconfig/redundant-select",
    "kconfig/redundant-depends",
    "kconfig/dead-default",
    "kconfig/constant-condition",
)
MECHANICAL: Final = (
    *(DUPLICATE, INHERITED, DEAD_RANGE),
    *(DEAD_DEFAULT, CONSTANT, REDUNDANT_DEPENDS, REDUNDANT_SELECT),
)
"""The checks for whose findings there is an edit, those first whose reason is the plainest."""
_TYPED: Final = re.compile(r"def_(bool|tristate|int|hex|string)")
_SAME: Final = ((re.compile(r"^(\w+)(?:=y|!=n)$"), r"\1"), (re.compile(r"^(\w+)(?:=n|!=y)$"), r"!\1"))
Parse: TypeAlias = "Callable[[str], Ast | None]"
"""Reads a text as an expression; None for what is none."""


class Edit(NamedTuple):
    """Lines of a file, so many from `first` on, and what is to be there instead: "" for nothing."""

    first: int
    lines: int
    text: str


class Change(NamedTuple):
    """An edit of one statement with some keyword; `about` is the condition or the symbol that goes."""

    edit: Edit
    keyword: str
    about: str
    grounds: tuple[Ground, ...] = ()


class Correction(NamedTuple):
    """The changes for findings that one check makes about one entry; `title` is the entry's.

    `touches` is what they can have in common with other changes, see `kpolicy.policy.patches.groups`.
    """

    path: str
    title: str
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    touches: frozenset[str]

    @property
    def rule(self) -> str:
        """The check."""
        return self.findings[0].rule

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What is edited."""
        return tuple(change.edit for change in self.changes)


def edited(content: bytes, edits: Iterable[Edit]) -> bytes:
    """The content of a file with some edits, of different lines."""
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    for edit in sorted(edits, reverse=True):
        lines[edit.first - 1 : edit.first - 1 + edit.lines] = edit.text.split("\n") if edit.text else []
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def correction(findings: Sequence[Finding], entry: WrittenEntry, content: bytes, parse: Parse) -> Correction:
    """The edits for findings of one check about one entry, of a file with some content.

    Raises NoEditError where something would have to be decided that no machine can.
    """
    editor = _Editor(entry, content.decode("utf-8", "surrogateescape").split("\n"), parse)
    by_line: dict[int, list[Finding]] = {}
    for finding in findings:
        by_line.setdefault(finding.place.line, []).append(finding)
    changes = tuple(change for line, several in sorted(by_line.items()) for change in editor.changes(line, several))
    return Correction(entry.path, title_of(entry), changes, tuple(findings), touched(entry, content))


def title_of(entry: WrittenEntry) -> str:
    """What an entry is called: its symbol, or the word that opens it and its text."""
    first = entry.statements[0]
    if entry.name:
        return entry.name
    prompt = next((item.operands[0] for item in entry.statements if item.keyword == "prompt"), None)
    text = prompt if first.keyword == "choice" else first.operands[0] if first.operands else None
    return f'the {first.keyword} "{text}"' if isinstance(text, str) and first.keyword != "if" else f"a {first.keyword}"


class _Editor:
    def __init__(self, entry: WrittenEntry, lines: Sequence[str], parse: Parse) -> None:
        self._entry = entry
        self._lines = lines
        self._parse = parse

    def changes(self, line: int, findings: Sequence[Finding]) -> Iterator[Change]:
        """What some findings of one check about one line change in it."""
        item = next((item for item in self._entry.statements if item.line == line), None)
        if item is None or item.probed:
            raise NoEditError("the line has macros")
        statement = written(self._lines, line)
        if statement.has_comment:
            raise NoEditError("a comment on the line may have to change too")
        rule = findings[0].rule
        if rule in (DUPLICATE, INHERITED, REDUNDANT_DEPENDS) and item.keyword == "depends":
            yield from self._parts(item, statement, findings)
        elif rule == CONSTANT and findings[0].part == "always":
            about = self._text(statement, condition(statement))
            yield Change(self._edit(item, without_condition(statement)), item.keyword, about)
        else:
            yield self._whole(item, statement, rule)

    def _parts(self, item: Statement, statement: Written, findings: Sequence[Finding]) -> Iterator[Change]:
        """The statement without some of the conditions that it joins, one change for all of them."""
        parts = [finding.part for finding in findings]
        if findings[0].rule == REDUNDANT_DEPENDS:
            # Its number comes first: another architecture may have more definitions.
            parts = [part.split(" ", 2)[2] for part in parts]
        grounds = [ground for part in parts for ground in self._said(item, part)]
        whole = statement
        text: str | None = statement.text
        for part in dict.fromkeys(parts):
            for _time in range(parts.count(part)):
                if text is None:
                    raise NoEditError(f"{part} is not one of the conditions that && joins on the line")
                text = self._without(statement, part)
                statement = written([*text.rstrip("\n").split("\n")], 1) if text is not None else statement
        edit = self._edit(item, text) if text is not None else self._removed(item, whole)
        yield Change(edit, item.keyword, ", ".join(dict.fromkeys(parts)), tuple(dict.fromkeys(grounds)))

    def _without(self, statement: Written, part: str) -> str | None:
        """The text of a statement without the last part that is `part`; None where nothing else is in it."""
        pieces = conjuncts(dependency(statement))
        forms = [self._form(self._parse(self._text(statement, piece))) for piece in pieces]
        wanted = self._form(self._parse(part))
        if len(pieces) == 1 and forms[0] == wanted:
            return None
        if wanted is None or wanted not in forms:
            raise NoEditError(f"{part} is not one of the conditions that && joins on the line")
        return without_part(statement, pieces, len(forms) - 1 - forms[::-1].index(wanted))

    def _form(self, expression: Ast | None) -> str | None:
        """A text that is the same for an expression and for what `conf` makes of it where it names a bool."""
        if expression is None:
            return None
        text = text_of(expression).replace(" ", "")
        for pattern, form in _SAME:
            text = pattern.sub(form, text)
        return text

    def _text(self, statement: Written, tokens: Sequence[Token]) -> str:
        return re.sub(r"\s*\\\n\s*", " ", statement.text[tokens[0].start : tokens[-1].end]) if tokens else ""

    def _said(self, item: Statement, part: str) -> Iterator[Ground]:
        """The other lines that state a dependency: of the entry, or of the blocks around it."""
        expressions: list[tuple[Any, int]] = [
            (other.operands[0], other.line)
            for other in self._entry.statements
            if other.keyword == "depends" and other.line != item.line
        ]
        expressions += [(around.condition, around.line) for around in self._entry.around]
        for expression, line in expressions:
            if any(text_of(piece) == part for piece in parts_of(expression)):
                yield self._ground(line)

    def _whole(self, item: Statement, statement: Written, rule: str) -> Change:
        about = str(item.operands[0]) if item.keyword in ("select", "imply") else ""
        grounds: list[Ground] = []
        for other in self._entry.statements:
            if other.line == item.line or other.keyword != item.keyword or rule not in (DUPLICATE, DEAD_RANGE):
                continue
            same = other.operands == item.operands or other.operands[-1] == YES
            if same and (rule == DEAD_RANGE or not about or other.operands[0] == about):
                grounds.append(self._ground(other.line))
        return Change(self._removed(item, statement), item.keyword, about, tuple(grounds[:1]))

    def _removed(self, item: Statement, statement: Written) -> Edit:
        if self._lines[item.line - 2].lstrip().startswith("#"):
            raise NoEditError("the comment above the line may be about it")
        word = statement.tokens[0].text
        typed = _TYPED.fullmatch(word)
        if typed is None:
            if item.keyword == "type":
                raise NoEditError("the line has the type of the symbol")
            return Edit(item.line, statement.lines, "")
        others = (other for other in self._entry.statements if other.line != item.line)
        if any(other.keyword == "type" or other.operands[2:] == (typed[1],) for other in others):
            return Edit(item.line, statement.lines, "")
        return Edit(item.line, statement.lines, f"{statement.indent}{typed[1]}")

    def _edit(self, item: Statement, text: str) -> Edit:
        lines = written(self._lines, item.line).lines
        return Edit(item.line, lines, "\n".join(line.rstrip() for line in text.rstrip("\n").split("\n")))

    def _ground(self, line: int) -> Ground:
        text = written(self._lines, line).text
        return Ground(" ".join(re.sub(r"\\\n", " ", text).split()), Location(self._entry.path, line))
