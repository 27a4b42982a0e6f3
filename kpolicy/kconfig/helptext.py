# SPDX-License-Identifier: GPL-2.0-or-later
"""Where help texts end, as scripts/kconfig/lexer.l has it: <HELP>, the same in all releases."""

from __future__ import annotations

import re

_LINE = re.compile(r"([ \t]*)([^\n]*)(\n?)")


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
