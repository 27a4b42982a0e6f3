# SPDX-License-Identifier: GPL-2.0-or-later
"""The findings of a config, those with one cause as one.

A finding that stands for others has their rule, the severity of the gravest, the symbol of the cause (and by that the
fingerprint that a finding about this symbol has), and its `members`, which stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from kpolicy.frozen import replace
from kpolicy.policy.rules.finding import Finding, SymbolValue
from kpolicy.policy.rules.rule import SEVERITIES

if TYPE_CHECKING:
    from kpolicy.explain.root import Root

# Findings of a rule about the symbols of one config.
_Key: TypeAlias = tuple[str, str]


def fold(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings of one config, those with the same cause as one, where the first of them is.

    A single one is reported by its cause if a change caused it.
    """
    items = tuple(findings)
    if all(item.root is None for item in items):
        return items
    return tuple(_folded(items))


def unfolded(finding: Finding) -> tuple[Finding, ...]:
    """What a finding stands for: its members, or itself."""
    return finding.members or (finding,)


def cause_of(finding: Finding) -> str:
    """What findings of one cause have in common, in any config."""
    root = finding.root
    what = (root.kind, root.condition, *root.values) if root is not None else (finding.symbol,)
    return " ".join((finding.rule, *map(str, what)))


def _folded(items: Sequence[Finding]) -> Iterator[Finding]:
    about = {(item.rule, item.symbol): item for item in items if item.root is not None}
    lines = {item.symbol: item.root for item in items if item.root is not None}
    roots = {id(item): _by_first_change(_last(item, about), lines) for item in items}
    first = {(item.rule, root.change): root for item in items if (root := roots[id(item)]) and _is_direct(root)}
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for item in items:
        root = roots[id(item)]
        if root is not None:
            root = roots[id(item)] = first.get((item.rule, root.change), root)
            groups.setdefault(_group(item, root), []).append(item)
    for item in items:
        root = roots[id(item)]
        if root is None:
            yield item
            continue
        members = groups[_group(item, root)]
        if len(members) == 1 and (root.change is None or root.kind == "undefined"):
            yield item
        elif members[0] is item:
            yield _one(members, root)


def _group(finding: Finding, root: Root) -> tuple[object, ...]:
    # What another tree made has one cause, whatever became of its lines.
    return (finding.rule if root.kind != "tree" else "", root.kind, root.condition, root.change)


def _last(finding: Finding, about: Mapping[_Key, Finding]) -> Root | None:
    """The root of a finding; where that is the symbol of another finding, the root of that one."""
    root, seen = finding.root, {finding.symbol}
    while root is not None:
        above = about.get((finding.rule, root.condition))
        if above is None or above.symbol in seen or above.root is None or above.root.kind != root.kind:
            break
        seen.add(above.symbol)
        root = above.root
    return root


def _by_first_change(root: Root | None, lines: Mapping[str, Root]) -> Root | None:
    """The same; where its change is that of a line that a change keeps from taking effect, the root of that line."""
    seen: set[str] = set()
    while root is not None and root.change is not None and root.change.symbol not in seen:
        seen.add(root.change.symbol)
        above = lines.get(root.change.symbol)
        if above is None or above.change is None or above.change.symbol in seen:
            break
        root = above
    return root


def _is_direct(root: Root) -> bool:
    """Whether the symbol that has to change is the one that a change of the lines changed."""
    return root.change is not None and root.kind == "needs" and root.condition == root.change.symbol


def _one(members: Sequence[Finding], root: Root) -> Finding:
    # Only here: few findings have a cause in common.
    from kpolicy.policy.folding.words import folded_message

    first = next((item for item in members if item.symbol == root.condition), members[0])
    return replace(
        first,
        severity=min((item.severity for item in members), key=SEVERITIES.index),
        symbol=root.symbol or root.condition,
        symbols=tuple(SymbolValue(*value) for value in root.values),
        message=folded_message(members, root),
        causes=first.causes if len(members) == 1 else (),
        place=root.place or first.place,
        remedy=first.remedy if len(members) == 1 else (),
        root=root,
        members=tuple(members),
    )
