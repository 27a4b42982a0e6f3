# SPDX-License-Identifier: GPL-2.0-or-later
"""Shell patterns (POSIX section 2.13) as regular expressions, for `case` and `${x%pattern}`."""

from __future__ import annotations

import functools
import re

from kpolicy.kernel.toolchain.patience import Pattern, compiled


@functools.lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Pattern:
    """The pattern in which a backslash takes the next character's meaning away."""
    out: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "*":
            out.append(".*")
        elif character == "?":
            out.append(".")
        elif character == "\\" and at < len(pattern):
            out.append(re.escape(pattern[at]))
            at += 1
        elif character == "[" and (end := _bracket_end(pattern, at)) > 0:
            out.append(_bracket(pattern[at:end]))
            at = end + 1
        else:
            out.append(re.escape(character))
    return compiled("".join(out), re.DOTALL)


def quote_pattern(text: str) -> str:
    """A pattern that matches `text` only."""
    return re.sub(r"([*?\[\]\\])", r"\\\1", text)


def remove_affix(value: str, pattern: str, operator: str) -> str:
    """`${value OPERATOR pattern}` for the operators `%`, `%%`, `#` and `##`."""
    matcher = compile_pattern(pattern)
    lengths = range(len(value) + 1)
    if operator in ("%%", "#"):
        order = lengths
    else:
        order = range(len(value), -1, -1)
    for at in order:
        if operator.startswith("%"):
            if matcher.fullmatch(value, at):
                return value[:at]
        elif matcher.fullmatch(value, 0, at):
            return value[at:]
    return value


def _bracket_end(pattern: str, start: int) -> int:
    at = start + 1 if pattern[start : start + 1] in ("!", "^") else start
    # A bracket that comes first stands for itself.
    at = at + 1 if pattern[at : at + 1] == "]" else at
    while at < len(pattern):
        if pattern.startswith("[:", at):
            at = pattern.find(":]", at) + 1
            if at <= 0:
                return -1
        elif pattern[at] == "]":
            return at
        at += 1
    return -1


_CLASSES = {
    "[:alnum:]": "a-zA-Z0-9",
    "[:alpha:]": "a-zA-Z",
    "[:blank:]": " \\t",
    "[:digit:]": "0-9",
    "[:lower:]": "a-z",
    "[:punct:]": "!-/:-@\\[-`{-~",
    "[:space:]": "\\s",
    "[:upper:]": "A-Z",
    "[:xdigit:]": "0-9A-Fa-f",
}


def _bracket(inside: str) -> str:
    negated = inside[:1] in ("!", "^")
    body = inside[1:] if negated else inside
    return f"[{'^' if negated else ''}{bracket_body(body)}]"


def bracket_body(body: str) -> str:
    """The inside of a POSIX bracket expression, after its `!` or `^`, for Python."""
    out: list[str] = []
    at = 0
    while at < len(body):
        name = next((name for name in _CLASSES if body.startswith(name, at)), None)
        if name is not None:
            out.append(_CLASSES[name])
            at += len(name)
        else:
            out.append(body[at] if body[at] == "-" and 0 < at < len(body) - 1 else re.escape(body[at]))
            at += 1
    return "".join(out)
