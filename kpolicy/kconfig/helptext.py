# SPDX-License-Identifier: GPL-2.0-or-later
"""Help texts: where they end, as scripts/kconfig/lexer.l has it: <HELP>, the same in all releases."""

from __future__ import annotations

import re
import textwrap

_LINE = re.compile(r"([ \t]*)([^\n]*)(\n?)")
# The help text of an entry, or what begins the next one, or ends a block.
_HELP_OR_NEXT = re.compile(
    r"^[ \t]*(?:(?P<help>(?:---)?help(?:---)?[ \t\r]*(?:#.*)?\n)"
    r"|(?:config|menuconfig|choice|menu|comment|source|if|endif|endmenu|endchoice)\b)",
    re.MULTILINE,
)


def skip_help(text: str, at: int) -> tuple[int, bool]:
    """Where a help text ends whose first line begins at an index, and whether there is nothing in it.

    The first line belongs to it in any case.  It ends before a line without indent, or in a line with less indent
    than that of its first line of text; where that has none, the first one after it with an indent counts.
    """
    first = last = 0
    is_blank = True
    begin = at
    while at < len(text):
        match = _LINE.match(text, at)
        if match is None:
            break
        blanks, words, _ = match.groups()
        if words:
            if not blanks and at > begin:
                break
            if blanks:
                last = len(blanks.expandtabs(8))
                if first and last < first:
                    at += len(blanks)
                    break
            is_blank = is_blank and not words.strip(" \f\r\t\v")
            first = first or last
        at = match.end()
    return at, is_blank


def help_after(text: str, line: int) -> str:
    """The help text of the entry that begins on a line of a Kconfig file, without its indent; "" where it has none.

    What macros make is not looked at: a help text is none of it.
    """
    *_before, rest = text.split("\n", line)
    found = _HELP_OR_NEXT.search(rest)
    if found is None or found["help"] is None:
        return ""
    end, _ = skip_help(rest, found.end())
    return textwrap.dedent(rest[found.end() : end].expandtabs(8)).strip()
