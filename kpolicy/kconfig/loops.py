# SPDX-License-Identifier: GPL-2.0-or-later
"""Dependency loops, which `conf` refuses (scripts/kconfig/symbol.c: sym_check_deps)."""

from __future__ import annotations

from typing import Any

from kpolicy.errors import InputError
from kpolicy.kconfig.payload import IS_CHOICE, Payload
from kpolicy.location import Location

_UNSEEN, _OPEN, _DONE = range(3)


def check_loops(payload: Payload) -> None:
    """Raise `InputError`, with every step of the loop, when a symbol's value depends on itself.

    A value depends on the symbol's prompts, dependencies, defaults, ranges, selects and
    implies; the members of a choice depend on each other's surroundings.
    """
    core = payload.core
    nodes, records, choices = core.nodes, core.records, core.choices
    state = bytearray(len(nodes))
    for start, record in enumerate(records):
        if record is None or state[start]:
            continue
        path: list[int] = [start]
        state[start] = _OPEN
        stack = [iter(_needs(record, choices, records))]
        while stack:
            for node in stack[-1]:
                seen = state[node]
                if seen == _UNSEEN:
                    inner = nodes[node]
                    if inner is None and records[node] is None:
                        state[node] = _DONE
                        continue
                    state[node] = _OPEN
                    path.append(node)
                    stack.append(iter(inner[1:] if inner is not None else _needs(records[node], choices, records)))
                    break
                if seen == _OPEN:
                    raise _error(payload, path[path.index(node) :])
            else:
                stack.pop()
                state[path.pop()] = _DONE


def _needs(record: list[Any], choices: list[Any], records: list[Any]) -> list[int]:
    """The nodes that a symbol's value is worked out from."""
    _type, visibility, direct, reverse, implied, defaults, ranges, choice, flags = record
    needs = [visibility, direct, reverse, implied]
    for value, condition in defaults:
        needs.append(condition)
        if not flags & IS_CHOICE:
            needs.append(value)
    for _low, _high, condition in ranges:
        needs.append(condition)
    if choice >= 0 and not flags & IS_CHOICE:
        members = choices[choice][2]
        needs += [records[member][1] for member in members if records[member] is not record]
        needs += [condition for _member, condition in choices[choice][3]]
    return needs


def _error(payload: Payload, loop: list[int]) -> InputError:
    core, details = payload.core, payload.details
    names = {node: name for name, node in core.symbols.items()}
    symbols = [node for node in loop if core.records[node] is not None]

    def place(node: int) -> Location:
        file, line, _scope = details.symbols[str(node)][0][0]
        return Location(details.files[file], line)

    # A loop has no first step; the one that stands first in the files is as good as any.
    first = min(range(len(symbols)), key=lambda index: details.symbols[str(symbols[index])][0][0])
    symbols = symbols[first:] + symbols[:first]
    steps = []
    for node, following in zip(symbols, [*symbols[1:], symbols[0]], strict=True):
        how = _how(core.records[node], following, core.nodes)
        steps.append(f"{place(node)}: {names[node]} {how} {names[following]}")
    chain = " -> ".join(names[node] for node in [*symbols, symbols[0]])
    return InputError(f"recursive dependency: {chain}", place(symbols[0]), hint="\n".join(steps))


def _how(record: list[Any], target: int, nodes: list[Any]) -> str:
    """Kconfig's words for how one symbol's value rests on another."""

    def mentions(node: int) -> bool:
        inner = nodes[node]
        return node == target if inner is None else any(mentions(operand) for operand in inner[1:])

    if mentions(record[2]):
        return "depends on"
    if mentions(record[3]):
        return "is selected by"
    if mentions(record[4]):
        return "is implied by"
    if any(mentions(value) or mentions(condition) for value, condition in record[5]):
        return "has a default that rests on"
    return "is visible depending on"
