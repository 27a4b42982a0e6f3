# SPDX-License-Identifier: GPL-2.0-or-later
"""Gentoo: CONFIG_CHECK of an ebuild or eclass, as check_extra_config of linux-info.eclass takes it.

`X` is y or m, `!X` neither; without `~` before it the ebuild stops, which is an error here, and with it a warning.
ERROR_X and WARNING_X are the reasons.  The file is a shell script of which only literal assignments and the conditions
around them are read: `use FLAG`, by the flags that the section lists, and `kernel_is`.  What is under another
condition, or is not literal, is left out.  `@X:module` says which modules are not built and is left out too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from kpolicy.kernel.version import KernelVersion, parse_version
from kpolicy.policy.files.requirement import EVERYWHERE, Requirement, Scope
from kpolicy.policy.foreign.policy import Files, Foreign, LeftOut, Text, note, unknown_section

_NAME: Final = "CONFIG_CHECK"
_ASSIGNMENT: Final = re.compile(
    rf"\s*(?:(?P<condition>[^#\"'\n]*?)\s*&&\s*)?(?:(?:local|declare|export)\s+)?"
    rf"(?P<name>{_NAME}|(?:ERROR|WARNING)_\w+|\w+_ERROR)(?P<add>\+?)=(?P<value>.*)"
)
_IF: Final = re.compile(r"\s*if\s+(.*?)\s*;\s*then\s*(?:#.*)?$")
_OPEN: Final = re.compile(r"\s*(?:if|case|for|while|until)\s")
_CLOSE: Final = re.compile(r"\s*(?:fi|esac|done)\b")
_ELSE: Final = re.compile(r"\s*(?:else|elif)\b")
_ELSEWHERE: Final = re.compile(rf"[^#]*\b{_NAME}\+?=")
_CALL: Final = re.compile(r"\s*(?:check_extra_config|[\w-]+_pkg_setup)\s*;?\s*$")
_ALWAYS: Final = re.compile(r"linux_config_exists|use kernel_linux|\[\[ \$\{MERGE_TYPE\} != (?:buildonly|binary) \]\]")
_USE: Final = re.compile(r"(!\s*)?use\s+(!?)([\w+-]+)")
_KERNEL: Final = re.compile(r"kernel_is\s+(?:-?(lt|ge)\s+)(\d{1,4})\s+(\d{1,4})(?:\s+(\d{1,4}))?")
_WORD: Final = re.compile(r"(~?)(!?)([A-Za-z0-9_]+)")
_EXPANSION: Final = re.compile(r"[$`\\]")


@dataclass
class _State:
    """What has been read: the words of CONFIG_CHECK up to now, and those that were checked."""

    pending: list[Requirement] = field(default_factory=list)
    found: dict[tuple[str, Scope], Requirement] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """The words up to here are checked."""
        self.found.update(((item.symbol, item.scope), item) for item in self.pending)
        self.pending = []


def read(files: Files, path: str, section: str) -> Foreign:
    """The requirements of an ebuild with some USE flags."""
    text = files.text(path)
    flags = frozenset(word for word in section.split(",") if word)
    known = {match[3] for line in text.lines for match in _USE.finditer(line)}
    for flag in sorted(flags - known):
        unknown_section(path, "USE flag", flag, sorted(known))
    state, blocks, number = _State(), _Blocks(flags), 1
    seen = False
    while number <= len(text.lines):
        line = text.line(number)
        match = _ASSIGNMENT.match(line)
        if match is not None and not line.lstrip().startswith("#"):
            value = _value(text, number, match.start("value"))
            if value is None:
                break
            lines, last = value
            seen = seen or match["name"] == _NAME
            condition = blocks.condition(match["condition"])
            _assign(text, state, match, lines, number, condition)
            number = last
        elif _CALL.match(line):
            state.check()
        else:
            blocks.line(line)
            if _ELSEWHERE.match(line):
                seen = True
                state.left_out.append(text.left_out(number, "it is not a literal assignment"))
        number += 1
    state.check()
    if not seen:
        text.complain(1, f"no {_NAME} in the file", hint=f'expected {_NAME}="X ~Y !Z"')
    text.finish()
    found = [_with_reason(item, state.reasons) for item in state.found.values()]
    return Foreign(tuple(found), tuple(state.left_out))


class _Blocks:
    """The conditions of the blocks that are open, None for one that is not known."""

    def __init__(self, flags: frozenset[str]) -> None:
        self._flags = flags
        self._open: list[str | None] = []

    def line(self, line: str) -> None:
        """A line that is no assignment."""
        condition = _IF.match(line)
        if condition is not None:
            self._open.append(condition.group(1))
        elif _OPEN.match(line) and not _CLOSE.search(line):
            self._open.append(None)
        elif _ELSE.match(line) and self._open:
            before = self._open.pop() or ""
            use = _USE.fullmatch(before) if not line.lstrip().startswith("elif") else None
            self._open.append(None if use is None else before.lstrip("! ") if use[1] else f"! {before}")
        elif _CLOSE.match(line) and self._open:
            self._open.pop()
        elif line.startswith("}"):
            # The end of a function: what looked like a block in it was text.
            self._open = []

    def condition(self, own: str | None) -> Scope | str | None:
        """The configs that an assignment is for here: some, none (None), or the condition that is not understood."""
        scope = EVERYWHERE
        for condition in (*self._open, *([own] if own else ())):
            found = self._scope(condition)
            if not isinstance(found, Scope):
                return found
            scope = found if scope == EVERYWHERE else scope.within(found)
        return scope

    def _scope(self, condition: str | None) -> Scope | str | None:
        if condition is None:
            return "a block"
        scope = EVERYWHERE
        for part in (part.strip() for part in condition.split("&&")):
            use, kernel = _USE.fullmatch(part), _KERNEL.fullmatch(part)
            if use is not None:
                negated = bool(use[1]) != bool(use[2])
                if (use[3] in self._flags) is negated:
                    return None
            elif kernel is not None:
                release = _release(kernel)
                scope = scope.within(Scope(before=release) if kernel[1] == "lt" else Scope(since=release))
            elif not _ALWAYS.fullmatch(part):
                return part
        return scope


def _release(match: re.Match[str]) -> KernelVersion:
    # The eclass compares the three numbers: a release candidate counts as its release.
    return parse_version(f"{match[2]}.{match[3]}.{match[4] or 0}-rc0")


def _value(text: Text, number: int, column: int) -> tuple[list[str], int] | None:
    """The lines of a value from its column on, and the number of the last one; None where its quote does not end."""
    first = text.line(number)[column:]
    quote = first[:1]
    if quote not in ("'", '"'):
        return [re.split(r"[\s;#]", first)[0]], number
    rest = first[1:]
    found: list[str] = []
    for last in range(number, len(text.lines) + 1):
        end = rest.find(quote)
        if end >= 0:
            return [*found, rest[:end]], last
        found.append(rest)
        rest = text.line(last + 1)
    text.complain(number, "the quote does not end", at=column + 1)
    return None


def _assign(
    text: Text, state: _State, match: re.Match[str], lines: list[str], number: int, condition: Scope | str | None
) -> None:
    if match["name"] != _NAME:
        name = match["name"].removeprefix("ERROR_").removeprefix("WARNING_").removesuffix("_ERROR")
        before = state.reasons.get(name, "") if match["add"] else ""
        state.reasons[name] = note([before, *lines])
        return
    if condition is None:
        return
    words = [(number + offset, word) for offset, line in enumerate(lines) for word in line.split()]
    if not match["add"] and isinstance(condition, Scope) and condition == EVERYWHERE:
        state.pending = []
    for place, word in words:
        if _EXPANSION.search(word):
            if word != f"${{{_NAME}}}":
                state.left_out.append(LeftOut(text.location(place), word, "it is not literal"))
        elif isinstance(condition, str):
            state.left_out.append(LeftOut(text.location(place), word, f"it is under a condition: {condition}"))
        elif word.startswith("@"):
            state.left_out.append(LeftOut(text.location(place), word, "it is about modules that are not built"))
        else:
            state.pending += _requirement(text, place, word, condition)


def _requirement(text: Text, number: int, word: str, scope: Scope) -> Iterator[Requirement]:
    match = _WORD.fullmatch(word)
    if match is None or match[3].startswith("CONFIG_"):
        hint = "a word is X, !X, ~X or ~!X, without CONFIG_"
        text.complain(number, f"{word!r} is not a word of {_NAME}", at=word, hint=hint)
        return
    values = ("n",) if match[2] else ("y", "m")
    yield text.require(number, match[3], values, scope=scope, severity="warning" if match[1] else "error")


def _with_reason(item: Requirement, reasons: dict[str, str]) -> Requirement:
    return replace(item, note=reasons[item.symbol]) if reasons.get(item.symbol) else item
