# SPDX-License-Identifier: GPL-2.0-or-later
"""Plain text to Markdown: what has a meaning there is made harmless, names are set as code.

The dialect is GitHub's, which is CommonMark with tables.
"""

from __future__ import annotations

import re
import textwrap

_WIDTH = 100
_SPECIAL = re.compile(r"([\\`*_<>\[\]|~$&])")
_WORD = re.compile(r"(?P<before>[(\"']*)(?P<core>.+?)(?P<after>(?:\)?[.,;:!?\"']+|\))*)\Z")
_NAME = re.compile(r"[\w./=:*$+%-]*_[\w./=:*$+%-]*(?:\(\))?\Z|\w+\(\)\Z")
# What would begin a list, a heading, a quotation or a rule at the beginning of a line.
_OPENING = re.compile(r"(?P<number>\d+)(?P<dot>[.)])(?=\s|\Z)|(?P<mark>[-+#=])")


def prose(text: str) -> str:
    """A text as one line of Markdown; words with an underscore and calls are names, and set as code."""
    return _opened(" ".join(_word(word) for word in text.split()))


def paragraphs(text: str, indent: str = "") -> list[str]:
    """A text as the lines of Markdown paragraphs, an empty line between them."""
    lines: list[str] = []
    for paragraph in text.strip().split("\n\n"):
        if lines:
            lines.append("")
        lines += wrapped(prose(paragraph), indent)
    return lines


def wrapped(line: str, indent: str = "", first: str | None = None) -> list[str]:
    """A line of Markdown on several; code with blanks in it is not torn apart."""
    # A blank inside of code stands as a character that is no blank to textwrap.
    held = re.sub(r"(`+)(.+?)\1", lambda match: match.group().replace(" ", "\0"), line)
    found = textwrap.wrap(
        held,
        _WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    head, *rest = found or [""]
    return [item.replace("\0", " ") for item in (head, *(f"{indent}{_opened(item[len(indent) :])}" for item in rest))]


def code(text: str) -> str:
    """A text on one line as code."""
    text = " ".join(text.split())
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * (longest + 1)
    gap = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{gap}{text}{gap}{ticks}"


def block(text: str, indent: str = "") -> list[str]:
    """Lines as a block of code."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = f"{indent}{'`' * (longest + 1)}"
    return [fence, *(f"{indent}{line}".rstrip() for line in text.strip("\n").split("\n")), fence]


def link(text: str, target: str) -> str:
    """A link; `text` is Markdown already."""
    return f"[{text}]({target})"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """A table; cells are Markdown in which bars are escaped, even those of code."""
    lines = [head, tuple("---" for _ in head), *rows]
    return [f"| {' | '.join(lines)} |" for lines in lines]


def anchor(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _word(word: str) -> str:
    match = _WORD.match(word)
    if match is None:
        return _escaped(word)
    before, core, after = match.group("before", "core", "after")
    if core.endswith("(") and after.startswith(")"):
        core, after = f"{core})", after[1:]
    text = code(core) if _NAME.match(core) else _escaped(core)
    return f"{_escaped(before)}{text}{_escaped(after)}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _opened(line: str) -> str:
    match = _OPENING.match(line)
    if match is None:
        return line
    if match["mark"]:
        return f"\\{line}"
    return f"{match['number']}\\{line[match.end('number') :]}"
