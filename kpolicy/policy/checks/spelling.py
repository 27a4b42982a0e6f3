# SPDX-License-Identifier: GPL-2.0-or-later
"""Values as people write them, and as `conf` wants them."""

from __future__ import annotations

import re
from typing import Final

from kpolicy.patterns import lazy

NUMBERS: Final = ("int", "hex")
_WORDS: Final = {"y": "y", "yes": "y", "m": "m", "module": "m", "n": "n", "no": "n"}
_NUMBERS: Final = {"int": lazy(r"-?(?:0|[1-9][0-9]*)\Z"), "hex": lazy(r"(?:0[xX])?[0-9a-fA-F]+\Z")}
_STRING: Final = lazy(r'"(?:[^"\\]|\\.)*"')
_COMMENT: Final = lazy(r"\s+#.*\Z", re.DOTALL)


def corrected(kind: str, value: str) -> str | None:
    """A value as `conf` takes it for a type; None if unknown.

    Quotes, blanks around it and a comment behind it go; `yes` is y; a word gets the quotes of a string.
    """
    if kind == "unknown":
        kind = _likely_kind(value)
    if kind == "string":
        quoted = _STRING.match(value.strip())
        if quoted is not None:
            return quoted.group()
        text = _COMMENT.sub("", value).strip().strip("'")
        return None if '"' in text or "\\" in text else f'"{text}"'
    text = _COMMENT.sub("", value).strip().strip("\"'").strip()
    if kind in NUMBERS:
        return text if _NUMBERS[kind].match(text) else None
    found = _WORDS.get(text.lower())
    # A bool cannot be m, and whether y was meant is for a person to say.
    return None if found == "m" and kind == "bool" else found


def tail(kind: str, value: str) -> str:
    """What follows the part of a value that `conf` reads: "es" of yes, " # why" of y # why."""
    if kind in ("bool", "tristate"):
        return value[1:] if value[:1] in ("y", "n") or (kind == "tristate" and value[:1] == "m") else ""
    quoted = _STRING.match(value) if kind == "string" else None
    return value[quoted.end() :] if quoted is not None else ""


def as_read(kind: str, value: str) -> str:
    """The part of a value that `conf` reads: y of "y # why"."""
    return value.removesuffix(tail(kind, value))


def has_comment(value: str) -> bool:
    """Whether a comment seems to follow a value; to `conf` it is part of it."""
    return _COMMENT.search(value) is not None


def _likely_kind(value: str) -> str:
    text = value.strip()
    if text.strip("\"'").lower() in _WORDS:
        return "tristate"
    if text.lower().startswith("0x"):
        return "hex"
    return "int" if _NUMBERS["int"].match(text) else "string"
