# SPDX-License-Identifier: GPL-2.0-or-later
"""Markdown to the man macros of roff, as far as the pages of docs/ go."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

_LONGEST = 78
_MARKDOWN = MarkdownIt("commonmark").enable("table")
# What roff would print as a typographic sign, and what begins an escape.
_SIGNS = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", '"': "\\(dq"}
_PROSE = {"\\": "\\e", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def prose(text: str) -> str:
    """A text to be read."""
    return _opened(_mapped(text, _PROSE))


def literal(text: str) -> str:
    """A text to be typed: every sign as it is."""
    return _opened(_mapped(text, _SIGNS))


def bold(text: str) -> str:
    """A text to be typed, in bold."""
    return f"\\fB{_mapped(text, _SIGNS)}\\fR"


def example(lines: Sequence[str]) -> Iterator[str]:
    """Lines of an example, indented."""
    yield from (".PP", ".RS 4", ".EX")
    yield from map(literal, lines)
    yield from (".EE", ".RE")


def markdown(text: str) -> Iterator[str]:
    """A piece of Markdown: paragraphs, lists, tables, blocks of code, headings of the third level."""
    return _Blocks(_MARKDOWN.parse(text)).lines()


def inline(text: str) -> str:
    """A line of Markdown."""
    return _opened(_inline(_MARKDOWN.parseInline(text)[0].children or []))


class _Blocks:
    """Goes through the tokens of a text; a method for each type that has a say in its lines."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        # A number for each list that is open: of the last item, -1 for one with bullets.
        self._lists: list[int] = []
        self._paragraph = ".PP"
        self._row: list[str] = []

    def lines(self) -> Iterator[str]:
        """The text as lines of roff."""
        for index, token in enumerate(self._tokens):
            yield from getattr(self, f"_{token.type}", _nothing)(index)

    def _bullet_list_open(self, _index: int, first: int = -1) -> Iterator[str]:
        self._lists.append(first)
        if len(self._lists) > 1:
            yield ".RS 2"

    def _ordered_list_open(self, index: int) -> Iterator[str]:
        return self._bullet_list_open(index, 0)

    def _bullet_list_close(self, _index: int) -> Iterator[str]:
        self._lists.pop()
        self._paragraph = ".IP" if self._lists else ".PP"
        if self._lists:
            yield ".RE"

    _ordered_list_close = _bullet_list_close

    def _list_item_open(self, _index: int) -> Iterator[str]:
        if self._lists[-1] < 0:
            self._paragraph = ".IP \\(bu 2"
        else:
            self._lists[-1] += 1
            self._paragraph = f".IP {self._lists[-1]}. 4"
        yield from ()

    def _paragraph_open(self, _index: int) -> Iterator[str]:
        yield self._paragraph
        self._paragraph = ".IP" if self._lists else ".PP"

    def _heading_open(self, index: int) -> Iterator[str]:
        yield f".SS {self._inline_after(index)}"

    def _fence(self, index: int) -> Iterator[str]:
        return example(self._tokens[index].content.rstrip("\n").split("\n"))

    _code_block = _fence

    def _inline(self, index: int) -> Iterator[str]:
        if self._tokens[index - 1].type == "paragraph_open":
            yield _opened(self._inline_after(index - 1))

    def _tr_open(self, _index: int) -> Iterator[str]:
        self._row = []
        yield from ()

    def _td_open(self, index: int) -> Iterator[str]:
        self._row.append(self._inline_after(index))
        yield from ()

    def _tr_close(self, _index: int) -> Iterator[str]:
        # The head of a table has cells of another type: only what it is about is lost.
        if self._row:
            yield from (".TP", _opened(self._row[0]), _opened("; ".join(cell for cell in self._row[1:] if cell)))

    def _inline_after(self, index: int) -> str:
        return _inline(self._tokens[index + 1].children or [])


def _nothing(_index: int) -> Iterator[str]:
    return iter(())


def _inline(tokens: Sequence[Token]) -> str:
    found = []
    for token in tokens:
        if token.type == "text":
            found.append(_mapped(token.content, _PROSE))
        elif token.type == "code_inline":
            found.append(bold(token.content))
        elif token.type == "softbreak":
            found.append(" ")
        elif token.type in ("em_open", "strong_open"):
            found.append("\\fI")
        elif token.type in ("em_close", "strong_close"):
            found.append("\\fR")
    return "".join(found)


def _mapped(text: str, signs: dict[str, str]) -> str:
    text = "".join(signs.get(sign, sign) for sign in text)
    return re.sub(r"[^\x00-\x7f]", lambda match: f"\\[u{ord(match[0]):04X}]", text)


def page(lines: Iterable[str]) -> str:
    """Lines of roff as a page: none is long, and no section begins with an empty paragraph."""
    found: list[str] = []
    example = False
    for line in lines:
        example = line == ".EX" or (example and line != ".EE")
        if line == ".PP" and found and found[-1].startswith((".SH", ".SS")):
            continue
        tag = bool(found) and found[-1] == ".TP"
        if example or tag or line.startswith((".", '\\"')) or len(line) <= _LONGEST:
            found.append(line)
        else:
            found += map(_opened, textwrap.wrap(line, _LONGEST, break_long_words=False, break_on_hyphens=False))
    return "\n".join(found) + "\n"


def _opened(line: str) -> str:
    """A line that begins like a request is none."""
    return f"\\&{line}" if line.startswith((".", "'")) else line
