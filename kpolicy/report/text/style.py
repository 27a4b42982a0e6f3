# SPDX-License-Identifier: GPL-2.0-or-later
"""Colour, where it is wanted, and columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kpolicy.frozen import dataclass

_CODES = {"error": "1;31", "warning": "1;35", "note": "1;36", "strong": "1", "faint": "2", "good": "1;32"}


@dataclass(frozen=True, slots=True)
class Style:
    """Marks words up for a terminal, or leaves them alone."""

    colour: bool = False

    def mark(self, kind: str, text: str) -> str:
        """`text` as "error", "warning", "note", "strong", "faint" or "good"."""
        return f"\x1b[{_CODES[kind]}m{text}\x1b[m" if self.colour else text


def columns(rows: Iterable[Sequence[str]], *, right: Sequence[int] = (), indent: str = "  ") -> list[str]:
    """`rows` as lines with aligned columns; those numbered in `right` are flush right."""
    table = [list(row) for row in rows]
    if not table:
        return []
    widths = [max(len(row[column]) for row in table if column < len(row)) for column in range(max(map(len, table)))]
    lines = []
    for row in table:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        lines.append((indent + "  ".join(cells)).rstrip())
    return lines
