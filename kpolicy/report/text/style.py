# SPDX-License-Identifier: GPL-2.0-or-later
"""Colour, where it is wanted, and columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from kpolicy.frozen import dataclass
from kpolicy.report.text.plain import line

_CODES = {"error": "1;31", "warning": "1;35", "note": "1;36", "strong": "1", "faint": "2", "good": "1;32"}


@dataclass(frozen=True, slots=True)
class Style:
    """Marks words up for a terminal, or leaves them alone.

    `pages` is where the pages about rules are, "" where a terminal would not know what a link is.
    """

    colour: bool = False
    pages: str = ""

    def mark(self, kind: str, text: str) -> str:
        """`text` as "error", "warning", "note", "strong", "faint" or "good"."""
        return f"\x1b[{_CODES[kind]}m{text}\x1b[m" if self.colour else text

    def rule(self, rule_id: str) -> str:
        """The id of a rule in brackets, on terminals that know links as one to its page."""
        text = self.mark("faint", f"[{line(rule_id)}]")
        if not self.pages:
            return text
        from kpolicy.report.text.rule_page import rule_page  # it knows all checks

        page = rule_page(self.pages, rule_id)
        # OSC 8: the terminal shows the text, and opens the address.
        return f"\x1b]8;;{page}\x1b\\{text}\x1b]8;;\x1b\\" if page else text


def columns(rows: Iterable[Sequence[str]], *, right: Sequence[int] = (), indent: str = "  ") -> list[str]:
    """`rows` as lines with aligned columns; those numbered in `right` are flush right."""
    table = list(rows)
    if not table:
        return []
    widths = [max(map(len, column)) for column in zip_longest(*table, fillvalue="")]
    # A format for rows of each length: quicker than padding cell by cell.
    marks = [f"%{width}s" if column in right else f"%-{width}s" for column, width in enumerate(widths)]
    forms = [indent + "  ".join(marks[:count]) for count in range(len(marks) + 1)]
    return [(forms[len(row)] % tuple(row)).rstrip() for row in table]
