# SPDX-License-Identifier: GPL-2.0-or-later
"""Lines that look like a request and are none to `conf`.

`conf` reads "CONFIG_X=value" and "# CONFIG_X is not set", both from the first column.  It passes over
anything else: with a warning where the line does not begin with `#`, silently where it does, or
where what precedes the `=` is no name.  This module says what such a line was probably meant to request.
A line that was commented out (`#CONFIG_X=y`, `## CONFIG_X is not set`) is a comment.
"""

from __future__ import annotations

import re

from kpolicy.config.model import UnreadLine
from kpolicy.location import Location
from kpolicy.patterns import lazy

# A byte order mark and zero-width characters show as nothing, \udca0 is the no-break space of Latin-1.
_BLANK = r"[\s\ufeff\u200b\u2060\udca0]"
_LEAD = lazy(rf"{_BLANK}*")
_PREFIX = lazy(rf"(?:export{_BLANK}+|[>+|`'\"]{_BLANK}*)+(?=CONFIG_)")
_NAMED = lazy(r"CONFIG_([A-Za-z0-9_-]+)(.*)", re.DOTALL)
_IS_NOT_SET = lazy(rf"{_BLANK}+is{_BLANK}+not{_BLANK}+set(?![\w-])(.*)", re.IGNORECASE | re.DOTALL)
_EQUALS = lazy(rf"({_BLANK}*)([:+?]?=)({_BLANK}*)(.*)", re.DOTALL)
_WITHOUT_EQUALS = lazy(rf"{_BLANK}*:?{_BLANK}+([ymn]|-?[0-9]+|0[xX][0-9a-fA-F]+|\"[^\"]*\"){_BLANK}*")
_COMMENT = lazy(rf"#({_BLANK}*)(CONFIG_.*)", re.DOTALL)
_CHECK = lazy(rf"#CHECK#{_BLANK}*(CONFIG_[A-Za-z0-9_-]+=.*)", re.DOTALL)
_WITHOUT_PREFIX = lazy(r"(?!CONFIG_)([A-Z][A-Z0-9_]+)=([ymn]|[0-9]+|0x[0-9a-f]+|\"[^\"]*\")")
_IS_N = lazy(r"n(?!\w)")

MARK = "byte order mark before it"
"""The fault of a line, the first of a file, that an editor put an invisible mark in front of."""
TEXT = "not a config line"
"""The fault of a line that requests nothing recognizable."""


def odd_line(text: str, location: Location) -> UnreadLine | None:
    """What is odd about a line that `conf` does not read; None for a blank line and an ordinary comment.

    `text` is a line without its end that is no assignment.
    """
    lead = _LEAD.match(text)
    rest = text[lead.end() :] if lead is not None else text
    if not rest:
        return UnreadLine(location, text, MARK) if text.startswith("\ufeff") else None
    if len(rest) == len(text):
        return _comment(text, location) if text[0] == "#" else _plain(text, text, "", location)
    fault = _lead_fault(text[: len(text) - len(rest)])
    if rest[0] == "#":
        # Only "is not set" asks for something there; a comment may start anywhere.
        match = _COMMENT.match(rest)
        asked = _named(match.group(2)) if match is not None and match.group(1) == " " else None
        if asked is not None and asked[2]:
            return UnreadLine(location, text, fault, asked[0], "n")
        # To conf that is no comment: it warns.
        return UnreadLine(location, text, fault) if fault == MARK else None
    return _plain(text, rest, fault, location)


def unexpected(text: str) -> bool:
    """Whether `conf` warns of a line that it does not read ("unexpected data")."""
    return text[:1] != "#" and not (text.startswith("CONFIG_") and "=" in text)


def _lead_fault(lead: str) -> str:
    if lead.startswith("\ufeff"):
        return MARK
    return "blank before it" if lead.isascii() else "invisible characters before it"


def _plain(text: str, rest: str, fault: str, location: Location) -> UnreadLine:
    """A line that is no comment."""
    prefix = _PREFIX.match(rest)
    if prefix is not None:
        fault = fault or f"'{prefix.group().strip()}' before it"
        rest = rest[prefix.end() :]
    asked = _named(rest)
    if asked is not None:
        name, value, is_unset, own_fault = asked
        if is_unset and not fault:
            own_fault = "no '# ' before it"
        return UnreadLine(location, text, fault or own_fault or TEXT, name, value)
    if match := _WITHOUT_PREFIX.fullmatch(rest):
        return UnreadLine(location, text, fault or "no CONFIG_ before the name", *match.groups())
    if rest[:7].upper() == "CONFIG_" and (asked := _named("CONFIG_" + rest[7:])) is not None and asked[1]:
        # Real names have no small letters but in a few; the whole line was written in them.
        return UnreadLine(location, text, fault or "config_ in lower case", asked[0].upper(), asked[1])
    return UnreadLine(location, text, TEXT)


def _named(text: str) -> tuple[str, str, bool, str] | None:
    """The symbol that a text beginning with CONFIG_ names, the value that it asks for ("" for none),
    whether by "is not set", and what is wrong with it."""
    match = _NAMED.match(text)
    if match is None:
        return None
    name, rest = match.groups()
    if not rest.strip():
        return name, "", False, "no value"
    if unset := _IS_NOT_SET.fullmatch(rest):
        if unset.group(1).strip():
            fault = "text after 'is not set'"
        elif unset.group(1):
            fault = "blank after 'is not set'"
        else:
            fault = "" if rest == " is not set" else "not exactly 'is not set'"
        return name, "n", True, fault
    if equals := _EQUALS.fullmatch(rest):
        before, operator, after, value = equals.groups()
        fault = f"'{operator}' instead of '='" if operator != "=" else "blank before '='" if before or after else ""
        return name, value.strip(), False, fault
    if other := _WITHOUT_EQUALS.fullmatch(rest):
        return name, other.group(1), False, "no '='"
    if rest[0] in " \t:":
        return name, "", False, TEXT
    return "", "", False, "invalid character in the name"


def _comment(text: str, location: Location) -> UnreadLine | None:
    """A line that begins with `#`."""
    if check := _CHECK.fullmatch(text):
        asked = _named(check.group(1))
        return UnreadLine(location, text, "'#CHECK#' before it", asked[0], asked[1]) if asked is not None else None
    match = _COMMENT.fullmatch(text)
    asked = _named(match.group(2)) if match is not None else None
    if match is None or asked is None:
        return None
    gap, (name, value, is_unset, fault) = match.group(1), asked
    if is_unset:
        if gap != " ":
            fault = "expected one blank after '#'"
        return UnreadLine(location, text, fault or TEXT, name, value)
    if gap == " " and _IS_N.match(value):
        return UnreadLine(location, text, "'=n' in a comment", name, "n")
    return None
