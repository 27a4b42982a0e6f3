# SPDX-License-Identifier: GPL-2.0-or-later
"""`echo` and `printf`, with their escapes (POSIX, Utilities; echo as in dash, or in bash for its scripts)."""

from __future__ import annotations

import re
from typing import Final

from kpolicy.kernel.toolchain.patience import Exhausted, integer
from kpolicy.kernel.toolchain.shell.interpreter import Shell
from kpolicy.kernel.toolchain.shell.streams import LONGEST_TEXT

_SIMPLE: Final = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
}
_ESCAPE: Final = re.compile(r"\\(0[0-7]{0,3}|[1-7][0-7]{0,2}|x[0-9a-fA-F]{1,2}|.)", re.DOTALL)
_CONVERSION: Final = re.compile(r"%(?:(%)|([-+ #0]*)(\*|[0-9]*)(?:\.(\*|[0-9]*))?([a-zA-Z]))")
_WIDEST: Final = 10_000


def unescape(text: str, *, hexadecimal: bool = False) -> tuple[str, bool]:
    """`text` with its backslash escapes replaced, and whether `\\c` ended it early."""
    out: list[str] = []
    at = 0
    for match in _ESCAPE.finditer(text):
        out.append(text[at : match.start()])
        at = match.end()
        escape = match.group(1)
        if escape == "c":
            return "".join(out), True
        if escape[0] in "01234567":
            out.append(chr(int(escape, 8) & 0xFF))
        elif escape[0] == "x" and len(escape) > 1:
            out.append(chr(int(escape[1:], 16)) if hexadecimal else match.group())
        else:
            out.append(_SIMPLE.get(escape, match.group()))
    out.append(text[at:])
    return "".join(out), False


def echo(shell: Shell, words: list[str]) -> int:
    """The builtin `echo`: dash's always reads escapes and knows `-n` alone."""
    arguments = words[1:]
    newline, escapes = True, not shell.bash
    options = re.compile("-[neE]+" if shell.bash else "-n")
    while arguments and options.fullmatch(arguments[0]):
        for letter in arguments.pop(0)[1:]:
            newline = newline and letter != "n"
            escapes = letter == "e" if letter in "eE" else escapes
        if not shell.bash:
            break
    text, ended = " ".join(arguments), False
    if escapes and "\\" in text:
        text, ended = unescape(text, hexadecimal=shell.bash)
    shell.write(1, text + ("\n" if newline and not ended else ""))
    return 0


def printf(shell: Shell, words: list[str]) -> int:
    """The builtin `printf`: the format is used again until all arguments are."""
    arguments = words[1:]
    if arguments[:1] == ["--"]:
        arguments = arguments[1:]
    if not arguments:
        shell.write(2, f"{shell.name}: printf: usage: printf format [arg ...]\n")
        return 2
    formatter = _Formatter(arguments[0], arguments[1:])
    text = formatter.text()
    shell.write(1, text)
    return formatter.status


class _Formatter:
    def __init__(self, template: str, arguments: list[str]) -> None:
        self._template = template
        self._arguments = arguments
        self._ended = False
        self.status = 0

    def text(self) -> str:
        out: list[str] = []
        size = 0
        while True:
            left = len(self._arguments)
            once = self._once()
            out += once
            if self._ended or not self._arguments or len(self._arguments) == left:
                return "".join(out)
            size += sum(map(len, once))
            if size > LONGEST_TEXT:
                raise Exhausted(f"more than {LONGEST_TEXT} characters of output")

    def _once(self) -> list[str]:
        out: list[str] = []
        at = 0
        for match in _CONVERSION.finditer(self._template):
            self._literal(out, self._template[at : match.start()])
            at = match.end()
            if not self._ended:
                out.append("%" if match.group(1) else self._convert(match))
            if self._ended:
                return out
        self._literal(out, self._template[at:])
        return out

    def _literal(self, out: list[str], text: str) -> None:
        if not self._ended:
            plain, self._ended = unescape(text, hexadecimal=True)
            out.append(plain)

    def _next(self) -> str:
        return self._arguments.pop(0) if self._arguments else ""

    def _convert(self, match: re.Match[str]) -> str:
        _, flags, width, precision, letter = match.groups()
        width = str(self._number(self._next())) if width == "*" else width
        if precision == "*":
            precision = str(self._number(self._next()))
        if integer(width or "0") > _WIDEST or integer(precision or "0") > _WIDEST:
            raise Exhausted("too wide a field")
        shape = f"%{flags}{width}" + (f".{precision or 0}" if precision is not None else "")
        if letter == "b":
            text, self._ended = unescape(self._next())
            return (shape + "s") % text
        if letter == "s":
            return (shape + "s") % self._next()
        if letter == "c":
            return (shape + "s") % self._next()[:1]
        if letter in "diuoxX":
            return (shape + ("d" if letter in "iu" else letter)) % self._number(self._next())
        self.status = 1
        return ""

    def _number(self, text: str) -> int:
        stripped = text.strip()
        if not stripped:
            return 0
        if stripped[0] in "\"'":
            return ord(stripped[1:2] or "\0")
        try:
            octal = re.fullmatch(r"[-+]?0[0-7]+", stripped)
            if octal:
                return integer(stripped, 8)
            return int(stripped, 0) if not stripped.isdigit() else integer(stripped)
        except ValueError:
            self.status = 1
            digits = re.match(r"[-+]?[0-9]+", stripped)
            return integer(digits.group()) if digits else 0
