# SPDX-License-Identifier: GPL-2.0-or-later
"""Config lines in the files of other tools: `CONFIG_X=value` and `# CONFIG_X is not set`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kpolicy.config.odd_lines import TEXT, odd_line
from kpolicy.location import Location
from kpolicy.policy.foreign.policy import LeftOut, Text
from kpolicy.tuples import NamedTuple

_LINE: Final = re.compile(r"CONFIG_([A-Za-z0-9_]+)=(.*)|# CONFIG_([A-Za-z0-9_]+) is not set")
# To `conf` it is a comment, and no one writes it as one.
_NOT_SET: Final = re.compile(r"#\s*CONFIG_.*\bis\s+not\s+set")
_VALUE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[ymn]|-?[0-9]+|0[xX][0-9a-fA-F]+')


class ConfigLine(NamedTuple):
    """A config line of a file; `value` is n for one that is not set."""

    text: Text
    number: int
    symbol: str
    value: str


def is_config_line(line: str) -> bool:
    """Whether a line is one, and no other comment."""
    return _LINE.fullmatch(line.rstrip()) is not None


def fault(line: str) -> str | None:
    """Why `conf` does not read a line that is no config line; None for a comment."""
    odd = odd_line(line, Location("", 0))
    if odd is None:
        return "to conf it is a comment" if _NOT_SET.fullmatch(line.strip()) else None
    return TEXT if odd.fault == TEXT else f"conf does not read it: {odd.fault}"


def is_value(text: str) -> bool:
    """Whether `conf` writes such a value: y, m, n, a number, a text in quotes."""
    return _VALUE.fullmatch(text) is not None


def config_lines(text: Text, left_out: list[LeftOut] | None = None) -> Iterator[ConfigLine]:
    """The config lines of a file; what is neither one nor a comment is noted as an error, or as `left_out`.

    It is left out where the tool of the format passes it on to `conf`, which ignores it.
    """
    for number, raw in enumerate(text.lines, 1):
        line = raw.rstrip()
        match = _LINE.fullmatch(line)
        if match is not None:
            symbol, value = match[1] or match[3], match[2] if match[1] else "n"
            if is_value(value):
                yield ConfigLine(text, number, symbol, value)
                continue
            what = f"CONFIG_{symbol} has no value" if not value.strip() else f"{value[:40]!r} is not a value"
            hint, column = 'a value is y, m, n, a number or "a text"', line.find("=") + 2
        elif (why := fault(line)) is not None:
            what, column = why, len(line) - len(line.lstrip()) + 1
            hint = "a line is CONFIG_X=value or # CONFIG_X is not set"
        else:
            continue
        if left_out is None:
            text.complain(number, what, at=column, hint=hint)
        else:
            left_out.append(text.left_out(number, what))
