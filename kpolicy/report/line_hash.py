# SPDX-License-Identifier: GPL-2.0-or-later
"""The hash of a line by which GitHub knows an alert again while lines move: `primaryLocationLineHash`.

It is that of github/codeql-action (src/fingerprints.ts), which fills it in when a SARIF file is uploaded and
warns where another value is there already: a polynomial, modulo 2^64, of the 100 characters from the
beginning of the line on, blanks and tabs left out, every line end as a line feed, zeros behind the end of the
file; then a colon and how many lines of the file before, and this one, have that hash.
"""

from __future__ import annotations

import array
import re
import sys
from collections import Counter

_BLOCK = 100
_FACTOR = 37
_MASK = (1 << 64) - 1
_SHIFT = pow(_FACTOR, _BLOCK, 1 << 64)
_LINE_FEED = 10
# What the file is taken to end with.
_END = 0xFFFF
_BLANKS = re.compile(r"\r\n?|[ \t]+")


def line_hashes(content: bytes) -> tuple[str, ...]:
    """The hash of every line of a file; one more where the file ends with a line feed, for the end."""
    # Blanks between the two characters of a line end part them; that is how it is done there, too.
    text = _BLANKS.sub(lambda match: "" if match.group()[0] in " \t" else "\n", content.decode("utf-8", "replace"))
    units = array.array("H", text.encode("utf-16-le"))
    if sys.byteorder == "big":
        units.byteswap()
    units.append(_END)
    values = [0] * (len(units) + 1)
    value = 0
    for index, unit in enumerate(units):
        value = (value * _FACTOR + unit) & _MASK
        values[index + 1] = value
    seen: Counter[str] = Counter()
    found = []
    start = 0
    for index, unit in enumerate(units):
        if unit == _LINE_FEED or index == len(units) - 1:
            found.append(_numbered(_of_block(values, start), seen))
            start = index + 1
    return tuple(found)


def _of_block(values: list[int], start: int) -> str:
    end = start + _BLOCK
    last = len(values) - 1
    if end <= last:
        value = values[end] - values[start] * _SHIFT
    else:
        # Zeros behind the end only multiply.
        value = values[last] * pow(_FACTOR, end - last, 1 << 64) - values[start] * _SHIFT
    return f"{value & _MASK:x}"


def _numbered(text: str, seen: Counter[str]) -> str:
    seen[text] += 1
    return f"{text}:{seen[text]}"
