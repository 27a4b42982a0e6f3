# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulated `awk` for one-liners: `BEGIN { RS = ";" }`, `/pattern/`, `NR == 1`, `{ print $2, "text" }`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from kpolicy.kernel.toolchain.patience import integer, look
from kpolicy.kernel.toolchain.programs.regex import compile_posix
from kpolicy.kernel.toolchain.shell.call import Call
from kpolicy.kernel.toolchain.shell.streams import bounded

_STRING: Final = r'"((?:[^"\\]|\\.)*)"'
_ASSIGNMENT: Final = re.compile(rf"(RS|ORS|FS|OFS)\s*=\s*{_STRING}")
_RULE: Final = re.compile(r"\s*(BEGIN|/(?:[^/\\]|\\.)+/|NR\s*==\s*[0-9]+)?\s*(?:\{([^{}]*)\})?\s*;?")
_ACTION: Final = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^";\n])+')
_PRINT: Final = re.compile(r"print\b(.*)", re.DOTALL)
_PRINTED: Final = re.compile(rf"\s*(?:\$([0-9]+|NF)|(NR|NF)|{_STRING})(\s*,)?\s*")


class _Unsupported(Exception):
    """A program that uses more of awk than is emulated."""


@dataclass(slots=True)
class _Program:
    variables: dict[str, str] = field(default_factory=lambda: {"RS": "\n", "ORS": "\n", "FS": " ", "OFS": " "})
    rules: list[tuple[Callable[[int, str], bool], list[str]]] = field(default_factory=list)


def awk(call: Call) -> int:
    """awk [-F SEPARATOR] PROGRAM [FILE...]"""
    arguments = call.arguments
    separator = None
    if arguments and arguments[0].startswith("-F"):
        separator = arguments[0][2:] or (arguments[1] if len(arguments) > 1 else "")
        arguments = arguments[1 if arguments[0][2:] else 2 :]
    if not arguments or arguments[0].startswith("-"):
        return call.unknown("awk " + " ".join(arguments))
    try:
        program = _parse(arguments[0])
        if separator is not None:
            program.variables["FS"] = separator
        texts = [call.read()] if len(arguments) == 1 else [call.files.read(name) or "" for name in arguments[1:]]
        for text in _run(program, bounded("".join(texts), "text")):
            call.write(text)
    except _Unsupported as error:
        return call.unknown(f"awk: {error}")
    return 0


def _parse(text: str) -> _Program:
    program = _Program()
    at = 0
    while text[at:].strip():
        match = _RULE.match(text, at)
        if match is None or match.end() == at:
            raise _Unsupported(text)
        at = match.end()
        pattern, body = match.groups()
        actions = ["print"] if body is None else [part.strip() for part in _ACTION.findall(body) if part.strip()]
        if pattern == "BEGIN":
            _begin(program, actions)
        else:
            if any(not _PRINT.fullmatch(action) for action in actions):
                raise _Unsupported(text)
            program.rules.append((_condition(pattern or ""), actions))
    return program


def _begin(program: _Program, actions: list[str]) -> None:
    for action in actions:
        match = _ASSIGNMENT.fullmatch(action)
        if match is None:
            raise _Unsupported(action)
        program.variables[match.group(1)] = _unescape(match.group(2))


def _condition(pattern: str) -> Callable[[int, str], bool]:
    if pattern.startswith("/"):
        try:
            compiled = compile_posix(pattern[1:-1].replace("\\/", "/"), extended=True)
        except re.error as error:
            raise _Unsupported(pattern) from error
        return lambda _, record: compiled.search(record) is not None
    if pattern:
        wanted = integer(pattern.rpartition("=")[2].strip())
        return lambda number, _: number == wanted
    return lambda _number, _record: True


def _run(program: _Program, text: str) -> Iterator[str]:
    variables = program.variables
    separator = variables["RS"]
    if len(separator) != 1:
        raise _Unsupported(f"RS={separator!r}")
    records = text.split(separator)
    if records[-1] in ("", "\n"):
        records.pop()
    for number, record in enumerate(records, 1):
        look(len(record))
        fields = _fields(record, variables["FS"])
        for condition, actions in program.rules:
            if not condition(number, record):
                continue
            for action in actions:
                yield _printed(action, number, record, fields, variables["OFS"]) + variables["ORS"]


def _fields(record: str, separator: str) -> list[str]:
    if separator == " ":
        return record.split()
    return record.split(separator) if len(separator) == 1 else compile_posix(separator, extended=True).split(record)


def _printed(action: str, number: int, record: str, fields: list[str], between: str) -> str:
    match = _PRINT.fullmatch(action)
    rest = match.group(1).strip() if match else ""
    if not rest:
        return record
    out: list[str] = []
    at = 0
    while at < len(rest):
        part = _PRINTED.match(rest, at)
        if part is None:
            raise _Unsupported(action)
        at = part.end()
        index, name, literal, comma = part.groups()
        if index is not None:
            position = len(fields) if index == "NF" else integer(index)
            out.append(record if position == 0 else (fields[position - 1] if position <= len(fields) else ""))
        elif name is not None:
            out.append(str(number if name == "NR" else len(fields)))
        else:
            out.append(_unescape(literal))
        if comma:
            out.append(between)
    return "".join(out)


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match.group(1), match.group(1)), text)
