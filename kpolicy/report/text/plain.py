# SPDX-License-Identifier: GPL-2.0-or-later
"""Texts from files made harmless: one line, nothing that drives a terminal, a parser or a reader's eye."""

from __future__ import annotations

import re

from kpolicy.patterns import lazy

# Control characters, line ends of Unicode, what turns the direction of writing, and what XML cannot hold.
_ODD = lazy(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

# What a spreadsheet would take for the beginning of a formula; tabs and line ends are escapes already.
_FORMULA = ("=", "+", "-", "@")


def line(text: str) -> str:
    """A text as one line: what is not to be shown stands as an escape, a byte that is no UTF-8 as `\\xNN`."""
    if text.isascii() and text.isprintable():
        return text
    return _ODD.sub(_escape, text)


def relative(path: str) -> str:
    """A path as one that begins in the folder where the report is read: without `./` and leading slashes."""
    path = line(path)
    while path.startswith(("./", "/")):
        path = path.removeprefix("./").lstrip("/")
    return path or "."


def csv_cell(text: str) -> str:
    """A cell of a table that no spreadsheet takes for a formula: an apostrophe before it makes it text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x100 or 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code & 0xFF:02x}"
    return f"\\u{code:04x}"
