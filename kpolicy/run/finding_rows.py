# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings about a tree as the cache keeps them."""

from __future__ import annotations

from typing import Any

from kpolicy.explain.grounds import Ground
from kpolicy.frozen import replace
from kpolicy.location import Location
from kpolicy.policy.checks.tree import tree_finding
from kpolicy.policy.rules.finding import Finding, Witness


def finding_row(item: Finding) -> list[Any]:
    """A finding as a plain list."""
    grounds = [[ground.text, ground.location] for ground in item.grounds]
    row = [item.rule, item.severity, item.symbol, item.message, item.place, item.architectures]
    return [*row, item.remedy, grounds, item.witness, item.part]


def finding_of(row: list[Any]) -> Finding:
    """The finding of a list."""
    rule, severity, symbol, message, place, archs, remedy, grounds, witness, part = row
    found = tree_finding(
        rule,
        symbol,
        message,
        Location(*place),
        archs,
        severity=severity,
        part=part,
        grounds=tuple(Ground(text, Location(*where) if where is not None else None) for text, where in grounds),
        witness=Witness(witness[0], tuple(witness[1])) if witness is not None else None,
    )
    return replace(found, remedy=tuple(remedy)) if remedy else found
