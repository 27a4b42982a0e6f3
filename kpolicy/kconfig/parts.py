# SPDX-License-Identifier: GPL-2.0-or-later
"""What a model consists of, while it grows from the definitions of symbols and choices."""

from __future__ import annotations

from typing import Any

from kpolicy.kconfig.gathered import Facts, Gathered


class Parts:
    """What a model consists of, or a file of it.

    `named` are the nodes of what is named, in that order.  `facts` have the symbols and choices that are defined,
    `reverse` and `implied` the conditions under which a symbol is selected and implied, `selecting` and `implying` the
    symbols that do it.  `choices` are as in `payload.Core`, by their nodes, `choice_of` are those of their members.
    """

    def __init__(self) -> None:
        self.named: list[int] = []
        self.facts: dict[int, Facts] = {}
        self.reverse: dict[int, list[int]] = {}
        self.implied: dict[int, list[int]] = {}
        self.selecting: dict[int, list[int]] = {}
        self.implying: dict[int, list[int]] = {}
        self.menu: list[Any] = []
        self.choices: dict[int, list[Any]] = {}
        self.choice_of: dict[int, int] = {}

    def add(self, found: Gathered) -> None:
        """Add a definition."""
        facts = self.facts
        node = found.node
        self.named += found.named
        known = facts.get(node)
        facts[node] = found.facts if known is None else known.joined(found.facts)
        for target, is_select, condition in found.edges:
            (self.reverse if is_select else self.implied).setdefault(target, []).append(condition)
            (self.selecting if is_select else self.implying).setdefault(target, []).append(node)

    def include(self, file: Parts) -> None:
        """Add what a file consists of, which several models may include."""
        self.named += file.named
        self.menu += file.menu
        facts = self.facts
        again = {node: facts[node].joined(file.facts[node]) for node in facts.keys() & file.facts.keys()}
        facts.update(file.facts)
        facts.update(again)
        _extend(self.reverse, file.reverse)
        _extend(self.implied, file.implied)
        _extend(self.selecting, file.selecting)
        _extend(self.implying, file.implying)
        self.choices.update(file.choices)
        self.choice_of.update(file.choice_of)


def _extend(own: dict[int, list[int]], more: dict[int, list[int]]) -> None:
    for node, items in more.items():
        if node in own:
            own[node] += items
        else:
            own[node] = items[:]
