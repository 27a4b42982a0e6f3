# SPDX-License-Identifier: GPL-2.0-or-later
"""POSIX regular expressions, basic and extended, as Python's."""

from __future__ import annotations

import functools
import re

from kpolicy.kernel.toolchain.patience import Pattern, compiled
from kpolicy.kernel.toolchain.shell.pattern import bracket_body


@functools.lru_cache(maxsize=256)
def compile_posix(text: str, *, extended: bool, ignore_case: bool = False) -> Pattern:
    """The compiled expression, with GNU's `\\+`, `\\?`, `\\|`, `\\<`, `\\>`, `\\w` and the like.

    Raises `re.error` when it is none.
    """
    out: list[str] = []
    at = 0
    while at < len(text):
        character = text[at]
        following = text[at + 1 : at + 2]
        at += 1
        if character == "[":
            end = _bracket_end(text, at)
            negated = text.startswith("^", at)
            out.append(f"[{'^' if negated else ''}{bracket_body(text[at + negated : end])}]")
            at = end + 1
        elif character == "\\":
            at += 1
            out.append(_escaped(following, extended))
        elif character in "+?|(){}" and not extended:
            out.append("\\" + character)
        elif character == "*" and _starts(out):
            out.append("\\*")
        elif character == "^" and not (extended or _starts(out)):
            out.append("\\^")
        elif character == "$" and not extended and text[at:] and not text.startswith(("\\)", "\\|"), at):
            out.append("\\$")
        elif character in ".*^$+?|(){}":
            out.append(r"\Z" if character == "$" else character)
        else:
            out.append(re.escape(character))
    return compiled("".join(out), re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _starts(out: list[str]) -> bool:
    return not out or out[-1] in ("(", "|", "^") or (len(out) == 0)


def _escaped(character: str, extended: bool) -> str:
    if character in "(){}+?|" and character:
        return re.escape(character) if extended else character
    if character.isdigit():
        return f"(?:\\{character})"
    if character in "wWsSbB":
        return "\\" + character
    if character == "<":
        return r"\b(?=\w)"
    if character == ">":
        return r"\b(?<=\w)"
    if character == "n":
        return "\n"
    if character == "t":
        return "\t"
    return re.escape(character)


def _bracket_end(text: str, start: int) -> int:
    at = start + 1 if text.startswith("^", start) else start
    at = at + 1 if text.startswith("]", at) else at
    while at < len(text):
        if text.startswith("[:", at):
            at = text.find(":]", at) + 1
            if at <= 0:
                break
        elif text[at] == "]":
            return at
        at += 1
    raise re.error("unterminated bracket expression")
