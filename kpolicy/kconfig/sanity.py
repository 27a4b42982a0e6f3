# SPDX-License-Identifier: GPL-2.0-or-later
"""What `conf` checks after reading all files (parser.y: choice_check_sanity, transitional_check_sanity)."""

from __future__ import annotations

from collections.abc import Iterator

from kpolicy.kconfig.grammar import Grammar
from kpolicy.kconfig.menu_tree import Elaborated, Entry, FileBlock, Property
from kpolicy.kconfig.syntax import YES, Refusal
from kpolicy.location import Location

_ONLY_HELP = "transitional symbol with more than a type and a help text"


def check_sanity(result: Elaborated, grammar: Grammar) -> None:
    """Add what `conf` refuses in a menu tree."""
    if grammar.member_defaults and not grammar.strict_transitional:
        return
    named = {name for choice in result.choices for name in _members(choice)}
    named.update(name for name, flags in result.flags.items() if "transitional" in flags)
    entries: dict[str | None, list[_Placed]] = {}
    for placed in _placed(result.root, named, None, False):
        entries.setdefault(placed.entry.name, []).append(placed)
    for name, same in entries.items():
        for placed in same:
            if placed.choice is not None and not grammar.member_defaults:
                _check_member(result, grammar, placed, same)
            if grammar.strict_transitional and "transitional" in result.flags.get(name or "", ()):
                _check_transitional(result, placed, same)


def _members(block: Entry) -> Iterator[str]:
    """The names of the symbols in a choice."""
    for entry in block.children:
        if entry.kind == "config" and entry.name is not None:
            yield entry.name
        yield from _members(entry)


class _Placed:
    """The entry of a symbol, the choice around it, and whether it depends on something."""

    def __init__(self, entry: Entry, choice: Entry | None, is_dependent: bool) -> None:
        self.entry = entry
        self.choice = choice
        self.is_dependent = is_dependent


def _placed(block: Entry, named: set[str], choice: Entry | None, is_dependent: bool) -> Iterator[_Placed]:
    """The entries of some symbols."""
    for entry in block.children:
        if entry.kind == "config" and entry.name not in named:
            continue
        if isinstance(entry, FileBlock) and entry.common is not None and not entry.common.has_some(named):
            continue
        depends = is_dependent or any(item.kind == "depends" and item.operands[0] != YES for item in entry.properties)
        if entry.kind == "config":
            yield _Placed(entry, choice, depends)
        else:
            yield from _placed(entry, named, entry if entry.kind == "choice" else choice, depends)


def _check_member(result: Elaborated, grammar: Grammar, member: _Placed, same: list[_Placed]) -> None:
    for other in same:
        for item in other.entry.properties:
            if item.kind == "default":
                _refuse(result, item.location, other, "default of a choice member")
            elif item.kind == "prompt" and other is not member and not _is_title(item, other):
                if grammar.member_prompts == "once":
                    _refuse(result, item.location, other, "second prompt of a choice member")
                elif grammar.member_prompts == "in the choice" and other.choice is not member.choice:
                    _refuse(result, item.location, other, "prompt of a choice member outside its choice")


def _is_title(prompt: Property, placed: _Placed) -> bool:
    """Whether a prompt is that of a menuconfig, which `conf` takes for the title of a menu (P_MENU)."""
    return placed.entry.is_menuconfig and prompt is placed.entry.prompt


def _check_transitional(result: Elaborated, placed: _Placed, same: list[_Placed]) -> None:
    if placed.is_dependent:
        _refuse(result, placed.entry.location, placed, _ONLY_HELP)
    for other in same:
        for item in other.entry.properties:
            if item.kind != "depends":
                _refuse(result, item.location, other, _ONLY_HELP)


def _refuse(result: Elaborated, location: Location, placed: _Placed, text: str) -> None:
    refusal = Refusal(location, placed.entry.name or "", text)
    if refusal not in result.refused:
        result.refused.append(refusal)
