# SPDX-License-Identifier: GPL-2.0-or-later
"""kernel-hardening-checker: what `kernel-hardening-checker -p ARCH -m json` prints, with or without results.

The list has one object for each recommendation.  Of those that its checks.py joins with AND and OR only the first one
is in the JSON.  `*yama*` is an item of a list.  Checks of the boot command line and of sysctl are left out.  A section
names the architecture of the list, X86_64, X86_32, ARM64, ARM or RISCV: the JSON itself does not.
"""

from __future__ import annotations

import json
import re
from typing import Final

from kpolicy.errors import UsageError, did_you_mean
from kpolicy.policy.files.requirement import EVERYWHERE, Requirement, Scope, config_value
from kpolicy.policy.foreign.policy import Files, Foreign, LeftOut, Text, unknown_section

ARCHITECTURES: Final = {"X86_64": "x86_64", "X86_32": "i386", "ARM64": "arm64", "ARM": "arm", "RISCV": "riscv"}
"""The architectures of kernel-hardening-checker, and the ARCH words of make for them."""

_KEYS: Final = ("option_name", "type", "reason", "decision", "desired_val")
_RESULT_KEYS: Final = ("check_result", "check_result_bool")
_TYPES: Final = ("kconfig", "cmdline", "sysctl")
_GAP: Final = re.compile(r"[ \t\r\n]*")
_SYMBOL: Final = re.compile(r"CONFIG_([A-Za-z0-9_]+)\Z")
_OFF: Final = "is not set"
_ELSEWHERE: Final = {"cmdline": "a boot parameter is no config value", "sysctl": "a sysctl is no config value"}
_PART: Final = re.compile(r"\*([^*]+)\*\Z")
_OPEN: Final = ("is not off", "is present")


def read(files: Files, path: str, section: str) -> Foreign:
    """The requirements of a list."""
    text = files.text(path)
    if section and section not in ARCHITECTURES:
        unknown_section(path, "architecture", section, list(ARCHITECTURES))
    scope = Scope(((ARCHITECTURES[section],),)) if section else EVERYWHERE
    required: list[Requirement] = []
    left_out: list[LeftOut] = []
    for offset, item in _objects(text):
        number = text.text.count("\n", 0, offset) + 1
        column = offset - text.text.rfind("\n", 0, offset)
        found = _one(text, number, column, item, scope)
        if isinstance(found, Requirement):
            required.append(found)
        elif found is not None:
            left_out.append(found)
    text.finish()
    return Foreign(tuple(required), tuple(left_out))


def _objects(text: Text) -> list[tuple[int, object]]:
    """The elements of the list, with their offsets."""
    content, decoder = text.text, json.JSONDecoder()
    found: list[tuple[int, object]] = []
    offset = _past(content, 0)
    if content[offset : offset + 1] != "[":
        raise _wrong(text, offset, "expected a list, [ {...}, ... ]")
    offset = _past(content, offset + 1)
    while content[offset : offset + 1] != "]":
        try:
            item, end = decoder.raw_decode(content, offset)
        except json.JSONDecodeError as error:
            raise _wrong(text, error.pos, f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}") from None
        except (RecursionError, ValueError):
            raise _wrong(text, offset, "not JSON: nested too deeply, or a number with too many digits") from None
        found.append((offset, item))
        offset = _past(content, end)
        if content[offset : offset + 1] == ",":
            offset = _past(content, offset + 1)
        elif content[offset : offset + 1] != "]":
            raise _wrong(text, offset, "not JSON: expected , or ]")
    rest = _past(content, offset + 1)
    if rest != len(content):
        raise _wrong(text, rest, "not JSON: text after the list")
    return found


def _one(text: Text, number: int, column: int, item: object, scope: Scope) -> Requirement | LeftOut | None:
    if not isinstance(item, dict):
        text.complain(number, "expected an object with the key option_name", at=column)
        return None
    for key in item:
        if key not in (*_KEYS, *_RESULT_KEYS):
            text.complain(number, f"unknown key {key!r}", at=column, hint=did_you_mean(key, _KEYS))
            return None
    for key in _KEYS:
        if not isinstance(item.get(key), str) or not item[key]:
            text.complain(number, f"the key {key!r} is missing, or no text", at=column)
            return None
    name, kind, wanted = item["option_name"], item["type"], item["desired_val"]
    if kind not in _TYPES:
        hint = did_you_mean(kind, _TYPES) or f"a type is {', '.join(_TYPES)}"
        text.complain(number, f"unknown type {kind!r}", at=column, hint=hint)
        return None
    if kind != "kconfig":
        return LeftOut(text.location(number), f"{name} = {wanted}", _ELSEWHERE[kind])
    match = _SYMBOL.match(name)
    if match is None:
        text.complain(number, f"{name!r} is not a config option", at=column, hint="expected CONFIG_ before the name")
        return None
    if wanted in _OPEN:
        return LeftOut(text.location(number), f"{name} = {wanted}", "any value but one is meant")
    why = f"{item['reason']} ({item['decision']})"
    part = _PART.match(wanted)
    if part is not None:
        return text.require(number, match.group(1), contains=(part.group(1),), scope=scope, why=why)
    value = "n" if wanted == _OFF else config_value(wanted)
    return text.require(number, match.group(1), (value,), scope=scope, why=why)


def _past(content: str, offset: int) -> int:
    match = _GAP.match(content, offset)
    return match.end() if match else offset


def _wrong(text: Text, offset: int, message: str) -> UsageError:
    number = text.text.count("\n", 0, offset) + 1
    return text.error(number, message, at=offset - text.text.rfind("\n", 0, offset))
